"""The place ``/espace-pro`` and the door to its inside; the pages are brought by the other packages."""

from __future__ import annotations

from typing import Any

from pyramid.events import BeforeRender

from esea_auth_plugin.interfaces import Rule
from esea_auth_plugin.pyramid_types import Configurator
from esea_auth_plugin.services import find, offers

from ..interfaces import SERVICE
from ..settings import OruSettings
from .door import ACT, INSIDE, admitted_deriver
from .resources import EspacePro


def add_settings(event: Any) -> None:
    """Subscriber: our templates name the settings ``oru``."""
    request = event.get("request")
    if request is not None and offers(request, OruSettings):
        event["oru"] = find(request, OruSettings)


def includeme(config: Configurator) -> None:
    """Hang the place, declare who may come in."""
    config.add_portal_child("espace-pro", EspacePro)
    config.add_permission_rule(INSIDE, Rule(service=SERVICE))
    config.add_permission_rule(ACT, Rule(service=SERVICE))
    config.add_view_deriver(admitted_deriver, name="oru_admitted")
    config.add_subscriber(add_settings, BeforeRender)
