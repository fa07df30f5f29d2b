"""« Sûreté du mot de passe » while one types: the server's own judgement, asked by ``sign_up.js``.

What is typed is judged and forgotten: no log, no row but the counter of the address.
"""

from __future__ import annotations

from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.view import view_config

from ...errors import PortalError
from ...foundation.security import password_policy
from ...pyramid_types import JsonObject, PortalRequest, ViewResult
from .. import limits
from ..flow import current_draft
from ..resources import SignUpResource


class BadQuestion(PortalError):
    """The body is not what the page's own script sends."""

    code = "sign_up.bad_meter"


@view_config(
    context=SignUpResource, name="surete", request_method="POST", permission=NO_PERMISSION_REQUIRED, renderer="json"
)
def password_strength(context: SignUpResource, request: PortalRequest) -> ViewResult:
    """Answer ``{"score", "label", "accepted", "messages"}`` for ``{"password", "words"}``."""
    limits.from_here(request, limits.METER)
    try:
        asked = request.json_body
    except (ValueError, UnicodeDecodeError):
        raise BadQuestion("Demande illisible.") from None
    if not isinstance(asked, dict) or not isinstance(asked.get("password"), str):
        raise BadQuestion("Demande illisible.")
    words = [word[:254] for word in asked.get("words", ())[:6] if isinstance(word, str)] if _is_list(asked) else []
    draft = current_draft(request)
    own = draft.answers.own_words() if draft is not None and not draft.idle else ()
    found = password_policy.assess(asked["password"], (*own, *words))
    request.response.cache_control = "no-store"
    return {
        "score": found.score,
        "label": found.label,
        "accepted": found.accepted,
        "messages": list(found.messages),
    }


def _is_list(asked: JsonObject) -> bool:
    return isinstance(asked.get("words", []), list)
