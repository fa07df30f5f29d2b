"""Public pages of the example host: home, texts, contact, and the page of an address that leads nowhere."""

from __future__ import annotations

import re
from typing import Any

import pytest

from host_app.texts.library import NAMES, load


def test_the_home_page_shows_the_way_in_the_services_the_dates_and_the_news(portal: Any) -> None:
    page = portal.app.get("/")
    assert "Le numérique au" in page and 'href="/connexion"' in page and 'href="/inscription"' in page
    for slug in ("espace-pro", "ror", "estuaire-sante", "viatrajectoire", "smur-tab"):
        assert f'href="/services/{slug}"' in page
    assert "22 septembre 2026" in page and "Actualités" in page


@pytest.mark.parametrize("name", NAMES)
def test_every_text_is_there_and_linked_from_the_foot_of_every_page(portal: Any, name: str) -> None:
    page = portal.app.get(f"/{name}")
    facts = load().text(name)
    assert f"<h1>{facts.title}</h1>".replace("'", "&#39;") in page
    assert f'href="/{name}"' in portal.app.get("/")
    assert not re.search(r"<script(?![^>]*src=)|<style|\son\w+=|\sstyle=", page.text)


def test_the_version_that_people_accept_can_be_read_under_its_own_address(portal: Any) -> None:
    current = portal.app.get("/cgu")
    version = load().text("cgu").current
    assert f"Version {version}" in current
    assert portal.app.get(f"/cgu/{version}").text.count("<h2") == current.text.count("<h2")
    portal.app.get("/cgu/1999-01", status=404)
    portal.app.get("/cgu/../../settings", status=400)


def test_every_entry_of_a_table_of_contents_leads_to_its_section(portal: Any) -> None:
    for name in NAMES:
        page = portal.app.get(f"/{name}").text
        for anchor in re.findall(r'<li><a href="#([^"]+)"', page):
            assert f'id="{anchor}"' in page, (name, anchor)


def test_an_address_that_leads_nowhere_has_the_hosts_page_and_problem_details(portal: Any) -> None:
    page = portal.app.get("/nulle-part", status=404)
    assert "Page introuvable" in page and "Mon compte" in page and "Se connecter" not in page
    answer = portal.app.get("/nulle-part", headers={"Accept": "application/json"}, status=404)
    assert answer.content_type == "application/problem+json" and answer.json["status"] == 404
