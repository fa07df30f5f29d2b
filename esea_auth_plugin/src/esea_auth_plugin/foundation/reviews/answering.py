"""The answer of a request's author to the reviewer's question: one box, whatever kind of request it is."""

from __future__ import annotations

import colander

from ...errors import PortalError
from ...interfaces import IReviews, ReviewView
from ...pyramid_types import PortalRequest
from ...services import find
from ..forms import Button, PortalForm, TextNode
from .decisions import MAX_TEXT


def answer_schema(*, required: bool = True) -> colander.SchemaNode:
    """Return the schema of « Votre réponse », with a node of its own: those of a schema class are shared by all forms.

    :param required: an answer must be given; not where changed answers may say it all.
    """
    schema = colander.Schema()
    schema.add(
        TextNode(
            name="answer",
            title="Votre réponse",
            multiline=True,
            max_length=MAX_TEXT,
            missing=colander.required if required else "",
            help="Ne nommez aucun patient et ne donnez aucune information qui permettrait d’en reconnaître un.",
        )
    )
    return schema


def answer_form(request: PortalRequest, *, action: str = "", others: tuple[Button, ...] = ()) -> PortalForm:
    """Return the form of an answer. :param others: further buttons of the page."""
    submit = (Button("repondre", "Envoyer ma réponse"), *others)
    return PortalForm(answer_schema(), request, submit=submit, action=action, form_id="reponse")


def take_answer(request: PortalRequest, form: PortalForm, review: ReviewView) -> ReviewView:
    """Check what was typed and hand it to the reviewer.

    :raises Invalid: nothing was typed, or the request does not wait for an answer any more.
    """
    values = form.validate()
    try:
        with request.dbsession.begin_nested():
            return find(request, IReviews).answered(request.dbsession, review.id, values["answer"])
    except PortalError as refused:
        raise form.refuse(refused.message) from refused
