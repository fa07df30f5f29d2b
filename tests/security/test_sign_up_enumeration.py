"""Row 28: a sign-up tells nobody who has an account: same pages, same queries, same emails sent, whatever is known."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from sqlalchemy import func, select
from webtest import TestResponse

from esea_auth_plugin.foundation.mail.models import Delivery
from esea_auth_plugin.testing import sign_up as wizard
from esea_auth_plugin.testing.pages import press, send, text
from esea_auth_plugin.testing.portal import PASSWORD, Portal

Counting = Callable[[], Any]


def bare(page: TestResponse) -> str:
    """Return the page without what differs at every request."""
    without = re.sub(r'name="csrf_token" value="[^"]*"', "", page.text)
    return re.sub(r"DEM-\w{4}-\w{4}", "DEM", without)


def send_counted(portal: Portal, queries: Counting, **changes: str) -> tuple[str, int, int, int]:
    """Go through the steps; return the last page, its status, and the queries and outbox rows of the last button."""
    browser = portal.browser()
    page = wizard.to_check(wizard.to_step_4(browser, **changes))
    before = deliveries(portal)
    with queries() as seen:
        answer = press(page, wizard.SEND)
    return bare(answer.follow()), answer.status_int, len(seen), deliveries(portal) - before


def deliveries(portal: Portal) -> int:
    with portal.db.reading() as session:
        return session.scalar(select(func.count()).select_from(Delivery)) or 0


def test_known_and_unknown_addresses_and_numbers_look_and_cost_the_same(portal: Portal, queries: Counting) -> None:
    portal.person(email="connue@ch-exemple.fr")
    portal.person(rpps="10999990012")
    ways = [
        {"email": "inconnue@ch-exemple.fr", "N° RPPS": "99900000029", "identifier": "anne.un"},
        {"email": "connue@ch-exemple.fr", "N° RPPS": "99900000037", "identifier": "anne.deux"},
        {"email": "autre@ch-exemple.fr", "N° RPPS": "10999990012", "identifier": "anne.trois"},
    ]
    found = [send_counted(portal, queries, **way) for way in ways]
    assert found[0] == found[1] == found[2]
    assert found[0][3] == 2, "the acknowledgement, and the warning to the number's owner (mostly a decoy)"


def test_who_has_an_account_learns_it_at_the_address_of_the_account(portal: Portal) -> None:
    portal.person(email="connue@ch-exemple.fr")
    wizard.sign_up(portal.browser(), email="connue@ch-exemple.fr", identifier="anne.un", **{"N° RPPS": ""})
    (letter,) = portal.emails("connue@ch-exemple.fr")
    assert "déjà un compte" in letter.subject
    assert {"/connexion", "/connexion/oubli", "/services"} <= links(letter)


def test_a_public_number_tells_a_third_party_nothing_and_warns_its_owner_once(portal: Portal) -> None:
    """RPPS numbers are public: who types a doctor's must not learn whether the doctor has an account here."""
    owner = portal.person(rpps="10999990012")
    taken, free = {"N° RPPS": "10999990012"}, {"N° RPPS": "99900000029"}
    wizard.sign_up(portal.browser(), email="curieux@exemple.org", identifier="anne.un", **taken)
    wizard.sign_up(portal.browser(), email="autre@exemple.org", identifier="anne.deux", **free)
    (about_taken,), (about_free,) = portal.emails("curieux@exemple.org"), portal.emails("autre@exemple.org")
    assert neutral(about_taken) == neutral(about_free)
    (warning,) = portal.emails(owner.email)
    assert "numéro RPPS" in warning.subject and owner.display_name in warning.text
    assert "curieux" not in warning.text and "SUIVI" not in warning.text, "nothing of who asked, no code of theirs"
    assert {"/connexion", "/connexion/oubli", "/services"} <= links(warning)
    wizard.sign_up(portal.browser(), email="encore@exemple.org", identifier="anne.trois", **taken)
    assert len(portal.emails(owner.email)) == 1, "while one waits, the owner's mailbox is left in peace"


def test_the_reviewer_sees_the_duplicate_all_the_same(portal: Portal) -> None:
    portal.person(rpps="10999990012")
    reference = wizard.reference_on(
        wizard.sign_up(portal.browser(), email="curieux@exemple.org", **{"N° RPPS": "10999990012"})
    )
    support, _ = portal.signed_in(roles=["support"])
    assert "RPPS" in text(support.get(f"/support/inscriptions/{reference}")).partition("Doublons")[2]


def links(letter: Any) -> set[str]:
    return {link.removeprefix("http://localhost").rstrip(").") for link in letter.links}


def neutral(letter: Any) -> str:
    """Return subject and text without the references, which differ at every request."""
    return re.sub(r"(DEM|SUIVI)(-\w{4})+", r"\1", f"{letter.subject}\n{letter.text}")


