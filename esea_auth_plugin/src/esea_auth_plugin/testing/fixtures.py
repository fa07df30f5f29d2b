"""The fixtures: ``portal``, ``session``, ``clock``, ``smtp``, ``queries``, ``package``.

A project gives its own application by overriding ``portal_factory`` (and ``portal_ini`` for its settings); without
it the full plugin runs in the smallest host. Markers: ``settings(**{"portal.name": "…"})`` and ``databases("sqlite")``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pyramid.config import Configurator
from sqlalchemy.orm import Session

from esea_auth_plugin.foundation.database import Database, IDatabase, Model, make_engine
from esea_auth_plugin.foundation.migrations import declared, unchecked, upgrade
from esea_auth_plugin.foundation.security.keyring import create_key_file
from esea_auth_plugin.foundation.shutdown import give_back
from esea_auth_plugin.interfaces import IClock
from esea_auth_plugin.services import find
from esea_auth_plugin.testing import databases, run
from esea_auth_plugin.testing.clock import DEFAULT_MOMENT, ManualClock
from esea_auth_plugin.testing.host import configure
from esea_auth_plugin.testing.lock_order import LockOrder
from esea_auth_plugin.testing.portal import Portal
from esea_auth_plugin.testing.queries import count_queries
from esea_auth_plugin.testing.settings import settings_for_tests
from esea_auth_plugin.testing.smtp import SmtpSink

from ..pyramid_types import JsonObject

Configure = Callable[[dict[str, str], JsonObject], Configurator]

_owns_run = pytest.StashKey[bool]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the ini option that says which folders run on both databases."""
    parser.addini("portal_both_databases", "folders whose tests run on every database", type="paths", default=[])


def pytest_configure(config: pytest.Config) -> None:
    """Begin the run's folder, shared by the workers."""
    config.addinivalue_line("markers", "settings(**settings): settings of the portal for this test")
    config.addinivalue_line("markers", "databases(*names): databases that the test runs on: sqlite, postgresql")
    config.stash[_owns_run] = run.begin()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the servers of the run."""
    if config.stash.get(_owns_run, False):
        run.end()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test on each database that it or its folder names, on SQLite otherwise."""
    if "backend" not in metafunc.fixturenames:
        return
    marker = metafunc.definition.get_closest_marker("databases")
    folders = metafunc.config.getini("portal_both_databases")
    everywhere = any(metafunc.definition.path.is_relative_to(folder) for folder in folders)
    metafunc.parametrize("backend", marker.args if marker else databases.BACKENDS if everywhere else ("sqlite",))


# --- time, mail, queries ---------------------------------------------------------------------------------------


@pytest.fixture
def clock() -> ManualClock:
    """A clock that stands at a Monday morning until the test moves it; the portal of the test reads it too."""
    path = run.folder() / databases.worker() / "clock"
    path.parent.mkdir(exist_ok=True)
    return ManualClock(DEFAULT_MOMENT, path=path)


@pytest.fixture(scope="session")
def smtp_server() -> Iterator[SmtpSink]:
    """The worker's SMTP server; tests take ``smtp``."""
    sink = SmtpSink()
    sink.start()
    yield sink
    sink.stop()


@pytest.fixture
def smtp(smtp_server: SmtpSink) -> SmtpSink:
    """The SMTP server, empty."""
    smtp_server.clear()
    return smtp_server


@pytest.fixture
def queries() -> Callable[[], Any]:
    """``with queries() as seen: …`` collects the SQL statements; ``len(seen)`` counts, ``str(seen)`` shows them."""
    return count_queries


@pytest.fixture(autouse=True)
def lock_order() -> Iterator[LockOrder]:
    """Fail the test whose committed transactions lock rows out of the documented order."""
    with LockOrder().listening() as seen:
        yield seen
    if seen.broken:
        pytest.fail("\n".join(dict.fromkeys(seen.broken)), pytrace=False)


# --- the portal ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def portal_factory() -> Configure:
    """The application under test: (global settings, settings) -> committed configuration."""
    return configure


@pytest.fixture(scope="session")
def portal_ini() -> dict[str, str]:
    """Settings that a project adds for its own application."""
    return {}


