"""The official button from where the operator keeps it, the contract of a mode, and the copy of one's data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from tests.interop.psc.journeys import BUTTON, come_in, registered
from tests.interop.psc.provider import Provider, Visitor
from tests.unit.esea_auth_plugin.auth_modes.pro_sante_connect.claims import CLAIMS, NATIONAL_ID

from esea_auth_plugin.auth_modes.pro_sante_connect.matching import personal_data
from esea_auth_plugin.auth_modes.pro_sante_connect.service import Psc
from esea_auth_plugin.auth_modes.pro_sante_connect.ways import TTL
from esea_auth_plugin.authentication.conformance.sign_in import AuthModeConformance
from esea_auth_plugin.authentication.contract import Attempt, AuthMode, Go
from esea_auth_plugin.authentication.registry import modes_of
from esea_auth_plugin.foundation.database import new_id
from esea_auth_plugin.testing import run
from esea_auth_plugin.testing.portal import Person, Portal

ARTWORK = b'<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"/>'


@pytest.fixture
def artwork() -> Path:
    path = run.folder() / "bouton-psc.svg"
    path.write_bytes(ARTWORK)
    return path


def test_without_artwork_the_button_is_text(portal: Portal) -> None:
    page = portal.browser().get("/connexion")
    assert BUTTON in page.text
    assert "/connexion/psc/bouton" not in page.text
    portal.browser().get("/connexion/psc/bouton", status=404)


def test_the_official_artwork_is_shown_unaltered(portal: Portal, artwork: Path) -> None:
    parts = portal.find(Psc)
    before = parts.settings
    parts.settings = replace(before, button_image=str(artwork))
    try:
        page = portal.browser().get("/connexion")
        image = page.html.find("img", attrs={"src": "/connexion/psc/bouton"})
        assert image["alt"] == BUTTON
        served = portal.browser().get("/connexion/psc/bouton")
        assert (served.body, served.content_type) == (ARTWORK, "image/svg+xml")
        parts.settings = replace(before, button_image="/etc/passwd")  # neither SVG nor PNG
        portal.browser().get("/connexion/psc/bouton", status=404)
    finally:
        parts.settings = before


def test_the_copy_of_one_s_data_holds_the_identifiers(portal: Portal, psc: Provider) -> None:
    person = registered(portal)
    psc.present(CLAIMS)
    come_in(portal.browser(), Visitor())
    with portal.db.reading() as session:
        found = personal_data(portal.registry, session, person.subject)
    assert {each["origine"] for each in found} == {"SubjectNameID", "RPPS", "sub"}
    assert NATIONAL_ID in {each["valeur"] for each in found}


class TestTheModeKeepsTheContract(AuthModeConformance):
    lifetime = TTL

    @pytest.fixture
    def mode(self, portal: Portal) -> AuthMode:
        found = modes_of(portal.registry).get("pro_sante_connect")
        assert found is not None
        return found

    @pytest.fixture
    def person(self, portal: Portal, psc: Provider) -> Person:
        psc.present(CLAIMS)
        return registered(portal)

    @pytest.fixture
    def attempt(self, portal: Portal, person: Person) -> Attempt:
        return Attempt(id=new_id(), at=portal.clock.now(), address="127.0.0.1")

    @pytest.fixture
    def right_answer(self) -> Mapping[str, str]:
        return {}

    def begun(self, portal: Any, mode: AuthMode, attempt: Attempt) -> Attempt:
        """Set out, and come back: the answer is what PSC sends the browser back with."""
        going = replace(attempt, values={"psc": "aller"})
        mode.prepare(going)
        with portal.db.writing() as session:
            result = mode.begin(session, going)
        assert isinstance(result, Go)
        self.back = dict(parse_qsl(urlsplit(Visitor().go(result.url)).query))
        return replace(attempt, state=result.state or {})

    def answered(self, portal: Any, mode: AuthMode, attempt: Attempt, values: Mapping[str, str]) -> Any:
        action = "retour" if "state" in values else ""
        return super().answered(portal, mode, replace(attempt, action=action), values)

    def right(self, portal: Any, right_answer: Mapping[str, str]) -> Mapping[str, str]:
        return self.back
