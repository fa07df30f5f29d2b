"""The names of the world, for tests: a DNS server that answers over UDP and TCP, and a registry that speaks RDAP.

Both listen on ports of their own from the moment they are made, so that a test's settings can name them.
"""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

from esea_auth_plugin.testing.processes import DEADLINE

Records = Mapping[str, Sequence[str]]

#: A domain as most are: two name servers, one host for mail.
RETENTION: Records = {"NS": ["ns1.hebergeur.fr.", "ns2.hebergeur.fr."], "MX": ["10 mx.hebergeur.fr."]}
#: The same after somebody else took it over.
TAKEN: Records = {"NS": ["ns1.parking.com.", "ns2.parking.com."], "MX": ["10 mail.parking.com."]}


class _Udp(socketserver.ThreadingUDPServer):
    world: NameService


class _Tcp(socketserver.ThreadingTCPServer):
    world: NameService
    daemon_threads = True


class _OverUdp(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        wire, socket = self.request
        answer = self.server.world.answer(wire, whole=False)  # type: ignore[attr-defined]
        if answer is not None:
            socket.sendto(answer, self.client_address)


class _OverTcp(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        self.request.settimeout(DEADLINE)
        size = int.from_bytes(self.request.recv(2))
        answer = self.server.world.answer(self.request.recv(size), whole=True)  # type: ignore[attr-defined]
        if answer is not None:
            self.request.sendall(len(answer).to_bytes(2) + answer)


class _Registry(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        name = self.path.rpartition("/domain/")[2]
        world: NameService = self.server.world  # type: ignore[attr-defined]
        world.asked_registry.append(name)
        status, body = world.registry.get(name, (404, {"errorCode": 404}))
        self.send_response(status)
        self.send_header("Content-Type", "application/rdap+json")
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, format: str, *args: Any) -> None:
        """Keep the test's output to what the test says."""


def _same_port() -> tuple[_Udp, _Tcp]:
    """Return both servers on one port; one that is taken over TCP is left."""
    while True:
        udp = _Udp(("127.0.0.1", 0), _OverUdp)
        try:
            return udp, _Tcp(("127.0.0.1", udp.server_address[1]), _OverTcp)
        except OSError:
            udp.server_close()


class NameService:
    """A small world of names. A domain that is not in ``zones`` does not exist.

    :ivar zones: records by name, without the last dot. :ivar ill: names that get SERVFAIL.
    :ivar mute: names that get no answer at all.
    :ivar large: answered cut short over UDP. :ivar registry: status and body by domain. :ivar asked_registry: in order.
    """

    def __init__(self) -> None:
        self._running = ExitStack()
        self._udp, self._tcp = _same_port()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _Registry)
        self._http.daemon_threads = True
        for server in (self._udp, self._tcp, self._http):
            server.world = self  # type: ignore[union-attr]
        self.resolver = f"127.0.0.1:{self._udp.server_address[1]}"
        self.rdap = f"http://127.0.0.1:{self._http.server_address[1]}/rdap/"
        self.forget()

    def forget(self) -> None:
        """Start again from an empty world."""
        self.zones: dict[str, Records] = {}
        self.ill: set[str] = set()
        self.mute: set[str] = set()
        self.large: set[str] = set()
        self.registry: dict[str, tuple[int, Any]] = {}
        self.asked_registry: list[str] = []

    def registered(self, domain: str, at: str, *, status: Sequence[str] = ("active",)) -> None:
        """Let the registry say since when a domain is registered."""
        events = [
            {"eventAction": "registration", "eventDate": at},
            {"eventAction": "expiration", "eventDate": "2027-01-01"},
        ]
        body = {"objectClassName": "domain", "ldhName": domain, "events": events, "status": list(status)}
        self.registry[domain] = (200, body)

    def answer(self, wire: bytes, *, whole: bool) -> bytes | None:
        """Return the answer to one question; ``None``: there is none. :param whole: asked over TCP."""
        question = dns.message.from_wire(wire)
        name, kind = question.question[0].name, question.question[0].rdtype
        domain = name.to_text(omit_final_dot=True).lower()
        if domain in self.mute:
            return None
        answer = dns.message.make_response(question)
        answer.flags |= dns.flags.RA
        if domain in self.ill:
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif domain in self.large and not whole:
            answer.flags |= dns.flags.TC
        elif domain not in self.zones:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        else:
            texts = self.zones[domain].get(dns.rdatatype.to_text(kind), ())
            if texts:
                answer.answer.append(dns.rrset.from_text(name, 60, "IN", kind, *texts))
        return answer.to_wire()

    def start(self) -> None:
        """Answer from now on."""
        for server in (self._udp, self._tcp, self._http):
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
            thread.start()
            self._running.callback(thread.join, DEADLINE)
            self._running.callback(server.shutdown)

    def stop(self) -> None:
        """Stop answering, and let the ports go."""
        self._running.close()
        for server in (self._udp, self._tcp, self._http):
            server.server_close()
