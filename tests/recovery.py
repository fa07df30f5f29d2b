"""Steps of who lost something: a printed code, the mailbox, everything; and the two reviewers who agree."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from tests.devices import with_password
from webtest import TestApp, TestResponse

from esea_auth_plugin.interfaces import IReviews
from esea_auth_plugin.testing.pages import fill, send, text
from esea_auth_plugin.testing.portal import Person, Portal
from esea_auth_plugin.testing.sign_up import path_in

#: Accepted by the password policy.
NEW = "Girafe-Tambour-Melon-48"


def with_code(browser: TestApp, person: Person, code: str) -> TestResponse:
    """Use a printed code after the password."""
    return send(with_password(browser, person, "secours"), {"Code de secours": code})


def lose_mailbox(portal: Portal, login: str, email: str = "anne.neuve@chu.example.fr") -> TestResponse:
    """Ask the support for another mailbox."""
    page = portal.browser().get("/connexion/oubli/boite-mail")
    return send(
        page,
        {
            "Identifiant ou ancien email": login,
            "Nom": "Pierre",
            "Prénom": "Anne",
            "Nouvel email": email,
            "Confirmation nouvel email": email,
            "Téléphone": "05 56 00 00 00",
            "Que s'est-il passé ?": "J'ai changé d'établissement en septembre.",
        },
    )


def lose_everything(portal: Portal, login: str) -> TestResponse:
    """Ask the support for everything anew."""
    page = portal.browser().get("/connexion/oubli").click("Téléphone, clé ou application perdus")
    page = page.click("J’ai perdu tous mes moyens de connexion")
    return send(
        page,
        {
            "Identifiant ou email": login,
            "Nom": "Pierre",
            "Prénom": "Anne",
            "Que s’est-il passé ?": "Téléphone et carte volés dans le tramway.",
        },
    )


def agree(portal: Portal, reviewer: TestApp, reference: str, *, checked: bool = True) -> TestResponse:
    """Agree to a request, as one reviewer."""
    page = reviewer.get(f"/support/acces-perdus/{reference}")
    assert "1. Rappeler" in text(page), "the procedure stands on the page"
    box = {"J’ai suivi moi-même la procédure et vérifié l’identité de la personne.": checked}
    return fill(page, box).submit(expect_errors=True)


def agree_again(reviewer: TestApp, path: str) -> TestResponse:
    """Send a second agreement of the same reviewer, past the page that does not offer it any more."""
    page = reviewer.get(path)
    assert "Votre accord est donné. Il manque celui d’une autre personne de l’équipe." in text(page)
    token = page.html.find("input", attrs={"name": "csrf_token"})["value"]
    forced = {"csrf_token": token, "choix.identity_checked": "1"}
    return reviewer.post(f"{path}/accepter", forced, expect_errors=True)


def accept_twice(portal: Portal, reference: str) -> None:
    """Let two new support people agree."""
    reviews = portal.find(IReviews)
    for _ in range(2):
        by = portal.person(roles=["support"]).subject
        with portal.db.writing() as session:
            review = reviews.by_reference(session, reference)
            reviews.decide(session, review.id, accept=True, by=by, kept=frozenset({"identity_checked"}))
    portal.clock.advance(minutes=5)


def mailed_path(portal: Portal, to: str) -> str:
    """Return the path of the latest link with which somebody who lost everything begins anew."""
    emails = [letter for letter in portal.emails(to) if "/connexion/retrouver/" in letter.text]
    assert emails, "no link was mailed"
    return path_in(emails[-1], "/connexion/retrouver/")


def mailed_link(portal: Portal, to: str) -> str:
    """Return the path of the link in the last email."""
    found = re.search(r"https?://\S+/connexion/reinitialisation/\S+", portal.emails(to)[-1].text)
    assert found is not None
    return urlsplit(found[0]).path


def new_mailbox_path(portal: Portal, to: str) -> str:
    """Return the path of the latest link that a new mailbox received once the support had agreed."""
    mailed = [letter for letter in portal.emails(to) if "/connexion/reinitialisation/" in letter.text]
    assert mailed, "no link was mailed"
    return path_in(mailed[-1], "/connexion/reinitialisation/")


def ask_link(portal: Portal, login: str) -> TestResponse:
    """Ask for a link to a new password."""
    page = portal.browser().get("/connexion/oubli/mot-de-passe")
    return send(page, {"Identifiant ou email": login}).follow()


def reset(portal: Portal, person: Person, password: str = NEW) -> TestResponse:
    """Choose a new password by a mailed link, with nothing else."""
    ask_link(portal, person.identifier)
    page = portal.browser().get(mailed_link(portal, person.email)).follow()
    values = {"Nouveau mot de passe": password, "Confirmez votre nouveau mot de passe": password}
    return send(page, values)
