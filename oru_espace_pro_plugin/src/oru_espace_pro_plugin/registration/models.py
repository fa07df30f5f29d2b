"""Tables of the registration. People are subjects (UUID strings), requests ids: no foreign key leaves the plugin."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from ..models_base import OruModel


class RegistrationRow(OruModel):
    """What was asked in one request; the reviews hold its state."""

    __tablename__ = "oru_registration"

    request_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    subject: Mapped[str] = mapped_column(String(36), index=True)
    first_name: Mapped[str] = mapped_column(String(80))
    last_name: Mapped[str] = mapped_column(String(80))
    email: Mapped[str] = mapped_column(String(254))
    function: Mapped[str] = mapped_column(String(60))
    function_other: Mapped[str] = mapped_column(String(120))
    speciality: Mapped[str] = mapped_column(String(60))
    profile: Mapped[str] = mapped_column(String(60))
    #: What the person added in free text, see :mod:`.store`.
    sealed_complement: Mapped[str] = mapped_column("complement", Text)
    phone: Mapped[str] = mapped_column(String(40))
    terms_version: Mapped[str] = mapped_column(String(40))
    #: What the reviewer asked, see :mod:`.store`.
    sealed_question: Mapped[str] = mapped_column("question", Text, default="")
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class TermsRow(OruModel):
    """One acceptance of one version of the Espace Pro's CGU."""

    __tablename__ = "oru_terms_acceptance"

    subject: Mapped[str] = mapped_column(String(36), primary_key=True)
    version: Mapped[str] = mapped_column(String(40), primary_key=True)
    accepted_at: Mapped[datetime]


class MemberRow(OruModel):
    """A person whom the ORU team admitted; ends when the account is closed."""

    __tablename__ = "oru_member"

    subject: Mapped[str] = mapped_column(String(36), primary_key=True)
    request_id: Mapped[str] = mapped_column(String(36))
    admitted_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
