"""Log lines: each names its request, as text and as JSON, and none holds a secret."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Iterator
from threading import Thread
from typing import Any

import pytest

from esea_auth_plugin.foundation.logs import (
    ENDED,
    EndedRequest,
    JsonLines,
    TextLines,
    prepare_handlers,
    request_under_way,
)
from esea_auth_plugin.foundation.security.tokens import new_token

ID = "5b0c6a2e6f5e4f5e9d570b6a7d0a9f11"
TOKEN = "aB3" + new_token()
MakeLog = Callable[[str], io.StringIO]
logger = logging.getLogger("test.logs")


@pytest.fixture
def make_log() -> Iterator[MakeLog]:
    made: list[logging.Handler] = []

    def make(log_format: str) -> io.StringIO:
        stream = io.StringIO()
        handler = logging.StreamHandler(stream)
        handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
        logger.addHandler(handler)
        made.append(handler)
        prepare_handlers()
        form = JsonLines() if log_format == "json" else TextLines(logging.Formatter("%(levelname)s %(message)s"))
        handler.setFormatter(form)
        return stream

    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    yield make
    for handler in made:
        logger.removeHandler(handler)


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_of_a_request_names_it_and_the_next_one_does_not(make_log: MakeLog) -> None:
    log = make_log("text")
    with request_under_way(ID):
        logger.info("one")
    logger.info("two")
    assert log.getvalue() == f"INFO one request={ID}\nINFO two\n"


def test_a_traceback_follows_the_line_that_names_the_request(make_log: MakeLog) -> None:
    log = make_log("text")
    with request_under_way(ID):
        try:
            raise LookupError(f"/inscription/confirmation/{TOKEN}")
        except LookupError:
            logger.exception("failed")
    first, *rest = log.getvalue().splitlines()
    assert first == f"ERROR failed request={ID}"
    assert rest[0].startswith("Traceback") and TOKEN not in log.getvalue()


def test_json_has_one_object_a_line_whatever_the_message_holds(make_log: MakeLog) -> None:
    log = make_log("json")
    with request_under_way(ID):
        logger.warning("one\ntwo « %s »", "é")
    (line,) = lines(log)
    assert line["message"] == "one\ntwo « é »" and line["request_id"] == ID
    assert line["level"] == "WARNING" and line["logger"] == "test.logs" and line["time"].endswith("+00:00")


def test_json_holds_the_exception_and_no_secret(make_log: MakeLog) -> None:
    log = make_log("json")
    try:
        raise LookupError(f"/never/declared/{TOKEN}")
    except LookupError:
        logger.exception("failed at /x?jeton=%s", TOKEN)
    (line,) = lines(log)
    assert "LookupError" in line["exception"] and TOKEN not in log.getvalue() and "request_id" not in line


def test_json_tells_how_a_request_ended(make_log: MakeLog) -> None:
    log = make_log("json")
    ended = EndedRequest("GET", "/compte", "AccountResource", 200, 12, "0123456789abcdef")
    logger.info("%s", ended, extra={ENDED: ended})
    (line,) = lines(log)
    assert (line["method"], line["path"], line["view"]) == ("GET", "/compte", "AccountResource")
    assert (line["status"], line["duration_ms"], line["subject"]) == (200, 12, "0123456789abcdef")


def test_threads_do_not_share_the_request(make_log: MakeLog) -> None:
    log = make_log("json")
    with request_under_way(ID):
        other = Thread(target=lambda: logger.info("elsewhere"))
        other.start()
        other.join(timeout=10)
    (line,) = lines(log)
    assert "request_id" not in line


def test_the_format_of_every_handler_follows_the_setting(make_log: MakeLog) -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    logger.addHandler(handler)
    others = {each: each.formatter for each in logging.getLogger().handlers}
    try:
        prepare_handlers("json")
        assert isinstance(handler.formatter, JsonLines)
        prepare_handlers("text")
        assert isinstance(handler.formatter, TextLines)
        prepare_handlers("text")
        logger.error("once")
        assert stream.getvalue() == "once\n"
    finally:
        logger.removeHandler(handler)
        for each, form in others.items():
            each.setFormatter(form)
