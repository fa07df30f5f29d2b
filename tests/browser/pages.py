"""Every page of the portal, and how to come to it: what the accessibility tests judge, and what no page escapes.

A page is a template that the layout frames. Each has its way here, in the words of what a person does; a test fails
when a page has none, or when a way leads to another page. A page is driven there without a browser, which is fast, and
then opened in Chromium with the same cookies.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Page
from tests.browser import espace_pro_pages
from tests.browser.steps import fill
from tests.browser.steps import press as click
from tests.devices import by_application, give_application
from webtest import TestApp, TestResponse

from esea_auth_plugin.interfaces import IAccounts, IInvitations, IMailboxes, IReviews, IRoleSuspensions
from esea_auth_plugin.testing import sign_up as wizard
from esea_auth_plugin.testing.pages import send
from esea_auth_plugin.testing.portal import Portal

#: Whose browser, the address of the page there, and what is done there when the page only answers a form.
Arrival = tuple[TestApp, str] | tuple[TestApp, str, Callable[[Page], None]]
Way = Callable[[Portal], Arrival]

AUTH, ORU, HOST = "esea_auth_plugin", "oru_espace_pro_plugin", "host_app"
ADHESION = {
    "Motif de l'inscription": "Besoin des lits du 33",
    "Conditions d'Utilisation": "J'accepte les Conditions d'Utilisation",
}


def anybody(path: str) -> Way:
    """A page that needs nobody."""
    return lambda portal: (portal.browser(), path)


def person(path: str, **who: Any) -> Way:
    """A page of somebody who is signed in."""
    return lambda portal: (portal.signed_in(**who)[0], path)


def support(path: str) -> Way:
    """A page of the support."""
    return person(path, roles=["support"])


def after(page: TestResponse) -> Arrival:
    """The page that an answer leads to."""
    return page.test_app, urlsplit(page.location).path


def about(path: str) -> Way:
    """A page of the support about an account."""

    def way(portal: Portal) -> Arrival:
        anne = portal.person(services=["ror"])
        return portal.signed_in(roles=["support"])[0], path.format(anne.subject)

    return way


def _asked(portal: Portal) -> tuple[TestApp, str]:
    browser, anne = portal.signed_in()
    send(browser.get("/services/ror/adhesion"), ADHESION)
    with portal.db.reading() as session:
        return browser, portal.find(IReviews).of_author(session, anne.subject)[0].reference


def _suspended_roles(portal: Portal) -> Arrival:
    """« Mes rôles » after a recovery of the account."""
    browser, lucie = portal.signed_in(roles=["support"])
    with portal.db.writing() as session:
        portal.find(IRoleSuspensions).suspend(session, lucie.subject, cause="lost_mailbox", request_id=None)
    return browser, "/compte/roles"


def _complete(portal: Portal) -> Arrival:
    """The page that answers the support's question."""
    browser, reference = _asked(portal)
    claire = wizard.reviewer(portal)
    with portal.db.writing() as session:
        review = portal.find(IReviews).by_reference(session, reference)
        portal.find(IReviews).ask_more(session, review.id, by=claire.subject, question="Quel service, au juste ?")
    return browser, f"/compte/demandes/{reference}/completer"


def _withdraw(portal: Portal) -> Arrival:
    browser, reference = _asked(portal)
    return browser, f"/compte/demandes/{reference}/retirer"


def _my_requests(portal: Portal) -> Arrival:
    return _asked(portal)[0], "/compte/demandes"


def _request(portal: Portal) -> Arrival:
    reference = wizard.reference_on(wizard.sign_up(portal.browser()))
    portal.deliver()
    portal.clock.advance(minutes=5)
    return portal.signed_in(roles=["support"])[0], f"/support/inscriptions/{reference}"


def _not_yet(portal: Portal) -> Arrival:
    portal.clock.set(datetime(2026, 6, 1, 8, tzinfo=UTC))
    return portal.browser(), "/services/espace-pro"


def _code(portal: Portal) -> Arrival:
    anne = portal.person()
    page = portal.browser().get("/connexion/otp")
    return after(send(page, {"Identifiant ou email": anne.identifier, "Mot de passe": anne.password}))


