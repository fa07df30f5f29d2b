"""Every change of an address leaves a record that the former one may object to: nobody writes the column elsewhere."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.devices import MODES
from tests.recovery import NEW, lose_mailbox, new_mailbox_path

from esea_auth_plugin.accounts.address_changes import AddressChanges
from esea_auth_plugin.errors import PortalError
from esea_auth_plugin.interfaces import AccountState, IAccounts, IFormerAddresses, IMailboxes, IReviews
from esea_auth_plugin.testing.pages import fill, press, send, text
from esea_auth_plugin.testing.portal import Person, Portal
from esea_auth_plugin.testing.sign_up import path_in, reference_on

pytestmark = [pytest.mark.settings(**MODES), pytest.mark.databases("sqlite", "postgresql")]

ROOT = Path(__file__).parents[2]
SOURCES = (
    ROOT / "esea_auth_plugin/src/esea_auth_plugin",
    ROOT / "oru_espace_pro_plugin/src/oru_espace_pro_plugin",
    ROOT / "host_app/src/host_app",
)
ADDRESS = {"email", "email_typed", "email_domain"}
#: The one that writes it, and the one that creates an account with it.
WRITER, CREATOR = "accounts/address_changes.py", "accounts/service.py"
ELSEWHERE = "anne@ailleurs.example"


def address_of(portal: Portal, person: Person) -> str:
    with portal.db.reading() as session:
        return str(portal.find(IAccounts).by_subject(session, person.subject).email)


def told(portal: Portal, address: str, words: str) -> bool:
    return any(words in letter.text or words in letter.subject for letter in portal.emails(address))


def written(tree: ast.Module) -> Iterator[str]:
    """Name how a module writes an address of an account: ``update(Account)…values(email=…)``, or an assignment."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "values":
            on_accounts = any(isinstance(each, ast.Name) and each.id == "Account" for each in ast.walk(node.func))
            named = {keyword.arg for keyword in node.keywords}
            if on_accounts and (named & ADDRESS or None in named):
                yield "update"
        targets = node.targets if isinstance(node, ast.Assign) else ()
        for target in targets:
            if isinstance(target, ast.Attribute) and target.attr in {"email_typed", "email_domain"}:
                yield "assignment"
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            said = node.value.upper()
            if "UPDATE ESEA_ACCOUNT" in said:
                yield "SQL"


def test_one_file_writes_the_address_of_an_account() -> None:
    found = {
        path.relative_to(root).as_posix()
        for root in SOURCES
        for path in root.rglob("*.py")
        if "versions" not in path.parts and list(written(ast.parse(path.read_text(encoding="utf-8"))))
    }
    # `accounts/service.py` writes states from a dictionary, `create` an account: neither names an address there.
    assert found - {CREATOR} == {WRITER}
    service = (SOURCES[0] / CREATOR).read_text(encoding="utf-8")
    assert service.count("email_typed=") == 1, "only a new account's"
    assert "email=" not in service.partition("def set_state")[2].partition("def change_email")[0]


def test_a_new_caller_can_not_leave_the_record_out(portal: Portal) -> None:
    anne = portal.person()
    with portal.db.writing() as session:
        assert portal.find(IAccounts).change_email(session, anne.subject, ELSEWHERE, by="somebody")
    assert told(portal, anne.email, "/adresse-precedente/"), "the former address may object"
    assert told(portal, ELSEWHERE, "Cette adresse est maintenant celle de votre compte")
    with portal.db.reading() as session:
        assert portal.find(IFormerAddresses).of(session, anne.subject) == (anne.email,)
    letter = next(each for each in portal.emails(anne.email) if "/adresse-precedente/" in each.text)
    portal.clock.advance(hours=71)
    page = portal.browser().get(path_in(letter, "/adresse-precedente/")).follow()
    press(page, "Remettre mon ancienne adresse")
    assert address_of(portal, anne) == anne.email
    assert told(portal, ELSEWHERE, "annulé")


def test_after_72_hours_nobody_objects_and_another_change_may_be_made(portal: Portal) -> None:
    anne = portal.person()
    with portal.db.writing() as session:
        portal.find(IAccounts).change_email(session, anne.subject, ELSEWHERE)
    letter = next(each for each in portal.emails(anne.email) if "/adresse-precedente/" in each.text)
    portal.clock.advance(hours=72)
    portal.browser().get(path_in(letter, "/adresse-precedente/")).follow(status=410)
    with portal.db.writing() as session:
        assert portal.find(IAccounts).change_email(session, anne.subject, "encore@ailleurs.example")


