"""What a person answered at the sign-up, one value object for drafts and requests, sealed at rest."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace

from ..accounts.attributes import KINDS
from ..interfaces import ExternalIdentity, ISealer
from ..normalise.emails import normalise_email

_PURPOSE = "sign_up.answers"
#: A change of one of these asks for the password again: it may not hold them (step 3).
_IN_PASSWORD = ("first_name", "last_name", "email")


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers by step.

    :ivar personal: step 2, values in normal form by attribute name, and ``email``.
    :ivar password_hash: argon2id hash of the password chosen at step 3.
    :ivar terms: version of the CGU that was accepted at step 4.
    :ivar pending: what was typed on a page and not accepted yet, by page, never a password.
    :ivar proven: who a card or another authority says this is. :ivar email_confirmed: address that a code came back
        from (normal form); only a sign-up with a proven identity confirms it on the way. :ivar email_reached: address
        (normal form) whose mailed link opened this draft: its mailbox is proven, which opens no account by itself.
    """

    has_card: bool = False
    personal: Mapping[str, str] = field(default_factory=dict)
    identifier: str = ""
    password_hash: str = ""
    services: tuple[str, ...] = ()
    motive: str = ""
    terms: str = ""
    pending: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    proven: ExternalIdentity | None = None
    email_confirmed: str = ""
    email_reached: str = ""

    @property
    def email_is_confirmed(self) -> bool:
        """Tell whether a code sent to the present address came back."""
        return bool(self.email) and self.email_confirmed == normalise_email(self.email)

    @property
    def mailbox_is_proven(self) -> bool:
        """Tell whether whoever fills this in reads the mail of the present address."""
        return bool(self.email) and normalise_email(self.email) in {self.email_confirmed, self.email_reached}

    @property
    def proven_attributes(self) -> dict[str, str]:
        """What the identity proves and the person can't change: attributes that an account keeps."""
        if self.proven is None:
            return {}
        return {name: value for name, value in self.proven.attributes.items() if name in KINDS and value}

    @property
    def email(self) -> str:
        """The address as typed; ``""`` before step 2."""
        return self.personal.get("email", "")

    @property
    def full_name(self) -> str:
        """« Anne Pierre »."""
        return f"{self.personal.get('first_name', '')} {self.personal.get('last_name', '')}".strip()

    @property
    def attributes(self) -> dict[str, str]:
        """What becomes identity attributes of the account."""
        return {name: value for name, value in self.personal.items() if name in KINDS and value}

    def own_words(self) -> tuple[str, ...]:
        """What a password may not hold."""
        return (*(self.personal.get(name, "") for name in _IN_PASSWORD), self.identifier)

    def with_personal(self, personal: Mapping[str, str]) -> Answers:
        """Return the answers after step 2; a new name or e-mail makes the password be chosen again."""
        same = all(self.personal.get(name, "") == personal.get(name, "") for name in _IN_PASSWORD)
        return replace(self, personal=dict(personal), password_hash=self.password_hash if same else "")

    def without_password(self) -> Answers:
        """Return the answers as a request keeps them: the hash stands in a column of its own, drafts' pages nowhere."""
        return replace(self, password_hash="", pending={})

    def keeping(self, page: str, typed: Mapping[str, object] | None) -> Answers:
        """Return the answers with what is typed on ``page`` kept for later, or forgotten (``None``)."""
        others = {name: values for name, values in self.pending.items() if name != page}
        return replace(self, pending=others if typed is None else {**others, page: dict(typed)})

    def is_email(self, typed: str) -> bool:
        """Tell whether ``typed`` is the address of this draft, however it is written."""
        return normalise_email(typed) == normalise_email(self.email)


def seal(sealer: ISealer, answers: Answers, row_id: str) -> str:
    """Return the answers sealed for one row."""
    return sealer.seal(json.dumps(asdict(answers)).encode(), purpose=_PURPOSE, bound_to=row_id)


def unseal(sealer: ISealer, sealed: str, row_id: str) -> Answers:
    """Open sealed answers of this row."""
    values = json.loads(sealer.open(sealed, purpose=_PURPOSE, bound_to=row_id))
    proven = values.get("proven")
    values["proven"] = ExternalIdentity(**proven) if proven else None
    return Answers(**{**values, "services": tuple(values["services"])})
