"""Inputs from the field, by case number (F1…): typed on the real pages, or received from Pro Santé Connect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select
from tests.unit.esea_auth_plugin.auth_modes.pro_sante_connect.claims import ACTIVITY, CLAIMS, PRACTICE

from esea_auth_plugin.accounts.directory import find_accounts
from esea_auth_plugin.auth_modes.cps_card.transport import SECRET, from_proxy
from esea_auth_plugin.auth_modes.pro_sante_connect.mapper import person_of
from esea_auth_plugin.foundation.reviews.queue import Asked, queue_page
from esea_auth_plugin.foundation.security.password_policy import assess
from esea_auth_plugin.foundation.throttling import address_key
from esea_auth_plugin.foundation.web.proxy import resolve
from esea_auth_plugin.interfaces import IAccounts, IOutbox, IReviews, ISealer
from esea_auth_plugin.sign_up.answers import unseal
from esea_auth_plugin.sign_up.models import SignUpDraft
from esea_auth_plugin.testing import sign_up as wizard
from esea_auth_plugin.testing.pages import field_error, send, text
from esea_auth_plugin.testing.portal import Portal
from oru_espace_pro_plugin.establishments.service import _searchable
from oru_espace_pro_plugin.interfaces import Establishment, Kind

pytestmark = pytest.mark.databases("sqlite")


def kept(portal: Portal, **typed: str) -> Mapping[str, str]:
    """Return what the sign-up keeps of step 2 with these answers."""
    page = send(wizard.to_step_2(portal.browser()), wizard.personal(**typed))
    assert page.status_int == 303, text(page)
    with portal.db.reading() as session:
        row = session.scalars(select(SignUpDraft).order_by(SignUpDraft.created_at.desc())).first()
        assert row is not None
        return unseal(portal.find(ISealer), row.answers, row.id).personal


def told(portal: Portal, label: str, **typed: str) -> str:
    """Return what the page says beside a field; what was typed stands there still."""
    page = send(wizard.to_step_2(portal.browser()), wizard.personal(**typed))
    assert page.status_int == 200
    assert page.html.title.text.startswith("Erreur")
    return field_error(page, label)


def psc(**activity: Any) -> Mapping[str, str]:
    """Return the attributes that Pro Santé Connect's claims give with one activity changed."""
    practice = {**PRACTICE, "activities": [{**ACTIVITY, **activity}]}
    claims = {**CLAIMS, "SubjectRefPro": {"exercices": [practice]}}
    person = person_of(claims, issuer="https://psc.example.fr", today=_TODAY)
    return person.identity().attributes


_TODAY = date(2026, 9, 14)

PHONES = [
    ("F1 La Réunion", "0262 90 50 50", "+262262905050"),
    ("F1 La Réunion, new block", "0263 90 50 50", "+262263905050"),
    ("F1 La Réunion, mobile", "0692 12 34 56", "+262692123456"),
    ("F1 Mayotte, mobile", "0639 12 34 56", "+262639123456"),
    ("F1 Mayotte", "0269 61 12 34", "+262269611234"),
    ("F1 Guadeloupe", "0590 93 20 20", "+590590932020"),
    ("F1 Guadeloupe, mobile", "0691 12 34 56", "+590691123456"),
    ("F1 Guyane", "0594 39 12 34", "+594594391234"),
    ("F1 Nouvelle-Calédonie", "+687 26 57 65", "+687265765"),
    ("F1 Polynésie", "00 689 40 46 12 34", "+68940461234"),
    ("F1 Wallis-et-Futuna", "+681 72 12 34", "+681721234"),
    ("F1 with its own code", "+262 (0)262 90 50 50", "+262262905050"),
    ("F2 Martinique", "0596 55 20 00", "+596596552000"),
    ("F2 Martinique, metropolitan code", "+33 596 55 20 00", "+596596552000"),
    ("F2 Saint-Pierre-et-Miquelon", "0508 41 14 00", "+508411400"),
    ("F3 narrow no-break spaces", "06\u202f12\u202f34\u202f56\u202f78", "+33612345678"),
    ("F3 no-break spaces", "06\u00a012\u00a034\u00a056\u00a078", "+33612345678"),
    ("F3 figure spaces", "06\u200712\u200734\u200756\u200778", "+33612345678"),
    ("F3 dashes", "06\u201112\u201334\u221256-78", "+33612345678"),
    ("F3 full-width digits", "\uff10\uff16\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18", "+33612345678"),
    ("F3 direction marks around", "\u202a06 12 34 56 78\u202c", "+33612345678"),
    ("F3 dots and slashless", "06.12.34.56.78", "+33612345678"),
    ("F3 metropolitan with (0)", "+33 (0)6 12 34 56 78", "+33612345678"),
    ("F25 poste", "05 56 00 00 00 poste 1234", "+33556000000;ext=1234"),
    ("F25 p.", "05 56 00 00 00 p. 12", "+33556000000;ext=12"),
    ("F25 ext", "05 56 00 00 00 ext. 1234", "+33556000000;ext=1234"),
    ("F25 x", "0556000000x1234", "+33556000000;ext=1234"),
    ("F25 RFC 3966", "+33556000000;ext=1234", "+33556000000;ext=1234"),
    ("F25 overseas", "0262 90 50 50 poste 7", "+262262905050;ext=7"),
    ("foreign", "+34 943 00 70 00", "+34943007000"),
]


