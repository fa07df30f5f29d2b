"""Every parser of settings: any text gives a value or the settings' own error, and one thing has one spelling."""

from __future__ import annotations

import codecs
from dataclasses import fields
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from esea_auth_plugin import values
from esea_auth_plugin.accounts.mail_domains.settings import MailDomainSettings
from esea_auth_plugin.auth_modes.cps_card.settings import CardSettings
from esea_auth_plugin.auth_modes.passkey.settings import PasskeySettings
from esea_auth_plugin.auth_modes.pro_sante_connect.settings import PscSettings
from esea_auth_plugin.auth_modes.qr_code.settings import QrSettings
from esea_auth_plugin.options import read
from esea_auth_plugin.settings import AuthSettings, FoundationSettings, ReviewSettings
from oru_espace_pro_plugin.settings import OruSettings

SECTIONS = (
    FoundationSettings, ReviewSettings, AuthSettings, CardSettings, PasskeySettings, PscSettings, QrSettings,
    MailDomainSettings, OruSettings,
)  # fmt: skip
PARSERS: dict[str, values.Parser] = {
    f"{cls.__name__}.{item.name}": item.metadata["parse"]
    for cls in SECTIONS
    for item in fields(cls)
    if "parse" in item.metadata
}
STARTS = [
    "", "file:", "env:", "https://", "http://", "https://[", "[::1]", "a = ", "fr = https://", "fr = https://[", "-",
    "1", "99999999999", "10.0.0.0/", "samu = 1\nsmur = 2\nsu = ", "2026-", "127.0.0.1:", "https://xn--", "https://h:",
    "/",
]  # fmt: skip
texts = st.builds(
    lambda start, rest, end: start + rest + end,
    st.sampled_from(STARTS),
    st.one_of(st.text(max_size=20), st.text("0123456789.:-/=@[]xn \n\t\x00\ud800é²٣", max_size=20)),
    st.sampled_from(["", " d", " s", " h", ".", "/", ":443", "]", "\n = "]),
)


def test_there_are_parsers_to_test() -> None:
    assert len(PARSERS) > 70 and {values.origin, values.duration, values.secret} <= set(PARSERS.values())


@given(text=texts, name=st.sampled_from(sorted(PARSERS)))
@example(text="99999999999 d", name="CardSettings.crl_max_age")
@example(text="9" * 5_000, name="FoundationSettings.mail_port")
@example(text="samu = 1\nsmur = 2\nsu = " + "9" * 5_000, name="OruSettings.official_figures")
@example(text="https://[", name="FoundationSettings.url")
@example(text="https://h:99999", name="FoundationSettings.url")
@example(text="fr = https://[", name="MailDomainSettings.registries")
@example(text="file:\x00", name="FoundationSettings.secret_keys")
@example(text="file:\ud800", name="FoundationSettings.secret_keys")
@example(text="env:\ud800", name="FoundationSettings.secret_keys")
@example(text="env:a\x00=b", name="FoundationSettings.database_url")
@example(text="https://", name="PscSettings.token_endpoint")
def test_any_text_gives_a_value_or_the_settings_own_error(text: str, name: str) -> None:
    try:
        PARSERS[name](text)
    except values.BadValue as bad:
        assert bad.cause and bad.cure
        # A short text may stand in the example of a right value.
        assert len(text) < 10 or text not in bad.cause + bad.cure


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("https://portail.exemple.fr", "https://portail.exemple.fr"),
        ("https://Portail.Exemple.fr", "https://portail.exemple.fr"),
        ("HTTPS://portail.exemple.fr", "https://portail.exemple.fr"),
        ("https://portail.exemple.fr:443", "https://portail.exemple.fr"),
        ("https://portail.exemple.fr:", "https://portail.exemple.fr"),
        ("https://portail.exemple.fr/", "https://portail.exemple.fr"),
        ("https://portail.exemple.fr.", "https://portail.exemple.fr"),
        ("https://portail.exemple.fr.:443/", "https://portail.exemple.fr"),
        ("https://portail.exemple.fr:8443", "https://portail.exemple.fr:8443"),
        ("https://portail.exemple.fr:08443", "https://portail.exemple.fr:8443"),
        ("https://portail.exemple.fr:80", "https://portail.exemple.fr:80"),
        ("http://portail.exemple.fr:80", "http://portail.exemple.fr"),
        ("https://santé.fr", "https://xn--sant-epa.fr"),
        ("https://SANTÉ.fr", "https://xn--sant-epa.fr"),
        ("https://straße.fr", "https://xn--strae-oqa.fr"),
        ("https://xn--sant-epa.fr", "https://xn--sant-epa.fr"),
        ("http://localhost:6543", "http://localhost:6543"),
        ("http://127.0.0.1", "http://127.0.0.1"),
        ("http://[0:0::1]:6543", "http://[::1]:6543"),
    ],
)
def test_an_origin_has_one_form(written: str, canonical: str) -> None:
    assert values.origin(written) == canonical
    assert values.origin(canonical) == canonical


