"""curl as a browser with a card: a process a request, hence a handshake a request, and cookies in a file."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from bs4 import BeautifulSoup
from tests.interop.front import Front

from esea_auth_plugin.testing.processes import Finished, execute
from host_app.demo.cards import PIN

_SPLIT = "\n--curl-says--\n"


@dataclass(frozen=True)
class Answer:
    """What curl got; ``status`` 0 with curl's own words in ``error`` when there was no answer."""

    status: int
    headers: Mapping[str, list[str]] = field(default_factory=dict)
    text: str = ""
    error: str = ""

    @property
    def location(self) -> str:
        """Where it redirects to, ``""`` if it does not."""
        return "".join(self.headers.get("location", [])[:1])

    @property
    def title(self) -> str:
        """The page's title of first rank, apostrophes made plain."""
        found = BeautifulSoup(self.text, "html.parser").find("h1")
        return " ".join(found.get_text(" ").split()).replace("’", "'") if found else ""

    def form(self, button: str) -> tuple[str, dict[str, str]]:
        """Return address and hidden fields of the form that has a button with this text."""
        for form in BeautifulSoup(self.text, "html.parser").find_all("form"):
            if any(" ".join(each.get_text(" ").split()) == button for each in form.find_all("button")):
                fields = {
                    str(each["name"]): str(each.get("value", "")) for each in form.find_all("input") if each.get("name")
                }
                return str(form.get("action", "")), fields
        raise AssertionError(f"no form with « {button} »: {self.title}")

    @property
    def echoed(self) -> dict[str, Any]:
        """What the echoing application saw."""
        found: dict[str, Any] = json.loads(self.text)
        return found


class Curl:
    """A browser of its own: its cookies stay from request to request."""

    def __init__(self, front: Front, folder: Path) -> None:
        self.front = front
        self.jar = Path(tempfile.mkdtemp(dir=folder)) / "cookies"

    def get(self, url: str, **more: Any) -> Answer:
        """Fetch an address; redirects are not followed."""
        return self.ask(url, **more)

    def post(self, url: str, form: Mapping[str, str], **more: Any) -> Answer:
        """Send a form."""
        fields = [word for name, value in form.items() for word in ("--data-urlencode", f"{name}={value}")]
        origin = "/".join(url.split("/")[:3])
        return self.ask(url, "--header", f"Origin: {origin}", *fields, **more)

    def press(self, page: Answer, button: str, at: str, **more: Any) -> Answer:
        """Send the form of a page, found at ``at``, that has this button."""
        action, fields = page.form(button)
        return self.post(urljoin(at, action), fields, **more)

    def follow(self, found: Answer, at: str, **more: Any) -> Answer:
        """Follow redirects, without a card unless ``more`` gives one; the last answer."""
        for _ in range(5):
            if not found.location:
                return found
            at = urljoin(at, found.location)
            found = self.get(at, **more)
        raise AssertionError(f"too many redirects, the last to {at}")

    def ask(
        self,
        url: str,
        *words: str,
        card: str | tuple[Path, Path] | None = None,
        headers: Iterable[str] = (),
        engine: Mapping[str, str] | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> Answer:
        """Run curl once.

        :param card: name of a fictional card (read from its PKCS#12 with its PIN), or certificate and key files.
        :param engine: ``certificate`` and ``key`` as PKCS#11 addresses, for a key that never leaves its token.
        """
        command = ["curl", "--silent", "--show-error", "--max-time", "60", "--cacert", str(self.front.authority)]
        command += ["--cookie", str(self.jar), "--cookie-jar", str(self.jar), "--include", "--noproxy", "*"]
        command += ["--header", "Expect:", "--write-out", f"{_SPLIT}%{{http_code}} %{{size_header}}"]
        if isinstance(card, str):
            command += ["--cert-type", "P12", "--cert", f"{self.front.cards / card}.p12:{PIN}"]
        elif card is not None:
            command += ["--cert", str(card[0]), "--key", str(card[1])]
        if engine is not None:
            command += ["--engine", "pkcs11", "--cert-type", "ENG", "--cert", engine["certificate"]]
            command += ["--key-type", "ENG", "--key", engine["key"]]
        command += [word for header in headers for word in ("--header", header)]
        return _read(execute([*command, *words, url], env={**os.environ, **(environment or {})}, check=False))


def _read(found: Finished) -> Answer:
    output, _, said = found.stdout.rpartition(_SPLIT)
    error = found.stderr.strip()
    status = int(said.split()[0]) if said else 0
    if not status:
        return Answer(0, error=error)
    head, _, body = output.partition("\r\n\r\n")
    headers: dict[str, list[str]] = {}
    for line in head.split("\r\n")[1:]:
        name, _, value = line.partition(": ")
        headers.setdefault(name.lower(), []).append(value)
    return Answer(status, headers, body, error)