def test_a_lost_mailbox_s_change_is_objected_to_from_the_former_one(portal: Portal) -> None:
    """The person still reads the mailbox that somebody declared lost."""
    anne, lucie = portal.person(), portal.person(roles=["support"])
    reference = reference_on(lose_mailbox(portal, anne.identifier, ELSEWHERE))
    with portal.db.writing() as session:
        review = portal.find(IReviews).by_reference(session, reference)
        kept = frozenset({"identity_checked"})
        portal.find(IReviews).decide(session, review.id, accept=True, by=lucie.subject, kept=kept)
    values = {"Nouveau mot de passe": NEW, "Confirmez votre nouveau mot de passe": NEW}
    send(portal.browser().get(new_mailbox_path(portal, ELSEWHERE)).follow(), values)
    assert address_of(portal, anne) == ELSEWHERE
    letter = next(each for each in portal.emails(anne.email) if "/adresse-precedente/" in each.text)
    press(portal.browser().get(path_in(letter, "/adresse-precedente/")).follow(), "Remettre mon ancienne adresse")
    assert address_of(portal, anne) == anne.email


def test_while_a_change_may_be_objected_to_no_mailbox_is_lost(portal: Portal) -> None:
    """A second change by a recovery would outlive the link of the first one's former address."""
    anne = portal.person()
    reviewer, _ = portal.signed_in(roles=["support"])
    with portal.db.writing() as session:
        portal.find(IAccounts).change_email(session, anne.subject, ELSEWHERE)
    reference = reference_on(lose_mailbox(portal, anne.identifier, "mallory@ailleurs.example"))
    page = reviewer.get(f"/support/boites-mail/{reference}")
    assert "il y a moins de 72 heures" in text(page)
    checked = "J’ai vérifié l’identité de la personne en l’appelant à un numéro connu du dossier ou de l’établissement."
    assert "il y a moins de 72 heures" in text(fill(page, {checked: True}).submit(expect_errors=True))
    assert not told(portal, "mallory@ailleurs.example", "/connexion/reinitialisation/")


@pytest.mark.parametrize(("lapsed", "may"), [("petit.fr", False), ("ailleurs.example", True)])
def test_a_former_address_whose_domain_lapses_meanwhile_takes_nothing_back(
    portal: Portal, lapsed: str, may: bool
) -> None:
    """Whoever has the former domain now would read the link; an honest former address is what protects the account."""
    anne, lea = portal.person(email="anne@petit.fr"), portal.person(email="lea@petit.fr")
    with portal.db.writing() as session:
        assert portal.find(IAccounts).change_email(session, anne.subject, ELSEWHERE)
    letter = next(each for each in portal.emails(anne.email) if "/adresse-precedente/" in each.text)
    with portal.db.writing() as session:
        concerned = portal.find(IMailboxes).unverify(session, lapsed, reason="registered_anew")
    assert list(concerned) == [anne.subject if may else lea.subject]
    with portal.db.reading() as session:
        assert list(portal.find(IFormerAddresses).of(session, anne.subject)) == ([anne.email] if may else [])
    page = portal.browser().get(path_in(letter, "/adresse-precedente/")).follow(expect_errors=True)
    assert page.status_int == (200 if may else 410)
    if may:
        press(page, "Remettre mon ancienne adresse")
    assert address_of(portal, anne) == (anne.email if may else ELSEWHERE)


def test_a_former_address_in_other_hands_is_told_nothing_and_a_second_change_waits(portal: Portal) -> None:
    anne = portal.person(email="anne@petit.fr")
    with portal.db.writing() as session:
        portal.find(IMailboxes).unverify(session, "petit.fr", reason="registered_anew")
    with portal.db.writing() as session:
        assert portal.find(IAccounts).change_email(session, anne.subject, ELSEWHERE)
    assert not told(portal, anne.email, "/adresse-precedente/")
    assert told(portal, ELSEWHERE, "Cette adresse est maintenant celle de votre compte")
    with portal.db.writing() as session, pytest.raises(PortalError, match="72 heures"):
        portal.find(IAccounts).change_email(session, anne.subject, "encore@ailleurs.example")


@pytest.mark.parametrize("state", [AccountState.SUSPENDED, AccountState.CLOSED])
def test_an_account_that_is_not_active_keeps_its_address(portal: Portal, state: AccountState) -> None:
    """Nobody would be told: notices go to active accounts only."""
    anne = portal.person()
    with portal.db.writing() as session:
        portal.find(IAccounts).set_state(session, anne.subject, state, reason="doubt")
    with portal.db.writing() as session:
        assert not portal.find(IAccounts).change_email(session, anne.subject, ELSEWHERE)
    with portal.db.reading() as session:
        assert portal.find(AddressChanges).contestable(session, anne.subject) is None
