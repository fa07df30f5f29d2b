"""Random requests against the real application: whatever arrives, the answer is never an error of ours."""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import quote_from_bytes, urlencode

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.raw_requests import FORM, call

from esea_auth_plugin.testing.portal import Portal

pytestmark = pytest.mark.databases("sqlite", "postgresql")

#: The portal of the test serves all examples: they leave nothing behind that another one reads.
FUZZ = settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
PAGES = [
    "/", "/connexion", "/connexion/otp", "/connexion/oubli", "/inscription", "/inscription/donnees",
    "/inscription/confirmation", "/inscription/invitation", "/signalement", "/connexion/reinitialisation", "/compte",
    "/services", "/support/comptes", "/espace-pro", "/espace-pro/etablissements", "/healthz", "/static", "/qr",
    "/connexion/psc/retour", "/.well-known/webauthn",
]  # fmt: skip
FORMS = ["/connexion/otp", "/connexion/oubli/mot-de-passe", "/connexion/oubli/identifiant", "/inscription"]
FIELDS = [
    "identifier",
    "identifiant",
    "password",
    "email",
    "csrf_token",
    "retour",
    "service",
    "q",
    "carte",
    "__start__",
]


def wire(data: bytes) -> str:
    """Return bytes of the wire as WSGI gives them."""
    return data.decode("latin-1")


def answers_without_error(caplog: pytest.LogCaptureFixture, portal: Portal, *request: Any, **more: Any) -> None:
    caplog.clear()
    with caplog.at_level(logging.WARNING):
        answer = call(portal.wsgi, *request, **more)
    assert answer.status < 500, answer.text[:1_000]
    traced = [record for record in caplog.records if record.exc_info]
    assert not traced, [record.getMessage() for record in traced]


bytes_or_text = st.one_of(
    st.binary(max_size=60), st.text(max_size=40).map(lambda text: text.encode("utf-8", "replace"))
)
segments = st.one_of(bytes_or_text, st.sampled_from([b"..", b".", b"", b"@@", b"%2e%2e", b"\x00", b"\xff", b"*"]))
pair = st.tuples(
    st.one_of(st.sampled_from(FIELDS), st.text(max_size=8)), st.one_of(st.text(max_size=40), st.just("\x00"))
)
header_names = st.sampled_from(
    [
        "HTTP_COOKIE", "HTTP_USER_AGENT", "HTTP_ACCEPT", "HTTP_ACCEPT_LANGUAGE", "HTTP_ORIGIN", "HTTP_REFERER",
        "HTTP_X_FORWARDED_FOR", "HTTP_IF_MODIFIED_SINCE", "HTTP_IF_NONE_MATCH", "HTTP_RANGE", "HTTP_AUTHORIZATION",
        "HTTP_SEC_FETCH_SITE", "HTTP_X_CSRF_TOKEN", "HTTP_EXPECT", "HTTP_X_HTTP_METHOD_OVERRIDE", "CONTENT_TYPE",
        "CONTENT_LENGTH", "REMOTE_ADDR", "HTTP_HOST", "HTTP_X_SSL_CLIENT_CERT", "HTTP_TRANSFER_ENCODING", "SCRIPT_NAME",
    ]
)  # fmt: skip
content_types = st.one_of(
    st.none(),
    st.sampled_from(
        [
            FORM, "application/json", "multipart/form-data; boundary=x", "multipart/mixed; boundary=x", "text/plain",
            f"{FORM}; charset=utf-7", "application/json; charset=utf-16", "application/xml", "*/*", ";", "multipart/",
        ]
    ),
    st.binary(max_size=30).map(wire),
)  # fmt: skip


@FUZZ
@given(page=st.sampled_from(PAGES), rest=st.lists(segments, max_size=3), query=bytes_or_text, escaped=st.booleans())
@example(page="/connexion", rest=[], query=b"q=h%F4pital", escaped=False)
def test_any_path_and_query(
    portal: Portal, caplog: pytest.LogCaptureFixture, page: str, rest: list[bytes], query: bytes, escaped: bool
) -> None:
    path = page + "".join("/" + wire(each) for each in rest)
    answers_without_error(caplog, portal, "GET", path, quote_from_bytes(query) if escaped else wire(query))
    answers_without_error(caplog, portal, "GET", path, "q=" + quote_from_bytes(query))


@FUZZ
@given(
    page=st.sampled_from(PAGES),
    method=st.sampled_from(["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PATCH", "X\u00ff"]),
    headers=st.dictionaries(header_names, bytes_or_text.map(wire), max_size=4),
)
def test_any_header(
    portal: Portal, caplog: pytest.LogCaptureFixture, page: str, method: str, headers: dict[str, str]
) -> None:
    answers_without_error(caplog, portal, method, page, environ=headers)


@FUZZ
@given(
    page=st.sampled_from(PAGES + FORMS + ["/inscription/surete"]),
    content_type=content_types,
    body=st.binary(max_size=200),
)
def test_any_body(
    portal: Portal, caplog: pytest.LogCaptureFixture, page: str, content_type: str | None, body: bytes
) -> None:
    answers_without_error(caplog, portal, "POST", page, body=body, content_type=content_type)


@settings(FUZZ, max_examples=30)
@given(page=st.sampled_from(FORMS), fields=st.lists(pair, max_size=8), agent=st.text(max_size=30))
def test_any_fields_with_a_valid_token(
    portal: Portal, caplog: pytest.LogCaptureFixture, page: str, fields: list[tuple[str, str]], agent: str
) -> None:
    """What passes CSRF reaches the views and the database."""
    browser = portal.browser()
    shown = browser.get(page).maybe_follow()
    token = shown.html.find("input", attrs={"name": "csrf_token"})["value"]
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in browser.cookiejar)
    body = urlencode([("csrf_token", token), *fields], errors="surrogatepass").encode()
    headers = {"HTTP_COOKIE": cookies, "HTTP_USER_AGENT": wire(agent.encode("utf-8", "surrogatepass"))}
    answers_without_error(caplog, portal, "POST", page, body=body, content_type=FORM, environ=headers)
