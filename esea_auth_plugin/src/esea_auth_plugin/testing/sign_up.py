"""The sign-up as people fill it in, step by step, for the tests of this and of other plugins."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from webtest import TestApp, TestResponse

from esea_auth_plugin.interfaces import IReviews
from esea_auth_plugin.testing.pages import press, send, text
from esea_auth_plugin.testing.portal import PASSWORD, Person, Portal
from esea_auth_plugin.testing.smtp import ReceivedEmail

from ..pyramid_types import JsonObject

EMAIL = "anne.pierre@ch-exemple.fr"
#: What she types at step 3 where a test must know it; what is proposed ends with digits of its own.
IDENTIFIER = "anne.pierre"

_reviewers = itertools.count(1)

#: Step 2 of a fictional nurse; her RPPS number is nobody's.
PERSONAL: Mapping[str, str] = {
    "Civilité": "Madame",
    "Nom": "Pierre",
    "Prénom": "Anne",
    "Email": EMAIL,
    "Confirmation email": EMAIL,
    "Lieu d’exercice": "CH d’Exemple, urgences",
    "Jour": "14",
    "Mois": "03",
    "Profession": "Infirmier",
    "N° RPPS": "8 999 0000 0011",
    "Adresse": "1 rue de l’Essai",
    "Code postal": "33000",
    "Ville": "Bordeaux",
    "Département": "Gironde",
    "Téléphone": "05 56 79 56 79",
}
#: The button that sends the request.
SEND = "Envoyer ma demande"
MOTIVE = "Je travaille aux urgences et j’ai besoin des tableaux de bord."


def personal(**changes: str) -> dict[str, str]:
    """Return step 2 with some answers changed: ``personal(Nom="Durand")``; ``email`` changes both addresses."""
    email = changes.pop("email", None)
    both = {"Email": email, "Confirmation email": email} if email else {}
    return {**PERSONAL, **both, **changes}


def to_step_2(browser: TestApp, service: str = "") -> TestResponse:
    """Answer step 1; return the page of step 2."""
    page = browser.get("/inscription", params={"service": service} if service else {})
    return press(page, "Non, je n’ai pas de carte CPS").follow()


def to_step_3(browser: TestApp, service: str = "", **changes: str) -> TestResponse:
    """Answer steps 1 and 2; return the page of step 3."""
    return send(to_step_2(browser, service), personal(**changes)).follow()


def to_step_4(
    browser: TestApp, service: str = "", *, password: str = PASSWORD, identifier: str = "", **changes: str
) -> TestResponse:
    """Answer steps 1 to 3, keeping the proposed identifier unless told; return the page of step 4."""
    answers = {"Mot de passe": password, "Confirmez votre mot de passe": password}
    if identifier:
        answers["Identifiant"] = identifier
    return send(to_step_3(browser, service, **changes), answers).follow()


def adhesion(**changes: object) -> JsonObject:
    """Return the answers of step 4."""
    return {
        "Motif de l’inscription": MOTIVE,
        "Conditions d’Utilisation": "J’accepte les Conditions d’Utilisation",
        **changes,
    }


def to_check(page: TestResponse, **changes: object) -> TestResponse:
    """Answer step 4, whose page is given; return « Vérifiez vos réponses »."""
    return send(page, adhesion(**changes)).follow()


def send_request(page: TestResponse, **changes: object) -> TestResponse:
    """Answer step 4, whose page is given, and send the request; return the waiting page."""
    return press(to_check(page, **changes), SEND).maybe_follow()


def sign_up(browser: TestApp, service: str = "", **changes: Any) -> TestResponse:
    """Go through the steps and send the request; return the waiting page."""
    return send_request(to_step_4(browser, service, **changes))


def reference_on(page: TestResponse) -> str:
    """Return the reference that a page shows."""
    found = re.search(r"DEM-\w{4}-\w{4}", text(page))
    assert found is not None, text(page)
    return found[0]


def reviewer(portal: Portal) -> Person:
    """Return a new support person; what was sent so far has arrived, and some minutes have passed."""
    portal.deliver()
    portal.clock.advance(minutes=5)
    number = next(_reviewers)
    return portal.person(roles=["support"], first_name="Claire", identifier=f"claire.support{number}")


def decide(
    portal: Portal, reference: str, *, accept: bool = True, kept: Iterable[str] = (), reason: str = ""
) -> Person:
    """Decide a sign-up as a support person, who is returned, some time after it was sent."""
    support = reviewer(portal)
    with portal.db.writing() as session:
        review = portal.find(IReviews).by_reference(session, reference)
        portal.find(IReviews).decide(
            session, review.id, accept=accept, by=support.subject, reason=reason, kept=frozenset(kept)
        )
    return support


def path_in(message: ReceivedEmail, beginning: str) -> str:
    """Return the path of the email's link that begins so."""
    return next(urlsplit(link).path for link in message.links if urlsplit(link).path.startswith(beginning))


def accepted(portal: Portal, *, kept: Iterable[str] = (), service: str = "", **changes: Any) -> str:
    """Sign up as :data:`IDENTIFIER` and accept; return the path of the mailed confirmation token."""
    reference = reference_on(sign_up(portal.browser(), service, **{"identifier": IDENTIFIER, **changes}))
    decide(portal, reference, kept=kept)
    return path_in(portal.emails(changes.get("email", EMAIL))[-1], "/inscription/confirmation/")


def confirm(portal: Portal, path: str, password: str = PASSWORD) -> TestResponse:
    """Open the mailed link in a new browser and confirm with this password."""
    page = portal.browser().get(path).follow()
    return send(page, {"Mot de passe": password})
