"""Schemas whose rules between fields are checked together with the fields: a person reads every error at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import colander

from ...pyramid_types import Json, JsonObject

ADDRESSES_DIFFER = "Les deux adresses diffèrent : vérifiez-les."
PASSWORDS_DIFFER = "Les deux mots de passe diffèrent : saisissez-les de nouveau."

#: From the accepted values by field name to messages by field name. A field that is refused has no value here, so that
#: a rule reads with ``get`` and stays silent about what it can't compare.
Rule = Callable[[Json], Mapping[str, str]]


class RuledMapping(colander.Mapping):
    """A mapping that checks its rules even when a field is refused; colander's validator would wait for all fields."""

    def __init__(self, *rules: Rule) -> None:
        super().__init__()
        self._rules = rules

    def deserialize(self, node: colander.SchemaNode, cstruct: Json) -> object:
        """Return the values; the error holds those of the fields, and beside the other fields those of the rules."""
        if cstruct is colander.null:
            return colander.null
        accepted: JsonObject = {}
        error = colander.Invalid(node)
        refused: set[str] = set()
        for position, child in enumerate(node.children):
            try:
                accepted[child.name] = child.deserialize(cstruct.get(child.name, colander.null))
            except colander.Invalid as invalid:
                error.add(invalid, position)
                refused.add(child.name)
        positions = {child.name: position for position, child in enumerate(node.children)}
        for rule in self._rules:
            for name, message in rule(accepted).items():
                if name in positions and name not in refused:
                    error.add(colander.Invalid(node.children[positions[name]], message), positions[name])
                    refused.add(name)
        if refused:
            raise error
        return accepted


def ruled_schema(nodes: Iterable[colander.SchemaNode], *rules: Rule) -> colander.SchemaNode:
    """Return the schema of a form: its fields in this order, and its rules, of which each field shows the first."""
    return colander.SchemaNode(RuledMapping(*rules), *nodes)


def repeats(name: str, again: str, message: str, *, spelled: Callable[[str], str] = str) -> Rule:
    """Return the rule that a field repeats another one.

    :param spelled: normal form in which the two are compared. :param message: beside the second one.
    """

    def rule(values: Json) -> Mapping[str, str]:
        if name not in values or again not in values or spelled(values[name]) == spelled(values[again]):
            return {}
        return {again: message}

    return rule