@pytest.mark.parametrize(
    "written",
    [
        "portail.exemple.fr", "ftp://portail.exemple.fr", "https://", "https:///", "https:portail.exemple.fr",
        "https://portail.exemple.fr/chemin", "https://portail.exemple.fr?", "https://portail.exemple.fr#",
        "https://portail.exemple.fr//", "https://anne@portail.exemple.fr", "https://anne:mot@portail.exemple.fr",
        "https://portail.exemple.fr:0", "https://portail.exemple.fr:65536", "https://portail.exemple.fr:-1",
        "https://portail .exemple.fr", "https://portail\n.exemple.fr", "https://portail\\.exemple.fr", "https://.",
        "https://portail..exemple.fr", "https://*.exemple.fr", "https://-a.fr", "https://" + "a" * 64 + ".fr",
        "https://1.2.3", "https://0x7f.1", "https://256.0.0.1", "https://01.2.3.4", "https://[::1", "https://[::1%25lo]",
        "https://xn--a.fr", "https://[127.0.0.1]", "https://a.fr,b.fr", "https://a.fr https://b.fr", "null", "*",
    ],
)  # fmt: skip
def test_what_is_no_origin_is_refused(written: str) -> None:
    with pytest.raises(values.BadValue):
        values.origin(written)


def test_the_path_of_an_address_stays_as_it_is_written() -> None:
    assert values.address("https://Auth.Exemple.fr:443/Realms/x/") == "https://auth.exemple.fr/Realms/x/"
    assert values.address("https://auth.exemple.fr/a?b=C") == "https://auth.exemple.fr/a?b=C"
    assert values.address("") == "" and values.host("") == ""
    assert values.host("Portail.Exemple.FR.") == "portail.exemple.fr"


def test_hosts_have_one_form_and_stand_once() -> None:
    assert values.hosts("CPS.Exemple.fr:443 = card\ncps.exemple.fr:8443 = card\n[::1]:6 = card") == {
        "cps.exemple.fr": "card",
        "cps.exemple.fr:8443": "card",
        "[::1]:6": "card",
    }
    for twice in ("cps.exemple.fr = card\nCPS.exemple.fr:443 = portal", "a = card\na = portal"):
        with pytest.raises(values.BadValue):
            values.hosts(twice)


@pytest.mark.parametrize("text", ["99999999999 d", "9" * 5_000 + " d", "-1 d", "0 s", "0 d", "3651 d", "٣ d", "1e3 s"])
def test_a_duration_beyond_all_calendars_is_refused(text: str) -> None:
    with pytest.raises(values.BadValue):
        values.duration(text)


def test_a_duration_within_bounds_is_read() -> None:
    assert values.duration("3650 d") == timedelta(days=3650) and values.duration("1s") == timedelta(seconds=1)


@pytest.mark.parametrize("text", ["1_000", "１２", "٣", "", "9" * 30, "1.0", "0x10"])
def test_a_whole_number_has_plain_digits(text: str) -> None:
    with pytest.raises(values.BadValue):
        values.integer()(text)


SECRET = "clé-très-secrète"


