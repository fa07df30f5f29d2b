"""No secret of an address reaches a log line."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator

import pytest

from esea_auth_plugin.foundation.logs import prepare_handlers
from esea_auth_plugin.foundation.security.log_masking import MaskSecrets, masked
from esea_auth_plugin.foundation.security.tokens import new_token

TOKEN = "aB3" + new_token()


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(MaskSecrets())
    logger = logging.getLogger("test.masking")
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    logger.addHandler(handler)
    yield stream
    logger.removeHandler(handler)


@pytest.mark.parametrize(
    "address",
    [
        "/inscription/confirmation/{}",
        "GET /inscription/confirmation/{} HTTP/1.1",
        "https://portail.exemple.fr/connexion/oubli/{}?service=ror",
        "/inscription/suivi?reference=DEM-7K3M-Q2XF&secret={}",
        "/oidc/callback?code={}&state={}",
        "/never/declared/{}",
        '"GET /never/declared/{}/next HTTP/1.1" 200',
        "/inscription/confirmation/{}%20",
        "/connexion?retour=%2Finscription%2Fconfirmation%2F{}",
        "/connexion?retour=%2fnever%2fdeclared%2f{}&service=ror",
        "/connexion?retour=%2Finscription%2Fsuivi%3Freference%3DDEM-7K3M-Q2XF%26secret%3D{}%26x%3D1",
        'Referer: "https://portail.exemple.fr/inscription/confirmation/{}"',
    ],
)
def test_the_token_of_an_address_is_masked(address: str) -> None:
    assert TOKEN not in masked(address.format(TOKEN, TOKEN))
    assert "***" in masked(address.format(TOKEN, TOKEN))


@pytest.mark.parametrize(
    "line",
    [
        "GET /inscription/confirmation HTTP/1.1",
        "GET /inscription/suivi?reference=DEM-7K3M-Q2XF",
        "/support/inscriptions/0b6f0a52-54d7-4bb2-9f2b-3f0b3c0f8f10",
        "/static/esea_auth_plugin/portal.css",
        'File "/srv/portal/lib/python3.11/site-packages/sqlalchemy/orm/session.py", line 12',
        "refuse_open_transaction_Called2 failed",
    ],
)
def test_what_is_no_secret_stays_readable(line: str) -> None:
    assert masked(line) == line


def test_a_token_without_upper_case_is_masked_where_a_place_is_declared() -> None:
    plain = "abcdefghijklmnopqrstuvwxyz"
    assert plain not in masked(f"/connexion?retour=%2Finscription%2Fconfirmation%2F{plain}")
    assert plain not in masked(f"/inscription/confirmation/{plain}")


def test_arguments_and_tracebacks_are_masked_too(log: io.StringIO) -> None:
    logger = logging.getLogger("test.masking")
    logger.debug("asked %s", f"/inscription/confirmation/{TOKEN}")
    try:
        raise LookupError(f"no such place: /connexion/oubli/{TOKEN}")
    except LookupError:
        logger.exception("failed at /x?jeton=%s", TOKEN)
    assert TOKEN not in log.getvalue()
    assert "LookupError" in log.getvalue()


def test_a_record_that_can_t_be_formatted_neither_raises_nor_slips_through(log: io.StringIO) -> None:
    logging.getLogger("test.masking").info("%d", f"/inscription/confirmation/{TOKEN}")
    assert TOKEN not in log.getvalue()
    assert log.getvalue()


def test_every_handler_gets_the_filter_once(log: io.StringIO) -> None:
    prepare_handlers()
    prepare_handlers()
    for handler in logging.getLogger("test.masking").handlers:
        assert sum(isinstance(each, MaskSecrets) for each in handler.filters) == 1
