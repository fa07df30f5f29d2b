"""A person at a workstation: WebTest's way to read and fill pages, every request of it sent by curl through nginx.

The card is in the reader, so to say: it is shown in each handshake with the card host, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from tests.interop.curl import Curl
from tests.interop.softhsm import Token
from webtest import TestApp, TestResponse

#: Headers of one connection: those of curl's are not the browser's.
_HOP = {"connection", "transfer-encoding", "keep-alive", "content-length"}


class Hands(TestApp):
    """``TestApp`` whose addresses are those of the real hosts.

    :ivar card: the card in the reader: a fictional card's name, a token with its key in it, or none.
    """

    def __init__(self, curl: Curl, card: str | Token | None) -> None:
        self.card = card
        self._curl = curl
        super().__init__(self._through_nginx)

    def get(self, url: str, *arguments: Any, **more: Any) -> TestResponse:
        """See ``TestApp``; a path alone is the portal's."""
        return super().get(self._whole(url), *arguments, **more)

    def _gen_request(self, method: str, url: str, *arguments: Any, **more: Any) -> TestResponse:
        return super()._gen_request(method, self._whole(url), *arguments, **more)

    def _whole(self, url: str) -> str:
        return self._curl.front.portal + url if url.startswith("/") else url

    def _through_nginx(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        origin = f"{environ['wsgi.url_scheme']}://{environ['HTTP_HOST']}"
        query = f"?{environ['QUERY_STRING']}" if environ.get("QUERY_STRING") else ""
        words = ["--request", environ["REQUEST_METHOD"]]
        headers = [f"Cookie: {environ['HTTP_COOKIE']}"] if environ.get("HTTP_COOKIE") else []
        if environ["REQUEST_METHOD"] == "POST":
            body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            headers += [f"Content-Type: {environ['CONTENT_TYPE']}", f"Origin: {origin}"]
            words += ["--data-binary", body.decode("ascii")]
        found = self._curl.ask(f"{origin}{environ['PATH_INFO']}{query}", *words, headers=headers, **self._shown(origin))
        status = HTTPStatus(found.status)
        pairs = [(name, each) for name, values in found.headers.items() if name not in _HOP for each in values]
        start_response(f"{status.value} {status.phrase}", pairs)
        return [found.text.encode()]

    def _shown(self, origin: str) -> dict[str, Any]:
        if origin != self._curl.front.card_host or self.card is None:
            return {}
        if isinstance(self.card, str):
            return {"card": self.card}
        return {"engine": self.card.engine(), "environment": self.card.environment}
