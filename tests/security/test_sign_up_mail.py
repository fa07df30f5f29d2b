"""Rows 17, 25 and 32: what third parties type never becomes a header, a template, a link or a secret on a page."""

from __future__ import annotations

import re

import pytest

from esea_auth_plugin.testing import sign_up as wizard
from esea_auth_plugin.testing.pages import field_error, send, text
from esea_auth_plugin.testing.portal import PASSWORD, Person, Portal

HOSTILE_NAMES = ["Anne\r\nBcc: x@exemple.fr", "Anne\u202eerreiP", "${7*7}", "{{7*7}}", "<b>Anne</b>"]


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_names_are_names(portal: Portal, name: str) -> None:
    page = wizard.to_step_2(portal.browser())
    form = page.forms["champ"]
    for label, field in (("Prénom", "first_name"), ("Nom", "last_name")):
        form[field].force_value(name)
        answer = form.submit("suivant")
        assert answer.status_int == 200
        assert field_error(answer, label)


def test_a_name_with_a_nul_byte_is_refused_at_the_gate(portal: Portal) -> None:
    form = wizard.to_step_2(portal.browser()).forms["champ"]
    form["first_name"].force_value("Anne\x00")
    assert "illisible" in form.submit("suivant", status=400).text


def test_hostile_free_text_is_shown_as_typed_and_changes_no_mail(portal: Portal) -> None:
    hostile = "{{ 7*7 }} ${7*7} <script>alert(1)</script> %0d%0aBcc: x@exemple.fr"
    page = wizard.to_step_4(portal.browser(), **{"Lieu d’exercice": hostile[:100]})
    answers = {"Motif de l’inscription": f"{hostile}\r\nBcc: x@exemple.fr\r\n\r\nsuite"}
    reference = wizard.reference_on(wizard.send_request(page, **answers))
    browser, _ = portal.signed_in(roles=["support"])
    shown = browser.get(f"/support/inscriptions/{reference}")
    assert "<script>alert" not in shown.text and "{{ 7*7 }} ${7*7}" in shown.html.get_text()
    for letter in portal.emails():
        assert letter.message["Bcc"] is None and letter.message["Cc"] is None
        assert len(letter.message.get_all("To", [])) == 1


def test_an_email_with_a_line_end_or_a_second_address_is_refused(portal: Portal) -> None:
    for bad in ("a@exemple.fr\nBcc: b@exemple.fr", "a@exemple.fr,b@exemple.fr", "Anne <a@exemple.fr>", "a@exemple"):
        page = wizard.to_step_2(portal.browser())
        form = page.forms["champ"]
        form["email"].force_value(bad)
        answer = form.submit("suivant")
        assert field_error(answer, "Email"), bad


def test_links_in_letters_come_from_settings_whatever_the_headers_say(portal: Portal) -> None:
    browser = portal.browser()
    browser.extra_environ["HTTP_X_FORWARDED_HOST"] = "pirate.example.org"
    browser.extra_environ["HTTP_FORWARDED"] = "host=pirate.example.org"
    wizard.sign_up(browser)
    (letter,) = portal.emails(wizard.EMAIL)
    assert letter.links and all(link.startswith("http://localhost") for link in letter.links)
    hostile = portal.browser()
    hostile.extra_environ["HTTP_HOST"] = "pirate.example.org"
    hostile.get("/inscription", status=400)


def test_no_mailed_secret_is_ever_on_a_page(portal: Portal) -> None:
    browser = portal.browser()
    seen = []
    page = wizard.sign_up(browser)
    seen.append(page.text)
    code = re.search(r"SUIVI-[\w-]+", portal.emails(wizard.EMAIL)[0].text)
    assert code is not None
    wizard.decide(portal, wizard.reference_on(page))
    path = wizard.path_in(portal.emails(wizard.EMAIL)[-1], "/inscription/confirmation/")
    token = path.rpartition("/")[2]
    assert len(token) >= 22  # 128 bits
    mailed = portal.browser()
    seen.append(mailed.get(path).follow().text)
    seen.append(browser.get("/inscription/attente").text)
    reviewer, _ = portal.signed_in(roles=["support"])
    seen.append(reviewer.get(f"/support/inscriptions/{wizard.reference_on(page)}").text)
    for body in seen:
        assert token not in body and code[0] not in body and PASSWORD not in body and "$argon2" not in body


def test_a_password_planted_under_anothers_email_opens_nothing(portal: Portal) -> None:
    """The attacker signs up with the victim's address and a password of their own; the victim gets the token."""
    planted = "Tracteur-Miroir-Genou-44"
    path = wizard.accepted(portal, password=planted)
    victim = portal.browser()
    chosen = "Tambour-Violette-Hamac-31"
    page = victim.get(path).follow().click("Choisir un nouveau mot de passe")
    send(page, {"Mot de passe": chosen, "Confirmez votre mot de passe": chosen})
    before = len(portal.emails(wizard.EMAIL))
    portal.clock.advance(minutes=5)
    page = send(
        portal.browser().get("/connexion/otp"), {"Identifiant ou email": wizard.EMAIL, "Mot de passe": planted}
    ).maybe_follow()
    assert "Code reçu par courriel" not in text(page)
    assert len(portal.emails(wizard.EMAIL)) == before
    portal.clock.advance(minutes=5)
    person = Person("", "anne.pierre", wizard.EMAIL, "Anne", "Pierre", password=chosen)
    portal.sign_in(portal.browser(), person)


def test_confirmation_passwords_are_limited_for_one_token(portal: Portal) -> None:
    path = wizard.accepted(portal)
    page = portal.browser().get(path).follow()
    form = page.forms["champ"]
    form["password"] = "Pas-Le-Bon-Mot-72"
    statuses = [form.submit(expect_errors=True).status_int for _ in range(7)]
    assert statuses[:5] == [200] * 5 and statuses[-1] == 429