def _terms(portal: Portal) -> Arrival:
    anne = portal.person()
    with portal.db.writing() as session:
        portal.find(IAccounts).accept_terms(session, anne.subject, "2020-01")
    page = portal.browser().get("/connexion/otp")
    page = send(page, {"Identifiant ou email": anne.identifier, "Mot de passe": anne.password}).follow()
    return after(send(page, {"Code reçu par courriel": portal.emails(anne.email)[-1].code}))


def _saved_form(portal: Portal) -> Arrival:
    browser, anne = portal.signed_in()
    page = browser.get("/services/ror/adhesion")
    portal.clock.advance(minutes=31)
    send(page, {"Motif de l'inscription": "J'ai besoin d'orienter mes patients."})
    portal.sign_in(browser, anne)
    return browser, "/connexion/reprise"


def _reset(portal: Portal) -> Arrival:
    anne = portal.person()
    send(portal.browser().get("/connexion/oubli/mot-de-passe"), {"Identifiant ou email": anne.identifier})
    path = wizard.path_in(portal.emails(anne.email)[-1], "/connexion/reinitialisation/")
    return after(portal.browser().get(path))


def _step_2(portal: Portal) -> Arrival:
    return wizard.to_step_2(portal.browser()).test_app, "/inscription/donnees"


def _step_3(portal: Portal) -> Arrival:
    return wizard.to_step_3(portal.browser()).test_app, "/inscription/identifiant"


def _step_4(portal: Portal) -> Arrival:
    return wizard.to_step_4(portal.browser()).test_app, "/inscription/adhesion"


def _check(portal: Portal) -> Arrival:
    return wizard.to_check(wizard.to_step_4(portal.browser())).test_app, "/inscription/verification"


def _waiting(portal: Portal) -> Arrival:
    page = wizard.sign_up(portal.browser())
    return page.test_app, page.request.path


def _email_again(portal: Portal) -> Arrival:
    page = wizard.to_step_3(portal.browser())
    portal.clock.advance(minutes=31)
    return after(page.test_app.get("/inscription/identifiant"))


def _confirmation(portal: Portal) -> Arrival:
    return after(portal.browser().get(wizard.accepted(portal)))


def _more_asked(portal: Portal) -> Arrival:
    reference = wizard.reference_on(wizard.sign_up(portal.browser()))
    claire = wizard.reviewer(portal)
    with portal.db.writing() as session:
        review = portal.find(IReviews).by_reference(session, reference)
        portal.find(IReviews).ask_more(session, review.id, by=claire.subject, question="Quel service, au juste ?")
    path = wizard.path_in(portal.emails(wizard.EMAIL)[-1], "/inscription/complement/")
    return after(portal.browser().get(path))


def _invitation(portal: Portal) -> Arrival:
    with portal.db.writing() as session:
        portal.find(IInvitations).invite(session, "claire.martin@chu.example.fr", "support", by="cli")
    path = wizard.path_in(portal.emails("claire.martin@chu.example.fr")[-1], "/inscription/invitation/")
    return after(portal.browser().get(path))


def _inside(path: str) -> Way:
    """A page of the inside of the Espace Pro, for the ORU team, which needs no registration."""
    return person(path, roles=["oru"], services=["espace-pro"])


def _lost_mailbox(portal: Portal) -> Arrival:
    new = "anne@ailleurs.example.fr"
    answers = {
        "Identifiant ou ancien email": "anne.pierre",
        "Nom": "Pierre",
        "Prénom": "Anne",
        "Nouvel email": new,
        "Confirmation nouvel email": new,
        "Téléphone": "05 56 00 00 00",
        "Que s'est-il passé ?": "Mon hôpital a changé de nom.",
    }

    def ask(page: Page) -> None:
        fill(page, answers)
        click(page, "Envoyer ma demande au support")
        page.get_by_role("heading", level=1).wait_for()

    return portal.browser(), "/connexion/oubli/boite-mail", ask


def _oru_form(portal: Portal) -> Arrival:
    browser, _ = portal.signed_in(services=["espace-pro"])
    page = browser.get("/espace-pro/inscription/conditions")
    accepted = "J'accepte les conditions d'utilisation de l'Espace Pro"
    send(page, {"Les conditions d'utilisation de l'Espace Pro": accepted})
    return browser, "/espace-pro/inscription/formulaire"


