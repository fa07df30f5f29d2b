"""``make bench``: prints the figures of this machine; fails when a page is over its budget of queries."""

from __future__ import annotations

import logging
import os
import platform
import sys

from tests.bench import cards, ecps, measures, waiting
from tests.bench.stage import REQUESTS, WORKERS, gunicorn, stage

from esea_auth_plugin.testing import ports, run
from esea_auth_plugin.testing.portal import Portal
from esea_auth_plugin.testing.smtp import SmtpSink
from host_app.demo.psc import Sandbox

#: No page makes more queries, however many rows there are.
BUDGET = 12
SIGN_IN = "/connexion?service=espace-pro"
#: Seconds from the click to the SMTP server.
MAIL = 2.0


def main() -> int:
    """Measure everything; return 1 if something is over its budget."""
    logging.disable(logging.WARNING)
    owner = run.begin()
    smtp = SmtpSink()
    smtp.start()
    try:
        return _measure(smtp)
    finally:
        smtp.stop()
        if owner:
            run.end()


def _measure(smtp: SmtpSink) -> int:
    port = ports.lease()
    url = f"http://localhost:{port}"
    print(f"{platform.python_implementation()} {platform.python_version()}, {os.cpu_count()} cores, PostgreSQL,")
    print(f"gunicorn with {WORKERS} processes, {measures.CLIENTS} clients, {REQUESTS:,} requests in the queue\n")
    sandbox = Sandbox(url, ecps.SECRET).start()
    with stage(smtp, url, ecps.psc_settings(sandbox)) as portal:
        sandbox.memory.tell = lambda: portal.clock.now().timestamp()
        over = _pages(portal, url, port, sandbox)
        over += _sign_ins(portal)
        over += _mail(portal)
        over += _race(portal)
    _cards(smtp)
    return min(over, 1)


def _pages(portal: Portal, url: str, port: int, sandbox: Sandbox) -> int:
    anybody = portal.browser()
    person, _ = portal.signed_in(services=["espace-pro", "ror"])
    support, _ = portal.signed_in(roles=["support"])
    visits = [
        ("/", anybody),
        (SIGN_IN, anybody),
        ("/compte", person),
        ("/services", person),
        ("/support/inscriptions", support),
        ("/support/inscriptions?page=100", support),
    ]
    waiting_browsers = waiting.workstations(portal)
    print(f"{'page':38}{'pages/s':>9}{'median':>9}{'95 %':>9}{'queries':>9}")
    over = 0
    with gunicorn({str(key): str(value) for key, value in portal.registry.settings.items() if _ours(key)}, port):
        for path, browser in visits:
            found = measures.page(url, path, browser)
            over += found.queries > BUDGET
            figures = f"{found.per_second:9.0f}{found.median_ms:6.1f} ms{found.p95_ms:6.1f} ms{found.queries:9}"
            print(f"{path:38}{figures}{'  OVER ITS BUDGET' if found.queries > BUDGET else ''}")
        over += _waiting(portal, url, waiting_browsers)
        _ecps(portal, url, sandbox)
    return over


def _waiting(portal: Portal, url: str, browsers: list[str]) -> int:
    """Tell what the page of sign-in costs while many workstations wait before a QR code."""
    queries = waiting.queries_of_a_question(portal)
    with waiting.waiting(portal, url, browsers) as crowd:
        found = measures.page(url, SIGN_IN, portal.browser())
    print(f"\nwhile {len(browsers)} workstations wait before a QR code, each asking every {crowd.pace} s")
    print(f"({crowd.per_second:.0f} questions a second, {crowd.median_ms:.1f} ms, {queries} query):")
    print(f"{SIGN_IN:38}{found.per_second:9.0f}{found.median_ms:6.1f} ms{found.p95_ms:6.1f} ms{found.queries:9}")
    return queries > 1


def _ecps(portal: Portal, url: str, sandbox: Sandbox) -> None:
    """Tell what the page of the modes loses while many people wait for their telephone."""
    found = ecps.measure(portal, url, sandbox)
    print(f"\nwhile {ecps.PEOPLE} people wait for their e-CPS ({found.polls_per_second:.0f} questions a second,")
    print(f"{found.ringing} telephones ringing, their worker on the same machine):")
    for name, figures in (("/connexion, alone", found.alone), ("/connexion, beside them", found.beside)):
        print(
            f"{name:38}{figures.per_second:9.0f}{figures.median_ms:6.1f} ms{figures.p95_ms:6.1f} ms{figures.queries:9}"
        )


def _ours(key: object) -> bool:
    return str(key).split(".")[0] in {"portal", "esea_auth", "reviews", "oru_espace_pro", "psc"}


def _sign_ins(portal: Portal) -> int:
    found = measures.sign_ins(portal)
    share = found.hash_ms / found.total_ms
    print(f"\ncomplete sign-ins (password, mailed code, SMTP): {1000 / found.total_ms:.1f} a second on one core,")
    print(f"{found.total_ms:.0f} ms each, of which the password's hash {found.hash_ms:.0f} ms ({share:.0%})")
    return 0


def _cards(smtp: SmtpSink) -> None:
    found = cards.measure(smtp)
    print(f"\nsign-ins by card through nginx: {found.per_second:.1f} a second, {found.median_ms:.0f} ms each with")
    print(
        f"{cards.CLIENTS} clients and a handshake a request, of which that with the card {found.handshake_ms:.1f} ms;"
    )
    print(f"the application's own share {found.application_ms:.0f} ms ({found.application_ms / found.median_ms:.0%})")


def _mail(portal: Portal) -> int:
    found = measures.mail_latencies(portal)
    print(f"\nmail, from click to SMTP: {sum(found) / len(found):.2f} s on average, {max(found):.2f} s at most")
    return max(found) > MAIL


def _race(portal: Portal) -> int:
    won = measures.race(portal)
    print(f"\n200 reviewers at once on one request: {won} decided it")
    return won != 1


if __name__ == "__main__":
    sys.exit(main())
