"""The auth modes of this portal: which are installed, which are enabled, in which order.

Installed is not enabled: entry points of the group ``esea_auth.auth_modes`` and ``config.add_auth_mode`` say what is
there, ``esea_auth.modes`` says what is on. One that is unknown, broken, or named twice stops the start: a portal that
starts with one factor missing is worse than one that does not start.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, fields
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from ..directives import report_problems
from ..errors import Problem
from ..interfaces import Factor
from ..pyramid_types import Configurator, Json, Registry, RegistryStore, Source
from ..services import find
from ..settings import AuthSettings
from .contract import AuthMode, Capability

GROUP = "esea_auth.auth_modes"
BUILT_IN = {
    "password": "esea_auth_plugin.auth_modes.password.mode:PasswordMode",
    "mail_code": "esea_auth_plugin.auth_modes.mail_code.mode:MailCodeMode",
    "passkey": "esea_auth_plugin.auth_modes.passkey.mode:PasskeyMode",
    "qr_code": "esea_auth_plugin.auth_modes.qr_code.mode:QrCodeMode",
    "totp": "esea_auth_plugin.auth_modes.totp.mode:TotpMode",
    "recovery_codes": "esea_auth_plugin.auth_modes.recovery_codes.mode:RecoveryCodesMode",
    "pro_sante_connect": "esea_auth_plugin.auth_modes.pro_sante_connect.mode:ProSanteConnectMode",
    "cps_card": "esea_auth_plugin.auth_modes.cps_card.mode:CpsCardMode",
    "ecps": "esea_auth_plugin.auth_modes.pro_sante_connect.ecps_mode:EcpsMode",
}
#: Addresses under /connexion that are no mode's.
RESERVED_SEGMENTS = frozenset({"oubli", "conditions", "reprise", "deconnexion", "retrouver", "nouveau-dispositif"})
ModeFactory = Callable[[Registry], AuthMode]


@dataclass
class Declared:
    """What the directive and the entry points declared, by name."""

    factories: dict[str, tuple[ModeFactory, str]] = field(default_factory=dict)


class AuthModes:
    """The enabled modes, made once, in the order of ``esea_auth.modes``."""

    def __init__(self, modes: Iterable[AuthMode]) -> None:
        self._modes = {mode.name: mode for mode in modes}

    def all(self) -> Sequence[AuthMode]:
        """Return the enabled modes in their order."""
        return tuple(self._modes.values())

    def get(self, name: str) -> AuthMode | None:
        """Return an enabled mode by its name."""
        return self._modes.get(name)

    def at(self, segment: str) -> AuthMode | None:
        """Return an enabled mode by the segment of its address."""
        return next((mode for mode in self._modes.values() if mode.segment == segment), None)

    def stages(self, mode: AuthMode, proven: frozenset[Factor]) -> Sequence[AuthMode]:
        """Return the modes to go through for ``mode``, itself last; what is proven already is not asked again."""
        before = [self._proving(factor) for factor in sorted(mode.after - proven)]
        return (*before, mode)

    def _proving(self, factor: Factor) -> AuthMode:
        return next(mode for mode in self._modes.values() if _opens(mode) and mode.factors == {factor})

    def missing_stage(self, mode: AuthMode) -> Factor | None:
        """Return a factor that ``mode`` needs before it and that no enabled mode proves."""
        for factor in sorted(mode.after):
            if not any(_opens(other) and other.factors == {factor} for other in self._modes.values()):
                return factor
        return None


def _opens(mode: AuthMode) -> bool:
    return not mode.after and Capability.FINDS_PERSON in mode.capabilities


def add_auth_mode(config: Configurator, name: str, factory: Any, distribution: str = "") -> None:
    """Directive ``config.add_auth_mode(name, factory)``: ``factory(registry)`` returns an :class:`AuthMode`."""
    factory = config.maybe_dotted(factory)
    introspectable = config.introspectable("esea auth modes", name, name, "auth mode")
    introspectable["distribution"] = distribution
    config.action(
        ("esea-auth-mode", name),
        lambda: declared(config).factories.__setitem__(name, (factory, distribution)),
        introspectables=(introspectable,),
    )


#: What was declared for an application.
declared = RegistryStore("esea.auth_modes", Declared)


def discover(config: Configurator, enabled: Sequence[str]) -> list[Problem]:
    """Declare the enabled modes that are installed; return what stops the start."""
    problems: list[Problem] = []
    installed: dict[str, list[EntryPoint]] = {}
    for entry in entry_points(group=GROUP):
        installed.setdefault(entry.name, []).append(entry)
    for name in dict.fromkeys(enabled):
        found = [entry for entry in installed.get(name, []) if entry.value != BUILT_IN.get(name)]
        # Built-in modes are declared in code: a checkout without metadata runs too.
        sources = [(BUILT_IN[name], "esea-auth-plugin")] if name in BUILT_IN else []
        sources += [(entry.value, entry.dist.name if entry.dist else "") for entry in found]
        if len(sources) > 1:
            names = ", ".join(distribution for _, distribution in sources)
            problems.append(_problem(name, names, "is brought by several distributions", "uninstall all but one"))
        elif sources:
            _declare(config, name, *sources[0], problems)
    return problems


def _declare(config: Configurator, name: str, value: str, distribution: str, problems: list[Problem]) -> None:
    try:
        factory = EntryPoint(name, value, GROUP).load()
    except Exception as error:  # whatever a third party's module raises is told, not swallowed
        cause = f"can't be imported ({type(error).__name__}: {error})"
        problems.append(
            _problem(name, distribution, cause, "repair or uninstall the distribution, or disable the mode")
        )
        return

    # In a nested include, so that a host's own add_auth_mode overrides it instead of conflicting.
    def include(nested: Any) -> None:
        nested.add_auth_mode(name, factory, distribution)

    # Pyramid takes two includes of one name for one and skips the second.
    include.__name__ = f"include_{name}"
    config.include(include)


def make(registry: Registry, enabled: Sequence[str]) -> tuple[AuthModes, list[Problem]]:
    """Make the enabled modes and check each against the contract; return them and what stops the start."""
    problems: list[Problem] = []
    modes: list[AuthMode] = []
    known = declared(registry).factories
    for name in dict.fromkeys(enabled):
        if name not in known:
            names = ", ".join(sorted({*known, *BUILT_IN})) or "none"
            problems.append(_problem(name, "", "is not installed", f"installed: {names}; correct esea_auth.modes"))
            continue
        factory, distribution = known[name]
        try:
            mode = factory(registry)
        except Exception as error:
            cause = f"can't be made ({type(error).__name__}: {error})"
            problems.append(_problem(name, distribution, cause, "repair its configuration, or disable the mode"))
            continue
        fault = fault_of(mode, name) or _clash(mode, modes)
        if fault:
            problems.append(_problem(name, distribution, fault, "correct the mode, or disable it"))
        else:
            modes.append(mode)
    found = AuthModes(modes)
    for mode in modes:
        factor = found.missing_stage(mode)
        if factor is not None:
            cause = f"comes after a proof of « {factor} » that no enabled mode gives"
            problems.append(_problem(mode.name, "", cause, "enable one that does"))
    return found, problems


def fault_of(mode: object, name: str) -> str | None:
    """Return what a mode breaks of the contract's form, ``None`` if nothing."""
    if not isinstance(mode, AuthMode):
        return "is no AuthMode"
    missing = [part for part in ("name", "segment", "title", "description", "factors") if not getattr(mode, part, None)]
    if missing:
        return f"declares no {', '.join(missing)}"
    if mode.name != name:
        return f"is named « {mode.name} » in its own code"
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", mode.segment) or mode.segment in RESERVED_SEGMENTS:
        return "has an address segment that is reserved or no plain word"
    named: tuple[Any, ...] = (*mode.factors, *mode.after)
    unknown = [str(factor) for factor in named if not isinstance(factor, Factor)]
    if unknown:
        return f"names unknown factors: {', '.join(unknown)}"
    if mode.restores is not (Factor.RECOVERY in mode.factors):
        return "restores access by other factors than « recovery », or the other way round"
    if not mode.after and Capability.FINDS_PERSON not in mode.capabilities:
        return "neither finds the person nor comes after a mode that does"
    return None


