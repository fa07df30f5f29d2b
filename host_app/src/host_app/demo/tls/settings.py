"""The settings that the demo takes on behind nginx: https addresses, a card host, whom it believes, what it trusts."""

from __future__ import annotations

import secrets
from pathlib import Path

from .rendering import Location


def card_settings(place: Location) -> dict[str, str]:
    """Return the settings of a portal whose cards are read by the proxy of ``place``."""
    cards = place.folder / "cartes"
    return {
        "portal.url": place.portal_url,
        "portal.database_url": f"sqlite:///{place.folder / 'portail.sqlite'}",
        "portal.secret_keys": f"file:{place.folder / 'cles'}",
        "portal.hosts": f"{place.card}:{place.port} = card",
        "portal.trusted_proxies": "127.0.0.1 ::1",
        "esea_auth.cps_card.url": place.card_url,
        "esea_auth.cps_card.proxies": "127.0.0.1 ::1",
        "esea_auth.cps_card.proxy_secret": f"file:{secret_file(place.folder)}",
        "esea_auth.cps_card.authorities": str(cards / "autorites" / "confiance.pem"),
        "esea_auth.cps_card.crl_folder": str(cards / "crl"),
    }


def secret_file(folder: Path) -> Path:
    """Return where the secret between proxy and portal lies."""
    return folder / "secret-du-mandataire"


def proxy_secret(folder: Path) -> str:
    """Return the secret, made at the first call."""
    folder.mkdir(parents=True, exist_ok=True)
    path = secret_file(folder)
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(32), encoding="ascii")
    return path.read_text(encoding="ascii")
