"""Resources of the difficulties. They read nothing: the views do, behind the door."""

from __future__ import annotations

import re

from esea_auth_plugin.resources import Resource

from .machine import RULES, Act, Party

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
#: Addresses of the acts that people carry out.
SEGMENTS = {
    "prendre-en-compte": Act.ACKNOWLEDGE,
    "accepter": Act.ACCEPT,
    "refuser": Act.REFUSE,
    "prolonger": Act.EXTEND,
    "niveau": Act.RERATE,
    "commenter": Act.COMMENT,
    "lever": Act.LIFT,
}
BY_PEOPLE = tuple(act for act in RULES if RULES[act].parties != {Party.SYSTEM})


class DifficultiesResource(Resource):
    """``/espace-pro/difficultes``."""

    title = "Difficultés"

    def child(self, key: str) -> Resource:
        """Return the resource of any well-formed id; its view judges whether the difficulty exists."""
        if not _ID.fullmatch(key):
            raise KeyError(key)
        return DifficultyResource(self.request, self, key)


class DifficultyResource(Resource):
    """``/espace-pro/difficultes/ID``."""

    def child(self, key: str) -> Resource:
        """Return the resource of an act."""
        return ActResource(self.request, self, key, SEGMENTS[key])


class ActResource(Resource):
    """``/espace-pro/difficultes/ID/ACT``: takes a POST."""

    def __init__(self, request: object, parent: Resource, name: str, act: Act) -> None:
        super().__init__(parent.request, parent, name)
        self.act = act


class DeclarationResource(Resource):
    """``/espace-pro/difficultes/declarer``."""

    title = "Déclarer"
