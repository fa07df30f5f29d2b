"""Reverse proxy checks of ``doctor``: rules for nginx and Apache configurations, and a probe of the running proxy."""

from __future__ import annotations

from .command import add_arguments, check_config, check_proxy
from .expected import ExpectedSettings

__all__ = ["ExpectedSettings", "add_arguments", "check_config", "check_proxy"]
