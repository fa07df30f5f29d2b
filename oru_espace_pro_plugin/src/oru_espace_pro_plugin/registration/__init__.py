"""Registration to the Espace Pro: CGU, form, waiting page, the ORU team's queue."""

from __future__ import annotations

from pyramid.path import AssetResolver

from esea_auth_plugin.directives import report_problems
from esea_auth_plugin.errors import Problem
from esea_auth_plugin.events import AccountClosed, AccountErased
from esea_auth_plugin.interfaces import NavItem, Rule
from esea_auth_plugin.pyramid_types import Configurator

from ..interfaces import SERVICE, IEspacePro, IRegistrations
from ..settings import PREFIX, OruSettings
from . import lists
from .kind import DESK, REVIEW, RegistrationKind
from .personal import erase_person, personal_data
from .resources import RegistrationResource
from .service import ROLE, Registrations, end_with_account
from .tiles import tiles

EMAILS = ("received", "accepted", "refused", "more")


def terms_template(version: str) -> str:
    """Return the asset of a version of the CGU; a host adds its own with ``override_asset``."""
    return f"oru_espace_pro_plugin:registration/templates/terms/{version}.jinja2"


def _check_terms(config: Configurator) -> None:
    version = config.registry.settings.get(f"{PREFIX}terms_version", OruSettings().terms_version)

    def check() -> None:
        # After the host's override_asset calls: the text of a version may be the host's own.
        if not AssetResolver().resolve(terms_template(version)).exists():
            cure = f"add {terms_template(version)} with config.override_asset"
            report_problems(config, [Problem(f"{PREFIX}terms_version", "", "names a version without text", cure)])

    config.action("oru-terms", check, order=5_000)


def includeme(config: Configurator) -> None:
    """Publish the service, the request kind, the review board and the pages."""
    lists.check_settings(config)
    _check_terms(config)
    config.add_service(IRegistrations, Registrations)
    config.add_role(ROLE, "Équipe ORU")
    config.add_permission_rule("oru.registration.view", Rule(service=SERVICE))
    config.add_permission_rule("oru.registration.submit", Rule(service=SERVICE))
    config.add_permission_rule(REVIEW, Rule(role=ROLE))
    config.add_portal_child("inscription", RegistrationResource, parent=IEspacePro)
    config.add_request_kind(RegistrationKind())
    config.add_review_board(
        DESK, title="Gestion de l'Espace Pro", path="/espace-pro/gestion", permission=REVIEW, parent=IEspacePro
    )
    config.add_nav_item(NavItem("Gestion", "/espace-pro/gestion", permission=REVIEW, order=62))
    for name in EMAILS:
        config.add_email(f"oru.registration_{name}", f"oru_espace_pro_plugin:registration/emails/{name}")
    config.add_audit_action("registration.terms_accepted", "Conditions d'utilisation de l'Espace Pro acceptées")
    config.add_audit_action("registration.submitted", "Demande d'inscription à l'Espace Pro envoyée")
    config.add_account_tile("oru_registration", tiles)
    config.add_subscriber(lambda event: end_with_account(event, config.registry), AccountClosed)
    config.add_subscriber(erase_person, AccountErased)
    config.add_personal_data("espace_pro", personal_data)
    config.scan(".views")