@pytest.mark.parametrize(("typed", "stored"), [case[1:] for case in PHONES], ids=[case[0] for case in PHONES])
def test_a_telephone_number_is_of_the_plan_it_belongs_to(portal: Portal, typed: str, stored: str) -> None:
    assert kept(portal, Téléphone=typed)["phone"] == stored
    assert psc(telephone=typed)["phone"] == stored


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("15", "numéro court"),
        ("3631", "numéro court"),
        ("0899 12 34 56", "surtaxé"),
        ("0825 12 34 56", "surtaxé"),
        ("+262 899 12 34 56", "surtaxé"),
        ("05 56 00 00 00 poste abc", "poste n'est pas lisible"),
        ("05 56 00 00 00 / 06 12 34 56 78", "un seul numéro"),
        ("05 56 00", "n'est pas valable"),
        ("06 39 98 12 34", "n'est pas valable"),
        ("0556 CALLME", "n'est pas valable"),
    ],
)
def test_f25_a_number_that_reaches_nobody_is_refused_with_what_to_do(portal: Portal, typed: str, said: str) -> None:
    assert said in told(portal, "Téléphone", Téléphone=typed)


def test_f25_an_extension_is_shown_the_french_way_and_kept_when_the_form_comes_back(portal: Portal) -> None:
    browser = portal.browser()
    send(wizard.to_step_2(browser), wizard.personal(Téléphone="0262 90 50 50 poste 7"))
    page = browser.get("/inscription/donnees")
    assert page.html.find("input", {"name": "phone"})["value"] == "0262 90 50 50 poste 7"


NAMES = [
    ("F4 no-break space", "Le\u00a0Goff", "Le Goff"),
    ("F4 hyphen", "Jean\u2010Pierre", "Jean-Pierre"),
    ("F4 no-break hyphen", "Jean\u2011Pierre", "Jean-Pierre"),
    ("F4 en dash", "Jean\u2013Pierre", "Jean-Pierre"),
    ("F4 left quote", "D\u2018Angelo", "D’Angelo"),
    ("F4 acute accent for an apostrophe", "D\u00b4Angelo", "D’Angelo"),
    ("F4 typewriter apostrophe", "D'Angelo", "D’Angelo"),
    ("F5 Catalan", "Gal·la", "Gal·la"),
    ("F5 Catalan, one character", "Ga\u0140la", "Gal·la"),
    ("F5 Gascon", "Des·har", "Des·har"),
    ("F5 NFD without a composed form", "G\u0303uarani", "G\u0303uarani"),
    ("F5 NFD with one", "He\u0301le\u0300ne", "Hélène"),
    ("F5 Vietnamese, NFD", "Nguye\u0302\u0303n", "Nguyễn"),
    ("F5 Breton", "Le C’hoadic", "Le C’hoadic"),
    ("F5 Polynesian", "\u02bbAna Māhina", "\u02bbAna Māhina"),
    ("F5 Kanak", "Näähnÿ", "Näähnÿ"),
    ("F5 Turkish", "Ayşe Yıldırım", "Ayşe Yıldırım"),
    ("F6 full-width letters", "\uff21\uff4e\uff4e\uff45", "Anne"),
    ("F6 ligature", "So\ufb01a", "Sofia"),
]


