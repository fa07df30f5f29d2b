"""The sign-up, from « Créez votre compte » to « Votre demande est en attente », as a person with a browser does it."""

from __future__ import annotations

import re

import pytest
from webtest import TestResponse

from esea_auth_plugin.interfaces import IReviews, ReviewState
from esea_auth_plugin.testing import sign_up as wizard
from esea_auth_plugin.testing.pages import field_error, press, send, text
from esea_auth_plugin.testing.portal import PASSWORD, Portal

pytestmark = pytest.mark.databases("sqlite", "postgresql")


def reference_on(page: TestResponse) -> str:
    found = re.search(r"DEM-\w{4}-\w{4}", text(page))
    assert found is not None
    return found[0]


def test_four_steps_make_one_request_and_one_letter(portal: Portal) -> None:
    page = wizard.sign_up(portal.browser(), "espace-pro")
    assert "Votre demande est en attente" in page.html.title.text
    reference = reference_on(page)
    (letter,) = portal.emails(wizard.EMAIL)
    assert reference in letter.subject and reference in letter.text and "SUIVI-" in letter.text
    with portal.db.reading() as session:
        review = portal.find(IReviews).by_reference(session, reference)
    assert review.state is ReviewState.OPEN and review.kind == "sign_up"


def test_titles_name_the_step_as_the_handbook_does(portal: Portal) -> None:
    browser = portal.browser()
    titles = [
        browser.get("/inscription").html.title.text,
        wizard.to_step_2(browser).html.title.text,
        wizard.to_step_3(browser).html.title.text,
        wizard.to_step_4(portal.browser()).html.title.text,
    ]
    assert [title.split(" – ")[0] for title in titles] == [
        "Inscription > Étape 1/4 : Carte CPS",
        "Inscription > Étape 2/4 : Données personnelles",
        "Inscription > Étape 3/4 : Choix de votre identifiant",
        "Inscription > Étape 4/4 : Adhésion",
    ]


def test_the_privacy_notice_and_the_dpo_stand_on_steps_2_and_4(portal: Portal) -> None:
    for page in (wizard.to_step_2(portal.browser()), wizard.to_step_4(portal.browser())):
        assert page.html.find("a", string="délégué à la protection des données")["href"].startswith("mailto:")


def test_the_service_one_came_for_is_ticked_at_step_4(portal: Portal) -> None:
    page = wizard.to_step_4(portal.browser(), "ror")
    ticked = [tag["value"] for tag in page.html.find_all("input", {"name": "services", "checked": True})]
    assert ticked == ["ror"]


def test_precedent_keeps_what_was_typed_right_or_wrong(portal: Portal) -> None:
    browser = portal.browser()
    page = send(wizard.to_step_4(browser), {"Motif de l’inscription": "court"}, "Précédent").follow()
    assert "Étape 3/4" in page.html.title.text
    page = browser.get("/inscription/adhesion")
    assert page.html.find("textarea", {"name": "motive"}).text.strip() == "court"
    page = browser.get("/inscription/donnees")
    assert page.html.find("input", {"name": "last_name"})["value"] == "Pierre"


def test_an_error_keeps_the_answers_and_says_what_to_correct(portal: Portal) -> None:
    page = wizard.to_step_2(portal.browser())
    page = send(page, wizard.personal(**{"Confirmation email": "autre@ch-exemple.fr", "N° RPPS": "99900000012"}))
    assert page.html.title.text.startswith("Erreur")
    assert "n’est pas valide" in field_error(page, "N° RPPS")
    assert page.html.find("input", {"name": "city"})["value"] == "Bordeaux"


@pytest.mark.parametrize(
    ("changes", "label"),
    [
        ({"Téléphone": ""}, "Téléphone"),
        ({"Profession": "- Autre -"}, "Profession (autre)"),
        ({"Nom": "Pierre${7*7}"}, "Nom"),
        ({"Code postal": "33"}, "Code postal"),
        ({"Email": "pas une adresse"}, "Email"),
        ({"Prénom": "Anne\u202egnp"}, "Prénom"),
    ],
)
@pytest.mark.databases("sqlite")
def test_what_is_refused_at_step_2_is_told_beside_its_field(
    portal: Portal, changes: dict[str, str], label: str
) -> None:
    page = send(wizard.to_step_2(portal.browser()), wizard.personal(**changes))
    assert page.status_int == 200
    assert field_error(page, label)


