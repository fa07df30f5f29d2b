"""What the rooms of the portal know of each other: interfaces, and the plain values they exchange.

Everything here is published: other plugins and hosts may build on it. Services take the database session they
work in; values are frozen and detached from the database. Times are aware datetimes in UTC.
"""

from __future__ import annotations

from .accounts import AccountState, AccountView, IAccounts, IInvitations, IPasswords, IRoles
from .catalogue import AdmittedMode, ICatalogue, IGrants, ModeStanding, PortalService
from .identities import (
    PROVEN_ORIGINS,
    ExternalIdentity,
    ExternalLink,
    Holder,
    IEnrolments,
    IExternalIdentities,
    ILinking,
    IOwnedLevel,
    LinkVerdict,
)
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
    "PROVEN_ORIGINS",
    "AccountState",
    "AccountView",
    "AdmittedMode",
    "Backlog",
    "Choice",
    "Contacts",
    "ExternalIdentity",
    "ExternalLink",
    "Fact",
    "FactSheet",
    "Factor",
    "Holder",
    "IAccountRoot",
    "IAccounts",
    "IAuditTrail",
    "ICatalogue",
    "IClock",
    "IEnrolments",
    "IExternalIdentities",
    "IGrants",
    "IInvitations",
    "IJobs",
    "ILinking",
    "IMailTransport",
    "IOutbox",
    "IOwnedLevel",
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
    "LinkVerdict",
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
