"""Tables of accounts: the account, its identity attributes, its identifier, its external identities."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from ..foundation.database import AccountsModel, new_id
from ..foundation.single_use import AccountSecret

_PHONE = text("name IN ('phone', 'mobile')")


class Account(AccountsModel):
    """A person who may sign in. Other packages know only its ``subject``."""

    __tablename__ = "esea_account"
    __table_args__ = (
        CheckConstraint("state IN ('pending', 'active', 'suspended', 'closed')", name="state"),
        Index(None, "state", "created_at"),
        # The list of accounts, youngest first.
        Index("ix_esea_account_created", "created_at", "id"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    subject: Mapped[str] = mapped_column(String(36), unique=True, default=new_id)
    #: Chosen once, never changed; empty only until an invited person chooses it.
    identifier: Mapped[str | None] = mapped_column(String(64), unique=True)
    #: Normalised, so that an address belongs to one account however it is typed.
    email: Mapped[str] = mapped_column(String(254), unique=True)
    #: As the person typed it: emails go there (some servers tell « A » from « a »).
    email_typed: Mapped[str] = mapped_column(String(254))
    #: What stands behind the « @ » of ``email``: whoever holds the domain reads the mailbox.
    email_domain: Mapped[str] = mapped_column(String(254), server_default="", index=True)
    #: When its reader last proved it by what was mailed there; ``None`` until the first time.
    email_confirmed_at: Mapped[datetime | None]
    #: Since when it is not believed any more.
    email_doubted_at: Mapped[datetime | None]
    #: Why not, see :class:`~esea_auth_plugin.events.MailboxUnverified`; ``""`` while it is believed.
    email_doubt_reason: Mapped[str] = mapped_column(String(40), default="", server_default="")
    state: Mapped[str] = mapped_column(String(16))
    #: Folded names, identifier and e-mail, for the support's search.
    search: Mapped[str] = mapped_column(Text, default="")
    terms_version: Mapped[str | None] = mapped_column(String(32))
    terms_accepted_at: Mapped[datetime | None]
    mail_code_barred_until: Mapped[datetime | None]
    #: How many confirmed devices the person holds, and the highest level they reach: counted when it changes, since the
    #: policy would otherwise ask every mode at every page. Only ever used to ask for more.
    devices_held: Mapped[int] = mapped_column(default=0, server_default="0")
    level_owned: Mapped[int] = mapped_column(default=0, server_default="0")
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class AddressChangeRow(AccountSecret, AccountsModel):
    """One change of an account's address, for as long as the former one may object.

    :ivar by: subject of who made it, ``None`` for a job. :ivar sealed_former: the address until then, sealed.
    :ivar digest: hash of the link that the former address received. :ivar ends_at: until when it may object, and no
        other change is made. :ivar used_at: when it was taken back, or its person rejected the mailbox.
    :ivar replaced_at: the former address is not verified: it may object no more, but no other change is made.
    """

    __tablename__ = "esea_address_change"

    by: Mapped[str | None] = mapped_column(String(36))
    sealed_former: Mapped[str] = mapped_column(Text)
    sealed_new: Mapped[str] = mapped_column(Text)


class IdentityAttribute(AccountsModel):
    """One thing known of a person, with who said it and when."""

    __tablename__ = "esea_identity_attribute"
    __table_args__ = (
        UniqueConstraint("account_id", "name"),
        Index(None, "name", "digest"),
        # By these numbers the support finds a caller.
        Index("ix_esea_identity_attribute_phone", "value", sqlite_where=_PHONE, postgresql_where=_PHONE),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    account_id: Mapped[str] = mapped_column(ForeignKey("esea_account.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(40))
    #: The value in clear, or ``sealed``: one of the two.
    value: Mapped[str | None] = mapped_column(Text)
    sealed: Mapped[str | None] = mapped_column(Text)
    #: Keyed hash for equality search (RPPS; name with birthday), never the value itself.
    digest: Mapped[str | None] = mapped_column(String(64))
    #: OID of the code list when the value is a code.
    system: Mapped[str] = mapped_column(String(64), default="")
    origin: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime]


class IdentifierReservation(AccountsModel):
    """Makes an identifier unique among accounts, sign-ups under way and words the portal keeps for itself."""

    __tablename__ = "esea_identifier_reservation"

    identifier: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))  # account, sign_up, word
    holder: Mapped[str] = mapped_column(String(36), index=True)
    #: A hold that has passed this moment is free for whoever asks next; ``None``: for good.
    until: Mapped[datetime | None]
    at: Mapped[datetime]


class ExternalIdentity(AccountsModel):
    """The name by which another issuer (card authority, Pro Santé Connect) proves the person.

    :ivar evidence: small facts of the last use (serial, card number, end). :ivar sealed_address: where that was.
    """

    __tablename__ = "esea_external_identity"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    account_id: Mapped[str] = mapped_column(ForeignKey("esea_account.id", ondelete="CASCADE"), index=True)
    issuer: Mapped[str] = mapped_column(String(255))
    subject: Mapped[str] = mapped_column(String(255))
    kind: Mapped[str] = mapped_column(String(16))
    origin: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime]
    label: Mapped[str] = mapped_column(String(120), default="")
    evidence: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    last_used_at: Mapped[datetime | None]
    sealed_address: Mapped[str] = mapped_column(Text, default="")
