"""From a postal code, or a commune's code, to its département as the list of départements (TRE_G09) names it.

The first digits of a postal code are not always the département's: Corsica shares « 20 », Saint-Barthélemy and
Saint-Martin keep codes of Guadeloupe, Clipperton one of Polynésie française, and Monaco has French postal codes without
being a département. A commune's code (INSEE) always begins with its département's: it goes first where there is one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from .lists import DEPARTMENTS, Concept, list_of

_POSTAL_CODE = re.compile(r"[0-9]{5}")
_COMMUNE = re.compile(r"[0-9][0-9AB][0-9]{3}")
#: Postal codes whose digits are a neighbour's.
_OF_A_NEIGHBOUR = {"97133": "977", "97150": "978", "98799": "989"}
#: The third digit of Corsican codes: 20000 to 20199 and the CEDEX of Ajaccio, 20200 to 20299 and those of Bastia.
_CORSICA = {"0": "2A", "1": "2A", "3": "2A", "7": "2A", "2": "2B", "4": "2B", "6": "2B"}


def department_of(postal_code: str, *, department: str = "", commune: str = "") -> Concept | None:
    """Return the département of an address in France, ``None`` if nothing names one.

    :param postal_code: five digits, or anything else, which names none.
    :param department: the département's own code, where the address tells it.
    :param commune: the commune's code (INSEE), where the address tells it.
    """
    for code in _candidates(postal_code.strip(), department.strip(), commune.strip().upper()):
        concept = list_of(DEPARTMENTS).get(code)
        if concept is not None:
            return concept
    return None


def _candidates(postal_code: str, department: str, commune: str) -> Iterator[str]:
    # Registers keep the former département of the two collectivities that left Guadeloupe in 2007.
    if postal_code in _OF_A_NEIGHBOUR:
        yield _OF_A_NEIGHBOUR[postal_code]
        return
    if department:
        yield department
    if _COMMUNE.fullmatch(commune):
        yield _beginning(commune)
    if not _POSTAL_CODE.fullmatch(postal_code):
        return
    if postal_code.startswith("20"):
        yield _CORSICA.get(postal_code[2], "")
    else:
        yield _beginning(postal_code)


def _beginning(code: str) -> str:
    return code[:3] if code.startswith(("97", "98")) else code[:2]
