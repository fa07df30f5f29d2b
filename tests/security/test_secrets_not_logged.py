"""No secret that travels in an address reaches a log, at DEBUG, tracebacks included."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from esea_auth_plugin.foundation.database import Database, IDatabase, make_engine
from esea_auth_plugin.foundation.logs import prepare_handlers
from esea_auth_plugin.foundation.security.tokens import new_token

#: Every address that carries a credential; a package that adds one adds it here.
ADDRESSES = (
    "/inscription/confirmation/{}",
    "/inscription/suivi?reference=DEM-7K3M-Q2XF&secret={}",
    "/inscription/invitation/{}",
    "/inscription/complement/{}",
    "/connexion/oubli/{}",
    "/connexion/retrouver/{}",
    "/compte/dispositifs/confirmation/{}",
    "/compte/courriel/{}",
    "/connexion?service=ror&code={}",
    "/nowhere/at/all/{}",
)


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    prepare_handlers()
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


@pytest.mark.databases("sqlite", "postgresql")
def test_no_parameter_of_a_statement_is_in_the_log(database: IDatabase, log: io.StringIO) -> None:
    """Hashes, names and addresses are parameters: of statements at DEBUG, and of errors in tracebacks."""
    secret = "argon2id-" + new_token()
    logging.getLogger("sqlalchemy").setLevel(logging.DEBUG)
    engine = make_engine(database.engine.url.render_as_string(hide_password=False))  # it reads the level once
    try:
        with Database(engine).writing() as session:
            session.scalar(text("SELECT CAST(:secret AS VARCHAR(99))"), {"secret": secret})
            session.execute(text("INSERT INTO nowhere VALUES (:secret)"), {"secret": secret})
    except DBAPIError:
        logging.getLogger("portal.errors").exception("a page failed")
    finally:
        logging.getLogger("sqlalchemy").setLevel(logging.NOTSET)
        engine.dispose()
    assert "SELECT CAST" in log.getvalue()
    assert "a page failed" in log.getvalue()
    assert secret not in log.getvalue()


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_token_of_an_address_is_nowhere_in_the_log(portal: Any, log: io.StringIO, address: str) -> None:
    token = "aZ9" + new_token()
    answer = portal.browser().get(address.format(token), expect_errors=True)
    logging.getLogger("portal.access").info("GET %s %s", address.format(token), answer.status)
    assert token not in log.getvalue()
    assert "portal.access" in log.getvalue() or "GET /" in log.getvalue()


def test_what_is_typed_in_forms_is_nowhere_in_the_log(portal: Any, log: io.StringIO) -> None:
    browser = portal.browser()
    page = browser.get("/connexion/otp")
    form = next(form for form in page.forms.values() if any("password" in str(name) for name in form.fields))
    password = "Zorglub-aZ9-" + new_token()
    for name, fields in form.fields.items():
        if name and fields[0].tag == "input" and fields[0].attrs.get("type") == "password":
            form[name] = password
    form.submit(expect_errors=True)
    assert password not in log.getvalue()
