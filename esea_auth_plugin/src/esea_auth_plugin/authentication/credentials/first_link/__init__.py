"""After the first external identity of an account: its person says which of the former authenticators they keep.

Somebody else may have prepared the account for its true owner to find (account pre-hijacking): their password, devices
and sessions must not outlive the owner's first sign-in.
"""

from __future__ import annotations

from ....events import AccountErased, FirstLinked, SignedIn
from ....interfaces import IAccountRoot, IFirstLinks
from ....pyramid_types import Configurator
from ....services import find
from .resources import FirstLinkResource
from .service import FirstLinks, forget
from .views import first_link_page

__all__ = ["includeme"]

_ACTIONS = {
    "identity.first_linked": "Première identité liée : ce que le compte avait est à confirmer",
    "identity.first_link_answered": "Première identité liée : ce que le compte garde",
    "account.password_removed": "Mot de passe supprimé",
}


def includeme(config: Configurator) -> None:
    """Publish the service, hang the page, listen to first links."""

    def begin(event: FirstLinked) -> None:
        find(config.registry, FirstLinks).begin(event)

    def arrived(event: SignedIn) -> None:
        find(config.registry, FirstLinks).arrived(event)

    config.add_service(FirstLinks, FirstLinks)
    config.add_service(IFirstLinks, lambda registry: find(registry, FirstLinks))
    config.add_audit_actions(_ACTIONS)
    config.add_subscriber(begin, FirstLinked)
    config.add_subscriber(arrived, SignedIn)
    config.add_subscriber(forget, AccountErased)
    config.add_portal_child("premiere-liaison", FirstLinkResource, parent=IAccountRoot)
    config.add_request_method(first_link_page, "first_link_page", reify=True)
    config.scan(".views")
