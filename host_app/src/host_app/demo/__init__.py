"""The demo: fictional people, their mail, and a page that walks through the portal.

Nothing here may ever run before real people: it refuses any ``portal.env`` but ``development``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from esea_auth_plugin.errors import ConfigurationError, Problem
from esea_auth_plugin.interfaces import IMailTransport

from .mailbox import DemoMailbox


def includeme(config: Any) -> None:
    """Take the place of the SMTP server, and hang the pages of the demo."""
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


def folder(settings: Any) -> Path:
    """Return the folder that the demo writes in: that of its database."""
    url = str(settings["portal.database_url"])
    return Path(url.removeprefix("sqlite:///")).parent
