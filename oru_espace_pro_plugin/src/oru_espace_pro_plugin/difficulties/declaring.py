"""The declaration: which structure and what, then the facts, then what will be sent and to whom."""

from __future__ import annotations

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.view import view_config

from esea_auth_plugin.errors import PortalError
from esea_auth_plugin.foundation.forms import Invalid, PortalForm
from esea_auth_plugin.pyramid_types import JsonObject, PortalRequest, TemplateValues, ViewResult
from esea_auth_plugin.services import current_time, find

from ..interfaces import Declaration, Establishment, IDirectory
from ..space.door import ACT, INSIDE
from .catalogue import Nature
from .forms import declaration_form, key_of, moment, new_key, seen_of
from .notices import Recipients, recipients_of, tell
from .records import BadPeriod, check_period
from .resources import DeclarationResource
from .rights import declared_for
from .service import Difficulties
from .views import words

_TEMPLATE = "oru_espace_pro_plugin:difficulties/templates/declare.jinja2"
_ROOT = "/espace-pro/difficultes"


@view_config(context=DeclarationResource, name="", request_method="GET", permission=INSIDE, renderer=_TEMPLATE)
def choose(context: DeclarationResource, request: PortalRequest) -> TemplateValues:
    """Choose the structure and the nature, or fill in the form of those in the address."""
    structure, nature, own = _chosen(request)
    form = (
        declaration_form(request, find(request, Difficulties).catalogue, nature).render(
            {"cle": new_key(), "start": "now"}
        )
        if nature and structure
        else ""
    )
    return _page(request, structure, nature, own, form=form)


@view_config(context=DeclarationResource, name="", request_method="POST", permission=ACT, renderer=_TEMPLATE)
def declare(context: DeclarationResource, request: PortalRequest) -> ViewResult:
    """Check what was typed and show what will be sent; send it at the second press."""
    structure, nature, own = _chosen(request)
    if structure is None or nature is None:
        return _page(request, structure, nature, own, form="")
    service = find(request, Difficulties)
    form = declaration_form(request, service.catalogue, nature)
    key = key_of(request)
    try:
        values = form.validate()
        declaration = _declaration(request, structure, nature, values, key, form)
    except Invalid as invalid:
        return _page(request, structure, nature, own, form=invalid.form_html)
    if request.POST.get("envoyer") != seen_of(form):
        to = recipients_of(request, structure)
        sendable = declaration_form(request, service.catalogue, nature, checked=True)
        shown = sendable.show_typed({**form.typed(), "cle": key})
        return _page(request, structure, nature, own, form=shown, checked=declaration, to=to, seen=seen_of(sendable))
    try:
        difficulty_id = service.declare(request.dbsession, declaration, request.identity)
    except PortalError as refused:
        return _page(request, structure, nature, own, form=form.refuse(refused.message).form_html)
    tell(request, difficulty_id, structure)
    request.flash("Votre déclaration est envoyée.")
    return HTTPSeeOther(f"{_ROOT}/{difficulty_id}")


def _chosen(request: PortalRequest) -> tuple[Establishment | None, Nature | None, tuple[Establishment, ...]]:
    """Return the structure (one that the person may declare for) and the nature of the address, and all their own."""
    everything = find(request, IDirectory).everything(request.dbsession)
    own = declared_for(request.identity, everything)
    code = request.GET.get("structure", "") or (own[0].code if len(own) == 1 else "")
    structure = next((item for item in own if item.code == code), None)
    nature = find(request, Difficulties).catalogue.natures.get(request.GET.get("nature", ""))
    return structure, nature, own


def _declaration(
    request: PortalRequest, structure: Establishment, nature: Nature, values: JsonObject, key: str, form: PortalForm
) -> Declaration:
    """:raises Invalid: the period makes no sense."""
    now = current_time(request)
    starts_at = moment(values, "start", None, now)
    until = moment(values, "until", starts_at, now)
    try:
        check_period(nature, starts_at, until, now)
    except BadPeriod as bad:
        field = f"{bad.field}_day" if values[bad.field] == "autre" else bad.field
        raise form.refuse({field: bad.message}) from bad
    return Declaration(
        key=key,
        structure=structure.code,
        nature=nature.code,
        level=int(values["level"]),
        motives=tuple(values["motives"]),
        pathways=tuple(values["pathways"]),
        actions=tuple(values["actions"]),
        starts_at=starts_at,
        expected_end_at=until,
        phone=values["phone"],
        text=values["text"],
    )


def _page(
    request: PortalRequest,
    structure: Establishment | None,
    nature: Nature | None,
    own: tuple[Establishment, ...],
    *,
    form: object,
    checked: Declaration | None = None,
    to: Recipients | None = None,
    seen: str = "",
) -> TemplateValues:
    service = find(request, Difficulties)
    return {
        **words(service),
        "structure": structure,
        "nature": nature,
        "own": own,
        "form": form,
        "checked": checked,
        "to": to,
        "seen": seen,
    }
