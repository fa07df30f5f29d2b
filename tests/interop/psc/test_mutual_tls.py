"""Mutual TLS towards PSC: a real TLS server asks the portal for its certificate, and the provider for nothing else."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from tests.interop.psc.journeys import come_in, is_signed_in, leave, refusals, registered, said, sessions
from tests.interop.psc.provider import Provider, Visitor, forget
from tests.interop.psc.tls_front import Authority, configuration
from tests.unit.esea_auth_plugin.auth_modes.pro_sante_connect.claims import CLAIMS, NATIONAL_ID
from webtest import TestResponse

from esea_auth_plugin.auth_modes.pro_sante_connect.service import Psc
from esea_auth_plugin.foundation import http_client as outbound
from esea_auth_plugin.testing import databases, ports, run
from esea_auth_plugin.testing.portal import Person, Portal
from host_app.demo.tls import Nginx

#: The name that the provider knows its client by.
OURS = "portail.exemple.fr"
DOWN = "ne répond pas en ce moment"
#: nginx's words.
NONE_SHOWN, NOT_TRUSTED = "client sent no required SSL certificate", "client SSL certificate verify error"
Files = tuple[Path | str, Path | str]


@dataclass(frozen=True)
class Front:
    """The TLS server. :ivar trusted: signed its certificate, and those that it takes. :ivar foreign: another one."""

    address: str
    trusted: Authority
    foreign: Authority
    log: Path

    def why(self) -> set[str]:
        """Return why it refused connections since it was last asked."""
        said = self.log.read_text(encoding="utf-8")
        os.truncate(self.log, 0)
        return {reason for reason in (NONE_SHOWN, NOT_TRUSTED) if reason in said}


@pytest.fixture(scope="module")
def front(provider_process: Provider) -> Iterator[Front]:
    folder = run.folder() / f"psc-tls-{databases.worker()}"
    folder.mkdir(exist_ok=True)
    trusted, foreign, port = Authority(folder, "psc"), Authority(folder, "autre"), ports.lease()
    with Nginx(configuration(folder, port, provider_process.auth, trusted), port):
        yield Front(f"https://localhost:{port}", trusted, foreign, folder / "log" / "error.log")


@pytest.fixture
def trust(front: Front, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The machine trusts the server's authority, as one does that was told so before the portal started."""
    monkeypatch.setenv("SSL_CERT_FILE", str(front.trusted.path))
    outbound._context.cache_clear()
    yield
    outbound._context.cache_clear()


@pytest.fixture
def person(portal: Portal, psc: Provider) -> Person:
    psc.present(CLAIMS)
    return registered(portal)


@pytest.fixture
def shows(portal: Portal, front: Front) -> Iterator[Callable[..., None]]:
    """``shows(certificate, key)``: set the portal up for the TLS server, with these files."""
    parts = portal.find(Psc)
    before = parts.settings
    front.why()

    def set_up(certificate: Path | str, key: Path | str = "", **more: Any) -> None:
        files = {"tls_client_certificate": str(certificate), "tls_client_key": str(key)}
        parts.settings = replace(
            before,
            **files,
            **{"client_id": "portail-tls", "client_secret": "", "client_authentication": "tls_client_auth", **more},
            token_endpoint=f"{front.address}/token",
            backchannel_authentication_endpoint=f"{front.address}/backchannel",
        )
        forget(portal.registry)

    yield set_up
    parts.settings = before
    forget(portal.registry)


def offers_the_others(page: TestResponse) -> str:
    """Return what the page of all modes says: the doctor gets in by another one at once."""
    page = page.maybe_follow()
    assert page.request.path == "/connexion"
    assert "/connexion/otp" in page.text
    return said(page)


@pytest.mark.parametrize("files", [1, 2])
def test_the_portal_s_own_certificate_opens(
    portal: Portal,
    psc: Provider,
    front: Front,
    trust: None,
    person: Person,
    shows: Callable[..., None],
    tmp_path: Path,
    files: int,
) -> None:
    """In one PEM file with its key, or in two; the provider knows no secret of this client."""
    certificate, key = front.trusted.issue(OURS)
    both = tmp_path / "portail.pem"
    both.write_bytes(certificate.read_bytes() + key.read_bytes())
    shows(*((both,) if files == 1 else (certificate, key)))
    browser = portal.browser()
    come_in(browser, Visitor())
    assert is_signed_in(browser, person)
    assert psc.counts()["/token"] == 1


