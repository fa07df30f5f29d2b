"""What the packages of the Espace Pro know of each other, and what other plugins may build on."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from sqlalchemy.orm import Session

from esea_auth_plugin.interfaces import Identity, IResource, ReviewView

#: Slug of the service in the regional portal's catalogue.
SERVICE = "espace-pro"


class IEspacePro(IResource):
    """Marker of ``/espace-pro``: other plugins hang their own pages under it with ``add_portal_child``."""


# --- establishments --------------------------------------------------------------------------------------------


class Kind(enum.StrEnum):
    """Kinds of structures, as the source names them, the most important first."""

    SAMU = "SAMU"
    SU = "SU"
    SU_PED = "SU_PED"
    SMUR = "SMUR"
    ANTENNE_SMUR = "ANTENNE_SMUR"
    ANTENNE = "ANTENNE"
    CSNP = "CSNP"
    SNP = "SNP"


class Confidence(enum.StrEnum):
    """How sure the row is; see ``establishments/data/README.md``."""

    LIST = "list"
    PRESS = "press"
    FINESS = "finess"
    FINESS_ROLE_UNKNOWN = "finess_role_unknown"
    LIST_ONLY = "list_only"
    INFERRED = "inferred"


@dataclass(frozen=True, slots=True)
class Establishment:
    """One structure of the directory.

    :ivar site: what the structures of one place share: the FINESS number, or the point when there is none.
    :ivar year: year of the fact that the row rests on. :ivar hosted_by: the establishment it belongs to.
    """

    code: str
    kind: Kind
    name: str
    hosted_by: str
    address: str
    postcode: str
    town: str
    department: str
    department_name: str
    sector: str
    helismur: bool | None
    latitude: float | None
    longitude: float | None
    point_source: str
    finess: str
    finess_name: str
    year: int
    confidence: Confidence
    note: str
    source: str

    @property
    def site(self) -> str:
        """Key of the place, the same for the structures that one establishment hosts at one point."""
        return f"{self.finess}@{self.latitude},{self.longitude}"


@dataclass(frozen=True, slots=True)
class Criteria:
    """What is searched for. ``words`` must all be found, accents and case ignored; ``""`` or ``None``: any."""

    words: str = ""
    department: str = ""
    kind: Kind | None = None


@dataclass(frozen=True, slots=True)
class DirectoryImport:
    """Where the directory of today comes from."""

    digest: str
    file_name: str
    imported_at: datetime
    shown: int
    hidden: int
    first_year: int
    last_year: int


@dataclass(frozen=True, slots=True)
class Findings:
    """The answer to a search; the counts are those that choosing another value of one filter would give."""

    establishments: tuple[Establishment, ...]
    everything: tuple[Establishment, ...]
    by_department: Mapping[str, int]
    by_kind: Mapping[Kind, int]


class IDirectory(Protocol):
    """The directory of the region's emergency structures. Historical rows are never shown."""

    def everything(self, session: Session) -> Sequence[Establishment]:
        """Return the current structures, by département, town and kind. One query."""

    def search(self, session: Session, criteria: Criteria) -> Findings:
        """Return what answers the criteria. One query."""

    def get(self, session: Session, code: str) -> Establishment | None:
        """Return one current structure."""

    def neighbours(self, session: Session, establishment: Establishment) -> Sequence[Establishment]:
        """Return the other current structures of the same host establishment."""

    def latest_import(self, session: Session) -> DirectoryImport | None:
        """Return what was imported last, ``None`` before the first import."""

    def refresh(self) -> bool:
        """Import the file of the settings, in a transaction of its own, unless that was done; tell whether it was."""


# --- difficulties ----------------------------------------------------------------------------------------------

#: Roles of the Espace Pro. Those of declarants and of the SAMU are given for one establishment (:func:`scope_of`).
TEAM_ROLE, DECLARANT_ROLE, SAMU_ROLE, ARS_ROLE = "oru", "oru.declarant", "oru.samu", "oru.ars"


def scope_of(finess: str) -> str:
    """Return the scope of a role for one establishment."""
    return f"finess:{finess}"


@dataclass(frozen=True, slots=True)
class Declaration:
    """What declares a difficulty. ``key`` is the sender's own: sent twice it declares once.

    :ivar structure: code in the directory. :ivar nature: code of the catalogue, like motives, pathways and actions.
    """

    key: str
    structure: str
    nature: str
    level: int
    motives: tuple[str, ...]
    pathways: tuple[str, ...]
    actions: tuple[str, ...]
    starts_at: datetime
    expected_end_at: datetime
    phone: str
    text: str


class IDifficulties(Protocol):
    """Health-system difficulties."""

    def declare(self, session: Session, declaration: Declaration, identity: Identity) -> str:
        """Store a difficulty and return its id; the id of the first one when it was sent before.

        :raises PortalError: the person does not declare for this structure, or the period makes no sense.
        """


# --- registration ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RegistrationForm:
    """What the registration form asks; the three first come filled in from the identity."""

    first_name: str
    last_name: str
    email: str
    function: str
    function_other: str
    speciality: str
    profile: str
    complement: str
    phone: str


class Stage(enum.StrEnum):
    """Where a person stands with the registration to the Espace Pro."""

    TERMS = "terms"  # the Espace Pro's CGU are to be accepted (first time, or a new version)
    FORM = "form"  # nothing sent yet
    WAITING = "waiting"
    MORE_ASKED = "more_asked"
    REFUSED = "refused"
    ADMITTED = "admitted"


@dataclass(frozen=True, slots=True)
class Progress:
    """A person's stage, and the request it rests on, if any."""

    stage: Stage
    review: ReviewView | None = None
    admitted_at: datetime | None = None
    question: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One of the two steps to the Espace Pro, as pages show it.

    :ivar state: words for people; ``tone`` is ``done``, ``current``, ``blocked`` or ``todo``.
    """

    number: int
    title: str
    team: str
    state: str
    tone: str
    on: date | datetime | None
    next_step: str
    contact: str
    link: tuple[str, str] | None = None


class IRegistrations(Protocol):
    """Registration to the Espace Pro: CGU, form, and who is admitted."""

    def progress(self, session: Session, subject: str, asked: Sequence[ReviewView] | None = None) -> Progress:
        """Return where the person stands.

        :param asked: the person's requests, youngest first, if they were read already.
        """

    def is_admitted(self, session: Session, identity: Identity) -> bool:
        """Tell whether the inside of the Espace Pro opens, beside the right on the service."""

    def has_accepted_terms(self, session: Session, subject: str) -> bool:
        """Tell whether the person accepted today's CGU."""

    def accept_terms(self, session: Session, subject: str, version: str) -> None:
        """Store that the person accepted this version, once.

        :raises PortalError: it is not today's version any more.
        """

    def form_of(self, session: Session, subject: str) -> RegistrationForm | None:
        """Return what the person typed last."""

    def submit(self, session: Session, subject: str, form: RegistrationForm) -> ReviewView:
        """Send the form: opens a request, or completes the one that more was asked of.

        :raises PortalError: the CGU are not accepted, a request is open already, or there were too many.
        """

    def acknowledge(self, session: Session, review: ReviewView) -> None:
        """Tell the person by mail that the request arrived."""

    def admit(self, session: Session, review: ReviewView) -> None:
        """Admit the author of a request that was just accepted."""

    def steps(
        self, session: Session, identity: Identity, asked: Sequence[ReviewView] | None = None
    ) -> tuple[Step, Step]:
        """Return « Étape 1/2 » and « Étape 2/2 » for this person; ``asked``: see :meth:`progress`."""
