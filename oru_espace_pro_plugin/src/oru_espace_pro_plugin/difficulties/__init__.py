"""Health-system difficulties: declared by structures, answered by the SAMU, followed by the region."""

from __future__ import annotations

from datetime import timedelta

from esea_auth_plugin.events import AccountErased
from esea_auth_plugin.pyramid_types import Configurator
from esea_auth_plugin.services import find

from ..interfaces import IDifficulties, IEspacePro
from . import catalogue
from .jobs import follow_time
from .notices import EMAIL
from .personal import forget_person, personal_data
from .resources import DeclarationResource, DifficultiesResource
from .rights import TITLES
from .service import Difficulties


def includeme(config: Configurator) -> None:
    """Publish the service, its roles, its job and its pages."""
    catalogue.check_settings(config)
    config.add_service(Difficulties, Difficulties)
    config.add_service(IDifficulties, lambda registry: find(registry, Difficulties))
    for role, title in TITLES.items():
        config.add_role(role, title)
    config.add_audit_action("difficulty.changed", "Difficulté sanitaire déclarée ou modifiée")
    config.add_email(EMAIL, "oru_espace_pro_plugin:difficulties/emails/declared")
    config.add_portal_child("difficultes", DifficultiesResource, parent=IEspacePro)
    config.add_portal_child("declarer", DeclarationResource, parent=DifficultiesResource)
    config.add_subscriber(forget_person, AccountErased)
    config.add_personal_data("difficultes", personal_data)
    config.add_job("oru.difficulties", follow_time, every=timedelta(minutes=1))
    config.scan(".views")
    config.scan(".declaring")
