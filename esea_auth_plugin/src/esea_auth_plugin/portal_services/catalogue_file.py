"""Turns ``services.ini`` into services, or into every problem it holds, each with its line.

The syntax, one section per business service, named by its slug (small letters, digits, dashes)::

    [portail]                               # required: rules /connexion without service, and /compte
    title = Portail ESEA Nouvelle-Aquitaine
    level = code-courriel                   # least level: a name of the scale (decisions.md, ADR 4)
    mode.password = until 2026-06-30        # last day included: over at midnight, Europe/Paris
    mode.mail_code =                        # admitted without dates
    homologation.mail_code = DH-2026-014    # what makes the mode lawful; here it holds for every service

    [ror]
    title = ROR Nouvelle-Aquitaine
    description = Répertoire opérationnel des ressources
    audience = Professionnels de santé de la région
    address = https://ror.exemple.fr/       # a service outside this process, or:
    resource = /espace-pro                  # a place inside this portal
    level = code-courriel
    opens = 2026-06-18                      # first day of the service, if it is not open yet
    contact = contact.ror@exemple.fr
    grant = proven_identity                 # given at once with an account opened by a proven identity
    idle_minutes = 15                       # a session opened for it ends after so long without a page; at most
                                            # esea_auth.session_idle_minutes, which holds elsewhere
    homologation = ATT-2026-02              # the service's own reference, for all its modes
    mode.mail_code = from 2026-07-01
    mode.password = from 2026-01-01 until 2026-06-30

Days are ``YYYY-MM-DD``. While ``portal.env = development`` a day may also be ``+20 days`` or ``-3 days``, counted
from ``esea_auth.services_first_day`` (the day of the start by default), so that a demo has a mode that is about to
end. A comment is a line of its own; an indented line continues the one above. Mode names are those of the installed
modes; one that is installed but not enabled (``esea_auth.modes``) is hidden, and an unknown one stops the start.
"""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import dataclass, replace
from datetime import date, timedelta
from urllib.parse import urlsplit

from ..errors import Problem
from ..interfaces import AdmittedMode, Level, PortalService
from .catalogue_syntax import Line, Section, read_sections

PORTAL = "portail"
#: RIE v2 draft rule 13: 30 minutes at most.
IDLE_MINUTES = range(5, 31)
_TEXT_KEYS = ("title", "description", "audience", "contact", "homologation")
_PLACE_KEYS = ("address", "resource", "opens")
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_PERIOD = re.compile(r"(?:from\s+(?P<first>.+?))?\s*(?:until\s+(?P<last>.+?))?")
_RELATIVE = re.compile(r"([+-]\d{1,4})\s*days?")


@dataclass(frozen=True, slots=True)
class Rules:
    """What a catalogue is judged by.

    :ivar known: names of the installed modes. :ivar enabled: those of ``esea_auth.modes``.
    :ivar first_day: the day from which relative days count, in Europe/Paris.
    """

    known: Set[str]
    enabled: Set[str]
    env: str
    first_day: date


def parse_catalogue(text: str, where: str, rules: Rules) -> tuple[list[PortalService], list[Problem]]:
    """Return the services in the file's order, ``portail`` among them, and all that is wrong with the file."""
    sections, problems = read_sections(text, where)
    services = [_Reader(section, where, rules, problems).service() for section in sections]
    if not any(section.name == PORTAL for section in sections):
        problems.append(Problem(f"[{PORTAL}]", where, "is missing", "add it: it rules /connexion and /compte"))
    return _with_portal_references(services), problems


def _with_portal_references(services: list[PortalService]) -> list[PortalService]:
    """Let the references of ``[portail]`` hold for the modes of services that name none."""
    portal = next((service for service in services if service.slug == PORTAL), None)
    common = {mode.mode: mode.homologation for mode in portal.modes} if portal is not None else {}
    return [_referenced(service, common) for service in services]


def _referenced(service: PortalService, common: dict[str, str]) -> PortalService:
    modes = tuple(
        replace(mode, homologation=mode.homologation or service.homologation or common.get(mode.mode, ""))
        for mode in service.modes
    )
    return replace(service, modes=modes)