@pytest.mark.parametrize(
    "content",
    [
        SECRET.encode(),
        SECRET.encode() + b"\r\n",
        codecs.BOM_UTF8 + SECRET.encode() + b"\r\n",
        b"\r\n  " + SECRET.encode() + b"\t\n",
    ],
)
def test_a_secret_file_of_any_editor_gives_the_same_secret(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "secret"
    file.write_bytes(content)
    assert values.secret(f"file:{file}") == SECRET


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (SECRET.encode("latin-1"), "not UTF-8"),
        (SECRET.encode("cp1252"), "not UTF-8"),
        (SECRET.encode("utf-16"), "UTF-16"),
        (SECRET.encode("utf-16-le"), "UTF-16"),
        (b"abcdef\x00ghi", "NUL"),
        (b"", "empty"),
        (codecs.BOM_UTF8 + b"\r\n", "empty"),
    ],
)
def test_a_secret_file_that_is_no_text_is_refused_without_being_quoted(
    tmp_path: Path, content: bytes, told: str
) -> None:
    file = tmp_path / "secret"
    file.write_bytes(content)
    with pytest.raises(values.BadValue) as refused:
        values.secret(f"file:{file}")
    assert told in refused.value.cause and "secr" not in refused.value.cause + refused.value.cure


def test_a_secret_that_names_no_file_is_refused(tmp_path: Path) -> None:
    for name in (tmp_path, tmp_path / "absent", "", "\x00"):
        with pytest.raises(values.BadValue):
            values.secret(f"file:{name}")


@pytest.mark.parametrize(("mode", "env", "refused"), [
    (0o604, "production", True), (0o602, "production", True), (0o640, "production", False),
    (0o400, "production", False), (0o644, "development", False), (0o644, "test", False), (0o644, "", True),
])  # fmt: skip
def test_in_production_a_secret_is_not_for_every_user_of_the_machine(
    tmp_path: Path, mode: int, env: str, refused: bool
) -> None:
    file = tmp_path / "secret"
    file.write_text("k8-tY3qLw0", encoding="ascii")
    file.chmod(mode)
    settings: dict[str, Any] = {"portal.url": "https://a.fr", "portal.database_url": "sqlite:///x"}
    settings["portal.secret_keys"] = f"file:{file}"
    problems = read(FoundationSettings, settings, "portal.", where="portail.ini", env=env)[1]
    assert [problem.key for problem in problems] == ["portal.secret_keys"] * refused
    assert all("chmod" in str(problem) and "portail.ini" in str(problem) for problem in problems)


@pytest.mark.parametrize(("password", "refused"), [
    ("changeme", True), ("Change-Me!", True), ("motdepasse", True), ("k8-tY3qLw0", False),
])  # fmt: skip
@pytest.mark.parametrize("env", ["production", "development"])
def test_a_secret_that_nobody_chose_is_refused_in_production(
    tmp_path: Path, password: str, refused: bool, env: str
) -> None:
    file = tmp_path / "secret"
    file.write_text(password, encoding="utf-8")
    file.chmod(0o600)
    settings: dict[str, Any] = {
        "portal.url": "https://a.fr",
        "portal.database_url": "sqlite:///x",
        "portal.mail_password": f"file:{file}",
    }
    problems = read(FoundationSettings, settings, "portal.", where="portail.ini", env=env)[1]
    told = [problem for problem in problems if problem.key == "portal.mail_password"]
    assert bool(told) is (refused and env == "production")
    assert all("placeholder" in str(problem) and password not in str(problem) for problem in told)


@pytest.mark.parametrize(("password", "refused"), [("changeme", True), ("k8-tY3qLw0", False)])
def test_the_password_of_a_database_address_is_judged_too(password: str, refused: bool) -> None:
    address = f"postgresql+psycopg://portail:{password}@127.0.0.1/portail"
    settings: dict[str, Any] = {"portal.url": "https://a.fr", "portal.database_url": address}
    problems = read(FoundationSettings, settings, "portal.", where="portail.ini", env="production")[1]
    assert ("portal.database_url" in [problem.key for problem in problems]) is refused


def test_a_wrong_origin_is_told_in_one_line_with_key_file_and_cure() -> None:
    settings = {
        "portal.url": "portail.exemple.fr",
        "portal.database_url": "sqlite:///x",
        "portal.secret_keys": "env:PATH",
    }
    (problem,) = read(FoundationSettings, settings, "portal.", where="portail.ini", env="production")[1]
    assert "\n" not in str(problem)
    assert str(problem).startswith("portal.url (portail.ini): ") and "https://portail.exemple.fr" in str(problem)