@pytest.mark.databases("sqlite")
def test_every_error_of_step_2_is_told_at_once(portal: Portal) -> None:
    """A field's own errors, and those between fields."""
    changes = {
        "N° RPPS": "123",
        "Confirmation email": "autre@ch-exemple.fr",
        "Profession": "- Autre -",
        "Téléphone": "",
        "Département": "Landes",
    }
    page = send(wizard.to_step_2(portal.browser()), wizard.personal(**changes))
    labels = ("N° RPPS", "Confirmation email", "Profession (autre)", "Téléphone", "Département")
    assert all(field_error(page, label) for label in labels)
    assert "5 réponses sont à corriger" in text(page)
    assert [link["href"] for link in page.html.select(".error-summary a")] == [
        "#champ-email_again",
        "#champ-profession_other",
        "#champ-rpps",
        "#champ-department",
        "#champ-phone",
    ]


@pytest.mark.databases("sqlite")
def test_a_specialty_is_one_of_the_profession(portal: Portal) -> None:
    page = wizard.to_step_2(portal.browser())
    groups = {
        group["label"]: group for group in page.html.find("select", {"name": "rpps_specialty"}).find_all("optgroup")
    }
    assert set(groups) == {"Médecin", "Infirmier", "Chirurgien-Dentiste"}
    labels = [option.text for option in groups["Médecin"].find_all("option")]
    assert "Médecine d’urgence" in labels and labels[:2] == ["Allergologie", "Anatomie et Cytologie pathologiques"]
    page = send(page, wizard.personal(**{"Spécialité RPPS": "Médecine d’urgence"}))
    assert "autre profession (Médecin)" in field_error(page, "Spécialité RPPS")
    page = send(page, {"Profession": "Médecin"}).follow()
    assert "Étape 3/4" in page.html.title.text


@pytest.mark.parametrize("profession", ["Assistant de régulation médicale", "Cadre de santé"])
@pytest.mark.databases("sqlite")
def test_professions_of_the_emergency_services_are_offered(portal: Portal, profession: str) -> None:
    reference = reference_on(wizard.sign_up(portal.browser(), Profession=profession, **{"N° RPPS": ""}))
    support, _ = portal.signed_in(roles=["support"])
    assert profession in text(support.get(f"/support/inscriptions/{reference}"))


@pytest.mark.databases("sqlite")
def test_a_postal_code_tells_its_towns_and_its_departement(portal: Portal) -> None:
    browser = portal.browser()
    found = browser.get("/communes", {"code": "33000"})
    assert found.json["towns"] == ["Bordeaux"] and found.json["department_name"] == "Gironde"
    assert found.json["department"].endswith("|33")
    assert "public" in found.headers["Cache-Control"] and "Set-Cookie" not in found.headers
    two = browser.get("/communes", {"code": "01410"}).json
    assert "Lajoux" in two["towns"] and two["department"] == ""
    for nothing in ({}, {"code": "99999"}, {"code": "<b>"}):
        assert browser.get("/communes", nothing).json["towns"] == []


@pytest.mark.parametrize("password", ["court", "aaaaaaaaaaaaaaaa", "Anne-Pierre-2026!", "motdepasse123456"])
@pytest.mark.databases("sqlite")
def test_weak_passwords_stay_on_step_3(portal: Portal, password: str) -> None:
    page = wizard.to_step_3(portal.browser())
    page = send(page, {"Mot de passe": password, "Confirmez votre mot de passe": password})
    assert field_error(page, "Mot de passe")
    assert password not in page.text


@pytest.mark.databases("sqlite")
def test_a_passphrase_without_digits_or_signs_is_accepted(portal: Portal) -> None:
    page = wizard.to_step_4(portal.browser(), password="brouette cerise volcan tambour")
    assert "Étape 4/4" in page.html.title.text


