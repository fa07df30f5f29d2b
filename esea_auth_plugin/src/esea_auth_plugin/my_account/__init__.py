"""« Mon compte »: what people see of their account and do with it, each matter in a package of its own.

Who a person is stays with the accounts; here are the pages around it, and the menu that stands beside all of them.
"""

from __future__ import annotations

from ..interfaces import AccountEntry, AccountGroup, IAccountRoot, Tile
from ..pyramid_types import Configurator
from .menu import account_current, account_menu
from .resources import HubResource
from .views import CHANGE_PASSWORD_ROUTE

_DEVICES = Tile(
    "Gestion de vos dispositifs d’authentification forte",
    "/compte/dispositifs",
    "Carte, clé d’accès, téléphone : ce qui prouve que c’est vous.",
    order=88,
)
_HUB = Tile(
    "Gestion de votre compte",
    "/compte/gestion",
    "Vos données, votre sécurité, vos sessions, votre activité.",
    order=90,
)
PACKAGES = (".sessions", ".activity", ".email_change", ".corrections", ".closing", ".data")


def includeme(config: Configurator) -> None:
    """Hang the hub, fill the menu with what older packages bring, include the packages."""
    config.add_request_method(account_menu, "account_menu", reify=True)
    config.add_request_method(account_current, "account_current", reify=True)
    config.add_portal_child("gestion", HubResource, parent=IAccountRoot)
    for entry in (
        AccountEntry("Mon compte", "/compte", AccountGroup.SERVICES, order=0),
        AccountEntry(
            "Mes demandes",
            "/compte/demandes",
            AccountGroup.SERVICES,
            "Où en sont vos demandes d’accès et vos autres demandes.",
        ),
        AccountEntry(
            "Modifier mes données personnelles",
            "/compte/profil",
            AccountGroup.IDENTITY,
            "Ce que le portail sait de vous, qui l’a dit, et vos coordonnées professionnelles.",
        ),
        AccountEntry(
            "Gérer mes dispositifs d’authentification forte",
            "/compte/dispositifs",
            AccountGroup.SECURITY,
            "Ce qui prouve que c’est vous : ajouter, renommer, retirer.",
            order=10,
        ),
        AccountEntry(
            "Modifier mon mot de passe",
            "/compte/mot-de-passe",
            AccountGroup.SECURITY,
            "Le changer ferme vos autres sessions.",
            order=20,
        ),
    ):
        config.add_account_entry(entry)
    config.add_account_tile("my_account", lambda request: (_DEVICES, _HUB))
    config.add_route(CHANGE_PASSWORD_ROUTE, "/.well-known/change-password")
    config.scan(".views")
    for package in PACKAGES:
        config.include(package)
