"""Fixed addresses that browsers, password managers, robots and researchers ask every site for."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from esea_auth_plugin.commands.doctor import security_txt_warnings
from esea_auth_plugin.settings import FoundationSettings
from esea_auth_plugin.site_files import Problems, check_security_txt
from esea_auth_plugin.testing.clock import DEFAULT_MOMENT
from esea_auth_plugin.testing.portal import Portal
from host_app.texts.library import NAMES

pytestmark = pytest.mark.databases("sqlite")

GOOD = "Contact: mailto:securite@exemple.fr\nExpires: 2026-12-31T23:00:00.000Z\nPreferred-Languages: fr, en\n"


def test_a_password_manager_is_led_to_the_page_that_changes_the_password(portal: Portal) -> None:
    """W3C « A Well-Known URL for Changing Passwords »; a probe of a name that nobody has must not be a success."""
    answer = portal.app.get("/.well-known/change-password", status=302)
    assert answer.location.endswith("/compte/mot-de-passe")
    portal.app.get("/.well-known/resource-that-should-not-exist-whose-status-code-should-not-be-200", status=404)
    browser, _ = portal.signed_in()
    page = browser.get("/.well-known/change-password").follow()
    assert page.status_int == 200 and page.html.find("input", attrs={"autocomplete": "new-password"}) is not None


@pytest.mark.settings(**{"esea_auth.modes": "passkey"})
def test_a_portal_without_passwords_has_no_page_to_change_one(portal: Portal) -> None:
    portal.app.get("/.well-known/change-password", status=404)


def test_there_is_no_security_txt_unless_the_operator_wrote_one(portal: Portal) -> None:
    portal.app.get("/.well-known/security.txt", status=404)


SIGNED = Path(__file__).with_name("security.txt")


@pytest.mark.settings(**{"portal.security_txt": str(SIGNED)})
def test_the_operator_s_security_txt_is_published_as_it_is(portal: Portal) -> None:
    answer = portal.app.get("/.well-known/security.txt")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.body == SIGNED.read_bytes()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (GOOD.replace("Contact", "Kontakt"), "has no Contact"),
        (GOOD.replace("mailto:", ""), "no Contact"),
        (GOOD.replace("mailto:securite@exemple.fr", "http://exemple.fr/contact"), "no Contact"),
        (GOOD.replace("Expires", "Until"), "has no Expires"),
        (GOOD.replace("2026-12-31T23:00:00.000Z", "demain"), "no Expires"),
        (GOOD + "Expires: 2027-01-01T00:00:00Z\n", "Expires"),
        ("", "empty"),
    ],
)
def test_a_security_txt_that_says_too_little_stops_the_start(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "security.txt"
    file.write_text(text, encoding="utf-8")
    problems: Problems = check_security_txt(str(file), "portail.ini")
    assert len(problems) == 1 and told in str(problems[0]) and "portal.security_txt" in str(problems[0])


def test_good_ones_pass_with_any_line_end_and_signature(tmp_path: Path) -> None:
    file = tmp_path / "security.txt"
    signed = f"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n{GOOD}-----BEGIN PGP SIGNATURE-----\n\nabc\n"
    for text in (GOOD, GOOD.replace("\n", "\r\n"), signed, f"# comment\n{GOOD}", GOOD.replace("Contact", "contact")):
        file.write_text(text, encoding="utf-8", newline="")
        assert check_security_txt(str(file), "") == []


def test_doctor_warns_before_a_security_txt_expires(tmp_path: Path) -> None:
    file = tmp_path / "security.txt"
    file.write_text(GOOD, encoding="utf-8")
    settings = FoundationSettings(url="https://a.fr", database_url="", secret_keys="", security_txt=str(file))
    assert list(security_txt_warnings(settings, DEFAULT_MOMENT)) == []
    assert "expires" in next(security_txt_warnings(settings, DEFAULT_MOMENT + timedelta(days=90)))
    assert "expired" in next(security_txt_warnings(settings, DEFAULT_MOMENT + timedelta(days=400)))


def test_robots_may_read_the_public_texts_and_nothing_else(portal: Portal) -> None:
    answer = portal.app.get("/robots.txt")
    assert answer.content_type == "text/plain"
    lines = answer.text.splitlines()
    assert lines[0] == "User-agent: *" and "Disallow: /" in lines and "Allow: /$" in lines
    assert {f"Allow: /{name}$" for name in NAMES} <= set(lines)
    assert not any("compte" in line or "support" in line for line in lines)


def test_a_browser_that_asks_for_the_old_icon_is_led_to_the_new_one(portal: Portal) -> None:
    answer = portal.app.get("/favicon.ico", status=302).follow()
    assert answer.content_type == "image/svg+xml"
