"""Password hashes: argon2id, never computed while a transaction is open, and the same work for nobody's password."""

from __future__ import annotations

from dataclasses import dataclass

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from ...normalise.characters import composed, plain_spaces
from ..database.guard import refuse_open_transaction
from . import tokens

#: Longest password, in characters: long enough for any sentence (ASVS 6.2.9), short enough to bound the work.
MAX_LENGTH = 128
#: OWASP's and this portal's floor: 19 MiB, 2 passes, 1 lane.
FLOOR_KIB, FLOOR_PASSES = 19 * 1024, 2


@dataclass(frozen=True, slots=True)
class HashCost:
    """Cost of one argon2id hash: memory in KiB, passes, lanes."""

    memory_kib: int = FLOOR_KIB
    passes: int = FLOOR_PASSES
    lanes: int = 1

    @property
    def enough(self) -> bool:
        """At or above the floor; only tests may run below it."""
        return self.memory_kib >= FLOOR_KIB and self.passes >= FLOOR_PASSES and self.lanes >= 1


class PasswordTooLong(ValueError):
    """Nothing is ever cut (ASVS 6.2.8): the form refuses a longer password before it comes here."""


def prepared(password: str) -> str:
    """Return a password as it is hashed: RFC 8265 « OpaqueString ».

    NFC, so that an « é » typed on a Mac (decomposed) and on Windows is one password; not NFKC, which would make
    different characters equal and is not what RFC 8265 asks. Every Unicode space becomes the plain one: French
    keyboards yield a no-break space by the slip of one key.
    """
    return composed(plain_spaces(password))


def too_long(password: str) -> bool:
    """Tell whether a password, as it would be hashed, is over the limit; bounded work for any input."""
    return len(password) > 4 * MAX_LENGTH or len(prepared(password)) > MAX_LENGTH


class PasswordHashes:
    """Makes and checks argon2id hashes of one cost."""

    def __init__(self, cost: HashCost | None = None) -> None:
        cost = cost or HashCost()
        self._argon2 = PasswordHasher(
            time_cost=cost.passes, memory_cost=cost.memory_kib, parallelism=cost.lanes, type=Type.ID
        )
        # A hash of nobody's password, of today's cost: what is verified when there is nothing to verify.
        self._nobody = self._argon2.hash(tokens.new_token())

    def hash(self, password: str) -> str:
        """Return the hash of a password (a PHC string that names its own cost).

        :raises PasswordTooLong: over :data:`MAX_LENGTH` characters.
        :raises SlowWorkInTransaction: called with a transaction open.
        """
        refuse_open_transaction("hashing a password")
        if too_long(password):
            raise PasswordTooLong(f"over {MAX_LENGTH} characters")
        return self._argon2.hash(prepared(password))

    def verify(self, password_hash: str | None, password: str) -> tuple[bool, bool]:
        """Check a password; return (it is right, its hash should be made anew at today's cost).

        ``None`` for the hash (unknown account, account without password) costs the same work and is never right. So
        does a hash that can't be read: a damaged row must not answer faster than others.
        """
        refuse_open_transaction("verifying a password")
        # A password that could never have been set still costs one verification.
        typed = "" if too_long(password) else prepared(password)
        try:
            right = self._argon2.verify(password_hash or self._nobody, typed)
        except InvalidHashError:
            self.verify_nothing()
            return False, False
        except VerificationError:
            return False, False
        if password_hash is None or too_long(password):
            return False, False
        return right, self._argon2.check_needs_rehash(password_hash)

    def verify_nothing(self) -> None:
        """Do the work of one verification, for a path on which nobody's password is checked."""
        self.verify(None, "nobody")
