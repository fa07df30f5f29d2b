"""What nginx, configured as shipped, lets through to the application: seen by an application that answers it back."""

from __future__ import annotations

import itertools
from pathlib import Path
from urllib.parse import unquote

import pytest
from playwright.sync_api import Playwright
from tests.interop import softhsm
from tests.interop.chromium import open_with_card
from tests.interop.curl import Curl
from tests.interop.front import Front

from esea_auth_plugin.auth_modes.cps_card.settings import CardSettings
from esea_auth_plugin.auth_modes.cps_card.transport import Presented, presented
from esea_auth_plugin.testing.processes import execute
from host_app.demo.cards import BY_SLUG

FORGED = "-----BEGIN%20CERTIFICATE-----%0AZm9yZ2Vk%0A-----END%20CERTIFICATE-----%0A"


def spellings(name: str) -> list[str]:
    """A header's name with « - » and « _ » in every place."""
    parts = name.split("-")
    return [
        "".join(itertools.chain(*zip(parts, (*signs, ""), strict=True)))
        for signs in itertools.product("-_", repeat=len(parts) - 1)
    ]


def test_a_card_reaches_the_application_whole(echoing: Front, curl: Curl) -> None:
    seen = curl.get(f"{echoing.card_host}/lire", card="medecin").echoed
    assert seen["HTTP_X_SSL_CLIENT_VERIFY"] == "SUCCESS"
    assert unquote(seen["HTTP_X_SSL_CLIENT_CERT"]) == (echoing.cards / "medecin.pem").read_text()
    assert seen["HTTP_X_PORTAL_PROXY_SECRET"] == echoing.secret
    assert seen["HTTP_X_FORWARDED_FOR"] == "127.0.0.1"


@pytest.mark.parametrize("slug", [slug for slug in BY_SLUG if slug in {"medecin", "cpe", "non-nominative"}])
def test_cards_of_all_three_gammes_pass(echoing: Front, curl: Curl, slug: str) -> None:
    assert curl.get(f"{echoing.card_host}/lire", card=slug).echoed["HTTP_X_SSL_CLIENT_VERIFY"] == "SUCCESS"


def test_without_a_card_the_application_is_asked_all_the_same(echoing: Front, curl: Curl) -> None:
    seen = curl.get(f"{echoing.card_host}/lire").echoed
    assert seen["HTTP_X_SSL_CLIENT_VERIFY"] == "NONE"
    assert "HTTP_X_SSL_CLIENT_CERT" not in seen


@pytest.mark.parametrize(
    ("slug", "why"),
    [
        ("expiree", "expired"),
        ("revoquee", "revoked"),
        ("organisation", "unable to"),
        ("serveur", "unable to"),
        ("autorite-test", "unable to"),
        ("signature", "unsuitable certificate purpose"),
        ("imitation", "unable to"),
        ("auto-signee", ""),
    ],
)
def test_what_nginx_refuses_never_travels_as_a_proven_card(echoing: Front, curl: Curl, slug: str, why: str) -> None:
    seen = curl.get(f"{echoing.card_host}/lire?demande=abc", card=slug).echoed
    assert seen["HTTP_X_SSL_CLIENT_VERIFY"].startswith("FAILED:")
    assert why in seen["HTTP_X_SSL_CLIENT_VERIFY"]
    assert "HTTP_X_SSL_CLIENT_CERT" not in seen
    assert seen["PATH_INFO"] == "/lire"  # the page that explains is the one that was asked for
    assert unquote(seen["HTTP_X_SSL_CLIENT_REFUSED_CERT"]) == (echoing.cards / f"{slug}.pem").read_text()


@pytest.mark.parametrize("header", ["X-SSL-Client-Cert", "X-SSL-Client-Refused-Cert", "X-SSL-Client-Verify"])
@pytest.mark.parametrize("host", ["portal", "card_host"])
def test_no_spelling_of_a_header_goes_through(echoing: Front, curl: Curl, host: str, header: str) -> None:
    """Row 13: the header sent by the browser, with dashes and with underscores."""
    forged = [f"{name}: {FORGED}" for name in spellings(header)]
    seen = curl.get(f"{getattr(echoing, host)}/lire", headers=forged).echoed
    assert FORGED not in seen.values()


