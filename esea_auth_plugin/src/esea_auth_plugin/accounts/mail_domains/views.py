"""The support's page of mail domains: what the last looks found, and two acts on a domain."""

from __future__ import annotations

from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.view import view_config

from ...normalise.emails import domain_of, normalise_email
from ...pyramid_types import PortalRequest, TemplateValues
from ...services import find
from ..acts import AccountAct, answer
from .acts import APPROVE, REJECT
from .policy import State
from .resources import SupportMailDomainResource, SupportMailDomainsResource
from .service import DomainStatus, MailDomains
from .settings import MailDomainSettings

_ACT: dict[str, object] = {
    "context": SupportMailDomainResource,
    "request_method": "POST",
    "permission": "esea.support.domains.act",
}
STATES = {
    State.SOUND: ("En ordre", "success"),
    State.SILENT: ("Ne répond plus depuis peu", "warning"),
    State.LAPSED: ("Abandonné", "danger"),
    State.RETURNED: ("Racheté", "danger"),
    State.MOVED: ("A changé de serveurs", "warning"),
}
PROBLEMS = {
    "dns.timeout": "les serveurs de noms n’ont pas répondu",
    "dns.no_server": "aucun serveur de noms n’a su répondre",
    "dns.failed": "la réponse des serveurs de noms n’a pas pu être lue",
}
#: Sound domains that are listed by name; beyond them, the count says enough.
MAX_SHOWN = 200


@view_config(
    context=SupportMailDomainsResource,
    request_method="GET",
    permission="esea.support.domains",
    renderer="esea_auth_plugin:accounts/mail_domains/templates/domains.jinja2",
)
def domains(context: SupportMailDomainsResource, request: PortalRequest) -> TemplateValues:
    """Show the domains that call for somebody first, then the others."""
    statuses = find(request, MailDomains).statuses(request.dbsession)
    settings = find(request, MailDomainSettings)
    return {
        "calling": [one for one in statuses if one.calls],
        "sound": [one for one in statuses if not one.calls][:MAX_SHOWN],
        "total": len(statuses),
        "states": STATES,
        "problems": PROBLEMS,
        "looks": settings.look,
        "every": settings.every,
        "patience": settings.patience,
        "own": _own_domain(request),
        "place": context,
    }


@view_config(name="reconnaitre", **_ACT)
def approved(context: SupportMailDomainsResource, request: PortalRequest) -> HTTPSeeOther:
    """Believe the addresses of a domain again, once its establishment said that it is theirs."""
    return _asked(context, request, APPROVE)


@view_config(name="ne-plus-croire", **_ACT)
def rejected(context: SupportMailDomainsResource, request: PortalRequest) -> HTTPSeeOther:
    """Believe no address of a domain any more: it is in other hands."""
    return _asked(context, request, REJECT)


def _asked(context: SupportMailDomainsResource, request: PortalRequest, act: AccountAct) -> HTTPSeeOther:
    """Carry the act out; if somebody with a role has an address of the domain, a second reviewer confirms it."""
    domain, back = _standing(context, request).held.domain, context.__parent__.path
    return answer(request, act.name, domain, {}, back=back) if _may_decide(context, request) else HTTPSeeOther(back)


def _standing(context: SupportMailDomainsResource, request: PortalRequest) -> DomainStatus:
    found: DomainStatus | None = find(request, MailDomains).one(request.dbsession, context.__name__)
    if found is None:
        raise HTTPNotFound
    return found


def _may_decide(context: SupportMailDomainsResource, request: PortalRequest) -> bool:
    """Nobody decides of their own mailbox, and nobody decides without having asked the establishment."""
    if _own_domain(request) == context.__name__:
        request.flash("Votre propre adresse est de ce domaine : un ou une collègue doit décider.", "warning")
        return False
    if request.POST.get("verifie") != "oui":
        request.flash("Cochez que vous avez vérifié auprès de l’établissement.", "warning")
        return False
    return True


def _own_domain(request: PortalRequest) -> str:
    return domain_of(normalise_email(request.identity.email))
