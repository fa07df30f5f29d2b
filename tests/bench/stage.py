"""The portal that is measured: PostgreSQL, argon2 as in production, 100,000 requests in the support's queue."""

from __future__ import annotations

import http.client
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import insert, text

from esea_auth_plugin.foundation.database import new_id
from esea_auth_plugin.foundation.migrations import unchecked, upgrade
from esea_auth_plugin.foundation.reviews.models import ReviewRequest
from esea_auth_plugin.foundation.security.keyring import create_key_file
from esea_auth_plugin.normalise.folding import fold_words
from esea_auth_plugin.testing import databases, run
from esea_auth_plugin.testing.clock import DEFAULT_MOMENT, ManualClock
from esea_auth_plugin.testing.portal import Portal
from esea_auth_plugin.testing.processes import Helper
from esea_auth_plugin.testing.settings import settings_for_tests
from esea_auth_plugin.testing.smtp import SmtpSink
from host_app import configure

REQUESTS = 100_000
WORKERS = 2


@contextmanager
def stage(smtp: SmtpSink, url: str, more: Mapping[str, str]) -> Iterator[Portal]:
    """Yield the portal in this process; its database is shared with the one that :func:`gunicorn` serves."""
    clock = ManualClock(path=run.folder() / "clock")
    settings = {**bench_settings(smtp, url), **more}
    with unchecked():
        config = configure({}, dict(settings))
        wsgi = config.make_wsgi_app()
    upgrade(config.registry)
    portal = Portal(config.registry, wsgi, clock, smtp, "postgresql")
    fill_queue(portal)
    yield portal
    portal.close()


def bench_settings(smtp: SmtpSink, url: str) -> dict[str, str]:
    """Return the settings of the portal under measure."""
    keys = run.folder() / "keys"
    create_key_file(keys, DEFAULT_MOMENT)
    return {
        **settings_for_tests(keys, run.folder() / "clock", smtp.port),
        "portal.url": url,
        "portal.plugins": "esea_auth oru_espace_pro",
        "portal.database_url": databases.empty("postgresql", "bench"),
        "esea_auth.modes": "passkey qr_code password mail_code",
        "esea_auth.argon2_memory_kib": "19456",
        "esea_auth.argon2_time_cost": "2",
    }


def fill_queue(portal: Portal) -> None:
    """Put requests into the queue of sign-ups, spread over the last months."""
    rows = []
    for number in range(REQUESTS):
        title = f"Anne Pierre{number} – CH d'Exemple"
        at = DEFAULT_MOMENT - timedelta(minutes=number)
        rows.append(
            {
                "id": new_id(),
                "kind": "sign_up",
                "reference": f"BENCH-{number:06}",
                "state": "open" if number % 10 == 0 else "accepted",
                "title": title,
                "sort_title": fold_words(title),
                "search_text": fold_words(title),
                "topic": "",
                "created_at": at,
                "due_on": at.date(),
                "sealed_reason": "",
                "version": 0,
            }
        )
    with portal.db.writing() as session:
        session.execute(insert(ReviewRequest), rows)
    with portal.db.writing() as session:
        session.execute(text("ANALYZE"))


@contextmanager
def gunicorn(settings: dict[str, str], port: int, host: str = "") -> Iterator[None]:
    """Serve the portal as in production: gunicorn, several processes. ``host``: the name it answers to."""
    ini = run.folder() / "bench.ini"
    lines = "\n".join(f"{key} = {value}" for key, value in settings.items())
    ini.write_text(f"[app:main]\nuse = egg:host-app\n{lines}\n", encoding="utf-8")
    program = Path(sys.executable).parent / "gunicorn"
    command = [str(program), "--paste", str(ini), "--workers", str(WORKERS), "--bind", f"127.0.0.1:{port}"]
    command += ["--worker-class", "gthread", "--threads", "8"]  # as in config/systemd/portail.service

    def ready(process: Helper) -> bool:
        try:
            return get(f"http://localhost:{port}/", "", host) == 200
        except OSError:
            return False

    with Helper(command, ready=ready, log=run.folder() / "gunicorn.log"):
        yield


def get(url: str, cookie: str, host: str = "") -> int:
    """Fetch a page over a connection of its own; return the status."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection("127.0.0.1", parts.port, timeout=30)
    try:
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        connection.request("GET", path, headers={"Host": host or parts.netloc, "Cookie": cookie})
        response = connection.getresponse()
        response.read()
        return response.status
    finally:
        connection.close()