def test_a_taken_identifier_gets_one_answer_whoever_holds_it(portal: Portal, queries: Counting) -> None:
    portal.person(identifier="prise.compte")
    wizard.to_step_4(portal.browser(), identifier="prise.brouillon", email="b@ch-exemple.fr")
    wizard.sign_up(portal.browser(), identifier="prise.demande", email="d@ch-exemple.fr")
    answers, costs = set(), set()
    for identifier in ("prise.compte", "prise.brouillon", "prise.demande", "support"):
        page = wizard.to_step_3(portal.browser(), email="z@ch-exemple.fr")
        values = {"Identifiant": identifier, "Mot de passe": PASSWORD, "Confirmez votre mot de passe": PASSWORD}
        with queries() as seen:
            answer = send(page, values)
        page_shown = re.sub(r"anne\.pierre\d{3}", "PROPOSED", bare(answer).replace(f'value="{identifier}"', ""))
        answers.add((answer.status_int, page_shown))
        costs.add(len(seen))
    assert len(answers) == 1 and len(costs) == 1


def test_trying_identifiers_is_limited_even_with_new_drafts(portal: Portal) -> None:
    page = wizard.to_step_3(portal.browser())
    form = page.forms["champ"]
    form["identifier"], form["password"], form["password_again"] = "support", PASSWORD, PASSWORD
    statuses = [form.submit(expect_errors=True).status_int for _ in range(21)]
    assert statuses[:20] == [200] * 20 and statuses[20] == 429


def ask_about(page: TestResponse, identifier: str, status: int = 200) -> TestResponse:
    """Ask what the script of step 3 asks while one types."""
    headers = {"X-CSRF-Token": page.forms["champ"]["csrf_token"].value}
    body = {"identifier": identifier}
    return page.test_app.post_json("/inscription/identifiant-disponible", body, headers=headers, status=status)


def test_an_identifier_checked_as_one_types_gets_one_answer_whoever_holds_it(portal: Portal, queries: Counting) -> None:
    portal.person(identifier="prise.compte")
    wizard.to_step_4(portal.browser(), identifier="prise.brouillon", email="b@ch-exemple.fr")
    wizard.sign_up(portal.browser(), identifier="prise.demande", email="d@ch-exemple.fr")
    page = wizard.to_step_3(portal.browser(), email="z@ch-exemple.fr")
    answers, costs = set(), set()
    for identifier in ("prise.compte", "prise.brouillon", "prise.demande", "support"):
        with queries() as seen:
            found = ask_about(page, identifier).json
        answers.add((found["available"], found["message"], re.sub(r"\d+", "", found["proposal"])))
        costs.add(len(seen))
    with queries() as seen:
        assert ask_about(page, "libre.encore").json["available"] is True
    assert len(answers) == 1 and costs == {len(seen)}


def test_checking_identifiers_as_one_types_is_limited(portal: Portal) -> None:
    page = wizard.to_step_3(portal.browser())
    for number in range(20):
        ask_about(page, f"essai.{number}")
    ask_about(page, "support", status=429)
    # « Suivant » has tries of its own.
    passwords = {"Mot de passe": PASSWORD, "Confirmez votre mot de passe": PASSWORD}
    assert "Étape 4/4" in send(page, passwords).follow().html.title.text


def test_nobody_asks_about_identifiers_outside_of_a_sign_up(portal: Portal) -> None:
    browser = portal.browser()
    headers = {"X-CSRF-Token": browser.get("/inscription").forms[0]["csrf_token"].value}
    for _ in range(2):
        body = {"identifier": "anne.pierre"}
        answer = browser.post_json("/inscription/identifiant-disponible", body, headers=headers, status=400)
        assert "disponible" not in answer.text
        wizard.to_step_2(browser)  # a draft that has not come to step 3


def test_a_refused_sign_up_frees_its_identifier_and_loses_its_password(portal: Portal) -> None:
    from esea_auth_plugin.sign_up.models import SignUp

    reference = wizard.reference_on(wizard.sign_up(portal.browser(), identifier=wizard.IDENTIFIER))
    wizard.decide(portal, reference, accept=False, reason="Identité non vérifiée.")
    with portal.db.reading() as session:
        (row,) = session.query(SignUp).all()
        assert row.password_hash is None and row.identifier is None and row.answers
    assert "Étape 4/4" in wizard.to_step_4(portal.browser(), identifier=wizard.IDENTIFIER).html.title.text


def test_typed_data_lies_sealed_in_drafts_and_requests(portal: Portal) -> None:
    from esea_auth_plugin.sign_up.models import SignUp, SignUpDraft

    wizard.to_step_4(portal.browser(), email="b@ch-exemple.fr")
    wizard.sign_up(portal.browser())
    with portal.db.reading() as session:
        stored = [*session.scalars(select(SignUpDraft.answers)), *session.scalars(select(SignUp.answers))]
    assert stored and not any("Pierre" in text or "03-14" in text or "$argon2" in text for text in stored if text)
