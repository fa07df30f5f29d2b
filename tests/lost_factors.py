"""A person who lost some of what opens their account, and goes on by what the pages offer, until they are signed in.

Nothing is called that a person could not do: addresses are those of links and forms of the page before, or of emails
that the person can still read. Reviewers are the only others who act.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.devices import ADD, add_application, code_now, give_application, give_codes
from tests.passkeys import answer_with, give_key, key_page
from tests.recovery import NEW
from webtest import TestApp, TestResponse

from esea_auth_plugin.interfaces import IReviews
from esea_auth_plugin.testing.authenticator import Authenticator
from esea_auth_plugin.testing.pages import press, send, text
from esea_auth_plugin.testing.portal import Person, Portal
from esea_auth_plugin.testing.sign_up import path_in, reference_on

#: What an account may hold beside its password and its mailbox.
DEVICES = ("passkey", "totp", "codes")
#: Ways, as the page of the documentation names them.
SELF, REVIEWED = "self", "reviewed"
_PASSWORDS = {"Nouveau mot de passe": NEW, "Confirmez votre nouveau mot de passe": NEW}


@dataclass(frozen=True)
class State:
    """What an account holds, and what of it its person has lost; a password is lost by being forgotten."""

    held: frozenset[str]
    lost: frozenset[str]

    def has(self, factor: str) -> bool:
        """Tell whether the person can still use it."""
        return factor in {*self.held, "password", "mailbox"} and factor not in self.lost

    def __str__(self) -> str:
        return f"held {'+'.join(sorted(self.held)) or 'nothing else'}, lost {'+'.join(sorted(self.lost)) or 'nothing'}"


def states() -> Iterator[State]:
    """Return every combination: each device not held, held, or lost; password and mailbox held or lost."""
    for fates in itertools.product(("none", "held", "lost"), repeat=len(DEVICES)):
        held = {device for device, fate in zip(DEVICES, fates, strict=True) if fate != "none"}
        gone = {device for device, fate in zip(DEVICES, fates, strict=True) if fate == "lost"}
        for password, mailbox in itertools.product((True, False), repeat=2):
            lost = gone | ({"password"} if not password else set()) | ({"mailbox"} if not mailbox else set())
            yield State(frozenset(held), frozenset(lost))


@dataclass
class Walk:
    """One person on their way back in.

    :ivar password: what they would type now. :ivar mailbox: the address that they can read, ``""`` for none.
    :ivar reviewed: reviewers had to act.
    """

    portal: Portal
    state: State
    address: str
    person: Person = field(init=False)
    browser: TestApp = field(init=False)
    device: Authenticator | None = None
    application: str = ""
    printed: list[str] = field(default_factory=list)
    password: str = ""
    mailbox: str = ""
    reviewed: bool = False

    def __post_init__(self) -> None:
        """Make the account, with everything that it holds."""
        self.person = self.portal.person()
        held = self.state.held
        self.device = give_key(self.portal, self.person) if "passkey" in held else None
        self.application = give_application(self.portal, self.person) if "totp" in held else ""
        self.printed = list(give_codes(self.portal, self.person)) if "codes" in held else []
        self.password = self.person.password if self.state.has("password") else ""
        self.mailbox = self.person.email if self.state.has("mailbox") else ""
        self.browser = self.portal.browser(self.address)

    def go(self) -> str:
        """Get in, and return by which way: on one's own, or after a review."""
        if not self._sign_in():
            self._recover()
            assert self._sign_in() or self._later(), f"{self.state}: no way in"
        assert self.browser.get("/compte").status_int == 200, self.state
        return REVIEWED if self.reviewed else SELF

    # --- signing in

    def _sign_in(self) -> bool:
        """Sign in by what is left, the strongest first; ``False``: the person has nothing that would do."""
        if self.device is not None and self.state.has("passkey"):
            form, options = key_page(self.browser)
            answer_with(form, self.device.get(options))
        elif self.password and self.application and self.state.has("totp"):
            self._by_application(self.application)
        elif self.password and self.mailbox:
            page = self._after_password("otp")
            if "Code reçu par courriel" not in text(page):
                return False  # suspended for a day after a reset by mail alone
            mailed = [each for each in self.portal.emails(self.mailbox) if "code de connexion" in each.subject]
            send(page, {"Code reçu par courriel": mailed[-1].code})
        elif self.password and self.printed and self.state.has("codes"):
            page = send(self._after_password("secours"), {"Code de secours": self.printed.pop()})
            self._new_device(page.follow())
        else:
            return False
        return bool(self.browser.get("/compte").status_int == 200)

    def _later(self) -> bool:
        """Come back the next day: what a reset by mail alone suspends is usable again."""
        self.portal.clock.advance(hours=25)
        return self._sign_in()

    def _after_password(self, segment: str) -> TestResponse:
        self.portal.clock.advance(minutes=2)
        self.browser = self.portal.browser(self.address)
        page = self.browser.get(f"/connexion/{segment}")
        values = {"Identifiant ou email": self.person.identifier, "Mot de passe": self.password}
        return send(page, values).maybe_follow()

    def _by_application(self, key: str) -> None:
        send(self._after_password("totp"), {"Code de l’application": code_now(self.portal, key)})

    def _new_device(self, page: TestResponse) -> None:
        """Add an application with a ticket, and sign in with it."""
        key, _ = add_application(self.portal, press(page, ADD).follow())
        self._by_application(key)

    # --- recovering

    def _recover(self) -> None:
        forgotten = self.browser.get("/connexion").click(href="/connexion/oubli/mot-de-passe")
        if self.mailbox and not self.password:
            send(forgotten, {"Identifiant ou email": self.person.identifier})
            if self._use_link(self.mailbox):
                return
        if self.mailbox:
            self._lost_everything()
        else:
            self._lost_mailbox()

    def _use_link(self, mailbox: str) -> bool:
        """Open the mailed link and choose a password; ``False``: a factor is asked for that the person lost."""
        mailed = [each for each in self.portal.emails(mailbox) if "/connexion/reinitialisation/" in each.text]
        self.browser = self.portal.browser(self.address)
        page = self.browser.get(path_in(mailed[-1], "/connexion/reinitialisation/")).follow()
        if "l’un de ces moyens" in text(page) or "prouvez d’abord" in text(page):
            shown = self._prove(page)
            if shown is None:
                return False
            page = shown
        send(page, _PASSWORDS)
        self.password = NEW
        return True

    def _prove(self, page: TestResponse) -> TestResponse | None:
        offered = {tag["value"] for tag in page.html.find_all("input", attrs={"name": "mode"})}
        names = {"passkey": "passkey", "totp": "totp", "codes": "recovery_codes"}
        assert {names[each] for each in self.state.held} <= offered, f"{self.state}: not every factor is offered"
        if self.state.has("totp"):
            self.portal.clock.advance(minutes=1)
            step = press(page, "Continuer avec « Application d’authentification »").follow()
            return send(step, {"Code de l’application": code_now(self.portal, self.application)}).follow()
        if self.state.has("codes"):
            step = press(page, "Continuer avec « Code de secours »").follow()
            return send(step, {"Code de secours": self.printed.pop()}).follow()
        assert "Vous n’en avez plus aucun" in text(page), self.state
        return None

    def _lost_everything(self) -> None:
        page = self.browser.get("/connexion").click(href="/connexion/oubli/dispositif")
        page = page.click(href="/connexion/oubli/tout")
        sent = send(
            page,
            {
                "Identifiant ou email": self.person.identifier,
                "Nom": "Pierre",
                "Prénom": self.person.first_name,
                "Que s’est-il passé ?": "Téléphone et carte volés dans le tramway.",
            },
        )
        self._accept(reference_on(sent), "identity_checked")
        mailed = [each for each in self.portal.emails(self.mailbox) if "/connexion/retrouver/" in each.text]
        self.browser = self.portal.browser(self.address)
        page = send(self.browser.get(path_in(mailed[-1], "/connexion/retrouver/")).follow(), _PASSWORDS)
        self.password = NEW
        self._new_device(page.follow())

    def _lost_mailbox(self) -> None:
        page = self.browser.get("/connexion").click(href="/connexion/oubli/boite-mail")
        new = f"neuve.{self.person.identifier}@chu.example.fr"
        sent = send(
            page,
            {
                "Identifiant ou ancien email": self.person.identifier,
                "Nom": "Pierre",
                "Prénom": self.person.first_name,
                "Nouvel email": new,
                "Confirmation nouvel email": new,
                "Que s'est-il passé ?": "J'ai changé d'établissement en septembre.",
            },
        )
        provable = any(self.state.has(device) for device in self.state.held)
        waived = ["factor_waived"] if self.state.held and not provable else []
        self._accept(reference_on(sent), "identity_checked", *waived)
        self.mailbox = new
        assert self._use_link(new), f"{self.state}: the accepted mailbox leads nowhere"

    def _accept(self, reference: str, *kept: str) -> None:
        """Let as many reviewers agree as the request asks for."""
        reviews, self.reviewed = self.portal.find(IReviews), True
        for _ in range(2):
            with self.portal.db.reading() as session:
                if reviews.by_reference(session, reference).state != "open":
                    break
            by = self.portal.person(roles=["support"], first_name="Lucie").subject
            with self.portal.db.writing() as session:
                review = reviews.by_reference(session, reference)
                reviews.decide(session, review.id, accept=True, by=by, kept=frozenset(kept))
        self.portal.clock.advance(minutes=5)
