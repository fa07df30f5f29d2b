"""« Mes dispositifs » (``/compte/dispositifs``): credentials of every mode, added, named and ended by their owner."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from ...interfaces import IAccountRoot, IEnrolments, Rule
from ...pyramid_types import Configurator
from ...services import find
from . import store
from .enrol_views import Enrolments
from .resources import DevicesResource
from .revoking import Revoking
from .store import EnrolmentStore

__all__ = ["includeme"]

_ACTIONS = {
    "device.added": "Dispositif ajouté",
    "device.refused": "Ajout d’un dispositif refusé",
    "device.revoked": "Dispositif retiré",
}


def includeme(config: Configurator) -> None:
    """Publish the services, add the resources."""
    registry = config.registry

    def end_enrolments(session: Session, subject: str, kept: str) -> None:
        find(registry, EnrolmentStore).close_all(session, subject)

    config.add_service(EnrolmentStore, EnrolmentStore)
    config.add_service(Revoking, Revoking)
    config.add_service(IEnrolments, Enrolments)
    config.add_audit_actions(_ACTIONS)
    for permission in ("esea.devices.view", "esea.devices.change"):
        config.add_permission_rule(permission, Rule())
    config.add_portal_child("dispositifs", DevicesResource, parent=IAccountRoot)
    config.add_revocable("enrolment", end_enrolments)
    config.add_job("devices.prune", store.prune, every=timedelta(hours=1))
    config.include(".pending")
    config.include(".second_factors")
    config.include(".first_link")
    config.include(".loss")
    config.scan(".views")
    config.scan(".enrol_views")
