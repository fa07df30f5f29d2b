"""Properties of the normalisers: a second pass changes nothing, and nothing is raised but their own errors."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esea_auth_plugin.foundation.nomenclatures.identifiers import normalise_adeli, normalise_finess, normalise_rpps
from esea_auth_plugin.normalise.addresses import parse_address
from esea_auth_plugin.normalise.characters import forbidden, stripped, tidy
from esea_auth_plugin.normalise.codes import base32_letters, compact, compact_upper
from esea_auth_plugin.normalise.emails import BadDomain, domain_to_ascii, normalise_email
from esea_auth_plugin.normalise.folding import (
    ascii_key,
    fold,
    fold_key,
    fold_letters,
    fold_words,
    same_text,
    search_words,
)
from esea_auth_plugin.normalise.person_names import BadName, name_case, normalise_name, tidy_name
from esea_auth_plugin.normalise.phones import BadPhone, normalise_phone, phone_fr, phone_uri
from esea_auth_plugin.normalise.postal import BadPostalCode, countries, normalise_postal_code, town_with_cedex

ODD = (
    " \u00a0\u202f\u2007\u3000\u200b\u00ad\ufeff\u2060\u3164\u2800\ufe0f\u202e"
    "'’‘ʼʻ´`ŉ῀`\u1fef-‐‑–—−·‧ŀ•.@＠_+;=/()#°"
    "0123456789０１²①٩४AaÉéŒœßẞıİſÐđŁØæﬁＡａ𝕬ÑñçĐ\u0300\u0301\u0303\u0328\u0336\u0345"
    "ΑαοςАаЯД한글中ァー\u0915\u093e\u0e33ꭓᴔʒꞌ"
)
texts = st.one_of(
    st.text(max_size=60),
    st.text(ODD, max_size=40),
    st.builds("{}@{}".format, st.text(ODD, max_size=20), st.text(ODD, max_size=20)),
    st.builds("{} poste {}".format, st.text("0123456789 +.-()", max_size=20), st.text("0123456789", max_size=9)),
    st.builds("{} CEDEX {}".format, st.text("0123456789 ", max_size=8), st.text("0123456789", max_size=3)),
)

TOTAL: list[Callable[[str], str]] = [
    fold_letters, fold, fold_words, fold_key, ascii_key, tidy_name, tidy, stripped, compact, compact_upper,
    base32_letters, normalise_email,
]  # fmt: skip
REFUSING: list[tuple[Callable[[str], str], type[Exception]]] = [
    (normalise_name, BadName),
    (normalise_phone, BadPhone),
    (lambda text: normalise_postal_code(text).code, BadPostalCode),
    (lambda text: normalise_postal_code(text, "GB").code, BadPostalCode),
    (lambda text: normalise_postal_code(text, "PT").code, BadPostalCode),
    (lambda text: normalise_postal_code(text, "AD").code, BadPostalCode),
    (lambda text: normalise_postal_code(text, "US").code, BadPostalCode),
    (domain_to_ascii, BadDomain),
    (normalise_rpps, ValueError),
    (normalise_adeli, ValueError),
    (normalise_finess, ValueError),
]


@pytest.mark.parametrize("normalise", TOTAL, ids=lambda each: each.__name__)
@given(text=texts)
def test_a_second_pass_changes_nothing(normalise: Callable[[str], str], text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once


@pytest.mark.parametrize(("normalise", "error"), REFUSING, ids=lambda each: getattr(each, "__name__", ""))
@given(text=texts)
def test_nothing_is_raised_but_the_own_error(
    normalise: Callable[[str], str], error: type[Exception], text: str
) -> None:
    try:
        once = normalise(text)
    except error:
        return
    assert normalise(once) == once


@given(texts)
def test_what_only_reads_raises_nothing(text: str) -> None:
    parse_address(text)
    name_case(text)
    phone_uri(text)
    assert phone_fr(text) or not text
    assert len(search_words(text)) <= 6
    town_with_cedex(text, "CEDEX 9")


@given(texts)
def test_a_name_that_is_accepted_is_visible_and_matches_itself(text: str) -> None:
    try:
        name = normalise_name(text)
    except BadName as bad:
        assert bad.message
        return
    assert not forbidden(name) and fold_key(name) and same_text(name, name_case(name.upper()).lower())


@given(texts, texts)
def test_a_search_for_a_text_finds_that_text(before: str, text: str) -> None:
    held = fold_words(f"{before} {text}")
    assert all(word in held for word in search_words(text))


@given(st.text("0123456789", min_size=9, max_size=9))
def test_a_number_is_shown_so_that_it_is_read_back(digits: str) -> None:
    try:
        number = normalise_phone(f"0{digits} poste 12")
    except BadPhone:
        return
    assert normalise_phone(phone_fr(number)) == number
    assert phone_uri(number) == f"tel:{number}"


@pytest.mark.parametrize(
    ("register", "people"),
    [
        ("JEAN-PIERRE", "Jean-Pierre"),
        ("D’ANGELO", "D’Angelo"),
        ("LE C’HOADIC", "Le C’hoadic"),
        ("GAL·LA", "Gal·la"),
        ("G\u0303UARANI", "G\u0303uarani"),
        ("L’HERMITE DE L’ISLE", "L’Hermite De L’Isle"),
        ("McDonald", "McDonald"),
        ("X", "X"),
    ],
)
def test_capitals_of_a_register_become_a_name(register: str, people: str) -> None:
    assert name_case(register) == people


def test_two_names_of_other_scripts_are_not_one() -> None:
    assert not same_text("Иванов", "Петров")
    assert same_text("LE GOFF", "Le  Goff") and same_text("O'Neill", "Oneill")


def test_countries_begin_with_france_and_its_neighbours() -> None:
    codes = [code for code, _ in countries()]
    assert codes[:2] == ["FR", "ES"] and len(codes) == len(set(codes)) > 190
    assert not {"GP", "RE", "EU", "ZZ", "UN"} & set(codes)


def test_a_mapped_network_is_the_ipv4_network() -> None:
    from esea_auth_plugin.normalise.addresses import parse_network, within

    assert str(parse_network("::ffff:10.0.0.0/104")) == "10.0.0.0/8"
    assert within(parse_address("::ffff:10.1.2.3%eth0"), [parse_network("10.0.0.0/8")])
    assert within(parse_address("[2001:db8::1]"), [parse_network("2001:db8::/32")])
    assert not within(parse_address("nobody"), [parse_network("::/0")])
