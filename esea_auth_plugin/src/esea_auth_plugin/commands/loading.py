"""Makes the portal of an ini file, for a command that works in it."""

from __future__ import annotations

import argparse
import configparser
from typing import TypeAlias

from pyramid.exceptions import ConfigurationError as PyramidConfigurationError
from pyramid.paster import get_app, get_appsettings, setup_logging

from ..foundation.logs import prepare_handlers
from ..foundation.migrations import unchecked
from ..foundation.shutdown import give_back
from ..pyramid_types import Registry

#: Where a command declares itself.
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


class NotUsable(Exception):
    """What was given can't be worked with; the message is one line that says what to do."""


#: Portals of the command under way.
_made: list[Registry] = []
#: What an ini file that can't be read raises, whoever reads it.
_UNREADABLE = (LookupError, configparser.Error, PyramidConfigurationError)
# A KeyError is a LookupError too, and somebody's mistake in code: it keeps its traceback.


def registry_of(config_uri: str, *, behind: bool = False) -> Registry:
    """Return the registry of the portal of an ini file, logging set up.

    :param behind: accept a database that is behind the code.
    :raises NotUsable: the file does not hold an application of this plugin.
    """
    try:
        _set_up_logging(config_uri)
        if behind:
            with unchecked():
                application = get_app(config_uri)
        else:
            application = get_app(config_uri)
    except KeyError:
        raise
    except _UNREADABLE as error:
        raise NotUsable(_one_line(config_uri, error)) from error
    registry: Registry | None = getattr(application, "registry", None)
    if registry is None:
        raise NotUsable(f"{config_uri}: [app:main] is wrapped; name the section of the portal itself (CONFIG#name)")
    _made.append(registry)
    return registry


def leave_all() -> None:
    """Give back what the portals made so far hold: the command is over."""
    while _made:
        give_back(_made.pop())


def settings_of(config_uri: str) -> dict[str, str]:
    """Return the raw settings of an ini file without making the portal, for what must exist before it."""
    try:
        return dict(get_appsettings(config_uri))
    except _UNREADABLE as error:
        raise NotUsable(_one_line(config_uri, error)) from error


def _one_line(config_uri: str, error: Exception) -> str:
    if isinstance(error, configparser.InterpolationError):
        # Its own message quotes the value, which may be a database address with its password.
        return f"{config_uri}: a value holds a single %: write it twice (%%)"
    return f"{config_uri}: {' '.join(str(error).split())}"


def _set_up_logging(config_uri: str) -> None:
    try:
        setup_logging(config_uri)
    except KeyError:
        return  # an ini file without [loggers]: the host logs its own way
    prepare_handlers()
