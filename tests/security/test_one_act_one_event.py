"""Row 33: each change of state writes exactly one event of its own, in the act's transaction.

The acts go through the pages. Take a ``record`` out of the code and its line here fails; write it twice, and it fails.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from esea_auth_plugin.foundation.audit import audit_rows
from esea_auth_plugin.interfaces import IReviews, IRoles, ReviewState
from esea_auth_plugin.testing import sign_up as wizard
from esea_auth_plugin.testing.pages import press, send
from esea_auth_plugin.testing.portal import PASSWORD, Portal

ADHESION = {
    "Motif de l'inscription": "Besoin des lits du 33",
    "Conditions d'Utilisation": "J'accepte les Conditions d'Utilisation",
}
Act = Callable[[], Any]


def events(portal: Portal) -> Counter[str]:
    with portal.db.reading() as session:
        return Counter(row.action for row in audit_rows(session, most=10_000))


def adhesion(portal: Portal) -> tuple[Any, Any, Any]:
    """Return a request's page for a reviewer, its author and the author's browser."""
    browser, anne = portal.signed_in()
    send(browser.get("/services/ror/adhesion"), ADHESION)
    support, _ = portal.signed_in(roles=["support"])
    return support.get("/support/adhesions").click(anne.last_name), anne, browser


def asks(portal: Portal) -> Act:
    page = portal.signed_in()[0].get("/services/ror/adhesion")
    return lambda: send(page, ADHESION)


def takes(portal: Portal) -> Act:
    page = adhesion(portal)[0]
    return lambda: press(page, "Prendre en charge")


def gives_back(portal: Portal) -> Act:
    page = press(adhesion(portal)[0], "Prendre en charge").follow()
    return lambda: press(page, "Remettre dans la file")


def notes(portal: Portal) -> Act:
    page = adhesion(portal)[0]
    return lambda: send(page, {"Note interne": "Vu avec le service"}, "Ajouter la note")


def asks_more(portal: Portal) -> Act:
    page = adhesion(portal)[0]
    return lambda: send(page, {"Ce que la personne doit compléter": "Quel service ?"}, "Envoyer la question")


def accepts(portal: Portal) -> Act:
    page = adhesion(portal)[0]
    return lambda: press(page, "Accepter la demande")


def refuses(portal: Portal) -> Act:
    page = adhesion(portal)[0]
    return lambda: send(page, {"Motif ou précisions": "Motif trop vague"}, "Refuser la demande")


def takes_back(portal: Portal) -> Act:
    page = adhesion(portal)[2].get("/compte/demandes").click("Retirer ma demande")
    return lambda: press(page, "Retirer ma demande")


def expires(portal: Portal) -> Act:
    anne = adhesion(portal)[1]

    def act() -> None:
        with portal.db.writing() as session:
            review = portal.find(IReviews).of_author(session, anne.subject)[0]
            assert portal.find(IReviews).withdraw(session, review.id, state=ReviewState.EXPIRED)

    return act


def suspends(portal: Portal) -> Act:
    anne = portal.person()
    page = portal.signed_in(roles=["support"])[0].get(f"/support/comptes/{anne.subject}/suspendre")
    return lambda: send(page, {"Motif de la suspension": "Départ de l'établissement"})


def reopens(portal: Portal) -> Act:
    anne = portal.person()
    support = portal.signed_in(roles=["support"])[0]
    page = support.get(f"/support/comptes/{anne.subject}/suspendre")
    page = send(page, {"Motif de la suspension": "Départ"}).follow()
    return lambda: press(page, "Réactiver le compte")


def gives_a_right(portal: Portal) -> Act:
    anne = portal.person()
    page = portal.signed_in(roles=["support"])[0].get(f"/support/comptes/{anne.subject}/droits")
    typed = {"Service": "ROR Nouvelle-Aquitaine", "Motif": "Remplacement au SAMU"}
    return lambda: send(page, typed, "Donner ce droit")


def withdraws_a_right(portal: Portal) -> Act:
    anne = portal.person(services=["ror"])
    page = portal.signed_in(roles=["support"])[0].get(f"/support/comptes/{anne.subject}/droits")
    form = next(one for one in page.forms.values() if "raison" in one.fields)
    form["droit"], form["raison"] = "ror", "Départ de l'établissement"
    return lambda: form.submit("retirer")


def gives_a_role(portal: Portal) -> Act:
    anne = portal.person()

    def act() -> None:
        with portal.db.writing() as session:
            portal.find(IRoles).give(session, anne.subject, "oru", given_by="cli")

    return act


def withdraws_a_role(portal: Portal) -> Act:
    anne = portal.person(roles=["oru"])

    def act() -> None:
        with portal.db.writing() as session:
            assert portal.find(IRoles).withdraw(session, anne.subject, "oru", by="cli")

    return act


def changes_the_profile(portal: Portal) -> Act:
    page = portal.signed_in(phone="+33556000000")[0].get("/compte/profil/modifier")
    answers = {"Adresse": "2 rue Neuve", "Code postal": "87000", "Ville": "Limoges", "Département": "Haute-Vienne"}
    return lambda: send(page, {"Lieu d’exercice": "CHU d’Essai", **answers})


def signs_up(portal: Portal) -> Act:
    page = wizard.to_check(wizard.to_step_4(portal.browser()))
    return lambda: press(page, wizard.SEND)


def confirms(portal: Portal) -> Act:
    page = portal.browser().get(wizard.accepted(portal)).follow()
    return lambda: send(page, {"Mot de passe": PASSWORD})


def forgets_the_password(portal: Portal) -> Act:
    anne = portal.person()
    page = portal.browser().get("/connexion/oubli/mot-de-passe")
    return lambda: send(page, {"Identifiant ou email": anne.identifier})


@pytest.mark.parametrize(
    ("prepare", "expected"),
    [
        (asks, "review.opened"),
        (takes, "review.taken"),
        (gives_back, "review.released"),
        (notes, "review.commented"),
        (asks_more, "review.more_asked"),
        (accepts, "review.accepted"),
        (accepts, "grant.given"),
        (refuses, "review.refused"),
        (takes_back, "review.withdrawn"),
        (expires, "review.expired"),
        (suspends, "account.suspended"),
        (reopens, "account.active"),
        (gives_a_right, "grant.given"),
        (withdraws_a_right, "grant.withdrawn"),
        (gives_a_role, "role.given"),
        (withdraws_a_role, "role.withdrawn"),
        (changes_the_profile, "account.attributes_changed"),
        (signs_up, "sign_up.sent"),
        (signs_up, "review.opened"),
        (confirms, "sign_up.confirmed"),
        (confirms, "account.active"),
        (forgets_the_password, "recovery.asked"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.__name__,
)
def test_each_change_of_state_has_its_one_event(
    portal: Portal, prepare: Callable[[Portal], Act], expected: str
) -> None:
    act = prepare(portal)
    before = events(portal)
    act()
    assert (events(portal) - before)[expected] == 1


def test_an_act_that_is_refused_leaves_no_event_of_having_been_done(portal: Portal) -> None:
    page, _, browser = adhesion(portal)
    press(browser.get("/compte/demandes").click("Retirer ma demande"), "Retirer ma demande")
    before = events(portal)
    next(one for one in page.forms.values() if one.action.endswith("/accepter")).submit(status="*")
    after = events(portal) - before
    assert after["review.accepted"] == 0 and after["grant.given"] == 0 and after["review.act_refused"] == 1
