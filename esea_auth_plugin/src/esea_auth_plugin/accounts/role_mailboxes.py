"""Tells whether an address is a shared mailbox, by the words of its local part (``esea_auth.role_mailboxes``)."""

from __future__ import annotations

from ..normalise.emails import normalise_email
from ..settings import AuthSettings

WARNING = (
    "Cette adresse ressemble à une boîte partagée. Les codes de connexion y seront lisibles par d’autres : "
    "préférez une adresse que vous êtes seul(e) à lire."
)


def is_role_mailbox(settings: AuthSettings, email: str) -> bool:
    """Tell whether the address is a shared mailbox: nobody's own, so no factor."""
    local = normalise_email(email).partition("@")[0]
    words = set(local.replace("-", ".").replace("_", ".").split("."))
    return bool(words & set(settings.role_mailboxes)) or local in settings.role_mailboxes
