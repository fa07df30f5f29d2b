"""Every address that an email gives a token in is masked: by the shipped proxies, and in the portal's own lines."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from esea_auth_plugin.foundation.security.log_masking import masked

ROOT = Path(__file__).parents[2]
#: All letters: no net that looks for figures catches it.
TOKEN = "Abcdefghijklmnopqrstuvwxyz"
_MAILED = re.compile(r"""f["'](/[a-z/-]+/)\{(?:token|secret)\}["']""")


def places() -> list[str]:
    """Return the paths that emails put tokens below, as the code makes them."""
    found = set()
    for path in ROOT.glob("*/src/*/**/*.py"):
        found |= set(_MAILED.findall(path.read_text(encoding="utf-8")))
    return sorted(found)


def nginx_logs(path: str) -> str:
    """Return what the shipped nginx logs of a path: the first line of its map that fits."""
    text = (ROOT / "config" / "nginx" / "portal.conf").read_text(encoding="utf-8")
    lines = re.findall(r'^\s+"?~(\^\S+?)"?\s+"\$\{kept\}\*\*\*";', text, re.MULTILINE)
    assert len(lines) >= 5
    for line in lines:
        fits = re.search(line.replace("(?<kept>", "(?P<kept>"), path)
        if fits is not None:
            return f"{fits['kept']}***"
    return path


def apache_masks(path: str) -> bool:
    text = (ROOT / "config" / "apache" / "portal.conf").read_text(encoding="utf-8")
    found = re.search(r'SetEnvIf Request_URI "([^"]+)" portal_secret_path', text)
    assert found is not None
    return re.search(found[1], path) is not None


def test_there_are_places_to_judge() -> None:
    assert {"/inscription/confirmation/", "/connexion/reinitialisation/", "/signalement/"} <= set(places())


@pytest.mark.parametrize("place", places())
def test_no_log_holds_a_mailed_token(place: str) -> None:
    path = f"{place}{TOKEN}"
    assert nginx_logs(path) == f"{place}***"
    assert apache_masks(path)
    assert TOKEN not in masked(f"GET {path} HTTP/1.1")


def test_no_proxy_logs_the_code_that_a_telephone_reads() -> None:
    """It lives two minutes: long enough for who reads logs as they come."""
    assert nginx_logs("/qr/7K3MQ2XF/cle") == "/qr/***"
    assert apache_masks("/qr/7K3MQ2XF")


def test_what_a_plugin_brings_falls_into_the_net_and_pages_stay_readable() -> None:
    assert nginx_logs("/greffon/lien/aB3-xyzABCDEFGHIJKLMNO_1/suite") == "/greffon/lien/***"
    for path in ("/support/comptes/a0cc0fca-e9b0-4900-a96b-a117e8ce7c50", "/support/inscriptions/DEM-VZ0R-XVX9", "/"):
        assert nginx_logs(path) == path
