"""How pages and emails name a browser: « Firefox sur Windows », enough for its owner to recognise it."""

from __future__ import annotations

import re

UNKNOWN = "Navigateur inconnu"

# In this order: each names the engines that it pretends to be, and those come further down.
_BROWSERS = (
    (r"Edg(?:e|A|iOS)?/", "Edge"),
    (r"OPR/|Opera", "Opera"),
    (r"SamsungBrowser/", "Samsung Internet"),
    (r"Firefox/|FxiOS/", "Firefox"),
    (r"Chrome/|CriOS/|Chromium/", "Chrome"),
    (r"Safari/", "Safari"),
)
_SYSTEMS = (
    (r"iPhone", "iPhone"),
    (r"iPad", "iPad"),
    (r"Android", "Android"),
    (r"Windows", "Windows"),
    (r"CrOS", "ChromeOS"),
    (r"Mac OS X|Macintosh", "Mac"),
    (r"Linux|X11", "Linux"),
)


def browser_fr(user_agent: str | None) -> str:
    """Return what a ``User-Agent`` header says, in words; nothing of the header itself, which anybody may write."""
    browser = _first(_BROWSERS, user_agent or "")
    system = _first(_SYSTEMS, user_agent or "")
    if not browser:
        return f"Navigateur sur {system}" if system else UNKNOWN
    return f"{browser} sur {system}" if system else browser


def _first(known: tuple[tuple[str, str], ...], text: str) -> str:
    return next((name for pattern, name in known if re.search(pattern, text)), "")
