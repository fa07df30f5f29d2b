"""Modules and style sheets import others by relative address: each must resolve under the digest in the address."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urljoin

import esea_auth_plugin
import oru_espace_pro_plugin
from esea_auth_plugin.foundation.layout.static_files import StaticFolders
from esea_auth_plugin.testing.portal import Portal

_IMPORT = re.compile(r'^(?:import|export) [^;"]* from "([^"]+)";|^@import url\("([^"]+)"\)', re.MULTILINE)
_FOR_EVER = "public, max-age=31536000, immutable"


def imports() -> list[tuple[str, str]]:
    """Return (importing file, imported address) of all static files; the file as ``package:static/name``."""
    found = []
    for package in (esea_auth_plugin, oru_espace_pro_plugin):
        folder = Path(package.__path__[0]) / "static"
        for path in sorted(folder.rglob("*")):
            if path.suffix in {".js", ".css"}:
                spec = f"{package.__name__}:static/{path.relative_to(folder).as_posix()}"
                found += [(spec, match[1] or match[2]) for match in _IMPORT.finditer(path.read_text(encoding="utf-8"))]
    return found


def test_what_a_static_file_imports_is_served_for_ever_beside_it(portal: Portal) -> None:
    folders: StaticFolders = portal.registry["esea.static_folders"]
    browser = portal.browser()
    for spec, imported in imports():
        answer = browser.get(urljoin(folders.path(spec), imported), status=200)
        kind = "text/css" if spec.endswith(".css") else "text/javascript"
        served = (answer.content_type, answer.headers["Cache-Control"])
        assert served == (kind, _FOR_EVER), f"{imported} of {spec}"


def test_imports_of_modules_and_of_style_sheets_are_found() -> None:
    """The test above passes with a pattern that matches nothing."""
    found = imports()
    assert ("esea_auth_plugin:static/lib/webauthn-json.js", "./base64url.js") in found
    assert ("esea_auth_plugin:static/passkey.js", "./lib/webauthn-json.js") in found
    assert ("esea_auth_plugin:static/portal.css", "forms.css") in found
    assert ("oru_espace_pro_plugin:static/espace-pro.css", "tokens.css") in found
