"""Authenticated encryption of what must be read again, and keyed hashes of what must only be found again.

AES-256-GCM with a random nonce. Each purpose has keys of its own, derived from the keyring's master keys by HKDF, so
that an email's text pasted into the column of a TOTP seed opens nowhere; key id, purpose and row are bound as
associated data. The first key of the ring seals, every key opens: a new key is put on top, the old ones stay until
what they sealed is sealed again.

The keyed hashes follow the same ring. A new key changes the hash of the same value, so a lookup asks for
:meth:`Sealer.digests`, one per key, and :meth:`Sealer.digest` (newest key) is what gets stored.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from .keyring import Keyring

_VERSION = "s1"
_MAC_VERSION = "m1"
_NONCE = 12


class SealBroken(Exception):
    """Sealed text does not open: altered, of another purpose or row, or its key is not on the ring any more."""


class Sealer:
    """See :class:`~esea_auth_plugin.interfaces.ISealer`."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring
        # Derived keys are kept: HKDF at each lookup would cost more than the lookup's own hash.
        self._derived = lru_cache(maxsize=256)(self._derive)

    @property
    def key_id(self) -> str:
        """Id of the key that seals now; a row sealed by another one waits to be sealed again."""
        return self._keyring.newest.id

    def key_id_of(self, sealed: str) -> str:
        """Return the id of the key that sealed this text (``""`` if it isn't sealed text)."""
        parts = sealed.split(".")
        return parts[1] if len(parts) == 3 and parts[0] == _VERSION else ""

    def seal(self, clear: bytes, *, purpose: str, bound_to: str = "") -> str:
        """See :meth:`~esea_auth_plugin.interfaces.ISealer.seal`."""
        key = self._keyring.newest
        nonce = secrets.token_bytes(_NONCE)
        box = AESGCM(self._derived("seal", purpose, key.id)).encrypt(
            nonce, clear, _associated(key.id, purpose, bound_to)
        )
        return f"{_VERSION}.{key.id}.{base64.urlsafe_b64encode(nonce + box).decode()}"

    def open(self, sealed: str, *, purpose: str, bound_to: str = "") -> bytes:
        """See :meth:`~esea_auth_plugin.interfaces.ISealer.open`."""
        try:
            version, key_id, body = sealed.split(".")
            raw = base64.b64decode(body, altchars=b"-_", validate=True)
            if version != _VERSION or len(raw) <= _NONCE:
                raise SealBroken("not a sealed text of a known version")
            cipher = AESGCM(self._derived("seal", purpose, key_id))
            return cipher.decrypt(raw[:_NONCE], raw[_NONCE:], _associated(key_id, purpose, bound_to))
        except (ValueError, binascii.Error) as error:
            raise SealBroken("not a sealed text") from error
        except KeyError as error:
            raise SealBroken("its key is not on the ring: put the old key back under the new one") from error
        except InvalidTag as error:
            raise SealBroken("altered, or sealed for another purpose or row") from error

    def seal_text(self, text: str, *, purpose: str, bound_to: str) -> str:
        """See :meth:`~esea_auth_plugin.interfaces.ISealer.seal_text`."""
        return self.seal(text.encode(), purpose=purpose, bound_to=bound_to) if text else ""

    def open_text(self, stored: str, *, purpose: str, bound_to: str) -> str:
        """See :meth:`~esea_auth_plugin.interfaces.ISealer.open_text`."""
        return self.open(stored, purpose=purpose, bound_to=bound_to).decode() if stored else ""

    def digest(self, value: str, *, purpose: str) -> str:
        """See :meth:`~esea_auth_plugin.interfaces.ISealer.digest`."""
        return self.digests(value, purpose=purpose)[0]

    def digests(self, value: str, *, purpose: str) -> tuple[str, ...]:
        """See :meth:`~esea_auth_plugin.interfaces.ISealer.digests`."""
        return tuple(
            hmac.new(self._derived("digest", purpose, key.id), value.encode(), hashlib.sha256).hexdigest()
            for key in self._keyring.keys
        )

    def authenticate(self, value: str, *, purpose: str) -> str:
        """See :meth:`~esea_auth_plugin.interfaces.ISealer.authenticate`."""
        key_id = self._keyring.newest.id
        return f"{_MAC_VERSION}.{key_id}.{self._mac(value, purpose, key_id)}"

    def authentic(self, mac: str, value: str, *, purpose: str) -> bool:
        """See :meth:`~esea_auth_plugin.interfaces.ISealer.authentic`."""
        version, _, rest = mac.partition(".")
        key_id, _, code = rest.partition(".")
        if version != _MAC_VERSION:
            return False
        try:
            expected = self._mac(value, purpose, key_id)
        except KeyError as error:
            raise SealBroken("its key is not on the ring: put the old key back under the new one") from error
        return hmac.compare_digest(expected.encode(), code.encode())

    def _mac(self, value: str, purpose: str, key_id: str) -> str:
        return hmac.new(self._derived("mac", purpose, key_id), value.encode(), hashlib.sha256).hexdigest()

    def _derive(self, use: str, purpose: str, key_id: str) -> bytes:
        info = _joined("esea-portal", use, purpose)
        return HKDF(SHA256(), length=32, salt=None, info=info).derive(self._keyring.secret(key_id))


def _associated(key_id: str, purpose: str, bound_to: str) -> bytes:
    return _joined(_VERSION, key_id, purpose, bound_to)


def _joined(*parts: str) -> bytes:
    """Join with lengths, so that no two lists of parts give the same bytes."""
    return b"".join(len(part.encode()).to_bytes(4) + part.encode() for part in parts)
