"""Asks the DNS whether a domain takes mail (RFC 5321 section 5.1, RFC 7505), and which hosts answer for it."""

from __future__ import annotations

from collections.abc import Sequence

import dns.exception
import dns.name
import dns.rdatatype
import dns.resolver

from ...foundation.database import refuse_open_transaction
from .observations import Mail, Seen

#: Seconds for one question, all resolvers together.
PATIENCE = 4.0
_MAX_LABELS = 12


class DnsCheck:
    """One resolver, for one run of the job.

    :param resolvers: addresses and ports to ask; those of the machine when there are none.
    :param patience: seconds for one question, all resolvers together.
    """

    def __init__(self, resolvers: Sequence[tuple[str, int]] = (), patience: float = PATIENCE) -> None:
        self._resolver = dns.resolver.Resolver(configure=not resolvers)
        if resolvers:
            self._resolver.nameservers = [address for address, _ in resolvers]
            self._resolver.nameserver_ports = dict(resolvers)
        self._resolver.lifetime = patience

    def at(self, domain: str) -> Seen:
        """Look at a domain; never raises, whatever the network answers."""
        refuse_open_transaction("asking the DNS")
        try:
            name = dns.name.from_text(domain)
            mail, mail_servers = self._mail(name)
        except dns.exception.DNSException as error:
            return Seen(Mail.UNKNOWN, problem=_code(error))
        return Seen(mail, self._name_servers(name), mail_servers)

    def _mail(self, name: dns.name.Name) -> tuple[Mail, frozenset[str]]:
        try:
            answer = self._resolver.resolve(name, "MX", search=False)
        except dns.resolver.NXDOMAIN:
            return Mail.NONE, frozenset()
        except dns.resolver.NoAnswer:
            # Without an MX, the host itself takes the mail.
            return (Mail.TAKES if self._has_address(name) else Mail.NONE), frozenset()
        hosts = frozenset(_text(record.exchange) for record in answer)
        return (Mail.TAKES, hosts) if hosts - {""} else (Mail.NONE, frozenset())

    def _has_address(self, name: dns.name.Name) -> bool:
        for kind in ("A", "AAAA"):
            try:
                self._resolver.resolve(name, kind, search=False)
            except (dns.resolver.NoAnswer, dns.resolver.NXDOMAIN):
                continue
            return True
        return False

    def _name_servers(self, name: dns.name.Name) -> frozenset[str]:
        """Return the hosts of the zone that the name lies in: the nearest one above that has any."""
        for _ in range(_MAX_LABELS):
            if len(name) <= 2:  # an ending such as « fr. »: its hosts say nothing of the domain
                return frozenset()
            try:
                answer = self._resolver.resolve(name, "NS", search=False)
            except (dns.resolver.NoAnswer, dns.resolver.NXDOMAIN):
                name = name.parent()
            except dns.exception.DNSException:
                return frozenset()
            else:
                return frozenset(_text(record.target) for record in answer)
        return frozenset()


def _text(name: dns.name.Name) -> str:
    return name.to_text(omit_final_dot=True).lower().strip(".")


def _code(error: dns.exception.DNSException) -> str:
    """Return a word for the page; the error's own text names resolvers and questions."""
    if isinstance(error, dns.resolver.LifetimeTimeout):
        return "dns.timeout"
    return "dns.no_server" if isinstance(error, dns.resolver.NoNameservers) else "dns.failed"
