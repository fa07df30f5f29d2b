"""``mail-domains show`` and ``mail-domains ask``: the domains of people's addresses, and what can be seen of them."""

from __future__ import annotations

import argparse

from ..accounts.mail_domains.checks import see
from ..accounts.mail_domains.observations import Mail, Seen
from ..accounts.mail_domains.service import MailDomains
from ..foundation.database import IDatabase
from ..pyramid_types import Registry
from ..services import find, offers
from .loading import Commands, NotUsable, registry_of


def register(commands: Commands) -> None:
    """Declare the commands."""
    group = commands.add_parser("mail-domains", help="domains of people's addresses")
    acts = group.add_subparsers(metavar="ACT", required=True)
    acts.add_parser("show", help="tell which domains lapsed, were bought or moved").set_defaults(run=show)
    ask = acts.add_parser("ask", help="ask resolver and registry about a domain now; decides nothing")
    ask.add_argument("domain", nargs="+")
    ask.set_defaults(run=asked)


def show(given: argparse.Namespace) -> int:
    """List the domains that call for somebody; status 1 if there are any."""
    registry = _registry(given)
    with find(registry, IDatabase).reading() as session:
        statuses = find(registry, MailDomains).statuses(session)
    calling = [one for one in statuses if one.calls]
    for one in calling:
        held = one.held
        print(f"{held.domain}: {one.known.state}, {held.accounts} accounts, {held.doubted} addresses not believed")
    print(f"{len(statuses)} domains, {len(calling)} to look at")
    return 1 if calling else 0


def asked(given: argparse.Namespace) -> int:
    """Tell what is seen of each domain from here; status 1 if one could not be asked about."""
    registry = _registry(given)
    found = {domain: see(registry, domain) for domain in given.domain}
    for domain, seen in found.items():
        print(f"{domain}: {_told(seen)}")
    return 1 if any(seen.mail is Mail.UNKNOWN for seen in found.values()) else 0


def _told(seen: Seen) -> str:
    words = {Mail.TAKES: "takes mail", Mail.NONE: "takes no mail", Mail.UNKNOWN: f"no answer ({seen.problem})"}
    since = f"registered {seen.registered_at:%Y-%m-%d}" if seen.registered_at else "its registry tells no date"
    return f"{words[seen.mail]}, {since}{', being given up' if seen.leaving else ''}"


def _registry(given: argparse.Namespace) -> Registry:
    registry = registry_of(given.config)
    if not offers(registry, MailDomains):
        raise NotUsable("portal.plugins does not include esea_auth: there are no addresses of people")
    return registry
