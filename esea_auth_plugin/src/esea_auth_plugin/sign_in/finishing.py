"""The last step of a sign-in: the CGU if they are due, then the session, under a new id."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

from sqlalchemy.orm import Session

from ..authentication.attempts import browsers
from ..authentication.attempts.store import TERMS, SignIn, SignIns
from ..errors import PortalError
from ..events import SignedIn, SignedInFromNewNetwork
from ..foundation.database import lock_accounts
from ..foundation.web.return_paths import destination
from ..interfaces import (
    AccountState,
    AccountView,
    Factor,
    IAccounts,
    IAuditTrail,
    IEnrolmentTickets,
    IFirstLinks,
    IPasswordResets,
    ISessions,
    SessionView,
)
from ..levels import level_of, mail_code_barred
from ..pyramid_types import PortalRequest
from ..services import current_time, find, offers
from ..settings import AuthSettings
from . import known_networks as known_places
from .offers import service_named
from .saved_forms import SavedForms


class StartAgain(PortalError):
    """The sign-in can't go on: its time is over, or what it rested on has changed."""

    code = "sign_in.start_again"


def terms_due(request: PortalRequest, account: AccountView) -> bool:
    """Tell whether the person must accept the CGU before any service opens: a new version, or a year passed."""
    if account.terms_accepted_at is None or account.terms_version != request.portal.terms_version:
        return True
    kept = timedelta(days=find(request, AuthSettings).terms_days)
    return account.terms_accepted_at + kept <= current_time(request)


def active_account(request: PortalRequest, session: Session, subject: str) -> AccountView:
    """Lock the account and return it if it may sign in at this moment, which stays so until the transaction ends.

    :raises StartAgain: it was suspended or closed since the first stage.
    """
    lock_accounts(request, session, subject)
    account = find(request, IAccounts).by_subject(session, subject)
    if account is None or account.state is not AccountState.ACTIVE:
        raise StartAgain("Cette connexion ne peut pas aboutir. Contactez l'assistance.")
    return account


def after_last_stage(request: PortalRequest, found: SignIn) -> str:
    """Go on from a sign-in whose every mode has proven its part; return the address to show next.

    :param found: as it is stored now, ``subject`` and ``proofs`` complete.
    """
    session: Session = request.dbsession
    account = active_account(request, session, cast(str, found.subject))
    if found.reset_id is not None:
        return _back_to_reset(request, session, found, found.reset_id)
    if any(Factor.RECOVERY in proof.factors for proof in found.proofs):
        return _to_new_device(request, session, found, account)
    if terms_due(request, account) and found.stage != TERMS:
        moved = find(request, SignIns).move(
            request, session, found, stage=TERMS, subject=account.subject, proofs=found.proofs
        )
        if not moved:
            raise StartAgain("Cette connexion a été reprise ailleurs. Recommencez depuis le début.")
        return "/connexion/conditions"
    return _open(request, session, found, account)


def _back_to_reset(request: PortalRequest, session: Session, found: SignIn, reset_id: str) -> str:
    """The other factor of a forgotten password is proven: nobody is signed in by it."""
    if not find(request, SignIns).finish(request, session, found):
        raise StartAgain("Cette étape a expiré. Reprenez depuis le lien reçu.")
    find(request, IPasswordResets).factor_proven(session, reset_id, cast(str, found.subject), found.proofs)
    return "/connexion/reinitialisation"


def _to_new_device(request: PortalRequest, session: Session, found: SignIn, account: AccountView) -> str:
    """What replaces a lost device is proven: nobody is signed in by it, a new device may be added."""
    if not find(request, SignIns).finish(request, session, found):
        raise StartAgain("Cette connexion a expiré. Recommencez depuis le début.")
    return find(request, IEnrolmentTickets).issue(request, session, account.subject, cause="recovery_code")


def _open(request: PortalRequest, session: Session, found: SignIn, account: AccountView) -> str:
    if not find(request, SignIns).finish(request, session, found):
        raise StartAgain("Cette connexion a expiré. Recommencez depuis le début.")
    sessions = find(request, ISessions)
    former = sessions.current(request)
    same = former is not None and former.subject == account.subject
    if found.session_id is not None and (former is None or former.id != found.session_id):
        # Its stages left out what that session had proven: without it they prove too little.
        raise StartAgain("Votre session a pris fin entre-temps. Recommencez depuis le début.")
    saved_form = find(request, SavedForms)
    waiting = saved_form.hold(request, session, account.subject)
    service = service_named(request, found.service)
    idle = service.idle if service is not None else None
    if same:
        view = sessions.raise_with(request, found.proofs, idle=idle)
    else:
        view = sessions.open(request, account.subject, found.proofs, idle=idle)
    known_browser = browsers.browser_of(request).known_to(account.subject)
    browsers.remember(request, session, account.subject)
    place = known_places.remember(request, session, account.subject)
    if waiting is not None:
        saved_form.hand_over(request, session, waiting)
    barred = mail_code_barred(account, current_time(request))
    find(request, IAuditTrail).record(
        session,
        "sign_in.raised" if same else "sign_in.succeeded",
        actor=account.subject,
        target=account.subject,
        details={
            "mode": found.mode,
            "service": found.service,
            "session": view.id,
            "level": level_of(view.proofs, mail_code_barred=barred).slug,
        },
        personal={"address": request.client_address, "user_agent": (request.user_agent or "")[:200]},
    )
    familiar = place.known and (known_browser or known_places.is_shared_workstation(request))
    _notify(request, session, found, view, new=not (same or place.first or familiar))
    onward = "/connexion/reprise" if waiting is not None else destination(found.return_path, found.service)
    if not offers(request, IFirstLinks):
        return onward
    first_links = find(request, IFirstLinks)
    return first_links.page_for(session, view.subject, view, onward, known_browser=known_browser) or onward


def _notify(request: PortalRequest, session: Session, found: SignIn, view: SessionView, *, new: bool) -> None:
    """Tell the packages of a sign-in, and of one from a browser or a place that the account does not know."""
    subject, agent, address = view.subject, (request.user_agent or "")[:300], request.client_address
    request.registry.notify(SignedIn(session, subject, found.service, agent, address, found.proofs, new))
    if new:
        request.registry.notify(SignedInFromNewNetwork(session, subject, agent, address, found.proofs))
