"""« QR code »: a workstation opened by a telephone, what both are told, and a telephone added through a workstation."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from tests.qr_sign_in import (
    CHECK,
    IPHONE,
    MODES,
    NUMBER,
    approve,
    check_of,
    code_of,
    form_to,
    give_phone,
    go_on,
    number_of,
    other_than,
    read,
    sign,
    workstation,
)
from webtest import TestApp, TestResponse

from esea_auth_plugin.authentication.registry import modes_of
from esea_auth_plugin.foundation.audit.models import AuditEvent
from esea_auth_plugin.interfaces import Factor, ISessions, Level, PortalSettings
from esea_auth_plugin.testing.authenticator import Authenticator
from esea_auth_plugin.testing.pages import press, send, text
from esea_auth_plugin.testing.portal import Person, Portal
from esea_auth_plugin.testing.sign_up import path_in

pytestmark = pytest.mark.settings(**MODES)

POLL = "/connexion/qr/attente"
CONFIRM = "/compte/dispositifs/confirmation/"


@pytest.fixture
def anne(portal: Portal) -> Person:
    return portal.person(services=["espace-pro"])


@pytest.fixture
def device(portal: Portal, anne: Person) -> Authenticator:
    return give_phone(portal, anne)


def level_of(portal: Portal, person: Person) -> list[tuple[Factor, ...]]:
    with portal.db.reading() as session:
        views = portal.find(ISessions).of_subject(session, person.subject)
    return [tuple(sorted(factor for proof in view.proofs for factor in proof.factors)) for view in views]


def actions(portal: Portal) -> list[str]:
    with portal.db.reading() as session:
        return list(session.scalars(select(AuditEvent.action)))


def test_a_telephone_opens_a_workstation(portal: Portal, anne: Person, device: Authenticator) -> None:
    desk, phone = portal.browser(), portal.browser()
    page = workstation(desk, "espace-pro")
    assert "http://localhost/qr" in text(page), "the typed code says where it is typed"
    assert desk.get(POLL).json["ready"] is False
    shown = read(phone, code_of(page))
    assert "Espace Pro ORU NA" in text(shown)
    assert "Réseau inconnu" in text(shown)
    done = approve(phone, device, code_of(page), number_of(page))
    assert "C’est approuvé" in text(done)
    assert desk.get(POLL).json["ready"] is True
    opened = go_on(page)
    assert "Anne" in opened.text
    assert opened.request.path.startswith("/espace-pro")
    assert phone.get("/compte").status_int == 303, "nobody is signed in on the telephone"
    assert level_of(portal, anne) == [(Factor.REMOTE_DEVICE,)]
    assert "qr.approved" in actions(portal)
    assert portal.emails(portal.find(PortalSettings).contacts.support_email) == []


def test_it_reaches_two_factors_and_not_more(portal: Portal, anne: Person, device: Authenticator) -> None:
    desk = portal.browser()
    page = workstation(desk)
    approve(portal.browser(), device, code_of(page), number_of(page))
    go_on(page)
    # The account owns a passkey: what changes its devices asks for that one.
    assert "/connexion?" in desk.get("/compte/dispositifs/ajouter/cle").location
    from esea_auth_plugin.authentication.access.maximum_level import reach_of

    mode = modes_of(portal.registry).get("qr_code")
    assert mode is not None
    assert reach_of(mode) is Level.TWO_FACTORS


def test_the_code_is_typed_where_no_camera_reads_it(portal: Portal, device: Authenticator) -> None:
    desk, phone = portal.browser(), portal.browser()
    page = workstation(desk)
    typed = code_of(page).replace("-", " ").lower().replace("0", "o").replace("1", "l")
    there = send(phone.get("/qr"), {"Code": typed}).follow()
    assert "Ouvrir votre session sur un poste" in text(there)
    assert "n’a pas la bonne forme" in text(send(phone.get("/qr"), {"Code": "7K3M"}))
    there = send(phone.get("/qr"), {"Code": "0000-0000"}).follow(status=410)
    assert "Ce code n’est plus valable" in text(there)


def test_a_wrong_number_ends_the_request_and_both_are_told(portal: Portal, device: Authenticator) -> None:
    desk, phone = portal.browser(), portal.browser()
    page = workstation(desk)
    done = approve(phone, device, code_of(page), other_than(number_of(page)))
    assert "Ce n’est pas le bon nombre" in text(done)
    assert desk.get(POLL).json["ready"] is True
    after = go_on(page)
    assert after.request.path == "/connexion"
    assert "n’était pas celui de cet écran" in after.text
    assert read(phone, code_of(page)).status_int == 410
    assert "qr.wrong_number" in actions(portal)


def test_what_is_no_number_is_asked_again_and_is_no_try(portal: Portal, device: Authenticator) -> None:
    desk, phone = portal.browser(), portal.browser()
    page = workstation(desk)
    again = send(read(phone, code_of(page)), {NUMBER: "4"}, "Continuer")
    assert "Saisissez le nombre à deux chiffres" in text(again)
    assert "C’est approuvé" in text(sign(send(again, {NUMBER: number_of(page)}, "Continuer"), device))


def test_a_refusal_tells_the_workstation_and_warns_the_support_if_asked(
    portal: Portal, anne: Person, device: Authenticator
) -> None:
    desk, phone = portal.browser("192.0.2.7"), portal.browser("198.51.100.3")
    page = workstation(desk, "espace-pro")
    refused = form_to(read(phone, code_of(page)), "refuser").submit()
    assert "C’est refusé" in text(refused)
    assert "a été refusée sur le téléphone" in go_on(page).text
    support = portal.find(PortalSettings).contacts.support_email
    assert portal.emails(support) == []
    reported = press(refused, "Ce n’est pas moi")
    assert "L’assistance est prévenue" in text(reported)
    [letter] = portal.emails(support)
    assert "Ce n’est pas moi" in letter.subject
    assert "192.0.2.7" in letter.text
    # Who asked is shut out, by browser and by address; others are not.
    assert "fermée pour un moment" in press(desk.get("/connexion/qr"), "Continuer").follow().text
    neighbour = portal.browser("192.0.2.7")
    assert "fermée pour un moment" in press(neighbour.get("/connexion/qr"), "Continuer").follow().text
    assert code_of(workstation(portal.browser("192.0.2.8")))
    portal.clock.advance(minutes=16)
    assert code_of(workstation(desk))
    assert {"qr.refused", "qr.reported"} <= set(actions(portal))


@pytest.mark.settings(**{"portal.establishment_networks": "192.0.2.0/24 = CH d'Exemple"})
def test_an_establishment_is_named_and_not_shut_out_by_one_report(portal: Portal, device: Authenticator) -> None:
    desk, phone = portal.browser("192.0.2.7"), portal.browser("192.0.2.200")
    page = workstation(desk)
    shown = read(phone, code_of(page))
    assert "CH d'Exemple" in text(shown)
    assert "pas sur le même réseau" not in text(shown)
    press(form_to(shown, "refuser").submit(), "Ce n’est pas moi")
    assert "a été refusée sur le téléphone" in go_on(page).text
    assert "fermée pour un moment" in press(desk.get("/connexion/qr"), "Continuer").follow().text
    assert code_of(workstation(portal.browser("192.0.2.7"))), "another workstation behind the same address"


def test_other_networks_are_warned_about(portal: Portal, device: Authenticator) -> None:
    page = workstation(portal.browser("192.0.2.7"))
    shown = read(portal.browser("198.51.100.3"), code_of(page))
    assert "pas sur le même réseau" in text(shown)


@pytest.mark.settings(**{"esea_auth.qr.other_network": "refuse"})
def test_other_networks_are_refused_by_setting(portal: Portal, device: Authenticator) -> None:
    desk, phone = portal.browser("192.0.2.7"), portal.browser("198.51.100.3")
    page = workstation(desk)
    shown = read(phone, code_of(page))
    assert "n’accepte l’approbation que d’un téléphone" in text(shown)
    number = {"number": number_of(page), "csrf_token": form_to(shown, "refuser")["csrf_token"].value}
    assert "n’accepte l’approbation" in text(phone.post(f"/qr/{code_of(page)}", number))
    assert "n’accepte l’approbation" in text(phone.post(f"/qr/{code_of(page)}/approuver", number))
    assert desk.get(POLL).json["ready"] is False


def test_another_code_takes_its_place_without_a_reload(portal: Portal, device: Authenticator) -> None:
    desk, phone = portal.browser(), portal.browser()
    page = workstation(desk)
    token = next(form["csrf_token"].value for form in page.forms.values() if form.action == "/connexion/qr")
    renew = {"csrf_token": token}
    soon = desk.post("/connexion/qr/renouveler", renew, headers={"Accept": "application/json"}).json
    assert soon == {"seconds": 90}, "nothing changes before its time"
    portal.clock.advance(seconds=90)
    assert desk.get(POLL).json["ready"] is False, "the script goes first"
    other = desk.post("/connexion/qr/renouveler", renew, headers={"Accept": "application/json"}).json
    assert other["code"] != code_of(page)
    assert other["qr"].startswith("<svg")
    assert read(phone, code_of(page)).status_int == 410
    assert "C’est approuvé" in text(approve(phone, device, other["code"], other["number"]))
    told = desk.post("/connexion/qr/renouveler", renew, headers={"Accept": "application/json"}).json
    assert told == {"ready": True}
    assert "Anne" in go_on(page).text


def test_without_script_the_page_s_own_form_asks_for_another_code(portal: Portal, device: Authenticator) -> None:
    desk = portal.browser()
    page = workstation(desk)
    portal.clock.advance(seconds=96)
    assert desk.get(POLL).json["ready"] is True
    other = go_on(page)
    assert code_of(other) != code_of(page)
    assert code_of(desk.get("/connexion/qr")) == code_of(other), "a reload shows the same one"


def test_what_a_waiting_workstation_and_a_telephone_cost(
    portal: Portal, device: Authenticator, queries: Callable[[], Any]
) -> None:
    desk, phone = portal.browser(), portal.browser()
    page = workstation(desk)
    with queries() as seen:
        assert desk.get(POLL).json == {"ready": False, "seconds": 2}
    assert len(seen) == 1, str(seen)
    with queries() as seen:
        read(phone, code_of(page))
    assert len(seen) == 1, str(seen)
    with queries() as seen:
        desk.get("/connexion/qr")
    assert len(seen) <= 3, str(seen)
    with queries() as seen:
        asked = send(read(phone, code_of(page)), {NUMBER: number_of(page)}, "Continuer")
    assert len(seen) <= 6, str(seen)
    with queries() as seen:
        sign(asked, device)
    assert len(seen) <= 12, str(seen)


def test_a_telephone_without_any_key_of_the_portal_approves_nothing(portal: Portal, device: Authenticator) -> None:
    page = workstation(portal.browser())
    third_party = Authenticator("http://localhost")
    third_party.create({"user": {"id": "AAAA"}, "rp": {"id": "localhost"}, "challenge": "AAAA"})
    done = approve(portal.browser(), third_party, code_of(page), number_of(page))
    assert "n’a pas été reconnue" in text(done)


# --- adding a telephone


def adding(desk: TestApp) -> TestResponse:
    page = desk.get("/compte/dispositifs")
    return press(page, "Ajouter mon téléphone avec un QR code").follow()


def make_key(phone: TestApp, page: TestResponse, device: Authenticator) -> TestResponse:
    asked = phone.get(f"/qr/{code_of(page)}", headers={"User-Agent": IPHONE})
    form = next(form for form in asked.forms.values() if form.action == f"/qr/{code_of(page)}")
    form["number"] = number_of(page)
    made = form.submit(headers={"User-Agent": IPHONE})
    key = form_to(made, "cle")
    key["credential"] = device.create(json.loads(key.html.form["data-options"]))
    return key.submit(headers={"User-Agent": IPHONE})


def test_a_form_sent_before_the_script_was_there_is_shown_again(portal: Portal) -> None:
    """On a slow line « Créer la clé » is pressed first: the code is as good as before, and nobody is told otherwise."""
    desk, _ = portal.signed_in(services=["espace-pro"])
    phone, device = portal.browser(), Authenticator("http://localhost")
    page = adding(desk)
    asked = phone.get(f"/qr/{code_of(page)}")
    form = next(form for form in asked.forms.values() if form.action == f"/qr/{code_of(page)}")
    form["number"] = number_of(page)
    again = form_to(form.submit(), "cle").submit()
    assert again.status_int == 200
    assert "Appuyez de nouveau sur « Créer la clé »" in text(again)
    key = form_to(again, "cle")
    key["credential"] = device.create(json.loads(key.html.form["data-options"]))
    assert "Presque fini" in text(key.submit())


def test_another_telephone_is_not_offered_to_make_the_key(portal: Portal) -> None:
    desk, _ = portal.signed_in(services=["espace-pro"])
    phone, other = portal.browser(), portal.browser()
    page = adding(desk)
    shown = {}
    for browser in (phone, other):
        asked = browser.get(f"/qr/{code_of(page)}")
        shown[browser] = next(form for form in asked.forms.values() if form.action == f"/qr/{code_of(page)}")
    shown[phone]["number"] = number_of(page)
    shown[phone].submit()
    token = shown[other]["csrf_token"].value
    answer = other.post(f"/qr/{code_of(page)}/cle", {"csrf_token": token, "credential": ""}, expect_errors=True)
    assert answer.status_int == 410


def test_a_telephone_is_added_from_a_workstation(portal: Portal) -> None:
    desk, anne = portal.signed_in(services=["espace-pro"])
    phone, device = portal.browser(), Authenticator("http://localhost")
    page = adding(desk)
    shown = read(phone, code_of(page))
    assert f"Ajouter ce téléphone au compte de {anne.first_name} {anne.last_name[0]}." in text(shown)
    assert anne.identifier not in shown.text
    assert desk.get("/compte/dispositifs/ajouter/qr/attente").json["ready"] is False
    made = make_key(phone, page, device)
    assert "Saisissez maintenant ce nombre sur l’écran du poste" in text(made)
    assert phone.get("/compte").status_int == 303, "nobody is signed in on the telephone"
    assert desk.get("/compte/dispositifs/ajouter/qr/attente").json["ready"] is True
    asked = go_on(page)
    assert "Safari sur iPhone" in text(asked)
    listed = send(asked, {CHECK: check_of(made), "Nom de ce téléphone": "Mon téléphone"}, "Valider").follow()
    assert "« Mon téléphone » est ajouté" in listed.text
    # It was added with a mailed code alone: a mailed link confirms it, as any other device.
    [path] = [path_in(letter, CONFIRM) for letter in portal.emails(anne.email) if CONFIRM in letter.text]
    press(portal.browser().get(path).follow(), "Confirmer ce dispositif")
    # And it opens a workstation.
    other = portal.browser()
    there = workstation(other, "espace-pro")
    assert "C’est approuvé" in text(approve(phone, device, code_of(there), number_of(there)))
    assert go_on(there).request.path.startswith("/espace-pro")


def test_a_telephone_that_waits_for_its_mail_is_told_so_before_the_workstation(portal: Portal) -> None:
    """It was told « C’est approuvé » once, and the workstation then said otherwise."""
    desk, anne = portal.signed_in(services=["espace-pro"])
    phone, device = portal.browser(), Authenticator("http://localhost")
    page = adding(desk)
    made = make_key(phone, page, device)
    send(go_on(page), {CHECK: check_of(made), "Nom de ce téléphone": "Mon téléphone"}, "Valider")
    [path] = [path_in(letter, CONFIRM) for letter in portal.emails(anne.email) if CONFIRM in letter.text]
    other = portal.browser()
    there = workstation(other, "espace-pro")
    told = approve(phone, device, code_of(there), number_of(there))
    assert told.status_int == 200
    assert "Ce téléphone attend sa confirmation" in text(told)
    assert "rien n’a été ouvert" in text(told) and "lien reçu par courriel" in text(told)
    assert "C’est approuvé" not in told.text
    assert other.get(POLL).json["ready"] is False, "nothing was decided"
    assert "qr.approved" not in actions(portal) and "qr.unconfirmed" in actions(portal)
    # The code is still good: confirmed at once, the same telephone opens the same workstation.
    press(portal.browser().get(path).follow(), "Confirmer ce dispositif")
    assert "C’est approuvé" in text(approve(phone, device, code_of(there), number_of(there)))
    assert go_on(there).request.path.startswith("/espace-pro")


def test_a_wrong_number_or_five_minutes_end_an_addition(portal: Portal) -> None:
    desk, _ = portal.signed_in()
    phone = portal.browser()
    page = adding(desk)
    wrong = send(read(phone, code_of(page)), {NUMBER: other_than(number_of(page))}, "Continuer")
    assert "rien n’a été ajouté" in text(wrong)
    assert "rien n’a été ajouté" in go_on(page).text
    page = adding(desk)
    portal.clock.advance(minutes=5)
    assert read(phone, code_of(page)).status_int == 410
    assert "cinq minutes" in go_on(page).text