def test_refusing_the_terms_stays_on_the_step_and_says_what_it_means(portal: Portal) -> None:
    page = wizard.to_step_4(portal.browser())
    assert page.html.find("input", {"name": "terms", "checked": True}) is None
    page = send(page, wizard.adhesion(**{"Conditions d’Utilisation": "Je n’accepte pas les Conditions d’Utilisation"}))
    assert "aucun compte ne peut être ouvert" in text(page)
    assert wizard.MOTIVE in page.html.find("textarea").text
    assert portal.emails() == []


def test_pressing_the_last_button_twice_makes_one_request(portal: Portal) -> None:
    form_page = wizard.to_check(wizard.to_step_4(portal.browser()))
    first = press(form_page, wizard.SEND).follow()
    second = press(form_page, wizard.SEND).follow()
    assert reference_on(first) == reference_on(second)
    assert len(portal.emails()) == 1


def test_who_finds_an_identifier_taken_is_proposed_another_one(portal: Portal) -> None:
    wizard.sign_up(portal.browser(), identifier=wizard.IDENTIFIER)
    page = wizard.to_step_3(portal.browser(), email="autre@ch-exemple.fr", **{"N° RPPS": ""})
    first = page.html.find("dd").text
    assert re.fullmatch(r"anne\.pierre\d{3}", first)
    assert page.forms["champ"]["identifier"].value == first
    passwords = {"Mot de passe": PASSWORD, "Confirmez votre mot de passe": PASSWORD}
    page = send(page, {"Identifiant": wizard.IDENTIFIER, **passwords})
    assert "pas disponible" in field_error(page, "Identifiant")
    second = page.html.find("dd").text
    assert re.fullmatch(r"anne\.pierre\d{3}", second)
    assert PASSWORD not in page.text and "laissez ces deux champs vides" in text(page)
    page = send(page, {"Identifiant": second}).follow()
    assert "Étape 4/4" in page.html.title.text
    reference = reference_on(wizard.send_request(page))
    wizard.decide(portal, reference)
    wizard.confirm(portal, wizard.path_in(portal.emails("autre@ch-exemple.fr")[-1], "/inscription/confirmation/"))


@pytest.mark.databases("sqlite")
def test_a_kept_password_is_asked_again_for_an_identifier_with_words_of_its_own(portal: Portal) -> None:
    """It may not contain the identifier, which its hash can't tell."""
    wizard.sign_up(portal.browser(), identifier=wizard.IDENTIFIER)
    page = wizard.to_step_3(portal.browser(), email="autre@ch-exemple.fr")
    passwords = {"Mot de passe": PASSWORD, "Confirmez votre mot de passe": PASSWORD}
    page = send(page, {"Identifiant": wizard.IDENTIFIER, **passwords})
    page = send(page, {"Identifiant": "brouette.a.neige"})
    assert "de nouveau votre mot de passe" in field_error(page, "Mot de passe")


@pytest.mark.databases("sqlite")
def test_every_error_of_step_3_is_told_at_once(portal: Portal) -> None:
    wizard.sign_up(portal.browser(), identifier=wizard.IDENTIFIER)
    page = wizard.to_step_3(portal.browser(), email="autre@ch-exemple.fr")
    answers = {"Identifiant": wizard.IDENTIFIER, "Mot de passe": "court", "Confirmez votre mot de passe": "autre"}
    page = send(page, answers)
    assert "pas disponible" in field_error(page, "Identifiant")
    assert "au moins 12 caractères" in field_error(page, "Mot de passe")
    assert "diffèrent" in field_error(page, "Confirmez votre mot de passe")


def ask_about(page: TestResponse, identifier: str, status: int = 200) -> TestResponse:
    """Ask what the script of step 3 asks while one types."""
    token = page.forms["champ"]["csrf_token"].value
    return page.test_app.post_json(
        "/inscription/identifiant-disponible",
        {"identifier": identifier},
        headers={"X-CSRF-Token": token},
        status=status,
    )


