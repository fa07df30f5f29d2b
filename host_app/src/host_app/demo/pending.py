"""What waits for a decision when the demo opens: two sign-ups, one request for access, one registration."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from esea_auth_plugin.interfaces import AccountView, IAccounts, IAdhesions, ICatalogue, Identity, ISignUps
from esea_auth_plugin.pyramid_types import Registry
from esea_auth_plugin.services import find, offers
from oru_espace_pro_plugin.interfaces import IRegistrations, RegistrationForm
from oru_espace_pro_plugin.settings import OruSettings

from .people import CIVILITY, DEPARTMENT, PROFESSION


@dataclass(frozen=True, slots=True)
class Applicant:
    """Somebody who signed up and waits for the support."""

    identifier: str
    personal: dict[str, str]
    services: tuple[str, ...]
    motive: str
    what: str


APPLICANTS = (
    Applicant(
        "julie.lagarde",
        {
            "civility": CIVILITY["Mme"],
            "first_name": "Julie",
            "last_name": "Lagarde",
            "email": "julie.lagarde@ch-demo.example",
            "workplace": "CH de démonstration, urgences",
            "birthday": "07-14",
            "profession": PROFESSION["Médecin"],
            "rpps": "99900000037",
            "address": "1 place de la Démonstration",
            "postal_code": "40000",
            "city": "Mont-de-Marsan",
            "department": DEPARTMENT["Landes"],
            "phone": "+33558000001",
        },
        ("espace-pro", "ror"),
        "Je rejoins le service des urgences et dois suivre les capacités et les tensions du territoire.",
        "Inscription sans carte : acceptez-la, puis ouvrez le jeton dans ses courriels.",
    ),
    # The RPPS number of Paul Castets: the reviewer sees a possible duplicate, and must settle it.
    Applicant(
        "paul.castets2",
        {
            "civility": CIVILITY["M."],
            "first_name": "Paul",
            "last_name": "Castets",
            "email": "p.castets@clinique-demo.example",
            "workplace": "Clinique de démonstration",
            "birthday": "03-02",
            "profession": PROFESSION["Médecin"],
            "rpps": "99900000011",
            "address": "12 rue des Exemples",
            "postal_code": "64000",
            "city": "Pau",
            "department": DEPARTMENT["Pyrénées-Atlantiques"],
            "mobile": "+33600000002",
        },
        ("ror",),
        "Je change d'établissement et souhaite garder mes accès.",
        "Doublon possible : le numéro RPPS est celui de Paul Castets, à départager avant toute décision.",
    ),
)

REGISTRATION = RegistrationForm(
    first_name="Thomas",
    last_name="Ibarra",
    email="thomas.ibarra@ch-demo.example",
    function="medecin-regulateur",
    function_other="",
    speciality="medecine-urgence",
    profile="samu-smur",
    complement="Médecin régulateur au SAMU 64, pour suivre l'activité des services d'urgence.",
    phone="+33559000003",
)


def seed_pending(registry: Registry, session: Session, hashed: str) -> None:
    """Send the requests, the way the pages do. :param hashed: hash of everybody's password."""
    for applicant in APPLICANTS:
        find(registry, ISignUps).apply(
            session,
            personal=applicant.personal,
            identifier=applicant.identifier,
            password_hash=hashed,
            services=applicant.services,
            motive=applicant.motive,
        )
    _ask_access(registry, session, "emilie.garat", "ror")
    if offers(registry, IRegistrations):
        _register(registry, session, "thomas.ibarra")


def _ask_access(registry: Registry, session: Session, identifier: str, slug: str) -> None:
    account = find(registry, IAccounts).by_login(session, identifier)
    service = find(registry, ICatalogue).get(slug)
    if account is not None and service is not None:
        motive = "Cadre de nuit : je renseigne les disponibilités en lits de mon établissement."
        find(registry, IAdhesions).ask(session, _identity(account), service, motive)


def _register(registry: Registry, session: Session, identifier: str) -> None:
    account = find(registry, IAccounts).by_login(session, identifier)
    if account is None:
        return
    registrations = find(registry, IRegistrations)
    registrations.accept_terms(session, account.subject, find(registry, OruSettings).terms_version)
    review = registrations.submit(session, account.subject, REGISTRATION)
    registrations.acknowledge(session, review)


def _identity(account: AccountView) -> Identity:
    return Identity(
        subject=account.subject,
        display_name=account.display_name,
        email=account.email,
        first_name=account.first_name,
        last_name=account.last_name,
        identifier=account.identifier,
    )