def test_the_e_cps_rings_over_the_same_connection(
    portal: Portal, psc: Provider, front: Front, trust: None, person: Person, shows: Callable[..., None]
) -> None:
    shows(*front.trusted.issue(OURS))
    portal.find(Psc).ringing.start(NATIONAL_ID, "42")
    assert [ring["login_hint"] for ring in psc.rings()] == [NATIONAL_ID]


def test_without_a_certificate_the_server_lets_nothing_through(
    portal: Portal, psc: Provider, front: Front, trust: None, person: Person, shows: Callable[..., None]
) -> None:
    """Not even a right secret."""
    shows("", client_id="portail", client_secret=psc.secret, client_authentication="client_secret_basic")
    assert DOWN in offers_the_others(come_in(portal.browser(), Visitor()))
    assert (sessions(portal), len(refusals(portal)), psc.counts().get("/token")) == (0, 1, None)
    assert front.why() == {NONE_SHOWN}


def test_the_certificate_of_another_authority_is_refused(
    portal: Portal, psc: Provider, front: Front, trust: None, person: Person, shows: Callable[..., None]
) -> None:
    """Though it bears the right name."""
    shows(*front.foreign.issue(OURS))
    assert DOWN in offers_the_others(come_in(portal.browser(), Visitor()))
    assert (sessions(portal), len(refusals(portal)), psc.counts().get("/token")) == (0, 1, None)
    assert front.why() == {NOT_TRUSTED}


def test_the_certificate_of_somebody_else_is_refused(
    portal: Portal, psc: Provider, front: Front, trust: None, person: Person, shows: Callable[..., None]
) -> None:
    """The server takes it, the provider does not: it is another client's."""
    shows(*front.trusted.issue("un-autre-portail.exemple.fr"))
    assert "réglage est à corriger" in offers_the_others(come_in(portal.browser(), Visitor()))
    assert (sessions(portal), refusals(portal)) == (0, ["psc.refused.invalid_client"])


def test_a_certificate_that_can_not_be_read_locks_nobody_out(
    portal: Portal, psc: Provider, front: Front, trust: None, person: Person, shows: Callable[..., None], tmp_path: Path
) -> None:
    """Moved away, say: the mode is down, the others stand."""
    shows(tmp_path / "absent.pem")
    browser = portal.browser()
    assert DOWN in offers_the_others(browser.get(leave(browser)))
    assert (sessions(portal), refusals(portal)) == (0, ["psc.unavailable"])


def test_a_certificate_renewed_in_place_is_shown_at_once(
    portal: Portal, psc: Provider, front: Front, trust: None, person: Person, shows: Callable[..., None], tmp_path: Path
) -> None:
    """As a renewal writes it over night: the file stays, and nobody restarts the portal."""
    own = tmp_path / "portail.pem"

    def write(certificate: Path, key: Path) -> None:
        fresh = tmp_path / "fresh.pem"
        fresh.write_bytes(certificate.read_bytes() + key.read_bytes())
        fresh.replace(own)

    write(*front.trusted.issue("un-autre-portail.exemple.fr"))
    shows(own)
    come_in(portal.browser(), Visitor())
    assert sessions(portal) == 0
    write(*front.trusted.issue(OURS))
    browser = portal.browser()
    come_in(browser, Visitor())
    assert is_signed_in(browser, person)


def test_the_portal_shows_itself_to_no_server_that_it_does_not_trust(
    portal: Portal, psc: Provider, front: Front, person: Person, shows: Callable[..., None]
) -> None:
    """An impostor in PSC's place gets neither the code nor the verifier: the check goes both ways."""
    shows(*front.trusted.issue(OURS))
    assert DOWN in offers_the_others(come_in(portal.browser(), Visitor()))
    assert (sessions(portal), len(refusals(portal)), psc.counts().get("/token")) == (0, 1, None)