@pytest.mark.databases("sqlite")
def test_an_identifier_is_checked_as_one_types(portal: Portal) -> None:
    wizard.sign_up(portal.browser(), identifier=wizard.IDENTIFIER)
    page = wizard.to_step_3(portal.browser(), email="autre@ch-exemple.fr")
    taken = ask_about(page, "Anne.Pierre").json
    assert taken["available"] is False and re.fullmatch(r"anne\.pierre\d{3}", taken["proposal"])
    assert ask_about(page, taken["proposal"]).json["available"] is True
    assert ask_about(page, "..").json == {"available": False, "message": "", "proposal": ""}
    page = send(
        page, {"Identifiant": taken["proposal"], "Mot de passe": PASSWORD, "Confirmez votre mot de passe": PASSWORD}
    )
    assert "Étape 4/4" in page.follow().html.title.text


def test_all_answers_are_shown_before_they_are_sent(portal: Portal) -> None:
    browser = portal.browser()
    page = wizard.to_check(wizard.to_step_4(browser, "ror", identifier=wizard.IDENTIFIER))
    assert page.html.title.text.startswith("Inscription > Vérifiez vos réponses")
    shown = text(page)
    for answer in ("Anne", "99900000011", "05 56 79 56 79", "14/03", wizard.IDENTIFIER, "Choisi", wizard.MOTIVE, "ROR"):
        assert answer in shown, answer
    assert PASSWORD not in page.text and portal.emails() == []
    page = page.click(href="#champ-phone")
    page = send(page, {"Téléphone": "05 56 00 00 77"}).follow()
    assert "Vérifiez vos réponses" in page.html.title.text and "05 56 00 00 77" in text(page)
    page = press(page.click(href="/inscription/adhesion"), "Suivant").follow()
    assert "Vérifiez vos réponses" in page.html.title.text
    assert "en attente" in press(page, wizard.SEND).follow().html.title.text


def test_a_new_name_on_the_way_back_asks_for_the_password_and_nothing_else(portal: Portal) -> None:
    page = wizard.to_check(wizard.to_step_4(portal.browser(), identifier=wizard.IDENTIFIER))
    page = send(page.click(href="#champ-civility"), {"Nom": "Martin"}).follow()
    assert "Étape 3/4" in page.html.title.text
    page = send(page, {"Mot de passe": PASSWORD, "Confirmez votre mot de passe": PASSWORD}).follow()
    assert "Vérifiez vos réponses" in page.html.title.text


@pytest.mark.databases("sqlite")
def test_nothing_is_sent_before_all_steps_are_done(portal: Portal) -> None:
    browser = portal.browser()
    page = wizard.to_step_4(browser)
    token = page.forms["champ"]["csrf_token"].value
    answer = browser.post("/inscription/verification", {"csrf_token": token, "envoyer": "1"})
    assert answer.location.endswith("/inscription/adhesion") and portal.emails() == []


def test_after_30_silent_minutes_the_email_is_asked_and_nothing_is_lost(portal: Portal) -> None:
    browser = portal.browser()
    page = wizard.to_step_4(browser)
    portal.clock.advance(minutes=31)
    page = wizard.to_check(page)
    assert "Reprendre mon inscription" in page.html.title.text
    assert wizard.EMAIL not in page.text and "Pierre" not in text(page)
    page = send(page, {"Email": "quelqu.un@ch-exemple.fr"})
    assert "effacez-la" in text(page)
    page = send(page, {"Email": wizard.EMAIL.upper()}).follow()
    assert page.html.find("textarea").text.strip() == wizard.MOTIVE


def test_effacer_et_recommencer_leaves_nothing(portal: Portal) -> None:
    browser = portal.browser()
    page = press(wizard.to_step_4(browser, identifier=wizard.IDENTIFIER), "Effacer et recommencer").follow()
    assert "effacées" in text(page)
    assert browser.get("/inscription/donnees").location.endswith("/inscription")
    assert "Étape 4/4" in wizard.to_step_4(portal.browser(), identifier=wizard.IDENTIFIER).html.title.text


