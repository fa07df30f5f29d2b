"""What already exists beside a sign-up."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Known:
    """What already exists beside a sign-up. Names of accounts (subjects) and of other undecided sign-ups (ids).

    :ivar by_email: accounts with its address. :ivar by_rpps: with its RPPS number. :ivar by_person: with its name and
        birthday. The ``waiting_`` ones are other sign-ups that nobody decided yet, by address or RPPS, or by person.
    :ivar number_waits: one of those has the same RPPS number.
    """

    by_email: tuple[str, ...] = ()
    by_rpps: tuple[str, ...] = ()
    by_person: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    waiting_by_person: tuple[str, ...] = ()
    number_waits: bool = False

    @property
    def must_be_settled(self) -> bool:
        """A second account may not be approved before a reviewer told whether it is another person."""
        return bool(self.by_email or self.by_rpps or self.waiting)
