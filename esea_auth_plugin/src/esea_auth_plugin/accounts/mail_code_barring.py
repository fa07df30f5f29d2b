"""Why mailed codes open nothing for somebody now, and what they can do about it."""

from __future__ import annotations

from datetime import datetime

from ..foundation.layout.filters import datetime_fr
from ..interfaces import DOUBTED_AT_FIRST_LINK, AccountView
from ..levels import mail_code_barred

DOUBTED = (
    "L’adresse électronique de votre compte n’est plus vérifiée : son domaine ne reçoit plus de courriel, ou a changé "
    "de mains. Les codes par courriel n’ouvrent plus aucun service. Connectez-vous avec un autre moyen pour confirmer "
    "votre adresse, ou demandez au support d’en changer : « Je n’ai plus accès à ma boîte mail »."
)
_REMOVED = (
    "L’adresse électronique de votre compte n’est plus vérifiée : elle a été retirée lors de la première liaison d’une "
    "identité professionnelle. Les codes par courriel n’ouvrent plus aucun service. Connectez-vous par cette identité "
    "pour confirmer une adresse, ou demandez au support d’en changer : « Je n’ai plus accès à ma boîte mail »."
)


def why_barred(account: AccountView | None, at: datetime) -> str:
    """Return a sentence for the person, ``""`` when mailed codes are good."""
    if account is None or not mail_code_barred(account, at):
        return ""
    if account.email_doubted_at is not None:
        return _REMOVED if account.email_doubt_reason == DOUBTED_AT_FIRST_LINK else DOUBTED
    return (
        "Votre mot de passe a été changé récemment par courriel seul. Par sécurité, les codes par courriel n’ouvrent "
        f"aucun service jusqu’au {datetime_fr(account.mail_code_barred_until)}. L’assistance peut lever cette mesure "
        "après avoir vérifié votre identité."
    )