@pytest.mark.parametrize(("typed", "stored"), [case[1:] for case in NAMES], ids=[case[0] for case in NAMES])
def test_a_name_of_the_latin_script_has_one_spelling(portal: Portal, typed: str, stored: str) -> None:
    assert kept(portal, Nom=typed)["last_name"] == stored


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("\u3164", "invisibles"),
        ("\u115f\u1160", "invisibles"),
        ("\uffa0", "invisibles"),
        ("\u2800", "invisibles"),
        ("Anne\u180e", "invisibles"),
        ("Anne\U000e0041", "invisibles"),
        ("Anne\ufe0f", "invisibles"),
        ("An\u034fne", "invisibles"),
        ("An\u200bne", "invisibles"),
        ("\u0410nne", "lettres latines"),  # a Cyrillic capital A
        ("Анна", "lettres latines"),
        ("Ann\u03bf", "lettres latines"),  # a Greek omicron
        ("A" + "\u0301" * 80, "accents"),
        ("A\u0336n\u0336ne", "accents"),
        ("\u0301", "lettres"),
        ("· Anne", "point médian"),
        ("Anne2", "lettres"),
        ("---", "lettres"),
    ],
)
def test_f6_f28_what_is_no_name_is_refused_beside_its_field(portal: Portal, typed: str, said: str) -> None:
    assert said in told(portal, "Nom", Nom=typed)


EMAILS = [
    ("F7 sharp s", "alix.essai@straße.fr", "alix.essai@xn--strae-oqa.fr"),
    ("F7 two s", "alix.essai@strasse.fr", "alix.essai@strasse.fr"),
    ("F7 final sigma", "alix.essai@βόλος.gr", "alix.essai@xn--nxasmm1c.gr"),
    ("F7 accent", "alix.essai@hôpital.fr", "alix.essai@xn--hpital-ixa.fr"),
    ("F7 NFD", "alix.essai@ho\u0302pital.fr", "alix.essai@xn--hpital-ixa.fr"),
    ("F7 already an A-label", "alix.essai@XN--HPITAL-IXA.fr", "alix.essai@xn--hpital-ixa.fr"),
    ("F3 a blank and a mark around", "\u00a0alix.essai@ch-essai.fr\u200b", "alix.essai@ch-essai.fr"),
]


@pytest.mark.parametrize(("typed", "stored"), [case[1:] for case in EMAILS], ids=[case[0] for case in EMAILS])
def test_f7_a_domain_is_stored_as_its_a_label(portal: Portal, typed: str, stored: str) -> None:
    assert kept(portal, email=typed)["email"] == stored


def test_f7_two_domains_are_two_accounts_and_each_letter_goes_to_its_own(portal: Portal) -> None:
    one = portal.person(email="alix.essai@straße.fr")
    other = portal.person(email="alix.essai@strasse.fr")
    with portal.db.reading() as session:
        accounts = portal.find(IAccounts)
        assert accounts.by_login(session, "ALIX.ESSAI@Straße.fr").subject == one.subject
        assert accounts.by_login(session, "alix.essai@xn--strae-oqa.fr").subject == one.subject
        assert accounts.by_login(session, "alix.essai@strasse.fr").subject == other.subject
        for words, subject in (("alix.essai@straße.fr", one.subject), ("alix.essai@strasse.fr", other.subject)):
            found, total = find_accounts(portal.registry, session, words, 1)
            assert (total, found[0].subject) == (1, subject)
    with portal.db.writing() as session:
        values = {"name": "Alix Essai", "identifier": one.identifier}
        portal.find(IOutbox).post(session, "recovery.identifier", to=one.email, values=values)
    portal.deliver()
    assert portal.emails("alix.essai@xn--strae-oqa.fr") and not portal.emails("alix.essai@strasse.fr")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("a" * 65 + "@ch-essai.fr", "64"),
        ("a" * 60 + "@" + ("b" * 60 + ".") * 3 + "b" * 20 + ".fr", "254"),
        ("hélène@ch-essai.fr", "lettre accentuée"),
        ("alix@ch_essai.fr", "nom@domaine.fr"),
        ("alix@-essai.fr", "nom@domaine.fr"),
        ("alix@xn--a.fr", "nom@domaine.fr"),
        ("alix", "nom@domaine.fr"),
    ],
)
def test_f28_an_address_that_is_too_long_or_none_is_refused_with_the_reason(
    portal: Portal, typed: str, said: str
) -> None:
    assert said in told(portal, "Email", email=typed)


