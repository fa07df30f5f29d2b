"""« Notifications »: what was told lately, what is blocked, and which emails one wishes to receive."""

from __future__ import annotations

from pyramid.httpexceptions import HTTPForbidden, HTTPSeeOther
from pyramid.view import view_config

from ...authentication.access.refused import Refused
from ...authentication.access.top_level import fresh_proofs, wanted_level
from ...authentication.credentials.loss.service import REPORTS, LostDevices
from ...authentication.credentials.suspension import SuspendedFactors
from ...authentication.credentials.suspension.naming import named
from ...foundation.database import retrying
from ...interfaces import IAuditTrail, INotifications, Refusal
from ...pyramid_types import PortalRequest, TemplateValues
from ...services import current_time, find
from .kinds import KINDS
from .notifications import topics_of
from .resources import NotificationsResource
from .service import TTL, Notices

_PAGE = "esea_auth_plugin:my_account/notices/templates/notifications.jinja2"


@view_config(context=NotificationsResource, request_method="GET", renderer=_PAGE, permission="esea.account.view")
def notifications(context: NotificationsResource, request: PortalRequest) -> TemplateValues:
    """Show the page."""
    session, subject = request.dbsession, request.identity.subject
    chosen = find(request, INotifications).choices(session, subject)
    return {
        "topics": [(name, topic, chosen.get(name, topic.default)) for name, topic in topics_of(request).items()],
        "latest": [(notice, KINDS[notice.kind]) for notice in find(request, Notices).latest(session, subject)],
        "since": current_time(request) - TTL,
        "frozen": named(request.registry, session, subject),
    }


@view_config(context=NotificationsResource, name="choisir", request_method="POST", permission="esea.account.change")
def chosen(context: NotificationsResource, request: PortalRequest) -> HTTPSeeOther:
    """Keep the choices; what can't be switched off is not asked, whatever is sent."""
    subject = request.identity.subject
    ticked = {name for name in topics_of(request) if request.POST.get(f"sujet.{name}") == "oui"}
    choices = {name: name in ticked for name, topic in topics_of(request).items() if topic.default is not None}
    find(request, INotifications).choose(request.dbsession, subject, choices)
    find(request, IAuditTrail).record(
        request.dbsession, "notice.choices_changed", actor=subject, target=subject, details={"wanted": sorted(ticked)}
    )
    request.flash("Vos préférences sont enregistrées.")
    return HTTPSeeOther("/compte/notifications")


@view_config(context=NotificationsResource, name="signaler", request_method="POST", permission="esea.account.change")
def contested(context: NotificationsResource, request: PortalRequest) -> HTTPSeeOther:
    """« Ce n'était pas moi » from the list. A proof of ten minutes is enough: it opens nothing.

    Whoever sits down at a session left open must not close the account of its person.
    """
    identity, notices = request.identity, find(request, Notices)
    fresh = fresh_proofs(request, identity)
    if not fresh.proofs or fresh.level < min(REPORTS, wanted_level(request, identity.subject)):
        raise HTTPForbidden(result=Refused(Refusal.STALE, "esea.account.change"))
    wanted, address = str(request.POST.get("notice", ""))[:36], request.client_address
    stopped = retrying(request, lambda session: notices.contest_own(session, identity.subject, wanted, address=address))
    if stopped is None:
        request.flash(
            "Cette alerte a plus de sept jours : regardez « Mes sessions » et « Mes dispositifs ».", "warning"
        )
        return HTTPSeeOther("/compte/notifications")
    request.flash(
        "C’est arrêté : toutes vos sessions sont fermées, celle-ci aussi, et ce qui avait servi est bloqué. Connectez-"
        "vous par un autre moyen, ou appelez l’assistance.",
        "warning",
    )
    return HTTPSeeOther("/connexion")


@view_config(
    context=NotificationsResource, name="debloquer", request_method="POST", permission="esea.account.change",
    top_level=True,
)  # fmt: skip
def lifted(context: NotificationsResource, request: PortalRequest) -> HTTPSeeOther:
    """Accept a frozen factor again. Who asks has just proven the account's highest level, by something else: what is
    frozen proves nothing."""
    subject = request.identity.subject
    mode, reference = request.POST.get("mode", ""), request.POST.get("reference", "")
    if find(request, SuspendedFactors).lift(request.dbsession, subject, mode, reference, by=subject):
        find(request, LostDevices).found_again(request.dbsession, subject, mode, reference)
        request.flash("Ce moyen de connexion est débloqué.")
    return HTTPSeeOther("/compte/notifications")
