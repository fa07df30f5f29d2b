"""One way to publish and find a service: by its interface, on the registry.

A service is a stateless object, built once, lazily, from the registry. It works the same in a request, in a
periodic job and on the command line, since it takes the database session it works in as an argument.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar, cast

from .interfaces import IClock
from .pyramid_types import Configurator, Registry, RegistryStore, Source, get_registry

T = TypeVar("T")


class ServiceNotRegistered(LookupError):
    """No plugin of this application offers the interface asked for."""


class _Services:
    def __init__(self) -> None:
        self.factories: dict[type, Callable[[Registry], object]] = {}
        self.built: dict[type, object] = {}
        self.lock = threading.RLock()


_services = RegistryStore("esea.services", _Services)


def add_service(config: Configurator, interface: type[T], factory: Callable[[Registry], T]) -> None:
    """Directive ``config.add_service(IThing, factory)``; ``factory(registry)`` returns the service.

    Two plugins that offer one interface are a configuration conflict; the host's own call wins over both.
    """

    def register() -> None:
        _services(config.registry).factories[interface] = factory

    introspectable = config.introspectable(
        "esea services", interface.__name__, f"{interface.__module__}.{interface.__name__}", "service"
    )
    introspectable["factory"] = factory
    config.action(("esea-service", interface), register, introspectables=(introspectable,))


def find(source: Source, interface: type[T]) -> T:
    """Return the service published for ``interface``.

    :param source: a request, a configurator or the registry itself.
    :raises ServiceNotRegistered: naming the interface.
    """
    registry = get_registry(source)
    services = _services(registry)
    if interface in services.built:
        return cast(T, services.built[interface])
    with services.lock:
        if interface not in services.built:
            factory = services.factories.get(interface)
            if factory is None:
                raise ServiceNotRegistered(f"no plugin offers {interface.__module__}.{interface.__name__}")
            services.built[interface] = factory(registry)
    return cast(T, services.built[interface])


def offers(source: Source, interface: type) -> bool:
    """Tell whether some plugin of this application offers ``interface``."""
    return interface in _services(source).factories


def current_time(source: Source) -> datetime:
    """Return the present moment (UTC) by the application's clock, which tests set."""
    return find(source, IClock).now()
