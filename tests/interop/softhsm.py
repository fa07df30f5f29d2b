"""SoftHSM as a card in its reader: the key never leaves the token, and it asks for its PIN."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from esea_auth_plugin.testing.processes import execute
from host_app.demo.cards import PIN

#: Debian's places of the token, on either architecture.
_MODULES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/softhsm/libsofthsm2.so", "/usr/lib/libsofthsm2.so")


def module() -> str:
    """Return the path of SoftHSM's PKCS#11 module, ``""`` when it is missing."""
    return next((path for path in _MODULES if Path(path).exists()), "")


@dataclass(frozen=True)
class Token:
    """A reader with one card in it."""

    environment: dict[str, str]
    label: str

    def engine(self, pin: str = PIN) -> dict[str, str]:
        """Return what curl is told: where certificate and key are, and the PIN that was typed."""
        place = f"pkcs11:token={self.label};id=%20"
        return {"certificate": f"{place};type=cert", "key": f"{place};type=private?pin-value={pin}"}


def insert(folder: Path, cards: Path, slug: str) -> Token:
    """Put a fictional card into a token of its own below ``folder``."""
    (folder / "tokens").mkdir(parents=True)
    settings = folder / "softhsm2.conf"
    settings.write_text(f"directories.tokendir = {folder / 'tokens'}\nobjectstore.backend = file\nlog.level = ERROR\n")
    environment = {"SOFTHSM2_CONF": str(settings), "PKCS11_MODULE_PATH": module()}
    for command in _commands(cards, slug):
        execute(command, env={**os.environ, **environment})
    return Token(environment, slug)


def _commands(cards: Path, slug: str) -> Iterator[list[str]]:
    hsm, tool = ["softhsm2-util"], ["pkcs11-tool", "--module", module(), "--token-label", slug, "--login", "--pin", PIN]
    yield [*hsm, "--init-token", "--free", "--label", slug, "--pin", PIN, "--so-pin", "12345678"]
    yield [*hsm, "--import", f"{cards / slug}.key", "--token", slug, "--label", slug, "--id", "20", "--pin", PIN]
    yield [*tool, "--write-object", f"{cards / slug}.der", "--type", "cert", "--id", "20", "--label", slug]
