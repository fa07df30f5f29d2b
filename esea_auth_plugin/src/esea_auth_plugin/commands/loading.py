"""Makes the portal of an ini file, for a command that works in it."""

from __future__ import annotations

from typing import Any

from pyramid.exceptions import ConfigurationError as PyramidConfigurationError
from pyramid.paster import get_app, get_appsettings, setup_logging

from ..migrations import unchecked
from ..security.log_masking import mask_all_handlers


class NotUsable(Exception):
    """What was given can't be worked with; the message is one line that says what to do."""


def registry_of(config_uri: str, *, behind: bool = False) -> Any:
    """Return the registry of the portal of an ini file, logging set up.

    :param behind: accept a database that is behind the code.
    :raises NotUsable: the file does not hold an application of this plugin.
    """
    _set_up_logging(config_uri)
    try:
        if behind:
            with unchecked():
                application = get_app(config_uri)
        else:
            application = get_app(config_uri)
    except (LookupError, PyramidConfigurationError) as error:
        raise NotUsable(f"{config_uri}: {error}") from error
    registry = getattr(application, "registry", None)
    if registry is None:
        raise NotUsable(f"{config_uri}: [app:main] is wrapped; name the section of the portal itself (CONFIG#name)")
    return registry


def settings_of(config_uri: str) -> dict[str, str]:
    """Return the raw settings of an ini file without making the portal, for what must exist before it."""
    try:
        return dict(get_appsettings(config_uri))
    except LookupError as error:
        raise NotUsable(f"{config_uri}: {error}") from error


def _set_up_logging(config_uri: str) -> None:
    try:
        setup_logging(config_uri)
    except KeyError:
        return  # an ini file without [loggers]: the host logs its own way
    mask_all_handlers()
