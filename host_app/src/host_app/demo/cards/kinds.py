"""Which fictional cards there are. Every identifier passes its key and belongs to nobody."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass

from esea_auth_plugin.pyramid_types import JsonObject

#: Types of card (list G02 of the NOS, read or inferred: 0 CPS, 1 CPF, 2 CPE/CDE, 3 CPA/CDA).
CPS, CPF, CPE, CPA = range(4)
REAL, SOFTWARE, TEST = 0x00, 0x03, 0x80


class Layout(enum.StrEnum):
    """Which attributes the subject has, in which order."""

    PROFESSIONAL = "professional"  # C, title, {GN, CN, SN}
    EMPLOYEE = "employee"  # C, ST, O, OU, title, {GN, CN, SN}
    SERVICE = "service"  # as an employee's, without a person's name
    ORGANISATION = "organisation"  # C, ST, O, OU, CN
    FORMER = "former"  # GIP-CPS class 4: C, O, L in T61String, OU, CN


class Use(enum.StrEnum):
    """What the key is for: each card holds one of the first two."""

    SIGN_IN = "sign_in"
    SIGNATURE = "signature"
    SERVER = "server"


@dataclass(frozen=True, slots=True)
class CardKind:
    """One fictional card.

    :ivar what: French, for the demo's page. :ivar number: card number, ten digits.
    :ivar begins: days before « now » at which it begins to be valid. :ivar lasts: days of validity.
    """

    slug: str
    what: str
    common_name: str
    surname: str = ""
    given_name: str = ""
    title: str = ""
    state: str = "Gironde (33)"
    organisation: str = ""
    unit: str = ""
    layout: Layout = Layout.PROFESSIONAL
    kind: int | None = CPS
    category: int | None = REAL
    number: str = "2600000001"
    profession: int | None = None
    future_profession: int | None = None
    gamme: str = "FORT"
    use: Use = Use.SIGN_IN
    by_organisations: bool = False
    revoked: bool = False
    test_hierarchy: bool = False
    begins: int = 30
    lasts: int = 3 * 365


_DOCTOR = {
    "common_name": "899900000011",
    "surname": "CASTETS",
    "given_name": "PAUL",
    "title": "Médecin",
    "profession": 10,
}
_STAFF = "Personnel santé ou social"
_HOSPITAL = {"organisation": "CH DE DÉMONSTRATION DE L'ESTUAIRE", "unit": "1330999905"}


def _card(slug: str, what: str, *parts: Mapping[str, object], **own: object) -> CardKind:
    values: JsonObject = {}
    for part in (*parts, own):
        values.update(part)
    return CardKind(slug, what, **values)


CARDS = (
    _card("medecin", "Carte CPS de Paul Castets, médecin : il a déjà un compte.", _DOCTOR),
    _card(
        "medecin-renouvelee",
        "La même personne avec sa carte renouvelée : même identifiant, autre numéro de série.",
        _DOCTOR,
        number="2600000002",
        begins=1,
    ),
    _card(
        "medecin-nouveau",
        "Carte CPS d'Alix Exemple, médecin sans compte : de quoi s'inscrire.",
        common_name="899900000037",
        surname="EXEMPLE",
        given_name="ALIX",
        title="Médecin",
        profession=10,
        number="2600000003",
    ),
    _card(
        "infirmiere",
        "Carte CPS de Maëlle Ménard, infirmière sans compte.",
        common_name="810999990012",
        surname="MÉNARD-DU PLANTIER",
        given_name="MAËLLE",
        title="Infirmier",
        profession=60,
        number="2600000004",
    ),
    _card(
        "cpe",
        "Carte CPE de Jean Lestage, agent administratif d'un centre hospitalier.",
        _HOSPITAL,
        common_name="3330999905/0000000123",
        surname="LESTAGE",
        given_name="JEAN",
        title=_STAFF,
        layout=Layout.EMPLOYEE,
        kind=CPE,
        number="2600000005",
        gamme="STANDARD",
    ),
    _card(
        "cpe-autre-employeur",
        "Carte CPE du même agent chez un autre employeur : un identifiant de plus pour le même compte.",
        common_name="3400999900/77",
        surname="LESTAGE",
        given_name="JEAN",
        title=_STAFF,
        state="Landes (40)",
        organisation="CLINIQUE FICTIVE DES PINS",
        unit="1400999900",
        layout=Layout.EMPLOYEE,
        kind=CPE,
        number="2600000006",
        gamme="STANDARD",
    ),
    _card(
        "cpf",
        "Carte CPF d'Inès Baptiste, étudiante en médecine.",
        common_name="810999990020",
        surname="BAPTISTE",
        given_name="INÈS",
        title="Médecin en formation",
        kind=CPF,
        future_profession=10,
        number="2600000007",
    ),
    _card(
        "adeli",
        "Carte CPS d'une psychologue, identifiée par un numéro ADELI.",
        common_name="0339300014",
        surname="ROQUES",
        given_name="ODILE",
        title="Psychologue",
        profession=93,
        number="2600000008",
    ),
    _card("expiree", "Ancienne carte CPS de Paul Castets : expirée.", _DOCTOR, number="2300000001", begins=4 * 365),
    _card(
        "revoquee",
        "Carte CPS déclarée perdue par Maëlle Ménard : révoquée.",
        common_name="810999990012",
        surname="MÉNARD-DU PLANTIER",
        given_name="MAËLLE",
        title="Infirmier",
        profession=60,
        number="2600000009",
        revoked=True,
    ),
    _card(
        "test",
        "Carte de test (catégorie 80) : refusée sur un portail de production.",
        _DOCTOR,
        category=TEST,
        number="2600000010",
    ),
    _card(
        "logicielle",
        "Certificat logiciel (catégorie 03) : ce n'est pas une carte.",
        _DOCTOR,
        category=SOFTWARE,
        number="2600000011",
    ),
    _card(
        "non-nominative",
        "Carte CPE de service, sans nom de personne : refusée par défaut.",
        _HOSPITAL,
        common_name="3330999905/SERVICE01",
        title=_STAFF,
        layout=Layout.SERVICE,
        kind=CPE,
        number="2600000012",
        gamme="ELEMENTAIRE",
    ),
    _card(
        "signature",
        "Certificat de signature d'une carte CPS : il ne sert pas à se connecter.",
        _DOCTOR,
        use=Use.SIGNATURE,
    ),
    _card(
        "organisation",
        "Certificat d'une organisation : il identifie un serveur, jamais une personne.",
        common_name="899900000011",
        organisation="CH DE DÉMONSTRATION DE L'ESTUAIRE",
        unit="399999900600011",
        layout=Layout.ORGANISATION,
        kind=None,
        gamme="STANDARD",
        by_organisations=True,
    ),
    _card(
        "serveur",
        "Certificat de serveur signé par la même organisation.",
        common_name="portail.example",
        organisation="CH DE DÉMONSTRATION DE L'ESTUAIRE",
        unit="399999900600011",
        layout=Layout.ORGANISATION,
        kind=None,
        gamme="STANDARD",
        use=Use.SERVER,
        by_organisations=True,
    ),
    _card(
        "autorite-test",
        "Carte signée par la hiérarchie de test : inconnue d'un portail de production.",
        _DOCTOR,
        test_hierarchy=True,
    ),
)
BY_SLUG = {kind.slug: kind for kind in CARDS}
