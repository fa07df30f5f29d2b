"""Resources of the services: `/services`, `/services/ror`, and « Mes demandes » under « Mon compte »."""

from __future__ import annotations

from ..interfaces import ICatalogue, PortalService
from ..pyramid_types import PortalRequest
from ..resources import Resource
from ..services import find


class ServicesResource(Resource):
    """`/services`; its children are the services of the catalogue."""

    title = "Services"

    def child(self, key: str) -> Resource:
        """Return the place of a service."""
        service = find(self.request, ICatalogue).get(key)
        if service is None or service not in find(self.request, ICatalogue).all():
            raise KeyError(key)
        return ServiceResource(self.request, self, key, service)


class ServiceResource(Resource):
    """`/services/SLUG`."""

    def __init__(self, request: PortalRequest, parent: Resource, name: str, service: PortalService) -> None:
        super().__init__(request, parent, name)
        self.service = service
        self.title = service.title


class MyRequestsResource(Resource):
    """`/compte/demandes`; its children are named by their reference, right or wrong."""

    title = "Mes demandes"

    def child(self, key: str) -> Resource:
        """Return the place of a request; the view answers 404 for what is not the person's own."""
        return MyRequestResource(self.request, self, key)


class MyRequestResource(Resource):
    """`/compte/demandes/REFERENCE`."""

    title = "Demande"


class RightsResource(Resource):
    """`/support/comptes/SUBJECT/droits`."""

    title = "Droits d'accès"

    @property
    def subject(self) -> str:
        """Subject of the account, right or wrong."""
        return str(self.__parent__.__name__)
