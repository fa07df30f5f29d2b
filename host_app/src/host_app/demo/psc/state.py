"""What the demo's Pro Santé Connect remembers, in memory: its keys, who is signed in, codes, e-CPS requests, faults."""

from __future__ import annotations

import base64
import hashlib
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from joserfc import jwt
from joserfc.jwk import RSAKey

from esea_auth_plugin.pyramid_types import JsonObject, PortalRequest

#: Faults on demand, and what they do.
FAULTS = {
    "": "Tout va bien",
    "down": "Hors service : toutes les adresses répondent 503",
    "slow": "Lent : chaque réponse aux serveurs prend 5 secondes",
    "signature": "Mauvaise signature : les jetons sont signés par une autre clé",
    "merged": "Identités fusionnées : l'identifiant national devient un UUID, le RPPS reste",
}
CODE_SECONDS = 60
SESSION_SECONDS = 4 * 3600
RING_SECONDS = 120


@dataclass
class Seen:
    """Somebody who has identified themselves. ``means`` is MOBILE or CARD."""

    sub: str
    means: str
    at: int
    sid: str = field(default_factory=lambda: secrets.token_urlsafe(12))


@dataclass
class Code:
    """An authorization code, good once."""

    seen: Seen
    client_id: str
    redirect_uri: str
    nonce: str
    challenge: str
    ends_at: float


@dataclass
class Ring:
    """A request on somebody's telephone. ``answer`` is ``None`` while nobody answered."""

    sub: str
    number: str
    choices: tuple[str, ...]
    ends_at: float
    answer: Seen | bool | None = None
    asked_at: float = 0.0


class Memory:
    """All of it, for one running sandbox."""

    def __init__(self, issuer: str, client_id: str, client_secret: str) -> None:
        self.issuer = issuer
        self.client_id = client_id
        self.client_secret = client_secret
        self.fault = ""
        #: Tells the time, in seconds; a test that stops the portal's clock stops this one too.
        self.tell: Callable[[], float] = time.time
        self.lock = threading.Lock()
        self.sessions: dict[str, Seen] = {}
        self.codes: dict[str, Code] = {}
        self.tokens: dict[str, Seen] = {}
        self.rings: dict[str, Ring] = {}
        self._key = RSAKey.generate_key(2048, parameters={"kid": "demo", "use": "sig", "alg": "RS256"})
        self._other = RSAKey.generate_key(2048, parameters={"kid": "demo", "use": "sig", "alg": "RS256"})

    def forget(self) -> None:
        """Nobody there, nothing wrong; the keys stay."""
        self.fault = ""
        for kept in (self.sessions, self.codes, self.tokens, self.rings):
            kept.clear()

    def key_set(self) -> JsonObject:
        """Return the public keys."""
        return {"keys": [self._key.as_dict(private=False)]}

    def seen_in(self, cookie: str) -> Seen | None:
        """Return who is signed in with this cookie."""
        found = self.sessions.get(cookie)
        return found if found is not None and self.tell() - found.at < SESSION_SECONDS else None

    def answer_of(self, seen: Seen, nonce: str) -> JsonObject:
        """Return the token endpoint's answer about somebody."""
        access_token = secrets.token_urlsafe(32)
        self.tokens[access_token] = seen
        now = int(self.tell())
        half = hashlib.sha256(access_token.encode()).digest()[:16]
        claims = {
            "iss": self.issuer,
            "sub": seen.sub,
            "aud": self.client_id,
            "azp": self.client_id,
            "iat": now,
            "exp": now + 120,
            "auth_time": seen.at,
            "acr": "eidas1",
            "authMode": seen.means,
            "sid": seen.sid,
            "at_hash": base64.urlsafe_b64encode(half).rstrip(b"=").decode(),
        }
        if nonce:
            claims["nonce"] = nonce
        key = self._other if self.fault == "signature" else self._key
        id_token = jwt.encode({"alg": "RS256", "kid": "demo"}, claims, key)
        return {"access_token": access_token, "token_type": "Bearer", "expires_in": 120, "id_token": id_token}

    def sub_of(self, id_token: str) -> str:
        """Return whose an id_token of ours is, ``""`` if it is not one; it may be old."""
        try:
            return str(jwt.decode(id_token, self._key, algorithms=["RS256"]).claims.get("sub", ""))
        except Exception:
            return ""


def challenge_of(verifier: str) -> str:
    """Return the S256 challenge of a verifier (RFC 7636)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


class ProviderRequest(PortalRequest):
    """A request of the demo's Pro Santé Connect."""

    memory: Memory
