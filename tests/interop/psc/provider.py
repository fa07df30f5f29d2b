"""Starts the Node provider, tells it who is there and what goes wrong, and goes through its pages as a person does."""

from __future__ import annotations

import copy
import fcntl
import hashlib
import json
import shutil
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest

from esea_auth_plugin.auth_modes.pro_sante_connect.breaker import Breaker
from esea_auth_plugin.auth_modes.pro_sante_connect.client import PscClient
from esea_auth_plugin.auth_modes.pro_sante_connect.service import Psc
from esea_auth_plugin.services import find
from esea_auth_plugin.testing.processes import Helper, execute, says

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
PORTAL = "http://localhost"
REDIRECTS = [f"{PORTAL}/connexion/psc/retour"]
#: Seconds for the provider to answer a request.
PATIENCE = 60


def install() -> Path:
    """Return a folder with the npm packages of the lock, installed at the first need."""
    if shutil.which("npm") is None or shutil.which("node") is None:
        pytest.fail("npm is missing: run `make test`, which installs it or says how")
    folder = ROOT / ".local" / "psc"
    folder.mkdir(parents=True, exist_ok=True)
    wanted = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        mark = folder / "installed"
        if not mark.exists() or mark.read_text() != wanted:
            for name in ("package.json", "package-lock.json"):
                shutil.copy(HERE / name, folder / name)
            execute(["npm", "ci", "--silent", "--ignore-scripts"], cwd=folder, seconds=300)
            mark.write_text(wanted)
        # Replaced in one step: another worker's Node may be reading it.
        shutil.copy(HERE / "provider.mjs", folder / "provider.new")
        (folder / "provider.new").replace(folder / "provider.mjs")
    return folder


class Provider:
    """The running provider."""

    secret = "secret-du-portail-chez-le-fournisseur-de-test"

    def __init__(self, packages: Path, folder: Path, auth_port: int, wallet_port: int) -> None:
        self.packages = packages
        self.folder = folder
        self.auth = f"http://127.0.0.1:{auth_port}"
        self.wallet = f"http://localhost:{wallet_port}"
        self._ports = {"auth_port": auth_port, "wallet_port": wallet_port}
        self._process: Helper | None = None

    def start(self) -> None:
        """Start it and wait for its word."""
        configuration = self.folder / "provider.json"
        given = {
            **self._ports,
            "client_secret": self.secret,
            "redirect_uris": REDIRECTS,
            "post_logout_redirect_uris": [f"{PORTAL}/connexion/psc/fin"],
        }
        configuration.write_text(json.dumps(given), encoding="utf-8")
        command = ["node", "provider.mjs", str(configuration)]
        self._process = Helper(command, ready=says(r"(?m)^ready$"), cwd=self.packages).start()

    def stop(self) -> None:
        """Stop it."""
        if self._process is not None:
            self._process.stop()

    # --- what a test says

    def reset(self) -> None:
        """Nobody there, nothing wrong, nothing counted."""
        self._control("set", person=None, people={}, faults={}, acr="eidas1", counts={}, rings=[])

    def knows(self, claims: Mapping[str, Any]) -> str:
        """Make a person known; return their ``sub``."""
        people = {**self.state()["people"], claims["sub"]: dict(claims)}
        self._control("set", people=people)
        return str(claims["sub"])

    def present(self, claims: Mapping[str, Any] | None, **state: Any) -> None:
        """Say who sits before the provider's page: they will identify themselves there."""
        sub = self.knows(claims) if claims is not None else None
        self._control("set", person=sub, **state)

    def fail(self, **faults: Any) -> None:
        """Say what goes wrong from now on."""
        self._control("set", faults=faults)

    def counts(self) -> dict[str, int]:
        """Return how often each path was asked."""
        found: dict[str, int] = self.state()["counts"]
        return found

    def state(self) -> dict[str, Any]:
        """Return everything the control address tells."""
        return self._control("get")

    def rings(self) -> list[dict[str, Any]]:
        """Return the e-CPS requests that reached a telephone."""
        found: list[dict[str, Any]] = self.state()["rings"]
        return found

    def answers(self, national_id: str, *, accept: bool) -> None:
        """Answer on somebody's telephone."""
        self._control("answer", login_hint=national_id, accept=accept)

    def logout_token(self, *, strange: bool = False, without: tuple[str, ...] = (), **claims: Any) -> str:
        """Return a signed logout_token."""
        return str(self._control("logout-token", claims=claims, strange=strange, without=list(without))["token"])

    def _control(self, what: str, **values: Any) -> dict[str, Any]:
        request = urllib.request.Request(
            f"{self.auth}/control/{what}",
            data=json.dumps(values).encode() if values or what != "get" else None,
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            found: dict[str, Any] = json.load(answer)
            return found


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *arguments: Any, **named: Any) -> None:
        return None


class Visitor:
    """A person's browser at the provider: keeps its cookies, follows its redirects, stops where the portal begins."""

    def __init__(self) -> None:
        self._opener = urllib.request.build_opener(_NoRedirect, urllib.request.HTTPCookieProcessor())

    def go(self, address: str) -> str:
        """Return the address on the portal that the provider sends the browser back to."""
        for _ in range(12):
            if address.startswith(f"{PORTAL}/"):
                return address.removeprefix(PORTAL)
            address = urljoin(address, self._next(address))
        raise AssertionError(f"the provider never sent the browser back: {address}")

    def post(self, address: str, values: Mapping[str, str]) -> tuple[str, str]:
        """Send a form there; return where it leads (``""`` if nowhere) and what it says."""
        body = urllib.parse.urlencode(values).encode()
        try:
            with self._opener.open(urllib.request.Request(address, data=body), timeout=PATIENCE) as answer:
                return "", answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return urljoin(address, error.headers.get("Location") or ""), error.read().decode()

    def _next(self, address: str) -> str:
        assert urlsplit(address).hostname in {"localhost", "127.0.0.1"}, address
        try:
            with self._opener.open(address, timeout=PATIENCE) as answer:
                raise AssertionError(f"{address} shows a page:\n{answer.read().decode()[:2000]}")
        except urllib.error.HTTPError as error:
            with error:
                location = error.headers.get("Location")
                assert location, f"{error.code} at {address}: {error.read().decode()[:2000]}"
                return location


def changed(claims: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    """Return claims with some changed; ``None`` takes one away."""
    found = {**copy.deepcopy(dict(claims)), **changes}
    return {name: value for name, value in found.items() if value is not None}


def forget(registry: Any) -> None:
    """Start with empty caches, as a new process does: applications live longer than a test."""
    parts = find(registry, Psc)
    old = parts.client
    parts.client = PscClient(parts.settings, old.outbound, old.redirect_uri)
    parts.ringing = PscClient(parts.settings, old.outbound, old.redirect_uri, Breaker(most_waiting=8))
