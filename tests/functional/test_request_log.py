"""Each request leaves one line: which view answered, how and for whom, under the reference that people read."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from esea_auth_plugin.foundation.logs import ENDED, EndedRequest
from esea_auth_plugin.testing.portal import Portal

PROXY_ID = "5b0c6a2e6f5e4f5e9d570b6a7d0a9f11"


def ended(caplog: pytest.LogCaptureFixture) -> list[EndedRequest]:
    return [getattr(record, ENDED) for record in caplog.records if hasattr(record, ENDED)]


def test_a_line_names_view_status_and_a_digest_of_the_person(portal: Portal, caplog: pytest.LogCaptureFixture) -> None:
    browser, anne = portal.signed_in()
    with caplog.at_level(logging.INFO):
        browser.get("/compte/profil")
        browser.get("/compte")
        portal.browser().get("/inscription/donnees")
        portal.browser().get("/healthz", status="*")
    profile, account, anonymous, health = ended(caplog)
    assert (profile.method, profile.path, profile.status) == ("GET", "/compte/profil", 200)
    assert profile.view == "ProfileResource" and anonymous.view == "SignUpResource/donnees"
    assert health.view == "healthz" or health.status == 404
    assert profile.subject == account.subject != "" and anonymous.subject == ""
    assert len(profile.subject) == 16 and profile.subject not in anne.subject.replace("-", "")


def test_no_line_holds_a_query_or_a_mailed_token(portal: Portal, caplog: pytest.LogCaptureFixture) -> None:
    token = "Abcdefghijklmnopqrstuvwxyz"
    with caplog.at_level(logging.INFO):
        portal.browser().get(f"/inscription/confirmation/{token}?jeton=secretsecret")
    (line,) = ended(caplog)
    assert line.path == "/inscription/confirmation/***"
    assert token not in caplog.text and "secretsecret" not in caplog.text


def test_what_was_not_found_names_no_view(portal: Portal, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        portal.browser().get("/nulle%0Apart", status="*")
    (line,) = ended(caplog)
    assert line.view == "" and "\n" not in str(line)


@pytest.mark.settings(**{"portal.trusted_proxies": "192.0.2.7/32"})
def test_the_reference_of_our_proxy_goes_through_to_the_page_and_the_header(portal: Portal) -> None:
    def asked(address: str) -> Any:
        headers = {"X-Request-ID": PROXY_ID}
        return portal.browser(address).get("/inexistant", headers=headers, status=404)

    assert asked("192.0.2.7").headers["X-Request-Id"] == PROXY_ID
    assert asked("198.51.100.4").headers["X-Request-Id"] != PROXY_ID
