"""What the rooms of the portal know of each other: interfaces, and the plain values they exchange.

Everything here is published: other plugins and hosts may build on it. Services take the database session they
work in; values are frozen and detached from the database. Times are aware datetimes in UTC.
"""

from __future__ import annotations

from .accounts import AccountState, AccountView, IAccounts, IInvitations, IPasswords, IRoles
from .catalogue import AdmittedMode, ICatalogue, IGrants, ModeStanding, PortalService
from .mechanisms import (
    Backlog,
    IAuditTrail,
    IClock,
    IJobs,
    IMailTransport,
    IOutbox,
    IPostman,
    ISealer,
    IThrottle,
    Limit,
    Reservation,
)
from .pages import (
    Contacts,
    IAccountRoot,
    IPortalRoot,
    IResource,
    ISupportRoot,
    NavItem,
    PortalSettings,
    Tile,
    ViewCallable,
)
from .people import Factor, Identity, IPermissionJudge, Level, Proof, Refusal, RoleHeld, Rule
from .reviews import Choice, Fact, FactSheet, IReviews, RequestKind, ReviewState, ReviewView
from .sessions import IParkedForms, ISessions, SessionView

__all__ = [
    "AccountState",
    "AccountView",
    "AdmittedMode",
    "Backlog",
    "Choice",
    "Contacts",
    "Fact",
    "FactSheet",
    "Factor",
    "IAccountRoot",
    "IAccounts",
    "IAuditTrail",
    "ICatalogue",
    "IClock",
    "IGrants",
    "IInvitations",
    "IJobs",
    "IMailTransport",
    "IOutbox",
    "IParkedForms",
    "IPasswords",
    "IPermissionJudge",
    "IPortalRoot",
    "IPostman",
    "IResource",
    "IReviews",
    "IRoles",
    "ISealer",
    "ISessions",
    "ISupportRoot",
    "IThrottle",
    "Identity",
    "Level",
    "Limit",
    "ModeStanding",
    "NavItem",
    "PortalService",
    "PortalSettings",
    "Proof",
    "Refusal",
    "RequestKind",
    "Reservation",
    "ReviewState",
    "ReviewView",
    "RoleHeld",
    "Rule",
    "SessionView",
    "Tile",
    "ViewCallable",
]
