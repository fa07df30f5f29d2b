"""Safety of every request: deferred writes, CSRF, headers, host isolation, strict traversal, deny by default."""

from __future__ import annotations

from pyramid.tweens import INGRESS
from pyramid.viewderivers import INGRESS as DERIVER_INGRESS

from ...pyramid_types import Configurator
from ...services import find
from ...settings import FoundationSettings
from ..logs import prepare_handlers
from . import csrf, deferred_writes, flash, host_isolation, multipart_forms, proxy, strict_traversal
from .csp import ContentPolicy

_GATE = "esea_auth_plugin.foundation.web.gate.gate_tween"
_UNAVAILABLE = "esea_auth_plugin.foundation.web.unavailable.unavailable_tween"
_DEFERRED_WRITES = "esea_auth_plugin.foundation.web.deferred_writes.deferred_writes_tween"


def includeme(config: Configurator) -> None:
    """Put the tweens in order, deny by default, check CSRF on every POST."""
    config.add_tween(_GATE, under=INGRESS)
    config.add_tween(_UNAVAILABLE, under=_GATE)
    config.add_tween(_DEFERRED_WRITES, under=_UNAVAILABLE, over="pyramid_tm.tm_tween_factory")
    config.add_request_method(proxy.client_address, "client_address", reify=True)
    config.add_request_method(lambda request: ContentPolicy(), "content_policy", reify=True)
    config.add_request_method(csrf.browser_digest, "browser_digest", reify=True)
    config.add_request_method(deferred_writes.defer_write, "defer_write")
    config.add_request_method(flash.flash, "flash")
    config.add_request_method(flash.flash_messages, "flash_messages")
    config.set_csrf_storage_policy(csrf.DerivedCsrfPolicy())
    # Our policy checks the origin itself, against settings: the request's own host proves nothing.
    config.set_default_csrf_options(require_csrf=True, check_origin=False)
    config.add_view_deriver(
        strict_traversal.strict_traversal_deriver, "strict_traversal", under=DERIVER_INGRESS, over="secured_view"
    )
    # Under the others of ours: an address that does not exist is a 404, whatever is sent to it.
    config.add_view_deriver(
        multipart_forms.multipart_deriver,
        "multipart",
        under=("strict_traversal", "host_isolation"),
        over="secured_view",
    )
    config.include(host_isolation)
    config.set_default_permission(DENY_BY_DEFAULT)
    # The ini file configured logging before the application was made: its handlers are all there now.
    config.action("esea-logs", lambda: prepare_handlers(find(config, FoundationSettings).log_format), order=9_000)


#: A view that names no permission asks for this one, which nobody is ever granted.
DENY_BY_DEFAULT = "esea.nobody"

__all__ = ["DENY_BY_DEFAULT", "includeme"]