def test_f8_a_queue_is_searched_without_accents_ligatures_and_apostrophes(portal: Portal) -> None:
    with portal.db.writing() as session:
        for name in ("ŒUVRARD Zoé", "D’Angelo Léa", "Gal·la Núria", "Yıldırım Ayşe", "ĐỖ Ánh"):
            portal.find(IReviews).open(session, "sign_up", title=name, author=None)

    def found(words: str) -> list[str]:
        with portal.db.reading() as session:
            page = queue_page(portal.registry, session, ["sign_up"], Asked(words=words), mine="", today=_TODAY)
            return [row.title for row in page.rows]

    assert found("oeuvrard") == found("Œuvrard") == found("ＯＥＵＶＲＡＲＤ") == ["ŒUVRARD Zoé"]
    assert found("d'angelo") == found("D‘ANGELO") == ["D’Angelo Léa"]
    assert found("galla") == found("gal·la") == ["Gal·la Núria"]
    assert found("yildirim ayse") == ["Yıldırım Ayşe"]
    assert found("do anh") == ["ĐỖ Ánh"]


def test_f8_the_directory_is_searched_by_the_same_folder() -> None:
    values: dict[str, Any] = {item.name: "" for item in fields(Establishment)}
    item = Establishment(**{**values, "kind": Kind.SU, "name": "Clinique du Sacré-Cœur", "town": "L’Isle-d’Espagnac"})
    assert "sacre coeur" in _searchable(item) and "l isle d espagnac" in _searchable(item)


def test_f9_accounts_are_found_however_the_apostrophe_is_typed(portal: Portal) -> None:
    person = portal.person(first_name="Léa", last_name="D’Angelo", email="lea.dangelo@ch-essai.fr")
    with portal.db.reading() as session:
        for words in ("d'angelo", "D’ANGELO", "angelo lea", "lea.dangelo@CH-essai.fr", "d`angelo"):
            found, total = find_accounts(portal.registry, session, words, 1)
            assert (total, found[0].subject) == (1, person.subject), words


@pytest.mark.parametrize(
    ("first", "last", "proposed"),
    [
        ("Ayşe", "Yıldırım", "ayse.yildirim"),
        ("Łukasz", "Øster", "lukasz.oster"),
        ("Þóra", "Æsir", "thora.aesir"),
        ("Ánh", "Đỗ", "anh.do"),
        ("Núria", "Gal·la", "nuria.galla"),
        ("Jean-Pierre", "Le C’hoadic", "jeanpierre.lechoadic"),
        ("Ɛva", "Kɔnɛ", "eva.kone"),
    ],
)
def test_f10_the_proposed_identifier_drops_no_letter(portal: Portal, first: str, last: str, proposed: str) -> None:
    page = wizard.to_step_3(portal.browser(), Prénom=first, Nom=last)
    assert page.html.find("input", {"name": "identifier"})["value"][:-3] == proposed


@pytest.mark.parametrize(
    ("password", "name"),
    [
        ("grosloebchevalbleu77", "Lœb"),
        ("gros-yildirim-cheval-77", "Yıldırım"),
        ("vert-DOSTER-cheval-77", "Døster"),
        ("gros-galla-cheval-77", "Gal·la"),
    ],
)
def test_f10_a_password_may_not_hold_the_name_in_another_spelling(password: str, name: str) -> None:
    judged = assess(password, ("Anne", name))
    assert not judged.accepted and "vient de votre nom" in judged.messages[0]


