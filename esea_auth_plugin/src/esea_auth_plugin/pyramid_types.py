"""Types of Pyramid's objects as the portal uses them: request, registry and configurator.

Pyramid ships no types. The classes below exist for the type checker only; at run time the same names are Pyramid's own
classes. They declare what Pyramid offers and this project uses, and what the plugins add: request methods
(``dbsession``, ``identity``, …) and directives (``add_service``, ``add_job``, …).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeAlias, TypeVar

__all__ = [
    "Configurator",
    "Handler",
    "Json",
    "JsonObject",
    "PortalRequest",
    "Registry",
    "RegistryStore",
    "Response",
    "Source",
    "TemplateValues",
    "View",
    "ViewResult",
    "current_identity",
    "get_registry",
]

T = TypeVar("T")

#: What a view gives to its template.
TemplateValues: TypeAlias = dict[str, object]
#: A decoded JSON object, or the validated values of a form: what it holds is checked where it is read.
Json: TypeAlias = Mapping[str, Any]
#: The same, being built.
JsonObject: TypeAlias = dict[str, Any]

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

    import transaction
    from sqlalchemy.orm import Session
    from webob.acceptparse import AcceptNoHeader, AcceptValidHeader
    from webob.headers import EnvironHeaders
    from webob.multidict import MultiDict
    from webob.response import Response as Response

    from .interfaces import AccountEntry, Identity, NavItem, PortalSettings, RequestKind, ReviewView, Rule, Tile

    class _ContentPolicy(Protocol):
        def allow_form_target(self, url: str) -> None: ...
        def header(self) -> str: ...

    class Registry(dict[str, Any]):
        """The application registry: settings, introspection and events."""

        settings: dict[str, Any]
        introspector: Any

        def notify(self, *events: object) -> None: ...
        def queryUtility(self, provided: object, name: str = "", default: Any = None) -> Any: ...  # noqa: N802
        def getUtility(self, provided: object, name: str = "") -> Any: ...  # noqa: N802
        def registerHandler(self, factory: object, required: object = None) -> None: ...  # noqa: N802

    class PortalRequest:
        """A request of the portal."""

        # Pyramid and WebOb
        registry: Registry
        context: Any
        root: Any
        response: Response
        exception: BaseException | None
        matched_route: Any
        matchdict: dict[str, Any]
        subpath: tuple[str, ...]
        view_name: str
        method: str
        path: str
        path_info: str
        path_qs: str
        url: str
        query_string: str
        host: str
        domain: str
        scheme: str
        script_name: str
        environ: dict[str, Any]
        headers: EnvironHeaders
        cookies: MutableMapping[str, str]
        GET: MultiDict[str, str]
        POST: MultiDict[str, Any]  # a text, or an uploaded file where a view takes files
        params: MultiDict[str, str]
        body: bytes
        body_file_raw: Any
        json_body: Any
        charset: str
        content_type: str
        content_length: int | None
        user_agent: str | None
        remote_addr: str | None
        referer: str | None
        accept: AcceptValidHeader | AcceptNoHeader
        tm: transaction.TransactionManager

        def has_permission(self, permission: str, context: object = None) -> Any: ...
        def add_response_callback(self, callback: Callable[[PortalRequest, Response], object]) -> None: ...
        def add_finished_callback(self, callback: Callable[[PortalRequest], object]) -> None: ...
        def set_property(self, function: object, name: str | None = None, reify: bool = False) -> None: ...
        def static_url(self, path: str, **parts: object) -> str: ...

        # added by the plugins
        id: str
        portal: PortalSettings
        dbsession: Session
        identity: Identity
        client_address: str
        browser_digest: str
        content_policy: _ContentPolicy
        session_ends_in: int | None
        own_requests: Sequence[ReviewView]
        account_menu: Sequence[tuple[object, Sequence[AccountEntry]]]
        account_current: str
        second_factor_reminder: bool
        first_link_page: str | None
        form_failed: bool
        shows_error: bool
        told_database_away: bool

        # what packages keep on the request
        _portal_session: Any
        _portal_session_digest: str
        _csrf_browser: str | None
        _writes_on_get: bool
        _deferred_writes: list[Callable[[Session], object]]
        _known_browser: Any
        _flash_in: list[tuple[str, str]]
        _flash_out: list[tuple[str, str]]

        def flash(self, text: str, kind: str = "success") -> None: ...
        def flash_messages(self) -> list[tuple[str, str]]: ...
        def defer_write(self, work: Callable[[Session], object]) -> None: ...
        def request_title(self, review: ReviewView) -> str: ...

    class Configurator:
        """The configurator with the directives of the plugins."""

        registry: Registry
        introspection: bool
        package: Any

        def __init__(self, **settings: object) -> None: ...

        # Pyramid
        def include(self, callable: object, route_prefix: str | None = None) -> None: ...
        def commit(self) -> None: ...
        def begin(self) -> None: ...
        def end(self) -> None: ...
        def scan(self, package: object = None, **options: object) -> None: ...
        def maybe_dotted(self, dotted: Any) -> Any: ...
        def make_wsgi_app(self) -> Any: ...
        def get_settings(self) -> dict[str, str]: ...
        def action(
            self,
            discriminator: object,
            callable: Callable[..., object] | None = None,
            args: tuple[object, ...] = (),
            order: int = 0,
            introspectables: Sequence[object] = (),
        ) -> None: ...
        def introspectable(
            self, category: str, discriminator: object, title: str, type_name: str
        ) -> dict[str, Any]: ...
        def add_settings(self, settings: Mapping[str, object]) -> None: ...
        def add_directive(self, name: str, directive: object, action_wrap: bool = True) -> None: ...
        def add_exception_view(self, view: object, context: object = None, **options: object) -> None: ...
        def add_request_method(
            self, callable: object, name: str | None = None, property: bool = False, reify: bool = False
        ) -> None: ...
        def add_route(self, name: str, pattern: str, **options: object) -> None: ...
        def add_static_view(self, name: str, path: str, **options: object) -> None: ...
        def add_subscriber(self, subscriber: object, iface: object = None, **predicates: object) -> None: ...
        def add_translation_dirs(self, *specs: str, override: bool = False) -> None: ...
        def add_tween(self, tween: str, under: object = None, over: object = None) -> None: ...
        def add_view(self, view: object = None, **options: object) -> None: ...
        def add_view_deriver(self, deriver: object, name: str | None = None, **where: object) -> None: ...
        def add_view_predicate(self, name: str, factory: object) -> None: ...
        def override_asset(self, to_override: str, override_with: str) -> None: ...
        def set_csrf_storage_policy(self, policy: object) -> None: ...
        def set_default_csrf_options(self, **options: object) -> None: ...
        def set_default_permission(self, permission: str) -> None: ...
        def set_locale_negotiator(self, negotiator: object) -> None: ...
        def set_root_factory(self, factory: object) -> None: ...
        def set_security_policy(self, policy: object) -> None: ...
        def add_jinja2_renderer(self, name: str, **options: object) -> None: ...
        def add_jinja2_search_path(self, path: str, **options: object) -> None: ...
        def get_jinja2_environment(self, name: str = ".jinja2") -> Any: ...

        # the plugins' directives
        def add_account_act(self, act: object) -> None: ...
        def add_account_entry(self, entry: AccountEntry) -> None: ...
        def add_account_tile(self, name: str, source: Callable[[PortalRequest], Sequence[Tile]] | str) -> None: ...
        def add_audit_action(self, name: str, sentence: str) -> None: ...
        def add_audit_actions(self, actions: Mapping[str, str]) -> None: ...
        def add_auth_mode(self, name: str, factory: object, distribution: str = "") -> None: ...
        def add_footer_link(self, title: str, path: str, order: int = 100) -> None: ...
        def add_job(
            self,
            name: str,
            run: Callable[[Registry], object] | str,
            every: timedelta,
            *,
            lease: timedelta = ...,
            own_leases: bool = False,
        ) -> None: ...
        def add_email(self, name: str, folder: str, *, proves_mailbox: bool = False) -> None: ...
        def add_migrations(self, label: str, package: str) -> None: ...
        def add_nav_item(self, item: NavItem) -> None: ...
        def add_notification_topic(self, name: str, title: str, text: str, *, default: bool | None) -> None: ...
        def add_permission_rule(self, name: str, rule: Rule) -> None: ...
        def add_personal_data(self, name: str, collector: object) -> None: ...
        def add_portal_child(self, name: str, factory: object, parent: object = ...) -> None: ...
        def add_portal_root(self, name: str, factory: object) -> None: ...
        def add_request_kind(self, kind: RequestKind | type | str) -> None: ...
        def add_review_board(self, name: str, **options: Any) -> None: ...
        def add_revocable(self, name: str, end: Callable[[Session, str, str], object], *, order: int = 100) -> None: ...
        def add_role(self, name: str, title: str) -> None: ...
        def add_service(self, interface: type[T], factory: Callable[[Registry], T]) -> None: ...
        def add_single_use(self, secrets: object, *, revocable: str = "") -> None: ...
        def add_static_folder(self, spec: str) -> None: ...
        def add_words(self, package: str) -> None: ...
        def set_accessibility_statement(self, asset: str, path: str) -> None: ...
        def set_portal_layout(self, asset: str) -> None: ...


else:
    from pyramid.config import Configurator
    from pyramid.registry import Registry
    from pyramid.request import Request as PortalRequest
    from pyramid.response import Response

#: What leads to the registry: a request, a configurator, or the registry itself.
Source: TypeAlias = "PortalRequest | Configurator | Registry"
#: What a view returns: a response, or what its renderer takes.
ViewResult: TypeAlias = "Response | Mapping[str, object]"
#: A view, as a view deriver or a decorator takes and returns it.
View: TypeAlias = "Callable[[Any, PortalRequest], ViewResult]"
#: What a tween wraps and returns.
Handler: TypeAlias = "Callable[[PortalRequest], Response]"


class RegistryStore(Generic[T]):
    """A value that a package keeps on the registry: made at its first use, one for each application.

    :param key: its key on the registry, ``esea.…``.
    :param factory: makes the first value.
    """

    def __init__(self, key: str, factory: Callable[[], T]) -> None:
        self._key = key
        self._factory = factory

    def __call__(self, source: Source) -> T:
        """Return the value of the application that this request, configurator or registry belongs to."""
        registry = get_registry(source)
        if self._key not in registry:
            registry.setdefault(self._key, self._factory())
        found: T = registry[self._key]
        return found


def current_identity(request: PortalRequest) -> Identity | None:
    """Return who is signed in, if anybody. A view whose permission needs a person reads ``request.identity``."""
    return request.identity


def get_registry(source: Source) -> Registry:
    """Return the registry of this request or configurator, or the registry given."""
    otherwise: Any = source
    found: Registry = getattr(source, "registry", otherwise)
    return found
