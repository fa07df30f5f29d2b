"""What a reviewer or an author is told when an act on a request is not possible."""

from __future__ import annotations

from collections.abc import Sequence

from ...errors import PortalError


class ReviewRefused(PortalError):
    """An act that the state of a request, or who asks for it, does not allow."""

    code = "review.refused"
    status = 409


class TextRefused(ReviewRefused):
    """A text that the reviewer must write again: the form is shown again, like any other."""

    status = 200


class Unticked(PortalError):
    """A reviewer has not ticked what they must attest. :ivar choice: name of the choice that is missing."""

    def __init__(self, message: str, *, code: str, choice: str) -> None:
        super().__init__(message, code=code)
        self.choice = choice


def already_decided() -> ReviewRefused:
    """Somebody was faster."""
    return ReviewRefused(
        "Cette demande a été traitée entre-temps : rien n'a été modifié. Relisez-la avant d'aller plus loin.",
        code="review.already_decided",
    )


def changed_meanwhile() -> ReviewRefused:
    """The page shown is older than the request."""
    return ReviewRefused(
        "Cette demande a changé depuis que vous l'avez ouverte. Relisez-la, puis décidez.", code="review.changed"
    )


def own_request() -> ReviewRefused:
    """Nobody decides a request of their own (or about themselves)."""
    return ReviewRefused(
        "Cette demande vous concerne : une autre personne de l'équipe doit la traiter.", code="review.own_request"
    )


def text_missing(what: str) -> TextRefused:
    """A reason, a question or a note is empty."""
    return TextRefused(f"{what} : ce texte est nécessaire.", code="review.text_missing")


def text_too_long(most: int) -> TextRefused:
    """A text is longer than an email should be."""
    return TextRefused(f"Ce texte dépasse {most} caractères : raccourcissez-le.", code="review.text_too_long")


def already_open(reference: str) -> ReviewRefused:
    """One open request per person, kind and topic."""
    return ReviewRefused(
        f"Vous avez déjà une demande en cours ({reference}). Attendez la réponse avant d'en faire une autre.",
        code="review.already_open",
    )


def unknown_request() -> ReviewRefused:
    """No request has this id."""
    return ReviewRefused("Cette demande n'existe pas.", code="review.unknown")


def agreed_already() -> ReviewRefused:
    """A request that needs several reviewers: one person counts once."""
    return ReviewRefused(
        "Vous avez déjà donné votre accord : une autre personne de l'équipe doit donner le sien.",
        code="review.agreed_already",
    )


def conflict(common: Sequence[str]) -> ReviewRefused:
    """The person of the request resembles the reviewer: it may be a second account of theirs."""
    return ReviewRefused(
        f"Cette demande pourrait être la vôtre ({', '.join(common)}) : une autre personne de l'équipe doit la traiter.",
        code="review.conflict_of_interest",
    )


def roles_suspended() -> ReviewRefused:
    """The reviewer's account was recovered and nobody has confirmed its roles yet."""
    return ReviewRefused(
        "Vos rôles sont suspendus depuis la récupération de votre compte : voyez « Mes rôles » dans « Mon compte ».",
        code="review.roles_suspended",
    )


def reviewer_no_more() -> ReviewRefused:
    """The reviewer's role, or account, ended while they were acting."""
    return ReviewRefused(
        "Vous ne pouvez plus traiter cette demande : votre rôle a changé entre-temps. Rien n'a été modifié.",
        code="review.reviewer_no_more",
    )
