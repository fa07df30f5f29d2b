"""The schema of an answer: one that may stay empty leaves the others as they are."""

from __future__ import annotations

import colander
import pytest

from esea_auth_plugin.foundation.reviews.answering import answer_schema


def test_an_optional_answer_does_not_make_the_next_form_s_optional() -> None:
    assert answer_schema(required=False).deserialize({}) == {"answer": ""}
    with pytest.raises(colander.Invalid):
        answer_schema().deserialize({})


def test_changing_the_nodes_of_a_form_changes_no_other_form() -> None:
    answer_schema()["answer"].missing = ""
    with pytest.raises(colander.Invalid):
        answer_schema().deserialize({})