@pytest.mark.parametrize("host", ["portal", "card_host"])
def test_no_further_name_of_a_certificate_or_an_address_goes_through(echoing: Front, curl: Curl, host: str) -> None:
    names = ["Client-Cert", "Client-Cert-Chain", "X-Portal-Proxy-Secret", "X-Forwarded-For", "X-Forwarded-Host"]
    names += ["Forwarded", "X-Remote-User"]
    forged = [f"{name}: forge" for each in names for name in spellings(each)]
    seen = curl.get(f"{getattr(echoing, host)}/lire", headers=forged).echoed
    assert "forge" not in " ".join(seen.values())


def test_the_portal_reads_what_nginx_says(echoing: Front, curl: Curl) -> None:
    believed = CardSettings(proxies=("127.0.0.1",), proxy_secret=echoing.secret)
    for slug, refused in (("medecin", False), ("revoquee", True)):
        seen = curl.get(f"{echoing.card_host}/lire", card=slug).echoed
        assert presented(seen, believed) == Presented((echoing.cards / f"{slug}.der").read_bytes(), refused)
    assert presented(curl.get(f"{echoing.card_host}/lire").echoed, believed) == Presented(None)


def test_a_refused_card_with_a_forged_header_beside_it_stays_refused(echoing: Front, curl: Curl) -> None:
    headers = [f"X-SSL-Client-Cert: {FORGED}", "X-SSL-Client-Verify: SUCCESS"]
    seen = curl.get(f"{echoing.card_host}/lire", card="auto-signee", headers=headers).echoed
    assert seen["HTTP_X_SSL_CLIENT_VERIFY"].startswith("FAILED:")
    assert "HTTP_X_SSL_CLIENT_CERT" not in seen


def test_the_portal_s_host_asks_for_no_card_and_knows_none(echoing: Front, curl: Curl) -> None:
    seen = curl.get(f"{echoing.portal}/connexion", card="medecin").echoed
    assert not [name for name in seen if "CLIENT_CERT" in name or "CLIENT_VERIFY" in name or "SECRET" in name]


def test_the_portal_s_handshake_does_not_open_the_card_host(echoing: Front, curl: Curl) -> None:
    """Where names differ between the handshake and the request, nginx answers 421."""
    host = echoing.card_host.removeprefix("https://")
    assert curl.get(f"{echoing.portal}/lire", headers=[f"Host: {host}"], card="medecin").status == 421


def test_an_unknown_name_gets_no_answer(echoing: Front, curl: Curl) -> None:
    found = curl.ask(
        f"https://inconnu.example:{echoing.place.port}/", "--resolve", f"inconnu.example:{echoing.place.port}:127.0.0.1"
    )
    assert found.status == 0


@pytest.mark.parametrize("host", ["portal", "card_host"])
def test_tls_is_1_3_or_1_2_on_both_hosts(echoing: Front, curl: Curl, host: str) -> None:
    address = f"{getattr(echoing, host)}/lire"
    assert curl.ask(address, "--tlsv1.3").status == 200
    assert curl.ask(address, "--tls-max", "1.2").status == 200
    assert curl.ask(address, "--tlsv1.0", "--tls-max", "1.1", "--ciphers", "DEFAULT@SECLEVEL=0").status == 0


@pytest.mark.parametrize("version", ["tls1_2", "tls1_3"])
def test_a_card_is_read_anew_in_each_handshake(echoing: Front, version: str, tmp_path: Path) -> None:
    """Taken out, or another one put in: no session is resumed, no connection kept."""
    where = f"127.0.0.1:{echoing.place.port}"
    command = ["openssl", "s_client", f"-{version}", "-connect", where, "-servername", "cps.localhost", "-ign_eof"]
    asked = f"GET /lire HTTP/1.1\r\nHost: cps.localhost:{echoing.place.port}\r\n\r\n".encode()
    session = tmp_path / "session"
    for more in (["-sess_out", str(session)], ["-sess_in", str(session)] if session.exists() else []):
        found = execute([*command, *more], given=asked, check=False).stdout
        assert "HTTP/1.1 200" in found
        assert "Reused, " not in found
        assert "Connection: close" in found


