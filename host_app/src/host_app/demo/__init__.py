"""The demo: fictional people, their mail, and a page that walks through the portal.

Nothing here may ever run before real people: it refuses any ``portal.env`` but ``development``.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from esea_auth_plugin.errors import ConfigurationError, Problem
from esea_auth_plugin.interfaces import ICardReader, IMailTransport
from esea_auth_plugin.pyramid_types import Configurator
from esea_auth_plugin.services import current_time

from .cards import ensure, renew_lists
from .mailbox import DemoMailbox
from .reader import CardReaderResource, DemoCards, DemoReader
from .resources import Demo


def includeme(config: Configurator) -> None:
    """Take the place of the SMTP server, and add the pages of the demo."""
    settings = config.registry.settings
    if settings.get("portal.env") != "development":
        raise ConfigurationError(
            [
                Problem(
                    "portal.demo",
                    settings.get("__file__", ""),
                    "the demo shows everybody's mail and passwords",
                    "remove the key; it is for portal.env = development only",
                )
            ]
        )
    mailbox = DemoMailbox(folder(settings) / "courriels")
    config.add_service(DemoMailbox, lambda registry: mailbox)
    config.add_service(IMailTransport, lambda registry: mailbox)
    config.add_portal_child("demo", "host_app.demo.resources.Demo")
    config.scan(f"{__name__}.views")
    _accept_cards(config)


def _accept_cards(config: Configurator) -> None:
    """Make the throw-away authority; without a card host, a simulated reader stands in for it at /demo/lecteur."""
    settings = config.registry.settings
    authorities = settings.get("esea_auth.cps_card.authorities")
    if not authorities:
        return
    igc = Path(authorities).parents[1]
    ensure(igc, datetime.now(UTC))
    config.add_job(
        "demo.card_lists", lambda registry: renew_lists(igc, current_time(registry)), every=timedelta(hours=12)
    )
    config.add_service(DemoCards, lambda registry: DemoCards(igc))
    if not settings.get("esea_auth.cps_card.url"):
        config.add_service(ICardReader, DemoReader)
        config.add_portal_child("lecteur", CardReaderResource, parent=Demo)
        config.scan(f"{__name__}.reader_views")


def folder(settings: Any) -> Path:
    """Return the folder that the demo writes in: that of its database."""
    url = str(settings["portal.database_url"])
    return Path(url.removeprefix("sqlite:///")).parent
