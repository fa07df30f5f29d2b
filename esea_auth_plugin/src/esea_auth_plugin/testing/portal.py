"""A running portal for tests: its pages through WebTest, its database, clock, mail and people."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import transaction
from webtest import TestApp, TestResponse

from esea_auth_plugin.foundation.database import IDatabase
from esea_auth_plugin.foundation.mail import deliver_due
from esea_auth_plugin.foundation.shutdown import give_back
from esea_auth_plugin.interfaces import AccountState, IAccounts, IGrants, IPasswords, IRoles, PortalSettings
from esea_auth_plugin.services import find
from esea_auth_plugin.testing.clock import ManualClock
from esea_auth_plugin.testing.pages import send
from esea_auth_plugin.testing.smtp import ReceivedEmail, SmtpSink

from ..pyramid_types import Registry

#: Accepted by the password policy; every person of a test has it unless told otherwise.
PASSWORD = "Brouette-Cerise-Volcan-72"


@dataclass(frozen=True)
class Person:
    """A fictional person with an active account."""

    subject: str
    identifier: str
    email: str
    first_name: str
    last_name: str
    password: str = PASSWORD

    @property
    def display_name(self) -> str:
        """Name as pages show it."""
        return f"{self.first_name} {self.last_name}"


class Portal:
    """What the ``portal`` fixture gives."""

    def __init__(self, registry: Registry, wsgi: object, clock: ManualClock, smtp: SmtpSink, backend: str) -> None:
        self.registry = registry
        self.wsgi = wsgi
        self.clock = clock
        self.smtp = smtp
        self.backend = backend
        self.app = self.browser()
        self._numbers = itertools.count(1)

    @property
    def db(self) -> IDatabase:
        """The portal's database: ``with portal.db.reading() as session``."""
        return find(self.registry, IDatabase)

    def find(self, interface: type[Any]) -> Any:
        """Return a service of the portal."""
        return find(self.registry, interface)

    def browser(self, address: str = "127.0.0.1") -> TestApp:
        """Return a browser without cookies, at this network address."""
        url = urlsplit(self.find(PortalSettings).url)
        environ = {"HTTP_HOST": url.netloc, "wsgi.url_scheme": url.scheme, "REMOTE_ADDR": address}
        return TestApp(self.wsgi, extra_environ=environ)

    def emails(self, to: str | None = None) -> list[ReceivedEmail]:
        """Send what waits in the outbox and return what arrived, oldest first."""
        self.deliver()
        return self.smtp.emails(to)

    def deliver(self) -> None:
        """Run the outbox once, as the worker does."""
        deliver_due(self.registry)

    def person(
        self,
        *,
        roles: Iterable[str] = (),
        services: Iterable[str] = (),
        password: str = PASSWORD,
        first_name: str = "Anne",
        last_name: str | None = None,
        email: str | None = None,
        identifier: str | None = None,
        **attributes: object,
    ) -> Person:
        """Create an active account, with roles and with grants on services."""
        number = next(self._numbers)
        last_name = last_name or f"Pierre{number}"
        identifier = identifier or f"anne.pierre{number}"
        email = email or f"{identifier}@chu.example.fr"
        password_hash = self.find(IPasswords).hash(password)
        names = {"civility": "Mme", "first_name": first_name, "last_name": last_name, **attributes}
        with self.db.writing() as session:
            account = self.find(IAccounts).create(
                session,
                identifier=identifier,
                email=email,
                attributes=names,
                origin="declared",
                state=AccountState.ACTIVE,
            )
            subject: str = account.subject
            self.find(IPasswords).set_hash(session, subject, password_hash)
            self.find(IAccounts).accept_terms(session, subject, self.find(PortalSettings).terms_version)
            for role in roles:
                self.find(IRoles).give(session, subject, role, given_by=subject)
            for service in services:
                self.find(IGrants).give(session, subject, service, request_id=None, given_by=subject)
        return Person(subject, identifier, email, first_name, last_name, password)

    def sign_in(self, browser: TestApp, person: Person, service: str | None = None) -> TestResponse:
        """Sign in by password and mailed code, through the real pages; return the page it ends on."""
        page = browser.get("/connexion/otp", params={"service": service} if service else {}).maybe_follow()
        page = send(page, {"Identifiant ou email": person.identifier, "Mot de passe": person.password}).maybe_follow()
        # Notices of the same moment arrive in any order: the code is in the email that says so.
        mailed = [message for message in self.emails(person.email) if "code de connexion" in message.subject]
        page = send(page, {"Code reçu par courriel": mailed[-1].code})
        # The next sign-in of the same person in the same test is a minute later: one resend a minute.
        self.clock.advance(minutes=1)
        return page.maybe_follow()

    def signed_in(self, **person: Any) -> tuple[TestApp, Person]:
        """Return a new browser and the new person who is signed in there."""
        somebody = self.person(**person)
        browser = self.browser()
        self.sign_in(browser, somebody)
        return browser, somebody

    def close(self) -> None:
        """End the transaction that a failed test may have left, and give the connections back."""
        transaction.abort()
        give_back(self.registry)
