"""Configuration directives of the core: how a package or another plugin takes its place in the portal.

Each one conflicts with a second registration of the same thing and shows in Pyramid's introspection. Packages bring
further ones: ``add_email`` (mail), ``add_job`` (jobs), ``add_request_kind`` and ``add_review_board`` (reviews),
``add_auth_mode`` (auth_modes), ``add_migrations`` (migrations), ``add_single_use`` (single_use), ``set_portal_layout``
(layout).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from sqlalchemy.orm import Session
from zope.interface import providedBy
from zope.interface.interface import InterfaceClass

from .errors import ConfigurationError, Problem
from .interfaces import AccountEntry, IPortalRoot, NavItem, Rule, Tile
from .pyramid_types import Configurator, Registry, RegistryStore, Source
from .services import add_service

ChildFactory = Callable[[Any, Any, str], Any]
#: A resource class or a marker interface.
ParentKind: TypeAlias = InterfaceClass | type
RootFactory = Callable[[Any], object]
TileSource = Callable[[Any], Sequence[Tile]]
#: ``collector(registry, session, subject)`` returns plain values, moments and days.
PersonalData = Callable[[Registry, Session, str], object]
#: ``end(session, subject, kept)`` ends what an account has open of one kind, except the one with id ``kept``.
EndOpened = Callable[[Session, str, str], None]


@dataclass(frozen=True, slots=True)
class Revocable:
    """A kind of thing that a person opens and that an attacker could continue: sessions, links, codes that wait."""

    name: str
    end: EndOpened
    order: int


@dataclass
class Core:
    """What the core directives collected; read through the functions below."""

    children: dict[tuple[ParentKind, str], ChildFactory] = field(default_factory=dict)
    roots: dict[str, RootFactory] = field(default_factory=dict)
    permissions: dict[str, Rule] = field(default_factory=dict)
    roles: dict[str, str] = field(default_factory=dict)
    nav: dict[str, NavItem] = field(default_factory=dict)
    tiles: dict[str, TileSource] = field(default_factory=dict)
    personal_data: dict[str, PersonalData] = field(default_factory=dict)
    entries: dict[str, AccountEntry] = field(default_factory=dict)
    revocables: dict[str, Revocable] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


#: What the core directives collected for an application.
core = RegistryStore("esea.core", Core)


def kinds_of_resource(resource: object) -> Iterator[ParentKind]:
    """Yield what ``add_portal_child`` may name as ``parent`` of a page under this resource: classes and interfaces."""
    yield from type(resource).__mro__
    yield from providedBy(resource).flattened()


def permissions_of(source: Source) -> Mapping[str, Rule]:
    """Return the declared permissions by name; what is not here is denied."""
    return core(source).permissions


def roles_of(source: Source) -> Mapping[str, str]:
    """Return the declared roles: name and French title."""
    return core(source).roles


def revocables_of(source: Source) -> Sequence[Revocable]:
    """Return what ends with a compromised account's other open things, in the order in which it ends."""
    return sorted(core(source).revocables.values(), key=lambda each: (each.order, each.name))


def report_problems(config: Configurator, problems: Sequence[Problem]) -> None:
    """Add what stops the start; everything is told at once when the configuration is committed."""
    core(config).problems.extend(problems)


def _declare(config: Configurator, kind: str, key: object, title: str, store: Callable[[], None]) -> None:
    introspectable = config.introspectable(f"esea {kind}", key, title, kind)
    config.action((f"esea-{kind}", key), store, introspectables=(introspectable,))


def add_portal_child(config: Configurator, name: str, factory: ChildFactory, parent: ParentKind = IPortalRoot) -> None:
    """Add the resource ``factory(request, parent, name)`` under every resource of a class, or that provides an
    interface."""
    factory = config.maybe_dotted(factory)
    _declare(
        config,
        "child",
        (parent, name),
        f"{parent.__name__}/{name}",
        lambda: core(config).children.__setitem__((parent, name), factory),
    )


def add_portal_root(config: Configurator, name: str, factory: RootFactory) -> None:
    """Declare the root ``factory(request)`` that a host name of ``portal.hosts`` may be given (``HOST = name``).

    That host then serves the views of this root's own places, static files, and nothing else of the portal.
    """
    factory = config.maybe_dotted(factory)
    _declare(config, "root", name, name, lambda: core(config).roots.__setitem__(name, factory))


def add_permission_rule(config: Configurator, name: str, rule: Rule) -> None:
    """Declare a permission; views name it, the policy judges it, an undeclared one is always denied."""
    _declare(config, "permission", name, name, lambda: core(config).permissions.__setitem__(name, rule))


def add_role(config: Configurator, name: str, title: str) -> None:
    """Declare a role that people can be given."""
    _declare(config, "role", name, title, lambda: core(config).roles.__setitem__(name, title))


def add_nav_item(config: Configurator, item: NavItem) -> None:
    """Add an entry to the portal's navigation."""
    _declare(config, "nav", item.path, item.title, lambda: core(config).nav.__setitem__(item.path, item))


def add_account_tile(config: Configurator, name: str, source: TileSource) -> None:
    """Let a package offer tiles on « Mon compte »; ``source(request)`` returns those for this person."""
    source = config.maybe_dotted(source)
    _declare(config, "tile", name, name, lambda: core(config).tiles.__setitem__(name, source))


def add_account_entry(config: Configurator, entry: AccountEntry) -> None:
    """Add an entry to the menu beside every page of « Mon compte »."""
    _declare(config, "entry", entry.path, entry.title, lambda: core(config).entries.__setitem__(entry.path, entry))


def add_personal_data(config: Configurator, name: str, collector: PersonalData) -> None:
    """Add what a package knows of a person to « Télécharger mes données »: no secret and nobody else's name."""
    collector = config.maybe_dotted(collector)
    _declare(config, "personal data", name, name, lambda: core(config).personal_data.__setitem__(name, collector))


def add_revocable(config: Configurator, name: str, end: EndOpened, *, order: int = 100) -> None:
    """Declare what ``foundation.revocation.end_everything`` ends.

    :param name: of the kind; callers exclude it by this name.
    :param end: called with the database session, the account's subject and the id of the one that stays, or ``""``.
    :param order: lower ends first. Sign-ins end before sessions: one that finishes at this moment has opened its
        session by the time that those end.
    """
    revocable = Revocable(name, config.maybe_dotted(end), order)
    _declare(config, "revocable", name, name, lambda: core(config).revocables.__setitem__(name, revocable))


def includeme(config: Configurator) -> None:
    """Add the directives, and stop the start with all problems at once."""
    for directive in (
        add_portal_child,
        add_portal_root,
        add_permission_rule,
        add_role,
        add_nav_item,
        add_account_tile,
        add_account_entry,
        add_personal_data,
        add_revocable,
        add_service,
    ):
        config.add_directive(directive.__name__, directive)

    def stop_if_problems() -> None:
        problems = core(config).problems
        if problems:
            raise ConfigurationError(problems)

    # Before any other action, what the includes found; after every other, what the actions found.
    config.action("esea-problems-of-includes", stop_if_problems, order=-10_000)
    config.action("esea-problems-of-actions", stop_if_problems, order=10_000)
