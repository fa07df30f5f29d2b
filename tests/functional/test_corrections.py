"""What was proven is not typed over: a correction goes to the support, which decides."""

from __future__ import annotations

from typing import Any

import pytest

from esea_auth_plugin.interfaces import IAccounts, IReviews
from esea_auth_plugin.my_account.corrections.models import CorrectionRow
from esea_auth_plugin.testing.pages import field_error, fill, send, text
from esea_auth_plugin.testing.portal import Person, Portal

pytestmark = pytest.mark.databases("sqlite")
both = pytest.mark.databases("sqlite", "postgresql")
IDENTITY = {
    "civility": "1.2.250.1.213.1.6.1.69|MME",
    "last_name": "Pierre",
    "profession": "1.2.250.1.71.1.2.7|60",
    "phone": "+33556000077",
}
WHY = "Ce qui a changé, et ce qui le prouve"
PROOF = "J’ai vu une preuve : pièce d’identité, annuaire national, ou appel à un numéro connu."
MARRIAGE = "Mariage en juin, pièce d’identité disponible."


def someone(portal: Portal, **attributes: Any) -> tuple[Any, Person]:
    return portal.signed_in(**IDENTITY, **attributes)


def ask(browser: Any, **changes: str) -> Any:
    return send(browser.get("/compte/profil/rectifier"), {**changes, WHY: MARRIAGE})


def of(portal: Portal, person: Person) -> dict[str, str]:
    with portal.db.reading() as session:
        return dict(portal.find(IAccounts).attributes(session, person.subject))


def desk(portal: Portal, reference: str) -> Any:
    """Return the request's page, opened by a reviewer."""
    browser, _ = portal.signed_in(roles=["support"])
    return browser.get(f"/support/corrections/{reference}")


def accept(page: Any, *, proof: bool = True) -> Any:
    form = fill(page, {PROOF: proof})
    return form.submit(expect_errors=True)


def reference(portal: Portal, person: Person) -> str:
    with portal.db.reading() as session:
        return str(portal.find(IReviews).of_author(session, person.subject)[0].reference)


def prove(portal: Portal, person: Person, **attributes: str) -> None:
    with portal.db.writing() as session:
        portal.find(IAccounts).change_attributes(session, person.subject, attributes, origin="card")


@both
def test_a_new_name_is_the_support_s_to_write(portal: Portal) -> None:
    browser, anne = someone(portal)
    ask(browser, Nom="Pierre-Durand")
    assert of(portal, anne)["last_name"] == "Pierre", "nothing changes before the decision"
    page = desk(portal, reference(portal, anne))
    assert "Pierre-Durand" in text(page) and "Aujourd’hui : Pierre" in text(page) and MARRIAGE in text(page)
    accept(page)
    assert of(portal, anne)["last_name"] == "Pierre-Durand"
    page = browser.get("/compte/profil")
    assert "saisi par le support" in text(page) and "Prouvé" in text(page)
    assert portal.emails(anne.email)[-1].subject == "Votre identité est corrigée"
    with portal.db.reading() as session:
        assert not [row for row in session.query(CorrectionRow) if row.sealed], "what was asked goes with the decision"


def test_no_acceptance_without_a_recorded_proof(portal: Portal) -> None:
    browser, anne = someone(portal)
    ask(browser, Nom="Durand")
    page = accept(desk(portal, reference(portal, anne)), proof=False)
    assert "Cochez la preuve" in text(page) and of(portal, anne)["last_name"] == "Pierre"


def test_a_number_that_is_proven_for_another_account_is_refused(portal: Portal) -> None:
    other = portal.person()
    prove(portal, other, rpps="99900000011")
    browser, anne = someone(portal)
    ask(browser, **{"N° RPPS": "999 0000 0011"})
    page = desk(portal, reference(portal, anne))
    assert "prouvé pour un autre compte" in text(page)
    page = accept(page)
    assert "prouvé pour un autre compte" in text(page) and "rpps" not in of(portal, anne)


def test_one_correction_at_a_time_and_its_state_is_shown(portal: Portal) -> None:
    browser, anne = someone(portal)
    ask(browser, Nom="Durand")
    page = browser.get("/compte/profil/rectifier")
    assert reference(portal, anne) in text(page) and "Envoyer au support" not in text(page)
    assert reference(portal, anne) in text(browser.get("/compte/demandes"))


def test_a_question_of_the_support_is_answered_in_the_same_form(portal: Portal) -> None:
    browser, anne = someone(portal)
    ask(browser, Nom="Durand")
    paul = portal.person(roles=["support"])
    with portal.db.writing() as session:
        reviews = portal.find(IReviews)
        found = reviews.by_reference(session, reference(portal, anne))
        reviews.ask_more(session, found.id, by=paul.subject, question="Quel est votre nom de naissance ?")
    page = browser.get("/compte/profil/rectifier")
    assert "nom de naissance" in text(page) and page.html.find(id="champ-last_name")["value"] == "Durand"
    send(page, {WHY: "Nom de naissance : Pierre. Mariage en juin."})
    assert "Nom de naissance : Pierre" in text(desk(portal, reference(portal, anne)))


def test_nothing_changed_is_nothing_to_ask(portal: Portal) -> None:
    browser, _ = someone(portal)
    assert "Rien n’a changé" in ask(browser).text


def test_an_address_that_a_card_proved_can_t_be_typed_over(portal: Portal) -> None:
    """The workplace can, and the support is told (test_account.py)."""
    browser, anne = someone(portal)
    prove(portal, anne, workplace="CHU prouvé", city="Bordeaux")
    page = browser.get("/compte/profil/modifier")
    assert page.html.find(id="champ-city") is None and page.html.find(id="champ-address") is not None
    form = next(form for form in page.forms.values() if "address" in form.fields)
    answers = {"address": "1 rue Neuve", "postal_code": "33000", "department": "1.2.250.1.71.1.2.16|33"}
    for name, value in answers.items():
        form[name] = value
    browser.post(
        "/compte/profil/modifier", {**dict(form.submit_fields()), "workplace": "Clinique typée", "city": "Pau"}
    )
    found = of(portal, anne)
    assert (found["workplace"], found["city"], found["address"]) == ("Clinique typée", "Bordeaux", "1 rue Neuve")


def test_what_a_card_proved_may_be_corrected_by_the_support(portal: Portal) -> None:
    browser, anne = someone(portal)
    prove(portal, anne, workplace="CHU prouvé")
    ask(browser, **{"Lieu d’exercice": "CH de Libourne"})
    page = desk(portal, reference(portal, anne))
    assert "lu sur votre carte" in text(page)
    accept(page)
    assert of(portal, anne)["workplace"] == "CH de Libourne"


def test_a_wrong_number_is_told_beside_its_field(portal: Portal) -> None:
    browser, _ = someone(portal)
    assert field_error(ask(browser, **{"N° RPPS": "99900000012"}), "N° RPPS")


def test_nobody_decides_on_their_own_identity(portal: Portal) -> None:
    browser, anne = portal.signed_in(roles=["support"], **IDENTITY)
    ask(browser, Nom="Durand")
    page = browser.get(f"/support/corrections/{reference(portal, anne)}")
    assert "Accepter la demande" not in text(page) or "vous concerne" in text(accept(page))
    assert of(portal, anne)["last_name"] == "Pierre"