def _oru_waiting(portal: Portal) -> Arrival:
    browser, path = _oru_form(portal)[:2]
    answers = {
        "Fonction": "Médecin urgentiste",
        "Spécialité": "Médecine d'urgence",
        "Vous êtes": "Un professionnel d'un SAMU ou d'un SMUR",
        "Complément information": "Médecin au SAMU 33, besoin de l'annuaire",
        "Téléphone": "05 56 00 00 00",
    }
    return after(send(browser.get(path), answers))


def _letter(portal: Portal) -> Arrival:
    anne = portal.person()
    send(portal.browser().get("/connexion/oubli/identifiant"), {"Email": anne.email})
    portal.deliver()
    emails = portal.browser().get("/demo/courriels", headers={"Accept": "application/json"}).json["emails"]
    return portal.browser(), f"/demo/courriels/{emails[0]['key']}"


def _domains(portal: Portal) -> Arrival:
    portal.person(email="anne@chu-abandonne.fr")
    browser, _ = portal.signed_in(roles=["support"])
    with portal.db.writing() as session:
        portal.find(IMailboxes).unverify(session, "chu-abandonne.fr", reason="lapsed")
    return browser, "/support/domaines"


def _doubted(path: str) -> Way:
    """A page of somebody whose mailbox is not believed any more, and who owns an application."""

    def way(portal: Portal) -> Arrival:
        anne, browser = portal.person(email="anne@chu-abandonne.fr"), portal.browser()
        by_application(portal, browser, anne, give_application(portal, anne))
        with portal.db.writing() as session:
            portal.find(IMailboxes).unverify(session, "chu-abandonne.fr", reason="lapsed")
        return browser, path

    return way


def _elsewhere(portal: Portal) -> Arrival:
    anne = portal.person(services=["smur-tab"])
    page = portal.browser().get("/connexion/mot-de-passe?service=smur-tab")
    return after(send(page, {"Identifiant ou email": anne.identifier, "Mot de passe": anne.password}))


