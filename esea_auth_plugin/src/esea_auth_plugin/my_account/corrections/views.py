"""« Faire corriger mon identité »: the form, or where the request stands that was already sent."""

from __future__ import annotations

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.view import view_config

from ...accounts import attribute_store
from ...accounts.resources import ProfileResource
from ...accounts.service import account_id_of
from ...errors import PortalError
from ...foundation.forms import Invalid, PortalForm
from ...foundation.layout.filters import PARIS
from ...foundation.reviews.history import last_question
from ...interfaces import PROVEN_ORIGINS, IAccounts, ReviewState
from ...pyramid_types import PortalRequest, TemplateValues, ViewResult
from ...services import current_time, find
from ...settings import AuthSettings
from .forms import GROUPS, correction_schema, normal
from .service import Asked, ask, read, waiting

_PAGE = "esea_auth_plugin:my_account/corrections/templates/correction.jinja2"


@view_config(
    context=ProfileResource, name="rectifier", request_method="GET", permission="esea.account.view", renderer=_PAGE,
    top_level=True,
)  # fmt: skip
def show(context: ProfileResource, request: PortalRequest) -> TemplateValues:
    """Show the identity to be corrected; what was asked before, when the support wants more."""
    session, subject = request.dbsession, request.identity.subject
    review = waiting(request.registry, session, subject)
    former = read(request.registry, session, review.id) if review is not None else None
    values = {**find(request, IAccounts).attributes(session, subject), **(former.values if former else {})}
    shown = _form(request).render({**values, "motive": former.motive if former else ""})
    return _page(request, shown)


@view_config(
    context=ProfileResource, name="rectifier", request_method="POST", permission="esea.account.change", renderer=_PAGE,
    top_level=True,
)  # fmt: skip
def send(context: ProfileResource, request: PortalRequest) -> ViewResult:
    """Send what changed to the support.

    A number that the support writes down lets in whoever proves it by a card or Pro Santé Connect: who asks is at the
    account's highest level.
    """
    form, session, subject = _form(request), request.dbsession, request.identity.subject
    try:
        values = form.validate()
        held = find(request, IAccounts).attributes(session, subject)
        changed = {name: value for name, value in normal(values).items() if held.get(name, "") != value}
        if not changed:
            raise form.refuse("Rien n’a changé : corrigez au moins un champ.")
        try:
            with session.begin_nested():
                review = ask(request.registry, session, request.identity, Asked(changed, values["motive"]))
        except PortalError as refused:
            raise form.refuse(refused.message) from refused
    except Invalid as invalid:
        return _page(request, invalid.form_html)
    request.flash(f"Votre demande {review.reference} est transmise au support.")
    return HTTPSeeOther("/compte/demandes")


def _form(request: PortalRequest) -> PortalForm:
    session, subject = request.dbsession, request.identity.subject
    said = attribute_store.origins(session, account_id_of(session, subject) or "")
    proven = {name for name, (origin, _) in said.items() if origin in PROVEN_ORIGINS}
    today = current_time(request).astimezone(PARIS).date()
    schema = correction_schema(today, proven, find(request, AuthSettings).hidden_fields)
    return PortalForm(
        schema,
        request,
        submit=(("envoyer", "Envoyer au support"),),
        groups=GROUPS,
        cancel=("Annuler", "/compte/profil"),
    )


def _page(request: PortalRequest, form_html: object) -> TemplateValues:
    review = waiting(request.registry, request.dbsession, request.identity.subject)
    more = review is not None and review.state is ReviewState.MORE_ASKED
    return {
        "review": review,
        "question": last_question(request, request.dbsession, review.id) if review is not None and more else "",
        "form": form_html if review is None or more else "",
    }
