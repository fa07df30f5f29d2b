"""Which passwords the portal accepts, and what it says to help: the server decides, the page only shows.

Length, resistance to guessing, the CNIL's bits, a blocklist and the person's own words. Never a class of characters
that is missing (ASVS 6.2.5): the advice of the handbook stays advice.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from ...normalise.characters import has_control
from ...normalise.folding import ascii_key, fold_letters
from . import guessing
from .passwords import MAX_LENGTH, prepared

MIN_LENGTH = 12
MIN_SCORE = 3
#: CNIL, deliberation 2022-100: password with restricted tries.
MIN_BITS = 50

LABELS = ("Très faible", "Faible", "Moyenne", "Bonne", "Forte")

_ADVICE = {
    "spatial": "Il suit les touches du clavier : préférez plusieurs mots sans lien entre eux.",
    "repeat": "Il répète les mêmes caractères : préférez plusieurs mots différents.",
    "sequence": "Il contient une suite (abc, 4567) : remplacez-la par un mot sans rapport.",
    "date": "Il contient une date : remplacez-la par un mot sans rapport.",
    "regex": "Il contient une année : remplacez-la par un mot sans rapport.",
    "dictionary": "Il repose sur des mots courants : ajoutez un ou deux mots sans lien entre eux.",
}
_DEFAULT_ADVICE = "Allongez-le : ajoutez un ou deux mots sans lien entre eux."


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the portal thinks of a password.

    :ivar score: 0 to 4. :ivar label: « Sûreté du mot de passe » in words, after the score.
    :ivar accepted: nothing speaks against it. :ivar messages: French, each saying what to do.
    :ivar bits: by the CNIL's formula, rounded down.
    """

    score: int
    label: str
    accepted: bool
    messages: tuple[str, ...]
    bits: int


def assess(password: str, personal: Sequence[str] = ()) -> Assessment:
    """Judge a password.

    :param personal: first and last name, identifier, e-mail, as typed; empty ones are left out.
    """
    if len(password) > 4 * MAX_LENGTH:  # before any work on it
        return _assessment(0, 0, [_too_long()])
    password = prepared(password)
    bits = int(cnil_bits(password))
    words = own_words(personal)
    judged = guessing.guess(password[:MAX_LENGTH], words)
    contents = _contents(password, words)
    messages = [*_shape(password), *contents]
    if not messages and judged.score < MIN_SCORE:
        messages.append(f"Ce mot de passe se devine trop vite. {_advice(judged.patterns)}")
    if not messages and bits < MIN_BITS:
        messages.append("Ce mot de passe offre trop peu de combinaisons : allongez-le de quelques caractères.")
    # Who knows the person or the list tries it first, whatever zxcvbn says of the rest.
    return _assessment(min(judged.score, 1) if contents else judged.score, bits, messages)


def cnil_bits(password: str) -> float:
    """Return length × log2(size of the alphabet used), as the CNIL counts (deliberation 2022-100; 37 signs)."""
    alphabet = 0
    if re.search(r"[a-z]", password):
        alphabet += 26
    if re.search(r"[A-Z]", password):
        alphabet += 26
    if re.search(r"[0-9]", password):
        alphabet += 10
    if re.search(r"[^a-zA-Z0-9]", password):
        alphabet += 37
    return len(password) * math.log2(alphabet) if alphabet else 0.0


def own_words(personal: Sequence[str]) -> tuple[str, ...]:
    """Return the words that a password may not hold: pieces of names, identifier and e-mail, three emails or more.

    Of an e-mail's domain only the pieces of four emails or more count, and not its ending: « chu » or « fr » would
    refuse half of the language.
    """
    found: dict[str, None] = {}
    for value in personal:
        local, _, domain = fold_letters(value).partition("@")
        pieces = [piece for piece in re.split(r"[^a-z0-9]+", local) if len(piece) >= 3]
        labels = re.split(r"[^a-z0-9]+", domain.rpartition(".")[0])
        whole = ascii_key(local)
        found.update(dict.fromkeys(pieces))
        found.update(dict.fromkeys(label for label in labels if len(label) >= 4))
        if len(whole) >= 3:
            found[whole] = None
    return tuple(found)


def is_judged(personal: Sequence[str], further: Sequence[str]) -> bool:
    """Tell whether a password that was accepted with the words of ``personal`` would be accepted with ``further``.

    A word that contains one which the password does not contain can't be in it either; any other word could be.
    """
    judged = own_words(personal)
    return all(any(word in further_word for word in judged) for further_word in own_words(further))


def _shape(password: str) -> list[str]:
    messages = []
    missing = MIN_LENGTH - len(password)
    if missing > 0:
        messages.append(f"Il faut au moins {MIN_LENGTH} caractères : ajoutez-en {missing}.")
    if len(password) > MAX_LENGTH:
        messages.append(_too_long())
    if has_control(password):
        messages.append("Il contient un caractère invisible (tabulation, retour à la ligne) : retirez-le.")
    return messages


def _contents(password: str, words: Sequence[str]) -> list[str]:
    messages = []
    held = next((word for word in words if any(word in text for text in guessing.spellings(password))), None)
    if held is not None:
        messages.append(
            f"Il contient « {held} », qui vient de votre nom, de votre identifiant ou de votre adresse : retirez-le."
        )
    if guessing.in_blocklist(password):
        messages.append(
            "Il figure parmi les mots de passe les plus utilisés : choisissez plusieurs mots sans lien entre eux."
        )
    elif guessing.is_first_idea(password):
        messages.append(
            "Il tient en un ou deux mots que tout le monde essaie d'abord (prénom, ville, métier…), même avec des "
            "chiffres : ajoutez un ou deux mots sans lien entre eux."
        )
    return messages


def _advice(patterns: frozenset[str]) -> str:
    return next((text for pattern, text in _ADVICE.items() if pattern in patterns), _DEFAULT_ADVICE)


def _too_long() -> str:
    return f"Il dépasse {MAX_LENGTH} caractères : raccourcissez-le."


def _assessment(score: int, bits: int, messages: list[str]) -> Assessment:
    if messages:  # a refused password never reads « Bonne »
        score = min(score, MIN_SCORE - 1)
    return Assessment(score, LABELS[score], not messages, tuple(messages), bits)
