"""One gate refuses what cannot be a request of this portal: an explained 400, why in the log, no trace, no query."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from tests.raw_requests import FORM, RawAnswer, call

from esea_auth_plugin.testing.portal import Portal

pytestmark = pytest.mark.databases("sqlite", "postgresql")

BOUNDARY = "-" * 5_000
MULTIPART = b'--x\r\nContent-Disposition: form-data; name="identifiant"\r\n\r\nvaleur\r\n--x--\r\n'


def refused(portal: Portal, caplog: pytest.LogCaptureFixture, queries: Any, *request: Any, **more: Any) -> RawAnswer:
    """Send the request and check everything that holds for each refusal."""
    caplog.clear()
    with caplog.at_level(logging.INFO), queries() as seen:
        answer = call(portal.wsgi, *request, **more)
    assert answer.status == 400, (answer.status, answer.text[:500])
    assert len(seen) == 0, str(seen)
    lines = [record for record in caplog.records if record.levelno >= logging.INFO]
    names = [record.name.rpartition(".")[2] for record in lines]
    assert names == ["gate", "request_log"], [each.getMessage() for each in lines]
    assert not any(each.exc_info or "\n" in each.getMessage() for each in lines)
    assert answer.headers["content-security-policy"] and answer.headers["cache-control"] == "no-store"
    return answer


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/connexion", "q=h%F4pital"),
        ("/connexion", "retour=%ff"),
        ("/connexion", "retour=%ED%A0%80"),
        ("/connexion", "q=h\xf4pital"),
        ("/connexion", "%ff=1"),
        ("/connexion", "q=%00"),
        ("/connexion", "q=\x00"),
        ("/connexion", "q=" + "x" * 9_000),
        ("/connexion", "&".join("a=1" for _ in range(300))),
        ("/connexion", ";".join("a=1" for _ in range(300)) + "%ff"),
        ("/h\xf4pital", ""),
        ("/\xed\xa0\x80", ""),
        ("/\xc0\xaf", ""),
        ("/connexion\x00", ""),
        ("/connexion\r\nX-Header: 1", ""),
        ("/connexion/\x7f", ""),
        ("/" + "x" * 3_000, ""),
        ("/compte/../connexion", ""),
        ("/compte/./connexion", ""),
        ("/static/..", ""),
        ("/compte\\..\\connexion", ""),
    ],
)
def test_an_address_that_cannot_be_read_gets_400(
    portal: Portal, caplog: pytest.LogCaptureFixture, queries: Any, path: str, query: str
) -> None:
    answer = refused(portal, caplog, queries, "GET", path, query)
    assert answer.headers["content-type"].startswith("text/html") and '<html lang="fr">' in answer.text
    machine = {"HTTP_ACCEPT": "application/json"}
    problem = refused(portal, caplog, queries, "GET", path, query, environ=machine)
    assert problem.headers["content-type"].startswith("application/problem+json")
    assert json.loads(problem.text)["status"] == 400


@pytest.mark.parametrize(
    "environ",
    [
        {"HTTP_USER_AGENT": "Mozilla\x00"},
        {"HTTP_USER_AGENT": "Mozilla\r\nSet-Cookie: a=b"},
        {"HTTP_ACCEPT_LANGUAGE": "x" * 20_000},
        {"HTTP_COOKIE": "a=" + "x" * 20_000},
        {"HTTP_COOKIE": "a=\x00"},
        {f"HTTP_X_{number}": "1" for number in range(150)},
        {f"HTTP_X_{number}": "x" * 8_000 for number in range(20)},
        {"SCRIPT_NAME": "/\xff"},
        {"CONTENT_TYPE": "text/plain; charset=klingon"},
        {"CONTENT_TYPE": "x" * 5_000},
        {"CONTENT_TYPE": "text/plain; \xff"},
        {"CONTENT_LENGTH": "5, 5"},
        {"CONTENT_LENGTH": "-1"},
        {"CONTENT_LENGTH": "+5"},
        {"CONTENT_LENGTH": "\xb2"},
        {"CONTENT_LENGTH": "5", "HTTP_TRANSFER_ENCODING": "chunked"},
        {"HTTP_TRANSFER_ENCODING": "chunked"},
    ],
)
def test_headers_that_no_browser_sends_get_400(
    portal: Portal, caplog: pytest.LogCaptureFixture, queries: Any, environ: dict[str, str]
) -> None:
    refused(portal, caplog, queries, "GET", "/connexion", environ=environ)
    refused(portal, caplog, queries, "POST", "/connexion/otp", body=b"a=1", environ=environ)


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (FORM, b"identifiant=h%F4pital"),
        (FORM, b"identifiant=h\xf4pital"),
        (FORM, b"identifiant=%ED%A0%80"),
        (FORM, b"identifiant=%00"),
        (FORM, b"identifiant=\x00"),
        (FORM, b"%00=1"),
        (FORM, b"a=1&" * 10_000),
        (FORM, b"&" * 10_000),
        (FORM, b"a" * 1_000 + b"=1"),
        (FORM, b"a=" + b"x" * 200_000),
        (None, b"identifiant=%00"),
        ("", b"identifiant=%ff"),
        (f"{FORM}; charset=klingon", b"a=1"),
        (f"{FORM}; charset=iso-8859-1", b"a=1"),
        (f"{FORM}; charset=utf-8; charset=klingon", b"a=1"),
        (f'{FORM}; charset="utf-7"', b"a=1"),
        ("Application/X-WWW-Form-Urlencoded", b"a=%ff"),
        ("multipart/form-data", MULTIPART),
        ("multipart/form-data; boundary=", MULTIPART),
        ('multipart/form-data; boundary=""', MULTIPART),
        (f"multipart/form-data; boundary={BOUNDARY}", MULTIPART),
        ("multipart/form-data; boundary=x\xff", MULTIPART),
        ("multipart/form-data; boundary=" + "x" * 71, MULTIPART),
        ("multipart/form-data; charset=klingon; boundary=x", MULTIPART),
        ("application/json", b"[" * 400_000),
        ("application/json", b"[" * 400 + b"]" * 400),
        ("application/json", b'{"a":' * 400 + b"1" + b"}" * 400),
        ("application/json", b'{"password": "\\ud800"}'),
        ("application/json", b'{"\\udfff": 1}'),
        ("application/json", b'{"password": "a\\u0000"}'),
        ("application/json", b'{"password": "\xff"}'),
        ("application/json", b'{"n": ' + b"9" * 5_000 + b"}"),
        ("application/json", b'{"n": 1e999}'),
        ("application/json", b'{"n": NaN}'),
        ("application/json", b'{"password": "a", "password": "b"}'),
        ("application/json", b"[" + b"1," * 20_000 + b"1]"),
        ("application/json", b""),
        ("application/json", b"\xef\xbb\xbf{}"),
        ("application/json; charset=utf-7", b"{}"),
        ("application/json; charset=utf-16", '{"password": "a"}'.encode("utf-16")),
        ("application/ld+json", b"[" * 400_000),
    ],
)
@pytest.mark.parametrize("path", ["/connexion/otp", "/inscription/surete"])
def test_a_body_that_cannot_be_read_gets_400(
    portal: Portal, caplog: pytest.LogCaptureFixture, queries: Any, path: str, content_type: str | None, body: bytes
) -> None:
    refused(portal, caplog, queries, "POST", path, body=body, content_type=content_type)


def test_a_body_shorter_than_announced_gets_400(portal: Portal, caplog: pytest.LogCaptureFixture, queries: Any) -> None:
    more = {"CONTENT_LENGTH": "500"}
    refused(portal, caplog, queries, "POST", "/connexion/otp", body=b"a=1", content_type=FORM, environ=more)


@pytest.mark.parametrize("length", ["1" * 30, "1" * 5_000, "9" * 12])
def test_a_length_beyond_all_caps_is_413_whatever_its_digits(portal: Portal, length: str) -> None:
    answer = call(portal.wsgi, "POST", "/connexion/otp", body=b"a=1", environ={"CONTENT_LENGTH": length})
    assert answer.status == 413 and '<html lang="fr">' in answer.text


@pytest.mark.parametrize("method", ["POST", "PUT"])
@pytest.mark.parametrize("path", ["/connexion/otp", "/inscription", "/connexion/oubli/mot-de-passe"])
def test_no_form_of_the_portal_takes_multipart(
    portal: Portal, caplog: pytest.LogCaptureFixture, method: str, path: str
) -> None:
    """1 MB of tiny parts cost 1.7 s before CSRF was looked at: nothing parses them any more."""
    part = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n'
    body = part * (900_000 // len(part)) + b"--x--\r\n"
    with caplog.at_level(logging.INFO):
        answer = call(portal.wsgi, method, path, body=body, content_type="multipart/form-data; boundary=x")
    assert answer.status == (415 if method == "POST" else 405)
    refusals = [each.getMessage() for each in caplog.records if not each.name.endswith(".request_log")]
    assert ["multipart.not_accepted" in refusal for refusal in refusals] == [True] * (method == "POST")
    assert '<html lang="fr">' in answer.text


def test_a_cookie_that_cannot_be_read_counts_as_absent(portal: Portal, caplog: pytest.LogCaptureFixture) -> None:
    """A neighbour of the same domain may have set it: the person could not remove it, and must not be shut out."""
    with caplog.at_level(logging.INFO):
        for cookie in ("autre=h\xf4pital", "autre=\xed\xa0\x80; message=x", 'autre="\\377"', 'autre="\\000"; a', "=;;"):
            answer = call(portal.wsgi, "GET", "/connexion", environ={"HTTP_COOKIE": cookie})
            assert answer.status == 200, cookie
    assert not [record for record in caplog.records if record.exc_info]


def test_a_readable_cookie_beside_an_unreadable_one_still_counts(portal: Portal) -> None:
    browser, person = portal.signed_in()
    own = "; ".join(f"{cookie.name}={cookie.value}" for cookie in browser.cookiejar)
    answer = call(portal.wsgi, "GET", "/compte", environ={"HTTP_COOKIE": f"autre=h\xf4pital; {own}"})
    assert answer.status == 200 and person.first_name in answer.text


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        ("/connexion", "service=espace-pro", 200),
        ("/connexion", "q=h%C3%B4pital+de+jour", 200),
        ("/connexion", "q=a;b&q=c&q=%26%3B", 200),
        ("/connexion//otp", "", 200),
        ("/connexion%2Fotp", "", 404),
        ("/h\xc3\xb4pital", "", 404),
        ("/.well-known/nothing", "", 404),
        ("/...", "", 404),
    ],
)
def test_what_a_browser_may_send_is_not_refused(portal: Portal, path: str, query: str, status: int) -> None:
    assert call(portal.wsgi, "GET", path, query).status == status


def test_the_reason_is_in_the_log_and_the_content_is_not(portal: Portal, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        call(portal.wsgi, "POST", "/connexion/otp", body=b"password=secret-typed%00", content_type=FORM)
        call(portal.wsgi, "GET", "/connexion/reinitialisation/secret-typed\xff")
    said = [record.getMessage() for record in caplog.records]
    assert len(said) == 4 and not any("secret-typed" in each for each in said)
    assert "body.nul" in said[0] and "path.undecodable" in said[2]