@pytest.mark.settings(**{"esea_auth.hidden_fields": "fax"})
@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("0339300014", "339300014"),
        ("0 33 93 0001 4", "339300014"),
        ("9D9300014", "9D9300014"),
        ("9a1234567", "9A1234567"),
        ("2a\u202f1234567", "2A1234567"),
    ],
)
def test_f11_an_adeli_number_as_the_card_or_an_overseas_register_writes_it(
    portal: Portal, typed: str, stored: str
) -> None:
    assert kept(portal, **{"N° ADELI": typed})["adeli"] == stored


@pytest.mark.parametrize("typed", ["899900000011", "8 999\u202f0000\u201100 11", "９９９０００００01１"])
def test_f11_an_rpps_number_whatever_parts_its_digits(portal: Portal, typed: str) -> None:
    assert kept(portal, **{"N° RPPS": typed})["rpps"] == "99900000011"


def test_f19_an_ipv4_address_mapped_into_ipv6_is_that_address() -> None:
    assert resolve("::ffff:127.0.0.1", "203.0.113.7", ("127.0.0.1/32",)) == "203.0.113.7"
    assert resolve("127.0.0.1", "203.0.113.7", ("::ffff:127.0.0.1",)) == "203.0.113.7"
    assert resolve("127.0.0.1", "::ffff:203.0.113.7", ("127.0.0.1/32",)) == "203.0.113.7"
    assert resolve("::ffff:203.0.113.7", "", ()) == "203.0.113.7"
    assert address_key("::ffff:203.0.113.7") == address_key("203.0.113.7") == "203.0.113.7"


def test_f19_the_card_host_believes_its_proxy_by_either_spelling() -> None:
    settings: Any = SimpleNamespace(proxies=("127.0.0.1/32",), proxy_secret="essai")
    header = "HTTP_" + SECRET.upper().replace("-", "_")
    for peer, believed in (("127.0.0.1", True), ("::ffff:127.0.0.1", True), ("::ffff:127.0.0.2", False)):
        assert from_proxy({"REMOTE_ADDR": peer, header: "essai"}, settings) is believed


@pytest.mark.parametrize(
    "between", ["\u200b", "\u00a0", "\u202f", "\u2011", "\u2013", "\u2212", "\ufeff", "\u00ad", "\u2060", "·"]
)
def test_f20_a_mailed_code_is_the_same_code_whatever_parts_its_digits(portal: Portal, between: str) -> None:
    anne, browser = portal.person(), portal.browser()
    page = browser.get("/connexion/otp").maybe_follow()
    page = send(page, {"Identifiant ou email": anne.identifier, "Mot de passe": anne.password}).maybe_follow()
    code = portal.emails(anne.email)[-1].code.replace(" ", "")
    page = send(page, {"Code reçu par courriel": f"{code[:3]}{between}{code[3:]}"})
    assert page.status_int == 303
    assert browser.get("/compte").status_int == 200


@pytest.mark.parametrize(
    ("activity", "postal_code", "city", "country"),
    [
        ({"codePostal": "33076 CEDEX 9", "bureauCedex": "33076 BORDEAUX CEDEX"}, "33076", "Bordeaux Cedex", None),
        ({"codePostal": "20001", "codePays": "99134", "bureauCedex": ""}, "20001", None, "ES"),
        ({"codePostal": "1000", "codePays": "99131", "bureauCedex": ""}, "1000", None, "BE"),
        ({"codePostal": "99999999999", "codePays": "99999", "bureauCedex": ""}, None, None, None),
    ],
)
def test_f26_addresses_from_pro_sante_connect(
    activity: dict[str, str], postal_code: str | None, city: str | None, country: str | None
) -> None:
    found = psc(**activity)
    assert (found.get("postal_code"), found.get("city"), found.get("country")) == (postal_code, city, country)
    assert ("department" in found) is (activity.get("codePays") is None)
