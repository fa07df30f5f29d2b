"""Answers, role mailboxes and the forms' cross checks."""

from __future__ import annotations

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import colander
import pytest
from hypothesis import given
from hypothesis import strategies as st

from esea_auth_plugin.accounts.role_mailboxes import is_role_mailbox
from esea_auth_plugin.foundation.security.keyring import Keyring, new_key
from esea_auth_plugin.foundation.security.sealing import SealBroken, Sealer
from esea_auth_plugin.sign_up.answers import Answers, seal, unseal
from esea_auth_plugin.sign_up.forms import hidden_names, personal_schema, personal_values

SEALER = Sealer(Keyring([new_key(datetime(2026, 9, 14, tzinfo=UTC))]))
SETTINGS: Any = SimpleNamespace(role_mailboxes=("urgences", "secretariat", "samu"))
texts = st.dictionaries(st.sampled_from(["last_name", "first_name", "email", "city"]), st.text(max_size=30))


@given(texts, st.text(max_size=40), st.lists(st.text(max_size=10), max_size=3))
def test_sealed_answers_come_back_as_they_were(personal: dict[str, str], motive: str, services: list[str]) -> None:
    answers = Answers(personal=personal, motive=motive, services=tuple(services), pending={"/x": {"a": ["b"]}})
    assert unseal(SEALER, seal(SEALER, answers, "row"), "row") == answers


def test_answers_moved_to_another_row_do_not_open() -> None:
    with pytest.raises(SealBroken):
        unseal(SEALER, seal(SEALER, Answers(), "row"), "other")


@given(texts, texts)
def test_the_password_stays_only_while_the_words_it_may_not_hold_stay(
    before: dict[str, str], after: dict[str, str]
) -> None:
    changed = Answers(personal=before, password_hash="hash").with_personal(after)
    words = ("last_name", "first_name", "email")
    same = all(before.get(word, "") == after.get(word, "") for word in words)
    assert bool(changed.password_hash) is same


@pytest.mark.parametrize(
    ("email", "shared"),
    [
        ("urgences@ch-exemple.fr", True),
        ("Secretariat.Urgences@ch-exemple.fr", True),
        ("samu-33@ch-exemple.fr", True),
        ("anne.pierre@urgences.fr", False),
        ("samuel.martin@ch-exemple.fr", False),
    ],
)
def test_shared_mailboxes_are_told_by_their_words(email: str, shared: bool) -> None:
    assert is_role_mailbox(SETTINGS, email) is shared


def test_hidden_fields_are_not_in_the_form_and_answers_to_them_are_dropped() -> None:
    schema = personal_schema(("fax", "adeli"), date(2026, 9, 14))
    names = {child.name for child in schema.children}
    assert not names & hidden_names(("fax", "adeli"))
    assert {"rpps", "mobile", "department"} <= names


def test_an_other_profession_is_kept_only_with_autre() -> None:
    values = {
        "profession": "1.2.250.1.71.1.2.7|60",
        "profession_other": "x",
        "rpps": "8 99900000011",
        "email_again": "y",
    }
    assert personal_values(values) == {"profession": "1.2.250.1.71.1.2.7|60", "rpps": "99900000011"}


def test_no_unknown_code_of_a_list_is_accepted() -> None:
    schema = personal_schema((), date(2026, 9, 14))
    node = next(child for child in schema.children if child.name == "profession")
    with pytest.raises(colander.Invalid):
        node.deserialize("1.2.250.1.71.1.2.7|93")  # ended in 2021
