"""Places of the services: `/services`, `/services/ror`, and « Mes demandes » under « Mon compte »."""

from __future__ import annotations

from typing import Any

from zope.interface import Interface, implementer

from ..interfaces import ICatalogue, PortalService
from ..resources import Resource
from ..services import find


class IServicesPlace(Interface):
    """The catalogue as people see it."""


class IServicePlace(Interface):
    """One service."""


class IMyRequestPlace(Interface):
    """One of them."""


class IRightsPlace(Interface):
    """The rights of one account, for the support."""


class IMyRequestsPlace(Interface):
    """The requests of the person who is signed in."""


@implementer(IServicesPlace)
class ServicesPlace(Resource):
    """`/services`; its children are the services of the catalogue."""

    title = "Services"

    def child(self, key: str) -> Any:
        """Return the place of a service."""
        service = find(self.request, ICatalogue).get(key)
        if service is None or service not in find(self.request, ICatalogue).all():
            raise KeyError(key)
        return ServicePlace(self.request, self, key, service)


@implementer(IServicePlace)
class ServicePlace(Resource):
    """`/services/SLUG`."""

    def __init__(self, request: Any, parent: Any, name: str, service: PortalService) -> None:
        super().__init__(request, parent, name)
        self.service = service
        self.title = service.title


@implementer(IMyRequestsPlace)
class MyRequestsPlace(Resource):
    """`/compte/demandes`; its children are named by their reference, right or wrong."""

    title = "Mes demandes"

    def child(self, key: str) -> Any:
        """Return the place of a request; the view answers 404 for what is not the person's own."""
        return MyRequestPlace(self.request, self, key)


@implementer(IMyRequestPlace)
class MyRequestPlace(Resource):
    """`/compte/demandes/REFERENCE`."""

    title = "Demande"


@implementer(IRightsPlace)
class RightsPlace(Resource):
    """`/support/comptes/SUBJECT/droits`."""

    title = "Droits d'accès"

    @property
    def subject(self) -> str:
        """Subject of the account, right or wrong."""
        return str(self.__parent__.__name__)