def _clash(mode: AuthMode, others: Sequence[AuthMode]) -> str | None:
    taken = next((other.name for other in others if other.segment == mode.segment), None)
    return f"has the address of the mode « {taken} »" if taken else None


def _problem(name: str, distribution: str, cause: str, cure: str) -> Problem:
    return Problem(f"esea_auth.modes: {name}", distribution, cause, cure)


def enabled_names(settings: Json) -> tuple[str, ...]:
    """Return ``esea_auth.modes`` while the configuration is still being read."""
    default = next(item.default for item in fields(AuthSettings) if item.name == "modes")
    found = settings.get("esea_auth.modes", default)
    return tuple(found.split()) if isinstance(found, str) else tuple(found)


def include_modes(config: Configurator, enabled: Sequence[str]) -> None:
    """Declare what is enabled, and publish :class:`AuthModes` once every mode was made."""
    report_problems(config, discover(config, enabled))
    made: dict[str, AuthModes] = {}

    def check() -> None:
        made["modes"], problems = make(config.registry, enabled)
        report_problems(config, problems)

    config.action("esea-auth-modes", check, order=900)  # after every declaration, before problems stop the start
    config.add_service(AuthModes, lambda registry: made["modes"])


def modes_of(source: Source) -> AuthModes:
    """Return the enabled modes of this application."""
    return find(source, AuthModes)