def test_no_log_holds_the_ticket_or_the_sign_in_that_asked(echoing: Front, curl: Curl) -> None:
    curl.get(f"{echoing.card_host}/lire?demande=LeSecretDeLaDemande", card="medecin")
    curl.get(f"{echoing.card_host}/lire?demande=LeSecretDeLaDemande", card="revoquee")
    curl.get(
        f"{echoing.portal}/connexion/cps/retour?ticket=LeSecretDuTicket", headers=["Referer: https://x/?ticket=Le"]
    )
    logged = "".join(echoing.log(name.name) for name in (echoing.place.folder / "log").iterdir())
    assert "/connexion/cps/retour" in logged
    assert "/lire" in logged
    assert "Secret" not in logged
    assert "ticket" not in logged


def test_a_certificate_too_long_for_the_application_is_left_out(echoing: Front, curl: Curl, tmp_path: Path) -> None:
    certificate, key = big_certificate(tmp_path, 40_000)
    seen = curl.get(f"{echoing.card_host}/lire", card=(certificate, key)).echoed
    assert seen["HTTP_X_SSL_CLIENT_VERIFY"].startswith("FAILED:")
    assert not [name for name in seen if name.endswith("_CERT")]


def test_a_certificate_of_a_megabyte_ends_the_handshake(echoing: Front, curl: Curl, tmp_path: Path) -> None:
    assert curl.get(f"{echoing.card_host}/lire", card=big_certificate(tmp_path, 1_000_000)).status == 0
    assert curl.get(f"{echoing.card_host}/lire", card="medecin").status == 200


def big_certificate(folder: Path, size: int) -> tuple[Path, Path]:
    """A self-signed certificate with a comment of ``size`` bytes in it."""
    certificate, key, settings = folder / "big.pem", folder / "big.key", folder / "big.cnf"
    comment = "A" * size
    settings.write_text(
        "[req]\ndistinguished_name=dn\nx509_extensions=ext\nprompt=no\n[dn]\nCN=899900000011\n"
        f"[ext]\nextendedKeyUsage=clientAuth\n1.2.3.4=ASN1:IA5STRING:{comment}\n"
    )
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    command += ["-config", str(settings), "-keyout", str(key), "-out", str(certificate)]
    execute(command)
    return certificate, key


# --- the three ways to hold a card -------------------------------------------------------------------------------


def test_a_key_in_a_token_signs_the_handshake_after_its_pin(echoing: Front, curl: Curl, tmp_path: Path) -> None:
    token = softhsm.insert(tmp_path / "hsm", echoing.cards, "medecin")
    seen = curl.get(f"{echoing.card_host}/lire", engine=token.engine(), environment=token.environment).echoed
    assert seen["HTTP_X_SSL_CLIENT_VERIFY"] == "SUCCESS"
    wrong = curl.get(f"{echoing.card_host}/lire", engine=token.engine("0000"), environment=token.environment)
    assert wrong.status == 0
    assert "private key" in wrong.error


def test_chromium_shows_the_card_at_the_card_host_alone(echoing: Front, playwright: Playwright, tmp_path: Path) -> None:
    """A certificate from a PKCS#12 in the browser's own store, over HTTP/2, as on a workstation without middleware."""
    context = open_with_card(playwright, tmp_path, echoing, "medecin")
    try:
        page = context.new_page()
        page.goto("/")
        assert "HTTP_X_SSL_CLIENT" not in page.locator("body").inner_text()
        page.goto(f"{echoing.card_host}/lire")
        assert '"HTTP_X_SSL_CLIENT_VERIFY": "SUCCESS"' in page.locator("body").inner_text()
    finally:
        context.close()
