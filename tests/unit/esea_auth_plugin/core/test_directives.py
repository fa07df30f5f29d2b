"""How packages and plugins take their place: once, visibly, under the tree, found by interface."""

from __future__ import annotations

from typing import Any, Protocol

import pytest
from pyramid.config import Configurator
from pyramid.exceptions import ConfigurationConflictError, ConfigurationExecutionError
from pyramid.testing import DummyRequest
from zope.interface import Interface, implementer

from esea_auth_plugin.directives import permissions_of, report_problems, roles_of
from esea_auth_plugin.errors import Problem
from esea_auth_plugin.interfaces import Level, Rule
from esea_auth_plugin.resources import PortalRoot, Resource, portal_child
from esea_auth_plugin.services import ServiceNotRegistered, find, offers


class IGreeter(Protocol):
    def greet(self) -> str: ...


class Greeter:
    def __init__(self, word: str) -> None:
        self.word = word

    def greet(self) -> str:
        return self.word


class IDesk(Interface):
    """A place of a package."""


@implementer(IDesk)
class ReviewBoard(Resource):
    title = "Bureau"

    def child(self, key: str) -> Any:
        if key.isdecimal():
            return Resource(self.request, self, key)
        raise KeyError(key)


def configured(*steps: Any) -> Configurator:
    config = Configurator()
    config.include("esea_auth_plugin.directives")
    for step in steps:
        config.include(step)
    config.commit()
    return config


def request_on(config: Configurator) -> Any:
    request = DummyRequest()
    request.registry = config.registry
    return request


def test_a_service_is_built_once_and_found_by_its_interface() -> None:
    built = []

    def factory(registry: Any) -> Greeter:
        built.append(registry)
        return Greeter("bonjour")

    config = configured(lambda config: config.add_service(IGreeter, factory))
    assert find(config, IGreeter).greet() == "bonjour"
    assert find(request_on(config), IGreeter) is find(config.registry, IGreeter)
    assert len(built) == 1


def test_a_service_that_nobody_offers_is_named() -> None:
    config = configured()
    assert not offers(config, IGreeter)
    with pytest.raises(ServiceNotRegistered, match="IGreeter"):
        find(config, IGreeter)


def test_two_plugins_conflict_and_the_host_wins() -> None:
    def one(config: Any) -> None:
        config.add_service(IGreeter, lambda registry: Greeter("un"))

    def two(config: Any) -> None:
        config.add_service(IGreeter, lambda registry: Greeter("deux"))

    with pytest.raises(ConfigurationConflictError):
        configured(one, two)
    config = Configurator()
    config.include("esea_auth_plugin.directives")
    config.include(one)
    config.add_service(IGreeter, lambda registry: Greeter("hôte"))
    config.commit()
    assert find(config, IGreeter).greet() == "hôte"


def test_children_hang_under_the_interface_they_were_declared_for() -> None:
    def package(config: Any) -> None:
        config.add_portal_child("bureau", ReviewBoard)
        config.add_portal_child("tiroir", Resource, parent=IDesk)

    request = request_on(configured(package))
    root = PortalRoot(request)
    assert root["bureau"]["tiroir"].path == "/bureau/tiroir"
    assert root["bureau"]["12"].path == "/bureau/12"
    assert [place.title for place in root["bureau"]["12"].trail()] == ["Accueil", "Bureau"]
    assert root.path == "/"
    for place, missing in ((root, "tiroir"), (root["bureau"], "x")):
        with pytest.raises(KeyError):
            place[missing]


def test_a_root_of_the_hosts_own_finds_the_plugins_places() -> None:
    request = request_on(configured(lambda config: config.add_portal_child("bureau", ReviewBoard)))
    own_root = object()
    assert portal_child(request, own_root, "bureau").__parent__ is own_root
    with pytest.raises(KeyError):
        portal_child(request, own_root, "autre")


def test_permissions_and_roles_are_declared_once() -> None:
    def package(config: Any) -> None:
        config.add_permission_rule("essai.voir", Rule(level=Level.MAIL_CODE))
        config.add_role("essai", "Essayeurs")

    def twin(config: Any) -> None:
        config.add_permission_rule("essai.voir", Rule())

    config = configured(package)
    assert permissions_of(config)["essai.voir"].level is Level.MAIL_CODE
    assert roles_of(config)["essai"] == "Essayeurs"
    with pytest.raises(ConfigurationConflictError):
        configured(package, twin)


def test_all_problems_stop_the_start_together() -> None:
    def one(config: Any) -> None:
        report_problems(config, [Problem("a.un", "x.ini", "manque", "ajoutez-le")])

    def two(config: Any) -> None:
        config.action(None, lambda: report_problems(config, [Problem("b.deux", "", "est faux", "corrigez-le")]))

    with pytest.raises(ConfigurationExecutionError, match=r"a\.un"):
        configured(one)
    with pytest.raises(ConfigurationExecutionError, match=r"b\.deux: est faux -> corrigez-le"):
        configured(two)


def test_levels_keep_their_names_and_order() -> None:
    assert Level.from_slug("code-courriel") is Level.MAIL_CODE
    assert Level.PASSWORD < Level.MAIL_CODE < Level.TWO_FACTORS < Level.RESISTANT < Level.HEALTH
    for unknown in ("aucun", "niveau-9"):
        with pytest.raises(ValueError, match="known"):
            Level.from_slug(unknown)
