"""What a request said before its completion: compared, sealed, and erased with what was asked."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from esea_auth_plugin.errors import PortalError
from esea_auth_plugin.events import AccountErased
from esea_auth_plugin.foundation.database import new_id
from esea_auth_plugin.foundation.reviews.comparison import Completion, completion
from esea_auth_plugin.foundation.reviews.jobs import unname_requests_of
from esea_auth_plugin.foundation.reviews.models import ReviewEntry
from esea_auth_plugin.interfaces import Fact, FactSheet, FactSource, IReviews
from esea_auth_plugin.services import find


def says(kind: Any, *facts: tuple[str, str]) -> None:
    """Make the kind's requests say this."""
    sheet = FactSheet("Demande", tuple(Fact(label, value) for label, value in facts))
    kind.sheets = lambda registry, session, review: [sheet]


def compared(registry: Any, session: Session, kind: Any, request_id: str) -> Completion | None:
    return completion(registry, session, request_id, kind.sheets(registry, session, None), known=True)


@pytest.fixture
def author() -> str:
    return new_id()


@pytest.fixture
def asked(registry: Any, session: Session, kind: Any, author: str) -> str:
    """A request whose author was asked for more, and has changed it."""
    says(kind, ("Service", "Urgences"), ("Lit", "1"), ("Lit", "2"), ("Fax", "oui"))
    reviews: Any = find(registry, IReviews)
    review = reviews.open(session, "trial", title="Anne Pierre", author=author)
    reviews.ask_more(session, review.id, by=new_id(), question="Quel service ?")
    return str(review.id)


def test_what_differs_is_told_with_both_values(registry: Any, session: Session, kind: Any, asked: str) -> None:
    waiting = compared(registry, session, kind, asked)
    assert waiting == Completion("Quel service ?", "", (), answered=False)
    says(kind, ("Service", "SMUR"), ("Lit", "1"), ("Lit", "3"), ("Motif", "Renfort"))
    find(registry, IReviews).answered(session, asked, "Le SMUR.")
    found = compared(registry, session, kind, asked)
    assert found is not None and found.answered and found.answer == "Le SMUR."
    assert [(one.label, one.before, one.after) for one in found.changes] == [
        ("Service", "Urgences", "SMUR"),
        ("Lit", "2", "3"),
        ("Motif", "", "Renfort"),
        ("Fax", "oui", ""),
    ]
    assert found.before("Demande", "Service") == "Urgences" and found.before("Demande", "Lit 1") is None


def test_an_answer_alone_changes_nothing(registry: Any, session: Session, kind: Any, asked: str) -> None:
    find(registry, IReviews).answered(session, asked, "  Le SMUR.\x00 ")
    found = compared(registry, session, kind, asked)
    assert found is not None and found.answer == "Le SMUR." and found.changes == []


def test_an_answer_has_an_end(registry: Any, session: Session, asked: str) -> None:
    with pytest.raises(PortalError):
        find(registry, IReviews).answered(session, asked, "x" * 2_001)


def test_nobody_reads_it_in_the_table_and_it_goes_with_the_person(
    registry: Any, session: Session, kind: Any, author: str, asked: str
) -> None:
    find(registry, IReviews).answered(session, asked, "Le SMUR.")
    rows = session.scalars(select(ReviewEntry).where(ReviewEntry.request_id == asked)).all()
    stored = " ".join(f"{row.sealed_text} {row.sealed_facts}" for row in rows)
    assert any(row.sealed_facts for row in rows)
    assert not any(word in stored for word in ("Urgences", "SMUR", "service"))
    unname_requests_of(AccountErased(session, author))
    session.expire_all()
    assert not any(row.sealed_facts for row in rows)
    found = compared(registry, session, kind, asked)
    assert found is not None and (found.question, found.answer, list(found.changes)) == ("", "", [])


def test_only_what_an_authority_says_is_its_word() -> None:
    assert [FactSource.of(origin) for origin in ("card", "psc", "register", "support")] == [
        FactSource.CARD, FactSource.PSC, FactSource.REGISTER, FactSource.SUPPORT,
    ]  # fmt: skip
    assert {FactSource.of(origin) for origin in ("declared", "own", "", "mailbox", "portal", "other")} == {
        FactSource.DECLARED
    }
