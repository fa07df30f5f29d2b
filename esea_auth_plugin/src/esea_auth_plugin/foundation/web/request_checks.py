"""Checks of a raw request: sizes, encodings, nesting. What fails here is no request of this portal (400).

Everything is read from the WSGI environment, so that no later layer sees bytes that it cannot decode, a NUL that
PostgreSQL refuses, or a body whose parsing costs more than its sending. The limits are above anything that a form,
a link or a mode of the portal sends, and above nothing else: they are constants, not settings.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from multipart import parse_options_header

from ...pyramid_types import JsonObject

MAX_PATH = 2_048
MAX_QUERY = 8_192
MAX_HEADERS = 100
MAX_HEADER = 16_384
MAX_ALL_HEADERS = 65_536
MAX_COOKIES = 8_192
MAX_CONTENT_TYPE = 256
#: Fields of a form or of a query, parts of a multipart body.
MAX_FIELDS = 200
MAX_NAME = 256
MAX_VALUE = 65_536
MAX_JSON = 65_536
MAX_JSON_DEPTH = 16
MAX_JSON_VALUES = 2_000
MAX_JSON_DIGITS = 18

FORM, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_CONTROL_BUT_TAB = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
#: RFC 2046, 5.1.1 allows 70 characters; clients use further printable ones than it lists.
_BOUNDARY = re.compile(r"[ !#-\[\]-~]{0,69}[!#-\[\]-~]")
_COOKIE_TEXT = r"[ !#-\[\]-~\t]*"
_READABLE_COOKIE = re.compile(f'{_COOKIE_TEXT}("{_COOKIE_TEXT}"[ \\t]*)?')
_UTF_8 = frozenset({"", "utf-8", "utf8"})


class BadRequest(Exception):
    """The request cannot be read. ``code`` names the check for the log; nothing of the request is in it."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def check_head(environ: Mapping[str, object]) -> None:
    """Check path, query and headers.

    :raises BadRequest: naming the first check that fails.
    """
    _check_headers(environ)
    _check_path("script_name", str(environ.get("SCRIPT_NAME", "")))
    _check_path("path", str(environ.get("PATH_INFO", "")))
    query = str(environ.get("QUERY_STRING", ""))
    if len(query) > MAX_QUERY:
        raise BadRequest("query.too_long")
    if _CONTROL.search(query):
        raise BadRequest("query.control_character")
    _check_fields("query", query.encode("latin-1"))
    _content_type(environ)


def readable_cookies(header: str) -> str:
    """Return the ``Cookie`` header without the pairs that cannot be decoded.

    The portal's own cookies are plain ASCII. Another application of the same parent domain may set anything, and a
    person cannot see which one: such a pair counts as absent, the request does not fail.
    """
    return ";".join(pair for pair in header.split(";") if _READABLE_COOKIE.fullmatch(pair))


def content_length(environ: Mapping[str, object]) -> int:
    """Return the length of the body.

    A body needs exactly one length: RFC 9112, 6.3 treats a message with ``Content-Length`` and
    ``Transfer-Encoding`` as an attempt at request smuggling, and a body without length has no cap.

    :raises BadRequest: the length is no number, or the body is chunked.
    """
    if environ.get("HTTP_TRANSFER_ENCODING"):
        raise BadRequest("body.transfer_encoding")
    given = str(environ.get("CONTENT_LENGTH") or "0")
    if not given.isascii() or not given.isdecimal():
        raise BadRequest("body.length")
    # Python refuses to convert thousands of digits; so many bytes exceed every cap all the same.
    return int(given[:20]) if len(given.lstrip("0")) <= 18 else 10**18


def read_body(environ: JsonObject, length: int) -> bytes:
    """Read the body into memory, and leave it there for the layers below.

    :raises BadRequest: the client went away before the end.
    """
    if length == 0:
        return b""
    stream, chunks, missing = environ["wsgi.input"], [], length
    while missing > 0:
        try:
            chunk = stream.read(min(missing, 65_536))
        except (OSError, ValueError):
            chunk = b""
        if not chunk:
            raise BadRequest("body.incomplete")
        chunks.append(chunk)
        missing -= len(chunk)
    body = b"".join(chunks)
    environ["wsgi.input"] = io.BytesIO(body)
    environ["webob.is_body_seekable"] = True
    return body


def check_body(environ: Mapping[str, object], body: bytes) -> None:
    """Check a form or a JSON document; of a multipart body only its boundary (see ``multipart_forms``).

    :raises BadRequest: naming the first check that fails.
    """
    kind = _content_type(environ)
    if kind == MULTIPART:
        return
    if kind == "application/json" or kind.endswith("+json"):
        if body or environ.get("REQUEST_METHOD") not in {"GET", "HEAD", "OPTIONS"}:
            check_json(body)
    elif kind in {"", FORM}:  # WebOb reads a body without type as a form
        _check_fields("body", body)