def test_a_draft_ends_after_two_hours_at_use_without_any_job(portal: Portal) -> None:
    browser = portal.browser()
    wizard.to_step_3(browser)
    portal.clock.advance(minutes=121)
    assert browser.get("/inscription/identifiant").location.endswith("/inscription")


def test_a_signed_in_person_lands_on_mon_compte(portal: Portal) -> None:
    browser, _ = portal.signed_in()
    assert browser.get("/inscription").location.endswith("/compte")
    assert browser.get("/inscription/donnees").location.endswith("/compte")


def test_the_follow_up_shows_state_and_dates_only(portal: Portal) -> None:
    reference = reference_on(wizard.sign_up(portal.browser()))
    code = re.search(r"SUIVI-[\w-]+", portal.emails(wizard.EMAIL)[0].text)
    assert code is not None
    browser = portal.browser()
    asked = {"Référence de la demande": reference.lower(), "Code de suivi": code[0].lower()}
    page = send(browser.get("/inscription/suivi"), asked)
    assert "En attente" in text(page)
    assert not any(word in page.text for word in ("Pierre", wizard.EMAIL, "Bordeaux"))


@pytest.mark.databases("sqlite")
def test_wrong_pairs_are_answered_alike_and_limited(portal: Portal) -> None:
    reference = reference_on(wizard.sign_up(portal.browser()))
    browser = portal.browser()
    answers = set()
    for pair in ((reference, "SUIVI-0000-0000-0000-0000"), ("DEM-0000-0000", "n'importe quoi"), ("x", "y")):
        page = send(browser.get("/inscription/suivi"), {"Référence de la demande": pair[0], "Code de suivi": pair[1]})
        answers.add(page.html.find(class_="error-summary").get_text(" ", strip=True))
    assert len(answers) == 1
    page = browser.get("/inscription/suivi")
    form = page.forms["champ"]
    for _ in range(17):
        form.submit()
    assert form.submit(status=429)


@pytest.mark.databases("sqlite")
def test_a_role_mailbox_is_warned_about_and_flagged_to_the_reviewer(portal: Portal) -> None:
    browser = portal.browser()
    page = wizard.to_step_3(browser, email="secretariat.urgences@ch-exemple.fr")
    assert "boîte partagée" in text(page)


@pytest.mark.databases("sqlite")
def test_three_requests_in_thirty_days_from_one_proven_mailbox(portal: Portal) -> None:
    """« Faire une nouvelle demande », by the link of a refusal: who opens it reads the mail of that address."""
    passwords = {"Mot de passe": PASSWORD, "Confirmez votre mot de passe": PASSWORD}

    def ask_again() -> TestResponse:
        wizard.decide(portal, references[-1], accept=False, reason="Identité non vérifiée.")
        link = wizard.path_in(portal.emails(wizard.EMAIL)[-1], "/inscription/complement/")
        page = press(portal.browser().get(link).follow(), "Ouvrir mon formulaire").follow()
        page = send(send(page, {"Nom": "Pierre"}).follow(), passwords).follow()
        return wizard.send_request(page)

    references = [reference_on(wizard.sign_up(portal.browser()))]
    references += (reference_on(ask_again()) for _ in range(3))
    page = ask_again()
    assert "trente jours" in text(page) and "Vérifiez vos réponses" in page.html.title.text


@pytest.mark.databases("sqlite")
def test_the_meter_answers_what_the_server_would_decide(portal: Portal) -> None:
    browser = portal.browser()
    page = wizard.to_step_3(browser)
    token = page.forms["champ"]["csrf_token"].value

    def ask(password: str) -> dict[str, object]:
        body = {"password": password, "words": []}
        answer = browser.post_json("/inscription/surete", body, headers={"X-CSRF-Token": token})
        return dict(answer.json)

    assert ask("Brouette-Cerise-Volcan-72")["accepted"] is True
    assert ask("anne.pierre.anne.pierre")["accepted"] is False
    assert browser.post_json("/inscription/surete", ["x"], headers={"X-CSRF-Token": token}, status=400)