class _Reader:
    """Reads one section; problems are collected, never raised."""

    def __init__(self, section: Section, where: str, rules: Rules, problems: list[Problem]) -> None:
        self.section, self.where, self.rules, self.problems = section, where, rules, problems

    def service(self) -> PortalService:
        self._check_names()
        texts = {key: self._text(key) for key in _TEXT_KEYS}
        address, resource, opens_on = self._place()
        return PortalService(
            slug=self.section.name,
            level=self._level(),
            modes=self._modes(),
            address=address,
            resource=resource,
            opens_on=opens_on,
            idle=self._idle(),
            grants_proven=self._grants_proven(),
            **texts,
        )

    def _grants_proven(self) -> bool:
        line = self.section.keys.get("grant")
        if line is None:
            return False
        if line.value != "proven_identity" or self.section.name == PORTAL:
            self._problem("grant", line, "is not a way of granting a service", "write `proven_identity`, or remove it")
        return True

    def _idle(self) -> timedelta | None:
        line = self.section.keys.get("idle_minutes")
        if line is None:
            return None
        if not line.value.isascii() or not line.value.isdigit() or int(line.value) not in IDLE_MINUTES:
            self._problem("idle_minutes", line, "is no time that the rules allow", "write 5 to 30")
            return None
        return timedelta(minutes=int(line.value))

    def _problem(self, key: str, line: Line | None, cause: str, cure: str) -> None:
        number = line.number if line is not None else self.section.number
        self.problems.append(
            Problem(f"[{self.section.name}] {key}".strip(), f"{self.where}, line {number}", cause, cure)
        )

    def _check_names(self) -> None:
        if not _SLUG.fullmatch(self.section.name):
            self._problem("", None, "is not a slug", "use small letters, digits and single dashes")
        known = {*_TEXT_KEYS, *_PLACE_KEYS, "level", "grant", "idle_minutes"}
        for key, line in self.section.keys.items():
            prefix, dot, mode = key.partition(".")
            if dot and prefix in {"mode", "homologation"}:
                if mode not in self.rules.known:
                    cure = f"installed modes: {', '.join(sorted(self.rules.known)) or 'none'}"
                    self._problem(key, line, "names a mode that no installed distribution offers", cure)
                elif prefix == "homologation" and f"mode.{mode}" not in self.section.keys:
                    self._problem(key, line, "is about a mode that this section does not admit", f"add `mode.{mode}`")
            elif key not in known:
                self._problem(key, line, "is not a key of the catalogue", f"known: {', '.join(sorted(known))}, mode.*")

    def _text(self, key: str) -> str:
        line = self.section.keys.get(key)
        if key == "title" and (line is None or not line.value):
            self._problem(key, line, "is missing", "say the service's name as people know it")
        return line.value if line is not None else ""

    def _level(self) -> Level:
        line = self.section.keys.get("level")
        try:
            return Level.from_slug(line.value if line is not None else "")
        except ValueError as unknown:
            cause = "is not a level" if line is not None else "is missing"
            self._problem("level", line, cause, str(unknown).removeprefix("unknown level; "))
            return Level.HEALTH

    def _place(self) -> tuple[str | None, str | None, date | None]:
        keys = self.section.keys
        if self.section.name == PORTAL:
            for key in _PLACE_KEYS:
                if key in keys:
                    self._problem(key, keys[key], "has no sense for the portal itself", "remove it")
            return None, None, None
        address, resource, opens = (keys.get(key) for key in _PLACE_KEYS)
        if (address is None) == (resource is None):
            self._problem("address", address, "and `resource`: one of them is needed, not both", "keep one")
        if address is not None and not _is_web_address(address.value):
            self._problem("address", address, "is not an https:// address", "write the whole address")
        if resource is not None and not re.fullmatch(r"(/[a-z0-9-]+)+", resource.value):
            self._problem("resource", resource, "is not a path of this portal", "write it as /espace-pro")
        opens_on = self._day("opens", opens, opens.value) if opens is not None else None
        return (address.value if address else None), (resource.value if resource else None), opens_on

    def _modes(self) -> tuple[AdmittedMode, ...]:
        found = []
        lines = {key.removeprefix("mode."): line for key, line in self.section.keys.items() if key.startswith("mode.")}
        if not lines:
            self._problem("mode.*", None, "is missing: nobody could open the service", "admit at least one mode")
        for mode, line in lines.items():
            first, last = self._period(f"mode.{mode}", line)
            reference = self.section.keys.get(f"homologation.{mode}")
            if mode in self.rules.enabled:
                found.append(AdmittedMode(mode, first, last, reference.value if reference else ""))
        return tuple(found)

    def _period(self, key: str, line: Line) -> tuple[date | None, date | None]:
        match = _PERIOD.fullmatch(line.value)
        if match is None:
            self._problem(key, line, "can't be read", "write nothing, or `from YYYY-MM-DD until YYYY-MM-DD`")
            return None, None
        first, last = (self._day(key, line, match[part]) if match[part] else None for part in ("first", "last"))
        if first is not None and last is not None and first > last:
            self._problem(key, line, "ends before it begins", "exchange the days")
        return first, last

    def _day(self, key: str, line: Line, text: str) -> date | None:
        relative = _RELATIVE.fullmatch(text)
        if relative is not None:
            if self.rules.env == "development":
                return self.rules.first_day + timedelta(days=int(relative[1]))
            self._problem(key, line, "is a relative day", "write YYYY-MM-DD (relative days are for development only)")
            return None
        try:
            if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
                raise ValueError(text)
            return date.fromisoformat(text)
        except ValueError:
            self._problem(key, line, "holds no day of the calendar", "write YYYY-MM-DD")
            return None


def _is_web_address(text: str) -> bool:
    parts = urlsplit(text)
    return parts.scheme == "https" and bool(parts.hostname) and parts.username is None
