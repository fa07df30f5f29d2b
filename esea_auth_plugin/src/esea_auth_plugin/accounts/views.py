"""« Mon compte » and « Mes données personnelles »."""

from __future__ import annotations

from collections.abc import Mapping

import colander
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.view import view_config

from ..directives import core
from ..foundation.forms import Invalid, PortalForm
from ..foundation.nomenclatures import departments_of, towns_of
from ..interfaces import PROVEN_ORIGINS, IAccountRoot, IAccounts, ICatalogue, IThrottle, ReviewState
from ..normalise.postal import BadPostalCode, normalise_postal_code
from ..pyramid_types import JsonObject, PortalRequest, TemplateValues, ViewResult
from ..resources import Resource
from ..services import find
from ..settings import AuthSettings
from . import attribute_store
from .attributes import KINDS, shown
from .forms import ORIGIN_WORDS, normal_address
from .profile import EDITS, REPLACEABLE, change, own_schema
from .resources import ProfileResource, TownsResource
from .service import account_id_of

_TEMPLATES = "esea_auth_plugin:accounts/templates"
#: With more services than these, the page lets one put some first.
MANY = 6
_PHONES = frozenset({"phone", "mobile", "fax"})


@view_config(
    context=IAccountRoot, request_method="GET", permission="esea.account.view", renderer=f"{_TEMPLATES}/home.jinja2"
)
def home(context: Resource, request: PortalRequest) -> TemplateValues:
    """Show the tiles that the packages offer, the services one may ask for, and where one's requests stand."""
    identity = request.identity
    tiles = sorted(
        (tile for source in core(request).tiles.values() for tile in source(request)),
        key=lambda tile: (not tile.favourite, tile.order, tile.title),
    )
    services = [tile for tile in tiles if tile.service]
    unopened = [item for item in find(request, ICatalogue).all() if item.slug not in identity.services]
    return {
        "services": services,
        "many": len(services) > MANY,
        "others": [tile for tile in tiles if not tile.service],
        "unopened": unopened,
        "requests": request.own_requests[:5],
        "to_complete": [one for one in request.own_requests if one.state is ReviewState.MORE_ASKED],
        "asked": {one.topic: one for one in reversed(request.own_requests) if one.topic},
    }


@view_config(
    context=ProfileResource,
    request_method="GET",
    permission="esea.account.view",
    renderer=f"{_TEMPLATES}/profile.jinja2",
)
def profile(context: ProfileResource, request: PortalRequest) -> TemplateValues:
    """Show what the portal knows of the person, who said it and when."""
    session, subject = request.dbsession, request.identity.subject
    account = find(request, IAccounts).by_subject(session, subject)
    values = find(request, IAccounts).attributes(session, subject)
    account_id = account_id_of(session, subject)
    origins = attribute_store.origins(session, account_id) if account_id else {}
    rows = [
        {
            "label": kind.label,
            "value": shown(name, values[name]),
            "phone": name in _PHONES,
            "origin": ORIGIN_WORDS.get(origins[name][0], origins[name][0]),
            "at": origins[name][1],
            "proven": origins[name][0] in PROVEN_ORIGINS,
        }
        for name, kind in KINDS.items()
        if name in values
    ]
    return {"account": account, "rows": rows}


def _form(request: PortalRequest) -> tuple[PortalForm, Mapping[str, list[str]]]:
    """Return the form, and the labels of what was proven: ``replaceable`` by the person, and ``fixed``."""
    account_id = account_id_of(request.dbsession, request.identity.subject) or ""
    said = attribute_store.origins(request.dbsession, account_id)
    values = find(request, IAccounts).attributes(request.dbsession, request.identity.subject)
    proven = [name for name in KINDS if KINDS[name].editable and name in said and said[name][0] in PROVEN_ORIGINS]
    fixed = [name for name in proven if name not in REPLACEABLE]
    hidden = find(request, AuthSettings).hidden_fields
    schema = own_schema(hidden, values.keys(), fixed, values.get("country", ""))
    form = PortalForm(schema, request, submit=(("enregistrer", "Enregistrer"),), cancel=("Annuler", "/compte/profil"))
    return form, {
        "fixed": [KINDS[name].label for name in fixed],
        "replaceable": [KINDS[name].label for name in proven if name in REPLACEABLE],
    }


@view_config(context=TownsResource, request_method="GET", permission=NO_PERMISSION_REQUIRED, renderer="json")
def towns(context: TownsResource, request: PortalRequest) -> JsonObject:
    """Answer ``{"towns", "department", "department_name"}`` for ``?code=33000``: open data, the same for everybody."""
    try:
        code = normalise_postal_code(request.GET.get("code", "")).code
    except BadPostalCode:
        code = ""
    possible = departments_of(code)
    alone = possible[0] if len(possible) == 1 else None
    request.response.cache_control = "public, max-age=86400"
    return {
        "towns": [town.name for town in towns_of(code)],
        "department": str(alone.coded) if alone is not None else "",
        "department_name": alone.label if alone is not None else "",
    }


@view_config(
    context=ProfileResource,
    name="modifier",
    request_method="GET",
    permission="esea.account.view",
    renderer=f"{_TEMPLATES}/profile_edit.jinja2",
    top_level=True,
)
def edit(context: ProfileResource, request: PortalRequest) -> TemplateValues:
    """Offer what the person may change alone.

    The support checks an identity by it, calling these numbers and this workplace: it needs a proof like the e-mail.
    """
    values = find(request, IAccounts).attributes(request.dbsession, request.identity.subject)
    form, proven = _form(request)
    return {"form": form.render(values), "proven": proven}


@view_config(
    context=ProfileResource,
    name="modifier",
    request_method="POST",
    permission="esea.account.change",
    renderer=f"{_TEMPLATES}/profile_edit.jinja2",
    top_level=True,
)
def edited(context: ProfileResource, request: PortalRequest) -> ViewResult:
    """Keep the changes, with one audit row."""
    find(request, IThrottle).reserve((EDITS, request.identity.subject))  # before this transaction locks anything
    form, proven = _form(request)
    try:
        values = form.validate()
    except Invalid as invalid:
        return {"form": invalid.form_html, "proven": proven}
    subject = request.identity.subject
    account = find(request, IAccounts).by_subject(request.dbsession, subject)
    if account is None:
        raise LookupError("a signed-in person without account")
    former = find(request, IAccounts).attributes(request.dbsession, subject)
    given = {name: "" if value is colander.null else value for name, value in values.items()}
    changes = normal_address(given, former.get("country", ""))
    change(request.registry, request.dbsession, account, changes)
    request.flash("Vos données personnelles sont à jour.")
    return HTTPSeeOther("/compte/profil")
