"""What an error of Pro Santé Connect means for the person, and what they can do next.

The codes are those of RFC 6749 (4.1.2.1 and 5.2), OpenID Connect Core (3.1.2.6) and its « Unmet Authentication
Requirements », and CIBA Core (11 and 13). Keycloak, on which Pro Santé Connect is built, tells of a login page left
open too long as ``temporarily_unavailable`` with a description of its own.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from types import MappingProxyType


class Cause(enum.StrEnum):
    """Why it ended; the value is the code for the trail."""

    CANCELLED = "psc.cancelled"
    EXPIRED = "psc.expired"
    AGAIN = "psc.login_required"
    UNAVAILABLE = "psc.unavailable"
    LEVEL = "psc.level"
    SETUP = "psc.setup"
    REFUSED = "psc.refused"


_CHOOSE = "ou choisissez un autre mode de connexion."
MESSAGES: Mapping[Cause, str] = MappingProxyType(
    {
        Cause.CANCELLED: f"Vous avez interrompu l'identification chez Pro Santé Connect. Recommencez, {_CHOOSE}",
        Cause.EXPIRED: (
            "L'identification chez Pro Santé Connect a expiré : sa page est restée ouverte trop longtemps. Recommencez "
            "depuis le bouton."
        ),
        Cause.AGAIN: (
            "Pro Santé Connect vous demande de vous identifier de nouveau. Recommencez depuis le bouton, et répondez à "
            "toutes ses questions."
        ),
        Cause.UNAVAILABLE: (
            "Pro Santé Connect ne répond pas en ce moment. Choisissez un autre mode de connexion, ou réessayez dans "
            "quelques minutes."
        ),
        Cause.LEVEL: (
            "Pro Santé Connect n'a pas pu vous identifier au niveau demandé. Recommencez avec votre carte CPS ou votre "
            f"application e-CPS, {_CHOOSE}"
        ),
        Cause.SETUP: (
            "Pro Santé Connect refuse la demande de ce portail : le réglage est à corriger ici, vous n'y pouvez rien. "
            "Choisissez un autre mode de connexion, et signalez-le à l'assistance."
        ),
        Cause.REFUSED: f"Pro Santé Connect n'a pas accepté cette identification. Recommencez, {_CHOOSE}",
    }
)
_CAUSES: Mapping[str, Cause] = MappingProxyType(
    {
        "access_denied": Cause.CANCELLED,
        **dict.fromkeys(("temporarily_unavailable", "server_error"), Cause.UNAVAILABLE),
        **dict.fromkeys(
            ("login_required", "interaction_required", "consent_required", "account_selection_required"), Cause.AGAIN
        ),
        **dict.fromkeys(("expired_token", "expired_login_hint_token", "transaction_failed"), Cause.EXPIRED),
        "unmet_authentication_requirements": Cause.LEVEL,
        **dict.fromkeys(
            (
                "invalid_request",
                "invalid_client",
                "unauthorized_client",
                "invalid_scope",
                "invalid_target",
                "unsupported_response_type",
                "unsupported_grant_type",
                "unsupported_token_type",
                "invalid_request_uri",
                "invalid_request_object",
                "request_not_supported",
                "request_uri_not_supported",
                "registration_not_supported",
                "invalid_binding_message",
            ),
            Cause.SETUP,
        ),
    }
)
#: Descriptions by which Keycloak says what the code alone does not.
_DESCRIPTIONS: Mapping[str, Cause] = MappingProxyType(
    {"authentication_expired": Cause.EXPIRED, "expired_code": Cause.EXPIRED, "session_expired": Cause.EXPIRED}
)


def cause_of(error: str, description: str = "") -> Cause:
    """Return what an error means; one that no standard names is a refusal."""
    named = _DESCRIPTIONS.get(description.strip().lower())
    found = _CAUSES.get(error, Cause.REFUSED)
    # The description only refines a code that says little: it never turns a refusal of the portal into another one.
    return named if named is not None and found in {Cause.UNAVAILABLE, Cause.REFUSED, Cause.AGAIN} else found
