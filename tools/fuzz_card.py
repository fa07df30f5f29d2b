"""Fuzzes what reads cards, from real layouts on: `python tools/fuzz_card.py FOLDER -max_total_time=600`.

It needs atheris (coverage-guided; not in the lock, since it has no wheel for every Python we support). The folder is
the corpus: it begins with the fictional cards and keeps what was found. Anything but a card or its own refusal
stops it.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import atheris  # type: ignore[import-not-found,import-untyped,unused-ignore]

with atheris.instrument_imports(include=["esea_auth_plugin.auth_modes.cps_card"]):
    from esea_auth_plugin.auth_modes.cps_card import certificate, transport
    from esea_auth_plugin.auth_modes.cps_card.identity import identity_of
    from esea_auth_plugin.auth_modes.cps_card.refusals import CardRefused
    from esea_auth_plugin.auth_modes.cps_card.settings import CardSettings

from host_app.demo.cards import CARDS, Igc, make_card

NOW = datetime(2026, 9, 14, 8, 0, tzinfo=UTC)
SETTINGS = CardSettings(proxies=("127.0.0.1",), proxy_secret="secret")  # noqa: S106 - of nobody
ENVIRON = {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_PORTAL_PROXY_SECRET": "secret", "HTTP_X_SSL_CLIENT_VERIFY": "SUCCESS"}


def one(data: bytes) -> None:
    """Read bytes as a header, and as a certificate."""
    try:
        environ = {**ENVIRON, "HTTP_X_SSL_CLIENT_CERT": data.decode("latin-1")}
        transport.presented(environ, SETTINGS)
    except CardRefused:
        pass
    try:
        card = certificate.read_der(data)
    except certificate.Unreadable:
        return
    identity_of(card, NOW, relaxed=True)
    card.person()


def main() -> None:
    """Write the corpus, and fuzz until told to stop."""
    corpus = Path(sys.argv[1])
    corpus.mkdir(parents=True, exist_ok=True)
    igc = Igc(NOW - timedelta(days=3650))
    for kind in CARDS:
        (corpus / kind.slug).write_bytes(make_card(igc, kind, NOW).der)
    atheris.Setup(sys.argv, one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
