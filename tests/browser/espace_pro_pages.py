"""Pages of the directory and of difficulties, and how to come to each: a part of ``pages.py``."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from webtest import TestApp, TestResponse

from esea_auth_plugin.testing.pages import press, send
from esea_auth_plugin.testing.portal import Portal
from oru_espace_pro_plugin.establishments.importing import import_if_new

BOARD = "/espace-pro/difficultes"
_ORU = "oru_espace_pro_plugin"
_TEMPLATES = f"{_ORU}:difficulties/templates"
_REQUEST: Mapping[str, str | bool] = {
    "Niveau": "3 – Tension accentuée",
    "Afflux de patients": True,
    "Pédiatrie": True,
    "Début": "Maintenant",
    "Fin prévue": "4 heures",
    "Numéro pour vous rappeler": "05 56 00 00 00",
    "Précisions": "Deux boxes fermés",
}


def _team(portal: Portal) -> TestApp:
    import_if_new(portal.registry)
    browser: TestApp = portal.signed_in(roles=["oru"], services=["espace-pro"])[0]
    return browser


def _declared(browser: TestApp) -> TestResponse:
    form = browser.get(f"{BOARD}/declarer", params={"structure": "33-SU-01", "nature": "temporisation"})
    return press(send(form, _REQUEST), "Envoyer la déclaration")


def directory(portal: Portal) -> tuple[TestApp, str]:
    """The directory."""
    return _team(portal), "/espace-pro/etablissements"


def structure(portal: Portal) -> tuple[TestApp, str]:
    """One structure of the directory."""
    return _team(portal), "/espace-pro/etablissements/33-SAMU-01"


def board(portal: Portal) -> tuple[TestApp, str]:
    """The board, with a request that waits for an answer."""
    browser = _team(portal)
    _declared(browser)
    return browser, BOARD


def declaration(portal: Portal) -> tuple[TestApp, str]:
    """The form of a declaration."""
    return _team(portal), f"{BOARD}/declarer?structure=33-SU-01&nature=temporisation"


def choice(portal: Portal) -> tuple[TestApp, str]:
    """The choice of a structure and a nature."""
    return _team(portal), f"{BOARD}/declarer"


def difficulty(portal: Portal) -> tuple[TestApp, str]:
    """One difficulty."""
    browser = _team(portal)
    return browser, urlsplit(_declared(browser).location).path


def act(portal: Portal) -> tuple[TestApp, str]:
    """An act on a difficulty, which asks for something."""
    browser, path = difficulty(portal)
    return browser, f"{path}/prolonger"


WAYS = {
    f"{_ORU}:establishments/templates/directory.jinja2": directory,
    f"{_ORU}:establishments/templates/establishment.jinja2": structure,
    f"{_TEMPLATES}/act.jinja2": act,
    f"{_TEMPLATES}/board.jinja2": board,
    f"{_TEMPLATES}/declare.jinja2": declaration,
    f"{_TEMPLATES}/difficulty.jinja2": difficulty,
}
MORE = ((f"{_TEMPLATES}/declare.jinja2", choice),)