def check_json(body: bytes) -> None:
    """Check a JSON document: UTF-8 (RFC 8259, 8.1), sizes, depth, and no text that no database stores.

    :raises BadRequest: naming the first check that fails.
    """
    if len(body) > MAX_JSON:
        raise BadRequest("json.too_long")
    try:
        document = json.loads(
            body.decode("utf-8"),
            parse_constant=_refuse_number,
            parse_int=_plain_number,
            parse_float=_plain_number,
            object_pairs_hook=_unique_pairs,
        )
    except BadRequest:
        raise
    except RecursionError:
        raise BadRequest("json.too_deep") from None
    except ValueError:
        raise BadRequest("json.malformed") from None
    _check_values(document)


def check_text(part: str, text: str) -> None:
    """Check a decoded text: no NUL, no half of a surrogate pair.

    :raises BadRequest: naming the first check that fails.
    """
    if "\x00" in text:
        raise BadRequest(f"{part}.nul")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise BadRequest(f"{part}.undecodable") from None


def boundary(environ: Mapping[str, object]) -> str:
    """Return the boundary of a multipart body.

    :raises BadRequest: there is none, or RFC 2046 does not allow it.
    """
    found = str(parse_options_header(str(environ.get("CONTENT_TYPE", "")))[1].get("boundary", ""))
    if not _BOUNDARY.fullmatch(found):
        raise BadRequest("multipart.boundary")
    return found


def media_type(environ: Mapping[str, object]) -> str:
    """Return the type of the body in lower case, without its parameters."""
    return str(environ.get("CONTENT_TYPE") or "").partition(";")[0].strip(" \t").lower()


def _check_headers(environ: Mapping[str, object]) -> None:
    headers = {name: str(value) for name, value in environ.items() if name.startswith("HTTP_")}
    if len(headers) > MAX_HEADERS or sum(map(len, headers.values())) > MAX_ALL_HEADERS:
        raise BadRequest("headers.too_many")
    if len(headers.get("HTTP_COOKIE", "")) > MAX_COOKIES:
        raise BadRequest("cookies.too_long")
    for value in headers.values():
        if len(value) > MAX_HEADER:
            raise BadRequest("headers.too_long")
        if _CONTROL_BUT_TAB.search(value):
            raise BadRequest("headers.control_character")


def _check_path(part: str, path: str) -> None:
    if len(path) > MAX_PATH:
        raise BadRequest(f"{part}.too_long")
    if _CONTROL.search(path):
        raise BadRequest(f"{part}.control_character")
    # Browsers and proxies resolve « . » and « .. » before they send; what still holds one tries to get past a rule.
    if "\\" in path or not {".", ".."}.isdisjoint(path.split("/")):
        raise BadRequest(f"{part}.dot_segment")
    try:
        path.encode("latin-1").decode("utf-8")
    except UnicodeError:
        raise BadRequest(f"{part}.undecodable") from None


def _check_fields(part: str, content: bytes) -> None:
    if content.count(b"&") >= MAX_FIELDS:
        raise BadRequest(f"{part}.too_many_fields")
    try:
        fields = parse_qsl(content.decode("utf-8"), keep_blank_values=True, encoding="utf-8", errors="strict")
    except UnicodeDecodeError:
        raise BadRequest(f"{part}.undecodable") from None
    for name, value in fields:
        if len(name) > MAX_NAME or len(value) > MAX_VALUE:
            raise BadRequest(f"{part}.too_long")
        check_text(part, name)
        check_text(part, value)


def _content_type(environ: Mapping[str, object]) -> str:
    given = str(environ.get("CONTENT_TYPE") or "")
    if len(given) > MAX_CONTENT_TYPE or not given.isascii() or _CONTROL_BUT_TAB.search(given):
        raise BadRequest("content_type.malformed")
    options = parse_options_header(given)[1]
    # Parsers disagree about which of two values counts.
    if given.lower().count("charset") > 1 or str(options.get("charset", "")).lower() not in _UTF_8:
        raise BadRequest("content_type.charset")
    kind = media_type(environ)
    if kind.startswith("multipart/"):
        boundary(environ)
    return kind


def _refuse_number(text: str) -> Any:
    raise BadRequest("json.number")


def _plain_number(text: str) -> float:
    if len(text) > MAX_JSON_DIGITS:
        raise BadRequest("json.number")
    number = float(text)
    if number in {float("inf"), float("-inf")}:
        raise BadRequest("json.number")
    return number


def _unique_pairs(pairs: list[tuple[str, Any]]) -> JsonObject:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise BadRequest("json.duplicate_name")
    return found


def _check_values(document: object) -> None:
    """Walk the document without recursion."""
    count, level = 0, [document]
    for _ in range(MAX_JSON_DEPTH):
        count += len(level)
        if count > MAX_JSON_VALUES:
            raise BadRequest("json.too_many_values")
        below: list[Any] = []
        for value in level:
            if isinstance(value, str):
                check_text("json", value)
            elif isinstance(value, list):
                below += value
            elif isinstance(value, dict):
                below += value.keys()
                below += value.values()
        if not below:
            return
        level = below
    raise BadRequest("json.too_deep")
