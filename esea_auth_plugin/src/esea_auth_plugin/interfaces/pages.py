"""Resources, navigation and the facts that every page may need."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from zope.interface import Interface

from ..pyramid_types import PortalRequest


class IPortalRoot(Interface):
    """Marker of the resource under which plugins add their pages."""


class IResource(Interface):
    """A place of the portal: has ``__name__`` and ``__parent__``."""


class IAccountRoot(Interface):
    """« Mon compte » (``/compte``): packages add pages about the signed-in person here."""


class ISupportRoot(Interface):
    """The support's review board (``/support``): packages add pages for the support here."""


class ISignInRoot(Interface):
    """The sign-in (``/connexion``): packages add pages for people who are not signed in here."""


@dataclass(frozen=True, slots=True)
class NavItem:
    """An entry of the portal's navigation, shown when ``permission`` is granted (``None``: to everyone)."""

    title: str
    path: str
    permission: str | None = None
    order: int = 100


@dataclass(frozen=True, slots=True)
class Tile:
    """A tile of « Mon compte », offered by a package."""

    title: str
    path: str
    text: str
    order: int = 100
    #: Slug of the service that it opens, ``""`` for what belongs to the account itself.
    service: str = ""
    #: The person put it first.
    favourite: bool = False


class AccountGroup(enum.IntEnum):
    """Parts of the menu of « Mon compte », in their order."""

    SERVICES = 1
    IDENTITY = 2
    SECURITY = 3
    DATA = 4

    @property
    def title(self) -> str:
        """French title of the part."""
        return ("Mes services", "Mon identité", "Ma sécurité", "Mes données")[self - 1]


@dataclass(frozen=True, slots=True)
class AccountEntry:
    """An entry of the menu that stands beside every page of « Mon compte ».

    :ivar text: one sentence, for the page « Gérer mon compte »; ``""`` keeps the entry off it.
    :ivar shown: tells for a request whether its person sees the entry; everybody by default.
    """

    title: str
    path: str
    group: AccountGroup
    text: str = ""
    order: int = 100
    shown: Callable[[PortalRequest], bool] | None = None


@dataclass(frozen=True, slots=True)
class Contacts:
    """Whom people may call or write to; every part is a setting (``portal.support_*``, ``portal.on_call_*``).

    :ivar on_call_phone: shown while the support is closed, ``""`` when nobody is on call then.
    :ivar on_call_note: French, what the person on call does.
    """

    support_email: str
    support_phone: str
    support_hours: str
    dpo_email: str
    tutorials_url: str = ""
    on_call_phone: str = ""
    on_call_note: str = ""


@dataclass(frozen=True, slots=True)
class PortalSettings:
    """Facts of the portal that every package may need (prefix ``portal.``).

    :ivar env: ``development``, ``test`` or ``production``. :ivar url: public origin, no trailing slash.
    """

    env: str
    name: str
    url: str
    contacts: Contacts
    terms_version: str
    extra: Mapping[str, str] = field(default_factory=dict)

    @property
    def secure(self) -> bool:
        """Served over TLS: cookies take the ``__Host-`` prefix and HSTS is sent."""
        return self.url.startswith("https://")

    def absolute(self, path: str) -> str:
        """Return the absolute address of a path; the only source of absolute addresses."""
        return self.url + path


ViewCallable = Callable[..., Any]
