"""Pages of the demo, in HTML for people and in JSON for an integrator's script (``Accept: application/json``)."""

from __future__ import annotations

from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.view import view_config

from esea_auth_plugin.pyramid_types import JsonObject, PortalRequest, TemplateValues
from esea_auth_plugin.services import find, offers

from .cards import CARDS
from .mailbox import DemoEmail, DemoMailbox
from .pending import APPLICANTS
from .people import PASSWORD, PEOPLE
from .reader import DemoCards
from .resources import Demo, DemoEmailResource, DemoMail
from .walk import STEPS

_PUBLIC = {"request_method": "GET", "permission": NO_PERMISSION_REQUIRED}
_FOLDER = "host_app:demo/templates"


@view_config(context=Demo, accept="text/html", renderer=f"{_FOLDER}/demo.jinja2", **_PUBLIC)
def demo(context: Demo, request: PortalRequest) -> TemplateValues:
    """Tell who may sign in as what, and walk through the main way."""
    cards = CARDS if offers(request, DemoCards) else ()
    told = {"people": PEOPLE, "password": PASSWORD, "steps": STEPS, "applicants": APPLICANTS}
    return {**told, "cards": cards, "psc": sandbox_pages(request)}


def sandbox_pages(request: PortalRequest) -> str:
    """Return where the pages of the demo's own Pro Santé Connect stand, ``""`` when the portal does not use it."""
    issuer = str(request.registry.settings.get("esea_auth.psc.issuer", ""))
    ours = issuer.startswith("http://127.0.0.1:") and issuer.endswith("/psc")
    return issuer.replace("127.0.0.1", "localhost") if ours else ""


@view_config(context=Demo, accept="application/json", renderer="json", **_PUBLIC)
def demo_json(context: Demo, request: PortalRequest) -> TemplateValues:
    """The same for a script."""
    people = [
        {
            "identifier": person.identifier,
            "email": person.email,
            "password": PASSWORD,
            "roles": person.roles,
            "services": person.services,
            "active": person.active,
            "what": person.what,
        }
        for person in PEOPLE
    ]
    steps = [{"who": step.who, "does": step.does, "path": step.path} for step in STEPS]
    waiting = [{"identifier": one.identifier, "email": one.personal["email"], "what": one.what} for one in APPLICANTS]
    return {"password": PASSWORD, "people": people, "applicants": waiting, "steps": steps, "mail": "/demo/courriels"}


@view_config(context=DemoMail, accept="text/html", renderer=f"{_FOLDER}/mail.jinja2", **_PUBLIC)
def mail(context: DemoMail, request: PortalRequest) -> TemplateValues:
    """List the emails, the newest first; ``?a=ADDRESS`` shows one person's."""
    to = request.GET.get("a", "")
    return {"emails": find(request, DemoMailbox).emails(to), "to": to}


@view_config(context=DemoMail, accept="application/json", renderer="json", **_PUBLIC)
def mail_json(context: DemoMail, request: PortalRequest) -> TemplateValues:
    """The same for a script."""
    emails = find(request, DemoMailbox).emails(request.GET.get("a", ""))
    return {"emails": [_as_json(message) for message in emails]}


@view_config(context=DemoEmailResource, accept="text/html", renderer=f"{_FOLDER}/letter.jinja2", **_PUBLIC)
def message(context: DemoEmailResource, request: PortalRequest) -> TemplateValues:
    """Show one email: its plain part, and its links so that they can be followed."""
    return {"letter": context.message}


@view_config(context=DemoEmailResource, accept="application/json", renderer="json", **_PUBLIC)
def email_json(context: DemoEmailResource, request: PortalRequest) -> TemplateValues:
    """The same for a script."""
    return _as_json(context.message)


def _as_json(message: DemoEmail) -> JsonObject:
    return {
        "key": message.key,
        "to": message.to,
        "subject": message.subject,
        "at": message.at.isoformat(),
        "text": message.text,
        "links": message.links,
    }