@pytest.fixture(scope="session")
def sealing_keys() -> Path:
    """A key file of this worker."""
    path = run.folder() / f"keys-{databases.worker()}"
    if not path.exists():
        create_key_file(path, DEFAULT_MOMENT)
    return path


@pytest.fixture(scope="session")
def base_settings(sealing_keys: Path, smtp_server: SmtpSink, portal_ini: dict[str, str]) -> dict[str, str]:
    """Settings of every portal of the run; the database's address is added for each test."""
    clock_file = run.folder() / databases.worker() / "clock"
    clock_file.parent.mkdir(exist_ok=True)
    ManualClock(DEFAULT_MOMENT, path=clock_file)  # the catalogue is judged when an application is made
    return {**settings_for_tests(sealing_keys, clock_file, smtp_server.port), **portal_ini}


class Applications:
    """Applications made so far: making one takes longer than most tests."""

    def __init__(self, configure: Configure, base: dict[str, str]) -> None:
        self.configure = configure
        self.base = base
        self.made: dict[tuple[Any, ...], tuple[Any, Any]] = {}

    def get(self, backend: databases.Backend, overrides: dict[str, str]) -> tuple[Any, Any]:
        """Return registry and WSGI application for these settings, with a fresh database."""
        key = (backend, *sorted(overrides.items()))
        if key not in self.made:
            address = databases.address(backend, "portal")
            settings = {**self.base, **overrides, "portal.database_url": address}
            with unchecked():
                config = self.configure({"__file__": "test.ini"}, settings)
                self.made[key] = config.registry, config.make_wsgi_app()
        registry, wsgi = self.made[key]

        def migrate() -> None:
            upgrade(registry)
            find(registry, IDatabase).engine.dispose()

        labels = "-".join(branch.label for branch in declared(registry))
        databases.fresh(backend, "portal", labels, migrate)
        return registry, wsgi

    def close(self) -> None:
        """Give back every connection, those of the throttle too."""
        for registry, _ in self.made.values():
            give_back(registry)


@pytest.fixture(scope="session")
def applications(portal_factory: Configure, base_settings: dict[str, str]) -> Iterator[Applications]:
    """The applications of this worker."""
    found = Applications(portal_factory, base_settings)
    yield found
    found.close()


@pytest.fixture
def portal(
    request: pytest.FixtureRequest,
    applications: Applications,
    clock: ManualClock,
    smtp: SmtpSink,
    backend: databases.Backend,
) -> Iterator[Portal]:
    """The portal under test with a fresh database: pages, people, mail, time."""
    overrides: dict[str, str] = {}
    for marker in reversed(list(request.node.iter_markers("settings"))):
        overrides.update(marker.kwargs)
    registry, wsgi = applications.get(backend, overrides)
    portal = Portal(registry, wsgi, clock, smtp, backend)
    yield portal
    portal.close()


# --- packages alone -----------------------------------------------------------------------------------------------


@pytest.fixture
def database(backend: databases.Backend) -> Iterator[IDatabase]:
    """A database with the tables of every model that the test's modules imported, for unit tests."""
    if backend == "postgresql":
        databases.cluster()
    found = Database(make_engine(databases.empty(backend, "unit")))
    Model.metadata.create_all(found.engine)
    yield found
    found.engine.dispose()


@pytest.fixture
def session(database: IDatabase) -> Iterator[Session]:
    """A session on that database, rolled back after the test."""
    session = database.session(read_only=False)
    yield session
    session.rollback()
    session.close()


@pytest.fixture
def package(base_settings: dict[str, str], database: IDatabase, clock: ManualClock) -> Iterator[Callable[..., Any]]:
    """``registry = package("esea_auth_plugin.foundation.audit", …)``: the core and these packages, on ``database``."""
    configs = []

    def make(*includes: str, **settings: str) -> Any:
        found = {**base_settings, "portal.database_url": str(database.engine.url), **settings}
        config = Configurator(settings=found)
        for name in (
            "directives",
            "settings",
            "foundation.database",
            "foundation.revocation",
            "foundation.migrations",
            "foundation.security",
        ):
            config.include(f"esea_auth_plugin.{name}")
        for name in includes:
            config.include(name)
        config.add_service(IDatabase, lambda registry: database)
        config.add_service(IClock, lambda registry: clock)
        config.commit()
        configs.append(config)
        return config.registry

    yield make
    for config in configs:
        config.end()