#: By template, as ``distribution:path``.
WAYS: Mapping[str, Way] = {
    f"{AUTH}:authentication/access/templates/refused.jinja2": person("/support"),
    f"{AUTH}:authentication/access/templates/roles.jinja2": _suspended_roles,
    f"{AUTH}:accounts/templates/home.jinja2": person("/compte", services=["espace-pro"]),
    f"{AUTH}:accounts/templates/profile.jinja2": person("/compte/profil", workplace="CHU d'Essai", city="Limoges"),
    f"{AUTH}:accounts/templates/profile_edit.jinja2": person("/compte/profil/modifier"),
    f"{AUTH}:support/templates/account.jinja2": about("/support/comptes/{}"),
    f"{AUTH}:support/templates/suspend.jinja2": about("/support/comptes/{}/suspendre"),
    f"{AUTH}:support/templates/accounts.jinja2": support("/support/comptes"),
    f"{AUTH}:authentication/credentials/templates/list.jinja2": person("/compte/dispositifs"),
    f"{AUTH}:foundation/layout/templates/error.jinja2": anybody("/nulle-part"),
    f"{AUTH}:my_account/closing/templates/close.jinja2": person("/compte/fermer"),
    f"{AUTH}:my_account/data/templates/data.jinja2": person("/compte/mes-donnees"),
    f"{AUTH}:my_account/corrections/templates/correction.jinja2": person("/compte/profil/rectifier"),
    f"{AUTH}:my_account/email_change/templates/change.jinja2": person("/compte/courriel"),
    f"{AUTH}:accounts/mail_domains/templates/domains.jinja2": _domains,
    f"{AUTH}:my_account/notices/templates/notifications.jinja2": person("/compte/notifications"),
    f"{AUTH}:my_account/activity/templates/activity.jinja2": person("/compte/activite"),
    f"{AUTH}:my_account/sessions/templates/sessions.jinja2": person("/compte/sessions"),
    f"{AUTH}:my_account/templates/hub.jinja2": person("/compte/gestion"),
    f"{AUTH}:portal_services/templates/adhesion.jinja2": person("/services/ror/adhesion"),
    f"{AUTH}:portal_services/templates/my_requests.jinja2": _my_requests,
    f"{AUTH}:portal_services/templates/not_yet.jinja2": _not_yet,
    f"{AUTH}:portal_services/templates/refused.jinja2": person("/services/ror"),
    f"{AUTH}:portal_services/templates/rights.jinja2": about("/support/comptes/{}/droits"),
    f"{AUTH}:portal_services/templates/services.jinja2": person("/services", services=["espace-pro"]),
    f"{AUTH}:portal_services/templates/complete.jinja2": _complete,
    f"{AUTH}:portal_services/templates/withdraw.jinja2": _withdraw,
    f"{AUTH}:foundation/reviews/templates/board.jinja2": support("/support"),
    f"{AUTH}:foundation/reviews/templates/queue.jinja2": support("/support/inscriptions"),
    f"{AUTH}:foundation/reviews/templates/request.jinja2": _request,
    f"{AUTH}:recovery/templates/asked.jinja2": anybody("/connexion/oubli/envoye"),
    f"{AUTH}:recovery/templates/change.jinja2": person("/compte/mot-de-passe"),
    f"{AUTH}:recovery/templates/forgotten.jinja2": anybody("/connexion/oubli"),
    f"{AUTH}:recovery/templates/form.jinja2": anybody("/connexion/oubli/mot-de-passe"),
    f"{AUTH}:recovery/templates/mailbox.jinja2": _lost_mailbox,
    f"{AUTH}:recovery/templates/reset.jinja2": _reset,
    f"{AUTH}:sign_in/templates/saved_form.jinja2": _saved_form,
    f"{AUTH}:sign_in/templates/sign_in.jinja2": anybody("/connexion?service=ror"),
    f"{AUTH}:sign_in/templates/sign_out.jinja2": person("/connexion/deconnexion"),
    f"{AUTH}:sign_in/templates/step.jinja2": _code,
    f"{AUTH}:sign_in/templates/terms.jinja2": _terms,
    f"{AUTH}:sign_up/templates/adhesion.jinja2": _step_4,
    f"{AUTH}:sign_up/templates/check.jinja2": _check,
    f"{AUTH}:sign_up/templates/again.jinja2": _email_again,
    f"{AUTH}:sign_up/templates/card.jinja2": lambda portal: (portal.browser(), "/inscription"),
    f"{AUTH}:sign_up/templates/confirmation.jinja2": _confirmation,
    f"{AUTH}:sign_up/templates/follow.jinja2": anybody("/inscription/suivi"),
    f"{AUTH}:sign_up/templates/identifier.jinja2": _step_3,
    f"{AUTH}:sign_up/templates/invitation.jinja2": _invitation,
    f"{AUTH}:sign_up/templates/resume.jinja2": _more_asked,
    f"{AUTH}:sign_up/templates/step.jinja2": _step_2,
    f"{AUTH}:sign_up/templates/waiting.jinja2": _waiting,
    f"{HOST}:home/templates/home.jinja2": anybody("/"),
    f"{HOST}:texts/templates/accessibilite/2026-06.jinja2": anybody("/accessibilite"),
    f"{HOST}:texts/templates/cgu/2026-06.jinja2": anybody("/cgu"),
    f"{HOST}:texts/templates/contact/2026-06.jinja2": anybody("/contact"),
    f"{HOST}:texts/templates/donnees-personnelles/2026-06.jinja2": anybody("/donnees-personnelles"),
    f"{HOST}:texts/templates/mentions-legales/2026-06.jinja2": anybody("/mentions-legales"),
    **espace_pro_pages.WAYS,
    f"{ORU}:registration/templates/form.jinja2": _oru_form,
    f"{ORU}:registration/templates/standing.jinja2": _oru_waiting,
    f"{ORU}:registration/templates/terms.jinja2": person("/espace-pro/inscription/conditions", services=["espace-pro"]),
    f"{ORU}:welcome/templates/inside.jinja2": _inside("/espace-pro"),
    f"{ORU}:welcome/templates/public.jinja2": anybody("/espace-pro"),
}

