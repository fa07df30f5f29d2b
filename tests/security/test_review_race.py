"""Two reviewers press at once, through the whole application: one decides, the other is told (issue 2, section 4)."""

from __future__ import annotations

from typing import Any

import pytest

from esea_auth_plugin.foundation.audit import audit_rows
from esea_auth_plugin.interfaces import IGrants, IReviews, ReviewState
from esea_auth_plugin.testing.pages import send
from esea_auth_plugin.testing.threads import at_once


@pytest.mark.databases("sqlite", "postgresql")
def test_one_of_two_reviewers_decides(portal: Any) -> None:
    browser, anne = portal.signed_in()
    values = {
        "Motif de l'inscription": "Besoin des lits du 33",
        "Conditions d'Utilisation": "J'accepte les Conditions d'Utilisation",
    }
    send(browser.get("/services/ror/adhesion"), values)
    with portal.db.reading() as session:
        review = portal.find(IReviews).of_author(session, anne.subject)[0]
    path = f"/support/adhesions/{review.reference}"
    forms = []
    for act in ("accepter", "refuser"):
        support, _ = portal.signed_in(roles=["support"])
        page = support.get(path)
        forms.append(next(form for form in page.forms.values() if form.action.endswith(act)))
    forms[1]["motif"] = "Motif trop vague"
    answers = at_once(lambda form: form.submit(status="*").status_int, forms)
    assert sorted(answers) == [303, 409]
    accepted = answers[0] == 303
    with portal.db.reading() as session:
        state = portal.find(IReviews).get(session, review.id).state
        assert state is (ReviewState.ACCEPTED if accepted else ReviewState.REFUSED)
        assert portal.find(IGrants).services_of(session, anne.subject) == ({"ror"} if accepted else set())
        decisions = [
            row.action
            for row in audit_rows(session, target=review.reference)
            if row.action in {"review.accepted", "review.refused"}
        ]
        assert len(decisions) == 1
