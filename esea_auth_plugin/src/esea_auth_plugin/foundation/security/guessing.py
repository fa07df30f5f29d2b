"""How many tries a password would resist: zxcvbn, with French words, bounded work and no state shared by threads.

zxcvbn itself is not called, for three reasons that were tried: it writes each caller's own words into a global table
(two people at once would be judged by each other's names), it takes three seconds on 72 characters made of emails
written as symbols, and it refuses anything longer. Its matchers and its score are used as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from zxcvbn import matching, scoring, time_estimates

from ...normalise.folding import fold_letters

#: A longer password is judged by pieces of this length: the whole resists at least as long as its best piece.
_WINDOW = 32
#: Beyond so many different letter-like symbols nobody wrote a word that way, and trying each reading takes seconds.
_MAX_SYMBOLS = 6
_SYMBOLS = frozenset(symbol for symbols in matching.L33T_TABLE.values() for symbol in symbols)
_PLAIN_MATCHERS = (
    matching.dictionary_match,
    matching.reverse_dictionary_match,
    matching.spatial_match,
    matching.repeat_match,
    matching.sequence_match,
    matching.regex_match,
    matching.date_match,
)
#: Digits and signs around a listed word that change nothing; with more of them zxcvbn judges the whole.
_DRESS = 6
#: Runs of letters that a first idea has at most, figures and signs between them.
_MAX_PIECES = 4
_LINKS = ("et", "de", "du", "des", "le", "la", "les", "au", "a", "l", "d", "un", "une", "mon", "ma", "mes")
_LETTERS_FOR_SYMBOLS = str.maketrans("@40315$7", "aaoeisst")


@dataclass(frozen=True, slots=True)
class Guess:
    """A judgement: ``score`` 0 (guessed at once) to 4, and the patterns found (``dictionary``, ``date``…)."""

    score: int
    patterns: frozenset[str]


def spellings(text: str) -> tuple[str, str]:
    """Return a text folded, and folded with symbols read as the emails they stand for (« h0pit@l »)."""
    plain = fold_letters(text)
    return plain, plain.translate(_LETTERS_FOR_SYMBOLS)


@cache
def french_words() -> tuple[str, ...]:
    """Return the words of our own list, in its order."""
    text = (files(__package__) / "data" / "blocklist-fr.txt").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return tuple(dict.fromkeys(" ".join(lines).split()))


@cache
def blocklist() -> frozenset[str]:
    """Return what may be nobody's password: zxcvbn's 30,000 most used ones (MIT), and our French list."""
    return frozenset(map(fold_letters, matching.RANKED_DICTIONARIES["passwords"])) | frozenset(french_words())


def is_first_idea(password: str) -> bool:
    """Tell whether a password is one or two words of our list with figures and signs (« JulieThomas2026! »).

    Whoever guesses the passwords of a French hospital tries those first: some thousand words, times themselves, times
    the years and postcodes, is an afternoon. Three words or more are a phrase, and judged as one.
    """
    plain = fold_letters(password)
    # Figures at the ends are a year, not letters: « M@ri3 » is read as a word, « 2026 » is not.
    for text in (plain, _core(plain).translate(_LETTERS_FOR_SYMBOLS)):
        words = re.sub(r"[^a-z]+", " ", text).split()
        if words and len(words) <= _MAX_PIECES and _made_of("".join(words), 2):
            return True
    return False


def _made_of(emails: str, most: int) -> bool:
    """Tell whether emails are at most so many listed words in a row, small linking words left out."""
    if not emails:
        return True
    if most == 0:
        return emails in _LINKS
    known = _words_of_a_password()
    return any(
        emails[:end] in known and _made_of(emails[end:].removeprefix(link), most - 1)
        for end in range(len(emails), 2, -1)
        for link in ("", *_LINKS)
        if emails[end:].startswith(link)
    )


@cache
def _words_of_a_password() -> frozenset[str]:
    return frozenset(word for word in french_words() if len(word) >= 3)


def in_blocklist(password: str) -> bool:
    """Tell whether a password is a listed one, alone or dressed with up to six digits and signs (« Azerty2026! »)."""
    plain, read = spellings(password)
    if {plain, read} & blocklist():
        return True
    cores = [core for text in (plain, read) if len(text) - len(core := _core(text)) <= _DRESS]
    bare = {re.sub(r"[^a-z]", "", text) for text in cores}
    return bool({*cores, *(core.translate(_LETTERS_FOR_SYMBOLS) for core in cores), *bare} & blocklist())


def _core(text: str) -> str:
    """Return what is left between the first and the last letter."""
    return re.sub(r"^[^a-z]+|[^a-z]+$", "", text)


def guess(password: str, own_words: Iterable[str] = ()) -> Guess:
    """Judge a password of any length.

    :param own_words: what the person's name, identifier and e-mail are made of.
    """
    dictionaries = {
        **{name: words for name, words in matching.RANKED_DICTIONARIES.items() if name != "user_inputs"},
        "french": matching.build_ranked_dict(french_words()),
        "user_inputs": matching.build_ranked_dict([word.lower() for word in own_words]),
    }
    best: Guess | None = None
    for start in range(0, len(password), _WINDOW):
        found = _judge(password[start : start + _WINDOW], dictionaries)
        if best is None or found.score > best.score:
            best = found
        if best.score >= 3:
            break
    return best or Guess(0, frozenset())


def _judge(piece: str, dictionaries: Mapping[str, Mapping[str, int]]) -> Guess:
    matches: list[dict[str, object]] = []
    matchers: Sequence[Any] = _PLAIN_MATCHERS
    if len(_SYMBOLS & set(piece)) <= _MAX_SYMBOLS:
        matchers = (*_PLAIN_MATCHERS, matching.l33t_match)
    for matcher in matchers:
        matches.extend(matcher(piece, _ranked_dictionaries=dictionaries))
    matches.sort(key=lambda match: (match["i"], match["j"]))
    result = scoring.most_guessable_match_sequence(piece, matches)
    score = time_estimates.guesses_to_score(result["guesses"])
    return Guess(score, frozenset(match["pattern"] for match in result["sequence"]))