#: Pages of the demo: the portal is then started as one.
DEMO: Mapping[str, Way] = {
    f"{HOST}:demo/templates/demo.jinja2": anybody("/demo"),
    f"{HOST}:demo/templates/mail.jinja2": anybody("/demo/courriels"),
    f"{HOST}:demo/templates/letter.jinja2": _letter,
    f"{AUTH}:portal_services/templates/elsewhere.jinja2": _elsewhere,
}

#: More ways to the pages that look otherwise for others.
MORE: tuple[tuple[str, Way], ...] = (
    *espace_pro_pages.MORE,
    (f"{AUTH}:sign_in/templates/sign_in.jinja2", anybody("/connexion?service=smur-tab")),
    (f"{AUTH}:sign_in/templates/step.jinja2", anybody("/connexion/mot-de-passe?service=smur-tab")),
    (f"{AUTH}:recovery/templates/form.jinja2", anybody("/connexion/oubli/boite-mail")),
    (f"{AUTH}:portal_services/templates/services.jinja2", anybody("/services")),
    (f"{AUTH}:foundation/reviews/templates/queue.jinja2", support("/support/adhesions")),
    (f"{AUTH}:foundation/reviews/templates/queue.jinja2", _inside("/espace-pro/gestion/inscriptions")),
)

#: More ways to the pages of who owns a device.
MORE_OF_OWNERS: tuple[tuple[str, Way], ...] = (
    (f"{AUTH}:accounts/templates/home.jinja2", _doubted("/compte")),
    (f"{AUTH}:my_account/email_change/templates/change.jinja2", _doubted("/compte/courriel")),
)

_QR = f"{AUTH}:auth_modes/qr_code/templates"
#: Pages that no way leads to, each with its reason.
UNJUDGED: Mapping[str, str] = {
    f"{_QR}/type.jinja2": "of a telephone: judged in test_qr_code.py",
    f"{_QR}/request.jinja2": "of a telephone: judged in test_qr_code.py",
    f"{_QR}/sign.jinja2": "of a telephone: judged in test_qr_code.py",
    f"{_QR}/phone.jinja2": "of a telephone: judged in test_qr_code.py",
    f"{_QR}/make.jinja2": "of a telephone: judged in test_qr_code.py",
    f"{_QR}/done.jinja2": "of a telephone: judged in test_qr_code.py",
    f"{HOST}:templates/layout.jinja2": "the frame itself, judged with each page",
    f"{HOST}:errors/templates/error.jinja2": "put in the place of the plugin's error page, whose address is judged",
    f"{HOST}:texts/templates/text.jinja2": "the frame of the texts",
    f"{AUTH}:sign_up/templates/wizard.jinja2": "the frame of the steps",
    f"{AUTH}:authentication/linking/templates/identity.jinja2": (
        "follows a card or Pro Santé Connect: judged with those modes"
    ),
    f"{AUTH}:authentication/linking/templates/link.jinja2": (
        "follows a card or Pro Santé Connect: judged with those modes"
    ),
    f"{AUTH}:sign_up/templates/mailbox.jinja2": "follows a card or Pro Santé Connect: judged with those modes",
    f"{AUTH}:auth_modes/cps_card/templates/host_base.jinja2": "the frame of the card host's pages",
    f"{HOST}:demo/templates/reader.jinja2": "of the demo that accepts cards: judged in test_card.py",
    f"{HOST}:demo/templates/reader_refused.jinja2": "of the demo that accepts cards: judged in test_card.py",
    f"{AUTH}:auth_modes/cps_card/templates/host_refused.jinja2": "the reader's refusal at another host",
    f"{AUTH}:auth_modes/cps_card/templates/host_welcome.jinja2": "a heading and a link at another host",
    f"{AUTH}:auth_modes/cps_card/templates/diagnostic.jinja2": "with the mode enabled only: judged in test_card.py",
    f"{AUTH}:auth_modes/cps_card/templates/help.jinja2": "with the mode enabled only: judged in test_card.py",
    f"{AUTH}:auth_modes/pro_sante_connect/templates/end_session.jinja2": "sends itself: in test_pro_sante_connect.py",
    f"{AUTH}:auth_modes/cps_card/templates/lists.jinja2": "a table as the queues have, with the mode enabled only",
}
