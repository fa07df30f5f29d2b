"""The outbound client against real sockets: what it refuses to reach, and that nothing outlasts its budget."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from esea_auth_plugin.foundation.http_client import BUDGET, OutboundFailed
from esea_auth_plugin.interfaces import IOutbound
from esea_auth_plugin.services import find
from esea_auth_plugin.testing.processes import DEADLINE

Room = Callable[..., Any]
LOOPBACK = {"portal.outbound_private_networks": "127.0.0.0/8"}
#: For tests of something else than the budget: on a busy machine an answer takes its time.
PATIENT = timedelta(seconds=60)
#: An answer that nobody may wait for when the budget is shorter than the pause before it.
WHOLE = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


@pytest.fixture
def client(package: Room) -> Any:
    return find(package("esea_auth_plugin.foundation.http_client", **LOOPBACK), IOutbound)


@contextmanager
def server(*pieces: bytes, pause: float = 0.0) -> Iterator[str]:
    """Serve one connection: read a request, then send the pieces with a pause before each."""
    listening = socket.create_server(("127.0.0.1", 0))
    listening.settimeout(DEADLINE)
    over = threading.Event()

    def serve() -> None:
        connection, _ = listening.accept()
        with connection:
            connection.settimeout(DEADLINE)
            connection.recv(65536)
            for piece in pieces:
                if over.wait(pause):
                    return
                try:
                    connection.sendall(piece)
                except OSError:
                    return
            over.wait(DEADLINE if pause else 0)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
    finally:
        over.set()
        listening.close()
        thread.join(DEADLINE)


def code_of(client: Any, url: str, **options: Any) -> str:
    with pytest.raises(OutboundFailed) as failed:
        client.fetch("GET", url, **{"budget": PATIENT, **options})
    assert "127.0.0.1" not in failed.value.message
    return str(failed.value.code)


def test_an_answer_comes_with_status_headers_and_body(client: Any) -> None:
    with server(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok") as url:
        found = client.fetch("GET", url, budget=PATIENT)
    assert (found.status, found.headers["content-type"], found.body) == (200, "text/plain", b"ok")


def test_a_redirect_is_not_followed(client: Any) -> None:
    with server(b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n") as url:
        assert client.fetch("GET", url, budget=PATIENT).status == 302


@pytest.mark.parametrize(
    "url",
    [
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/meta-data",
        "http://[::1]/",
        "http://[::ffff:10.0.0.1]/",
        "http://[64:ff9b::a00:1]/",
        "http://0.0.0.0/",
        "http://224.0.0.1/",
        "http://192.168.1.1/",
        "http://[::127.0.0.1]/",
        "http://[::ffff:0:127.0.0.1]/",
        "http://[64:ff9b:1::7f00:1]/",
        "http://[fec0::1]/",
        "http://[5f00::1]/",
        "http://[2002:7f00:1::]/",
        "http://[2001:0:7f00:1::]/",
        "http://[3fff::1]/",
        "http://[ff0e::1]/",
        "http://192.0.0.8/",
    ],
)
def test_private_addresses_are_out_of_reach(client: Any, url: str) -> None:
    assert code_of(client, url) == "outbound.private_address"


def test_loopback_is_out_of_reach_unless_a_setting_opens_it(package: Room) -> None:
    client = find(package("esea_auth_plugin.foundation.http_client"), IOutbound)
    assert code_of(client, "http://127.0.0.1:1/") == "outbound.private_address"
    assert code_of(client, "http://localhost:1/") == "outbound.private_address"


@pytest.mark.parametrize(
    "url", ["ftp://example.org/", "file:///etc/passwd", "https://user:pw@example.org/", "https:///"]
)
def test_only_web_addresses_without_credentials_are_asked(client: Any, url: str) -> None:
    assert code_of(client, url) == "outbound.address"


def test_production_asks_over_tls_only(package: Room) -> None:
    production = {"portal.env": "production", "portal.url": "https://portail.example.org", "portal.clock": ""}
    client = find(package("esea_auth_plugin.foundation.http_client", **LOOPBACK, **production), IOutbound)
    assert code_of(client, "http://127.0.0.1:1/") == "outbound.address"
    # What is signed by itself may come without TLS: it gets as far as the refused connection.
    assert code_of(client, "http://127.0.0.1:1/", signed_content=True) == "outbound.unreachable"


def test_a_host_that_drips_bytes_takes_no_longer_than_the_budget(client: Any) -> None:
    """Each piece comes well within the budget: were it counted from piece to piece, the answer would be complete."""
    drips = (b"HTTP/1.1 200 OK\r\n", *(b"X-A: b\r\n" for _ in range(30)), b"Content-Length: 0\r\n\r\n")
    with server(*drips, pause=0.05) as url:
        assert code_of(client, url, budget=timedelta(seconds=0.4)) == "outbound.timeout"


def test_a_silent_host_takes_no_longer_than_the_budget(client: Any) -> None:
    """The answer comes after this budget and before the one that holds by default."""
    with server(WHOLE, pause=BUDGET.total_seconds() / 2) as url:
        assert code_of(client, url, budget=timedelta(seconds=0.3)) == "outbound.timeout"


def test_a_body_beyond_the_cap_is_not_read(client: Any) -> None:
    with server(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 20_000) as url:
        assert code_of(client, url, most_bytes=10_000) == "outbound.too_large"


def test_what_is_no_http_is_an_error_of_the_other_host(client: Any) -> None:
    with server(b"SSH-2.0-OpenSSH_9.2\r\n") as url:
        assert code_of(client, url) == "outbound.unreachable"


def test_a_certificate_that_is_not_the_host_s_is_refused(client: Any) -> None:
    with server(b"HTTP/1.1 200 OK\r\n\r\n") as url:
        assert code_of(client, url.replace("http:", "https:")) == "outbound.unreachable"
