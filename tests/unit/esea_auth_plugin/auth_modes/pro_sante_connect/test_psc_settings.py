"""Settings of Pro Santé Connect: presets, what stops the start, the scale of levels."""

from __future__ import annotations

from typing import Any

import pytest

from esea_auth_plugin.auth_modes.pro_sante_connect.settings import PREFIX, PscSettings, problems_of
from esea_auth_plugin.options import read


def settings(**given: str) -> tuple[PscSettings, list[str]]:
    found, problems = read(
        PscSettings, {f"{PREFIX}{name}": value for name, value in given.items()}, PREFIX, where="", env="production"
    )
    return found, [problem.key for problem in problems]


@pytest.mark.parametrize(
    ("environment", "auth", "wallet"),
    [
        ("production", "auth.esw.esante.gouv.fr", "wallet.esw.esante.gouv.fr"),
        ("bac_a_sable", "auth.bas.psc.esante.gouv.fr", "wallet.bas.psc.esante.gouv.fr"),
    ],
)
def test_the_ans_s_addresses_are_preset_on_their_two_hosts(environment: str, auth: str, wallet: str) -> None:
    known = settings(environment=environment)[0].known()
    assert known["issuer"] == f"https://{auth}/auth/realms/esante-wallet"
    assert known["authorization_endpoint"] == f"https://{wallet}/auth"
    assert all(
        address.startswith(f"{known['issuer']}/protocol/")
        for name, address in known.items()
        if name not in {"issuer", "authorization_endpoint"}
    )


def test_an_address_that_is_set_wins_over_the_preset() -> None:
    assert settings(token_endpoint="https://ailleurs.example/token")[0].known()["token_endpoint"].endswith("/token")
    assert "ailleurs" in settings(token_endpoint="https://ailleurs.example/token")[0].known()["token_endpoint"]


@pytest.mark.parametrize("algorithms", ["none", "HS256", "RS256 HS512", ""])
def test_an_algorithm_that_proves_nothing_can_not_be_written(algorithms: str) -> None:
    assert settings(algorithms=algorithms)[1] == ["esea_auth.psc.algorithms"]


@pytest.mark.parametrize(
    ("given", "key"),
    [
        ({}, "esea_auth.psc.client_id"),
        ({"client_authentication": "tls_client_auth"}, "esea_auth.psc.tls_client_certificate"),
        ({"tls_client_certificate": "/nowhere/client.pem"}, "esea_auth.psc.tls_client_certificate"),
        ({"tls_client_key": "/nowhere/client.key"}, "esea_auth.psc.tls_client_key"),
        ({"acr_least": "eidas9"}, "esea_auth.psc.acr_least"),
        ({"environment": "autre"}, "esea_auth.psc.issuer"),
        ({"environment": "autre", "metadata": "static", "issuer": "https://a.example"}, "esea_auth.psc.token_endpoint"),
        ({"environment": "autre", "issuer": "http://a.example"}, "esea_auth.psc.issuer"),
    ],
)
def test_what_can_not_work_stops_the_start(given: dict[str, Any], key: str) -> None:
    assert key in [problem.key for problem in problems_of(settings(**given)[0], "", "production")]


def test_levels_are_compared_on_their_scale() -> None:
    found = settings(acr_least="eidas2")[0]
    assert [level for level in ("eidas0", "eidas1", "eidas2", "eidas3", "", "EIDAS3") if found.enough(level)] == [
        "eidas2",
        "eidas3",
    ]
