"""Anne, her telephone with its key, and the two browsers of every attack: a workstation's and a telephone's."""

from __future__ import annotations

import pytest
from tests.qr_sign_in import give_phone
from webtest import TestApp

from esea_auth_plugin.testing.authenticator import Authenticator
from esea_auth_plugin.testing.portal import Person, Portal


@pytest.fixture
def anne(portal: Portal) -> Person:
    return portal.person(services=["espace-pro"])


@pytest.fixture
def device(portal: Portal, anne: Person) -> Authenticator:
    return give_phone(portal, anne)


@pytest.fixture
def desk(portal: Portal) -> TestApp:
    return portal.browser()


@pytest.fixture
def phone(portal: Portal) -> TestApp:
    return portal.browser()
