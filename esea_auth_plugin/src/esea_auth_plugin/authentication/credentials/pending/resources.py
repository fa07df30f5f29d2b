"""Resource of the mailed link: `/compte/dispositifs/confirmation`."""

from __future__ import annotations

from ....foundation.mailed_link import MailedLink

#: Name of the view that removes the device; no token is so short.
REFUSE_VIEW = "refuser"


class ConfirmResource(MailedLink):
    """`/compte/dispositifs/confirmation`: what waits, once the token has left the address."""

    title = "Confirmer un dispositif"
    cookie = "confirmation-dispositif"
    views = frozenset({REFUSE_VIEW})
