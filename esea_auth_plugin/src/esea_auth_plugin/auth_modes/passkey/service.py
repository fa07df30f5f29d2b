"""The passkeys of people: offered, registered, verified, named, ended (:class:`IPasskeys`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

from ...authentication.naming import device_name
from ...foundation.database import lock_accounts, rows_changed
from ...foundation.security import tokens
from ...interfaces import IAccounts, IAuditTrail, IOutbox, KeyVerified, PortalSettings
from ...pyramid_types import Json, Registry
from ...services import find
from . import ceremony
from .ceremony import NewKey, Signature
from .challenges import Challenges
from .errors import NotVerified
from .makers import maker_of
from .models import PasskeyHandle, PasskeyRow
from .settings import PasskeySettings, party

MAX_KEYS = 20
#: Letter to the owner of a key whose count went back.
COPIED = "passkey.copied"


class Passkeys:
    """See :class:`~esea_auth_plugin.interfaces.IPasskeys`."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._challenges = Challenges(registry)

    def held_by(self, session: Session, subject: str) -> bool:
        """See the interface."""
        return session.scalar(select(PasskeyRow.id).where(PasskeyRow.subject == subject).limit(1)) is not None

    def rows(self, session: Session, subject: str) -> Sequence[PasskeyRow]:
        """Return the person's keys, oldest first."""
        keys = select(PasskeyRow).where(PasskeyRow.subject == subject).order_by(PasskeyRow.added_at)
        return session.scalars(keys.limit(MAX_KEYS)).all()

    def unknown(self, session: Session, sent: str) -> Mapping[str, str]:
        """Return what a browser is told of a key that it offered and that is not here (any more), ``{}`` otherwise.

        Ids are random: whoever can name one holds its key, or saw it used.
        """
        try:
            named = ceremony.read_credential(sent)["id"]
        except NotVerified:
            return {}
        if session.scalar(select(PasskeyRow.id).where(PasskeyRow.credential_id == named)) is not None:
            return {}
        return {"rpId": party(self._registry)[0], "credentialId": named}

    # --- signatures

    def request_options(self, session: Session, *, browser: str, subject: str | None, purpose: str) -> Json:
        """See the interface."""
        challenge, sealed = self._challenges.new(browser=browser, subject=subject, purpose=purpose)
        rp_id, _ = party(self._registry)
        rows = self.rows(session, subject) if subject is not None else ()
        return {"options": ceremony.request_options(challenge, rp_id, rows), "challenge": sealed}

    def verify(
        self,
        session: Session,
        *,
        values: Mapping[str, str],
        browser: str,
        subject: str | None,
        purpose: str,
        at: datetime,
    ) -> KeyVerified | None:
        """See the interface."""
        try:
            return self.judge(session, values=values, browser=browser, subject=subject, purpose=purpose, at=at)
        except NotVerified:
            return None

    def judge(
        self,
        session: Session,
        *,
        values: Mapping[str, str],
        browser: str,
        subject: str | None,
        purpose: str,
        at: datetime,
        place: str = "",
    ) -> KeyVerified:
        """Like :meth:`verify`.

        :raises NotVerified: with the code of what was wrong, for the trail.
        """
        credential = ceremony.read_credential(values.get("credential", ""))
        row = session.scalar(select(PasskeyRow).where(PasskeyRow.credential_id == credential["id"]))
        # Read first, written by conditional updates once its account is locked.
        lock_accounts(self._registry, session, subject, row.subject if row is not None else None)
        challenge = self._consume(session, values, browser, subject, purpose)
        if row is None or (subject is not None and row.subject != subject):
            raise NotVerified("passkey.unknown")
        handle = session.get(PasskeyHandle, row.subject)
        rp_id, origins = party(self._registry)
        known = handle.handle if handle else "-"
        signed = ceremony.verify_signature(
            credential, row, known, challenge, rp_id, origins, person_known=subject is not None
        )
        self._note(session, row, signed, at, place)
        return KeyVerified(row.subject, row.id, row.label, row.backup_eligible)

    def _consume(
        self, session: Session, values: Mapping[str, str], browser: str, subject: str | None, purpose: str
    ) -> bytes:
        sealed = values.get("challenge", "")
        challenge = self._challenges.consume(session, sealed, browser=browser, subject=subject, purpose=purpose)
        if challenge is None:
            raise NotVerified("passkey.challenge")
        return challenge

    def _note(self, session: Session, row: PasskeyRow, signed: Signature, at: datetime, place: str) -> None:
        """Take the count forward by one conditional update: of two signatures with one count, one is a copy's."""
        statement = update(PasskeyRow).where(PasskeyRow.id == row.id)
        if signed.sign_count or row.sign_count:
            statement = statement.where(PasskeyRow.sign_count < signed.sign_count)
        statement = statement.values(
            sign_count=signed.sign_count,
            backed_up=signed.backed_up,
            last_used_at=at,
            place=place or PasskeyRow.place,
        ).execution_options(synchronize_session=False)
        if rows_changed(session, statement) != 1:
            if session.scalar(select(PasskeyRow.id).where(PasskeyRow.id == row.id)) is None:
                raise NotVerified("passkey.unknown")  # removed at this very moment: no copy to be told of
            self._tell_copied(session, row, at)
            raise NotVerified("passkey.copied")
        if signed.backed_up != row.backed_up:
            self._audit(session, "passkey.backup_changed", row.subject, row.id)

    # --- new keys

    def registration_options(
        self, session: Session, *, subject: str, name: str, display_name: str, browser: str, purpose: str
    ) -> Json:
        """See the interface."""
        challenge, sealed = self._challenges.new(browser=browser, subject=subject, purpose=purpose)
        rp_id, _ = party(self._registry)
        options = ceremony.creation_options(
            challenge,
            rp_id,
            find(self._registry, PortalSettings).name,
            handle=base64url_to_bytes(self.handle(session, subject)),
            name=name,
            display_name=display_name,
            rows=self.rows(session, subject),
            settings=find(self._registry, PasskeySettings),
        )
        return {"options": options, "challenge": sealed}

    def handle(self, session: Session, subject: str) -> str:
        """Return what the person is called inside authenticators, made at the first use (in a writing transaction)."""
        row = session.get(PasskeyHandle, subject)
        if row is None:
            lock_accounts(self._registry, session, subject)
            row = PasskeyHandle(subject=subject, handle=bytes_to_base64url(tokens.new_token(256).encode()[:32]))
            session.add(row)
            session.flush()
        return row.handle

    def register(
        self,
        session: Session,
        *,
        values: Mapping[str, str],
        subject: str,
        browser: str,
        purpose: str,
        at: datetime,
        label: str,
    ) -> KeyVerified | None:
        """See the interface."""
        try:
            return self.add(
                session, values=values, subject=subject, browser=browser, purpose=purpose, at=at, label=label
            )
        except NotVerified:
            return None

    def add(
        self,
        session: Session,
        *,
        values: Mapping[str, str],
        subject: str,
        browser: str,
        purpose: str,
        at: datetime,
        label: str,
        place: str = "",
    ) -> KeyVerified:
        """Like :meth:`register`.

        :raises NotVerified: with the code of what was wrong, for the trail.
        """
        lock_accounts(self._registry, session, subject)
        challenge = self._consume(session, values, browser, subject, purpose)
        credential = ceremony.read_credential(values.get("credential", ""))
        rp_id, origins = party(self._registry)
        settings = find(self._registry, PasskeySettings)
        key = ceremony.verify_new(credential, challenge, rp_id, origins, settings, at)
        if len(self.rows(session, subject)) >= MAX_KEYS:
            raise NotVerified("passkey.too_many")
        return self._store(session, subject, key, at, device_name(label, maker_of(key.aaguid) or "Clé d’accès"), place)

    def _store(self, session: Session, subject: str, key: NewKey, at: datetime, label: str, place: str) -> KeyVerified:
        row = PasskeyRow(
            subject=subject,
            credential_id=key.credential_id,
            public_key=key.public_key,
            sign_count=key.sign_count,
            aaguid=key.aaguid,
            transports=list(key.transports),
            backup_eligible=key.backup_eligible,
            backed_up=key.backed_up,
            label=label,
            place=place,
            added_at=at,
        )
        try:
            with session.begin_nested():
                session.add(row)
        except IntegrityError as error:  # a key belongs to one account (WebAuthn 7.1, step 26)
            raise NotVerified("passkey.known") from error
        return KeyVerified(subject, row.id, label)

    # --- what the owner does with them

    def rename(self, session: Session, subject: str, reference: str, label: str) -> bool:
        """Call a key by another name."""
        named = device_name(label, "Clé d’accès")
        statement = (
            update(PasskeyRow)
            .where(PasskeyRow.id == reference, PasskeyRow.subject == subject)
            .values(label=named)
            .execution_options(synchronize_session=False)
        )
        return rows_changed(session, statement) == 1

    def revoke(self, session: Session, subject: str, reference: str) -> bool:
        """End a key."""
        lock_accounts(self._registry, session, subject)
        statement = delete(PasskeyRow).where(PasskeyRow.id == reference, PasskeyRow.subject == subject)
        return rows_changed(session, statement) == 1

    def _audit(self, session: Session, action: str, subject: str, reference: str, *, outcome: str = "success") -> None:
        find(self._registry, IAuditTrail).record(
            session, action, outcome=outcome, actor=subject, target=subject, details={"reference": reference}
        )

    def _tell_copied(self, session: Session, row: PasskeyRow, at: datetime) -> None:
        """Two devices count with one key: one of them is a copy (WebAuthn 6.1.1). The trail and its owner are told."""
        self._audit(session, "passkey.copied", row.subject, row.id, outcome="refused")
        account = find(self._registry, IAccounts).by_subject(session, row.subject)
        if account is not None:
            values = {"name": account.display_name, "label": row.label, "at": at}
            find(self._registry, IOutbox).post(session, COPIED, to=account.email, values=values)
