"""The forms of a declaration and of the acts on it."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

import colander

from esea_auth_plugin.foundation.forms import (
    ChoiceNode,
    ChoicesNode,
    DayNode,
    Group,
    PhoneNode,
    PortalForm,
    TextNode,
    widgets,
)
from esea_auth_plugin.foundation.layout.filters import PARIS
from esea_auth_plugin.foundation.security.tokens import digest, new_token
from esea_auth_plugin.pyramid_types import JsonObject, PortalRequest

from .catalogue import Catalogue, Nature
from .machine import RULES, Act
from .records import Difficulty

OTHER = "autre"
_KEY = re.compile(r"[A-Za-z0-9_-]{22,64}")
_TIME = re.compile(r"([01]?\d|2[0-3])\s*(?:h|:)\s*([0-5]\d)?")
_PATIENT = "N’écrivez rien qui désigne un patient."

GROUPS = (
    Group("La difficulté", ("level", "motives", "pathways")),
    Group("Depuis quand, jusqu’à quand", ("start", "start_day", "start_time", "until", "until_day", "until_time")),
    Group("Pour ceux qui liront", ("actions", "text", "phone")),
)


def new_key() -> str:
    """Return the key of a new form: sent twice, it declares once."""
    return new_token(192)


def key_of(request: PortalRequest) -> str:
    """Return the key that a form brings back, a new one where it brings none that could be ours."""
    given = request.POST.get("cle", "")
    return given if isinstance(given, str) and _KEY.fullmatch(given) else new_key()


def declaration_form(
    request: PortalRequest, catalogue: Catalogue, nature: Nature, *, checked: bool = False
) -> PortalForm:
    """Return the form of a declaration of this nature.

    ``checked``: what it says is shown above, with the way to send it.
    """
    schema = colander.Schema()
    schema.add(TextNode(name="cle", title="", widget=widgets.Hidden(), missing=""))
    levels = [(str(number), f"{number} – {catalogue.levels[number]}") for number in nature.levels]
    schema.add(ChoiceNode(name="level", title="Niveau", values=levels, radios=True))
    motives = list(catalogue.motives.items())
    schema.add(
        ChoicesNode(name="motives", title="Motifs", values=motives, least=1, missing_msg="Cochez au moins un motif.")
    )
    schema.add(ChoicesNode(name="pathways", title="Filières touchées", values=list(catalogue.pathways.items())))
    _add_moment(schema, request, "start", "Début", [("now", "Maintenant")])
    _add_moment(schema, request, "until", "Fin prévue", [(str(hours), _length(hours)) for hours in nature.hours])
    schema.add(ChoicesNode(name="actions", title="Actions engagées", values=list(catalogue.actions.items())))
    schema.add(
        TextNode(name="text", title="Précisions", multiline=True, max_length=1000, missing="", help=_PATIENT)
    )  # fmt: skip
    schema.add(PhoneNode(name="phone", title="Numéro pour vous rappeler", autocomplete="tel"))
    action = f"/espace-pro/difficultes/declarer?structure={request.GET.get('structure', '')}&nature={nature.code}"
    submit = [("verifier", "Vérifier mes changements" if checked else "Vérifier avant l’envoi")]
    return PortalForm(schema, request, action=action, groups=GROUPS, form_id="declaration", submit=submit)


def seen_of(form: PortalForm) -> str:
    """Return what stands for the answers of a form: only what was shown for verification is sent."""
    return digest(json.dumps(form.typed(), sort_keys=True, default=str), kind="oru.declaration")


def act_form(request: PortalRequest, catalogue: Catalogue, nature: Nature, found: Difficulty, act: Act) -> PortalForm:
    """Return the form of an act: nothing to fill in for most of them."""
    schema = colander.Schema()
    schema.add(TextNode(name="version", title="", widget=widgets.Hidden(), missing=""))
    if act is Act.RERATE:
        levels = [
            (str(number), f"{number} – {catalogue.levels[number]}") for number in nature.levels if number != found.level
        ]
        schema.add(ChoiceNode(name="level", title="Nouveau niveau", values=levels, radios=True))
    if act is Act.EXTEND:
        schema.add(DayNode(name="until_day", title="Nouvelle fin : jour"))
        schema.add(_time_node("until_time", "Nouvelle fin : heure"))
    title = "Commentaire" if act is Act.COMMENT else "Raison"
    missing = colander.required if RULES[act].reason else ""
    schema.add(TextNode(name="reason", title=title, multiline=True, max_length=1000, missing=missing, help=_PATIENT))
    segment = request.context.__name__
    return PortalForm(schema, request, form_id=f"acte-{segment}", submit=[("valider", RULES[act].title)])


def moment(values: JsonObject, name: str, start: datetime | None, now: datetime) -> datetime:
    """Return the moment that a form names, in UTC.

    :param start: what a number of hours is counted from.
    """
    chosen = values[name]
    if chosen == "now":
        return now
    if chosen == OTHER:
        return at(values[f"{name}_day"], values[f"{name}_time"])
    return (start or now) + timedelta(hours=int(chosen))


def at(day: date, clock: str) -> datetime:
    """Return the moment of a day and a time in Europe/Paris; of the hour that comes twice in October, the first."""
    found = _TIME.fullmatch(clock.strip())
    if found is None:
        raise ValueError(clock)
    local = datetime.combine(day, time(int(found[1]), int(found[2] or 0)), PARIS)
    return local.astimezone(UTC)


def _add_moment(
    schema: colander.Schema, request: PortalRequest, name: str, title: str, quick: Sequence[tuple[str, str]]
) -> None:
    other = request.POST.get(name) == OTHER
    missing = colander.required if other else None
    schema.add(ChoiceNode(name=name, title=title, values=[*quick, (OTHER, "Date et heure…")], radios=True))
    shown = f"{name}={OTHER}"
    schema.add(DayNode(name=f"{name}_day", title=f"{title} : jour", missing=missing, shown_when=shown, asterisk=True))
    schema.add(_time_node(f"{name}_time", f"{title} : heure", missing=missing, shown_when=shown))


def _time_node(name: str, title: str, *, missing: object = colander.required, shown_when: str = "") -> TextNode:
    return TextNode(
        name=name,
        title=title,
        max_length=20,
        validator=_check_time,
        help="Exemple : 14:30.",
        missing=missing,
        missing_msg="Indiquez une heure.",
        shown_when=shown_when,
        asterisk=bool(shown_when),
    )


def _check_time(node: colander.SchemaNode, value: str) -> None:
    if not _TIME.fullmatch(value.strip()):
        raise colander.Invalid(node, "Écrivez l’heure ainsi : 14:30.")


def _length(hours: int) -> str:
    if hours < 48:
        return f"{hours}\u00a0heure{'s' if hours > 1 else ''}"
    return f"{hours // 24}\u00a0jours"
