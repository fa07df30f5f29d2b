"""The Espace Pro as a site of its own: the foundation, this plugin, a third party's identities; no accounts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pyramid.config import Configurator
from sqlalchemy import inspect
from webtest import TestApp

from esea_auth_plugin.foundation.database import IDatabase
from esea_auth_plugin.foundation.migrations import unchecked, upgrade
from esea_auth_plugin.interfaces import Identity, IPermissionEvaluator, Level, RoleHeld
from esea_auth_plugin.services import find
from esea_auth_plugin.testing.pages import press, send, text
from oru_espace_pro_plugin.establishments.importing import import_if_new

PEOPLE = {
    "lea": Identity("11111111-1111-4111-8111-111111111111", "Léa Martin", "lea@chu.example.fr", "Léa", "Martin",
                    services=frozenset({"espace-pro"}), level=Level.TWO_FACTORS),
    "noam": Identity("22222222-2222-4222-8222-222222222222", "Noam Petit", "noam@chu.example.fr"),
    "oru": Identity("33333333-3333-4333-8333-333333333333", "Équipe ORU", "equipe@oru.example.fr",
                    roles=(RoleHeld("oru"),), level=Level.TWO_FACTORS),
}  # fmt: skip


class StrangersPolicy:
    """Twenty lines of a host that gets its people from elsewhere (here: from a header that its proxy sets)."""

    def identity(self, request: Any) -> Identity | None:
        return PEOPLE.get(request.headers.get("X-Person", ""))

    def authenticated_userid(self, request: Any) -> str | None:
        return request.identity.subject if request.identity else None

    def permits(self, request: Any, context: Any, permission: str) -> Any:
        from pyramid.security import Allowed, Denied

        refused = find(request, IPermissionEvaluator).judge(request.identity, permission)
        return Allowed("by the judge") if refused is None else Denied(str(refused))

    def remember(self, request: Any, userid: str, **kw: Any) -> list[tuple[str, str]]:
        return []

    def forget(self, request: Any, **kw: Any) -> list[tuple[str, str]]:
        return []


def third_party(settings: dict[str, str]) -> Configurator:
    config = Configurator(settings=settings, root_factory="esea_auth_plugin.resources.PortalRoot")
    config.include("esea_auth_plugin.foundation")
    config.include("oru_espace_pro_plugin")
    config.set_security_policy(StrangersPolicy())
    config.commit()
    return config


@pytest.fixture
def host(base_settings: dict[str, str], tmp_path: Path, clock: Any) -> Iterator[Any]:
    settings = {name: value for name, value in base_settings.items() if not name.startswith("esea_auth.")}
    settings["portal.plugins"] = ""
    settings["portal.database_url"] = f"sqlite:///{tmp_path}/alone.sqlite"
    with unchecked():
        config = third_party(settings)
        config.wsgi = config.make_wsgi_app()
    upgrade(config.registry)
    import_if_new(config.registry)
    yield config
    find(config.registry, IDatabase).engine.dispose()


def browser(host: Any, person: str = "") -> TestApp:
    return TestApp(host.wsgi, extra_environ={"HTTP_HOST": "localhost", "HTTP_X_PERSON": person})


FORM = {
    "Fonction": "Médecin urgentiste",
    "Spécialité": "Médecine d'urgence",
    "Vous êtes": "Un professionnel d'un SAMU ou d'un SMUR",
    "Complément information": "Médecin au SAMU 33, besoin de l'annuaire",
    "Téléphone": "05 56 00 00 00",
}


def test_there_is_no_accounts_table(host: Any) -> None:
    tables = inspect(find(host.registry, IDatabase).engine).get_table_names()
    assert {"oru_registration", "oru_member", "oru_establishment"} <= set(tables)
    assert not [name for name in tables if "account" in name or "grant" in name or "password" in name]


def test_registration_review_and_directory_work_without_accounts(host: Any) -> None:
    lea = browser(host, "lea")
    page = lea.get("/espace-pro").follow().follow()
    page = send(page, {"Les conditions d'utilisation de l'Espace Pro": "J'accepte les conditions d'utilisation de "
                                                                       "l'Espace Pro"}).follow().follow()  # fmt: skip
    page = send(page, FORM).follow()
    assert "Votre demande est en attente" in text(page)
    assert lea.get("/espace-pro/etablissements").status_int == 303

    team = browser(host, "oru")
    desk = team.get("/espace-pro/gestion/inscriptions")
    request = desk.click("Léa Martin")
    assert "Médecin urgentiste" in text(request)
    press(request, "Accepter la demande")

    assert "Bienvenue" in text(lea.get("/espace-pro"))
    assert "SMUR" in text(lea.get("/espace-pro/etablissements"))


def test_without_the_right_on_the_service_the_third_parties_person_stays_outside(host: Any) -> None:
    noam = browser(host, "noam")
    assert "Où en est votre accès" in text(noam.get("/espace-pro"))
    assert noam.get("/espace-pro/inscription", status="*").status_int in {302, 303, 403}
    assert noam.get("/espace-pro/etablissements", status="*").status_int in {302, 303, 403}
