"""Judges what Pro Santé Connect signs: the id_token of a sign-in and the logout_token of a distant sign-out.

Each rule is one attack (threat-model.md row 29, OpenID Connect Core 3.1.3.7, Back-Channel Logout 2.6, RFC 9068's
lesson on ``typ``). The library verifies; the algorithms it may use are pinned here, and so is the kind of key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError, MissingKeyError
from joserfc.jwk import KeySet

from ...errors import PortalError
from .discovery import Discovery, PscDown
from .settings import PscSettings

#: Longest token that is looked at; PSC's are near 2 kB.
MAX_CHARACTERS = 20_000
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"


class BadToken(PortalError):
    """A token that proves nothing; ``code`` says which rule it broke, for the audit trail."""

    code = "psc.token"

    def __init__(self, code: str) -> None:
        super().__init__("La réponse de Pro Santé Connect n'a pas pu être vérifiée.", code=code)


@dataclass(frozen=True, slots=True)
class IdToken:
    """What an id_token proves. :ivar auth_time: when the person proved themselves to PSC, UTC."""

    sub: str
    acr: str
    auth_time: datetime
    sid: str
    amr: tuple[str, ...]
    auth_mode: str


@dataclass(frozen=True, slots=True)
class LogoutToken:
    """Which of PSC's sessions has ended: by its ``sid``, or all those of ``sub``."""

    jti: str
    sub: str
    sid: str
    ends_at: datetime


class Tokens:
    """Verifies tokens of the configured issuer for our client id."""

    def __init__(self, settings: PscSettings, discovery: Discovery) -> None:
        self._settings = settings
        self._discovery = discovery

    def id_token(self, text: object, *, nonce: str, at: datetime, access_token: str = "") -> IdToken:
        """Return what a right id_token says.

        :param nonce: the one that this sign-in sent; ``""`` for CIBA, which has none.
        :raises BadToken: it is not right. :raises PscDown: there are no keys to verify it with.
        """
        found = self._verified(text)
        self._validate_claims(found, nonce=nonce, at=at, access_token=access_token)
        claims = found.claims
        acr = claims.get("acr")
        if not isinstance(acr, str) or not self._settings.enough(acr):
            raise BadToken("psc.acr")
        auth_time = _moment(claims.get("auth_time"))
        if auth_time is None:
            # Without it nobody knows when the four hours of a session began.
            raise BadToken("psc.auth_time")
        if auth_time > at + self._settings.leeway:
            raise BadToken("psc.auth_time")
        if (
            self._settings.max_age
            and at - auth_time > timedelta(seconds=self._settings.max_age) + self._settings.leeway
        ):
            raise BadToken("psc.max_age")
        amr = claims.get("amr")
        return IdToken(
            sub=claims["sub"],
            acr=acr,
            auth_time=auth_time,
            sid=_text(claims.get("sid")),
            amr=tuple(word for word in amr if isinstance(word, str))[:8] if isinstance(amr, list) else (),
            auth_mode=_text(claims.get("authMode")),
        )

    def logout_token(self, text: object, *, at: datetime) -> LogoutToken:
        """Return what a right logout_token says.

        :raises BadToken: it is not right. :raises PscDown: there are no keys to verify it with.
        """
        found = self._verified(text)
        claims = found.claims
        if str(found.header.get("typ", "")).lower() not in {"logout+jwt", "jwt", ""}:
            raise BadToken("psc.logout_type")
        events = claims.get("events")
        # « nonce » is how an id_token is told from a logout_token: one must never pass for the other.
        if not isinstance(events, dict) or LOGOUT_EVENT not in events or "nonce" in claims:
            raise BadToken("psc.logout_event")
        self._check_parties(claims)
        issued, ends = _moment(claims.get("iat")), _moment(claims.get("exp"))
        leeway = self._settings.leeway
        if issued is None or issued > at + leeway or at - issued > timedelta(minutes=2) + leeway:
            raise BadToken("psc.logout_time")
        if ends is not None and ends + leeway <= at:
            raise BadToken("psc.logout_time")
        jti, sub, sid = (_text(claims.get(name)) for name in ("jti", "sub", "sid"))
        if not jti or not (sub or sid):
            raise BadToken("psc.logout_subject")
        return LogoutToken(jti, sub, sid, issued + timedelta(minutes=2) + leeway * 2)

    # --- signature

    def _verified(self, text: object) -> jwt.Token:
        if not isinstance(text, str) or not text or len(text) > MAX_CHARACTERS:
            raise BadToken("psc.token")
        try:
            return self._decoded(text, self._discovery.keys())
        except (InvalidKeyIdError, MissingKeyError):
            pass
        # PSC changed its keys, or somebody plays with key ids: the keys are read again, but seldom.
        try:
            return self._decoded(text, self._discovery.keys_again())
        except (InvalidKeyIdError, MissingKeyError) as error:
            raise BadToken("psc.unknown_key") from error

    def _decoded(self, text: str, keys: KeySet) -> jwt.Token:
        if keys is None:
            raise PscDown("psc.keys")
        try:
            found = jwt.decode(text, keys, algorithms=list(self._settings.algorithms))
        except (InvalidKeyIdError, MissingKeyError):
            raise
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise BadToken("psc.signature") from error
        if "kid" not in found.header and len(keys.keys) != 1:
            raise BadToken("psc.signature")
        return found

    # --- claims

    def _validate_claims(self, found: jwt.Token, *, nonce: str, at: datetime, access_token: str) -> None:
        claims = found.claims
        self._check_parties(claims)
        issued = _moment(claims.get("iat"))
        if issued is None or issued > at + self._settings.leeway:
            raise BadToken("psc.iat")
        params = {"client_id": self._settings.client_id, "access_token": access_token or None}
        if nonce:
            params["nonce"] = nonce
        judged = CodeIDToken(claims, found.header, {}, params)
        try:
            judged.validate(now=int(at.timestamp()), leeway=int(self._settings.leeway.total_seconds()))
        except (JoseError, ValueError, TypeError) as error:
            raise BadToken(f"psc.{_broken(error)}") from error
        if not isinstance(claims.get("sub"), str) or not claims["sub"] or len(claims["sub"]) > 255:
            raise BadToken("psc.sub")

    def _check_parties(self, claims: Mapping[str, object]) -> None:
        if claims.get("iss") != self._discovery.issuer:
            raise BadToken("psc.iss")
        audience = claims.get("aud")
        named = [audience] if isinstance(audience, str) else audience
        if not isinstance(named, list) or self._settings.client_id not in named:
            raise BadToken("psc.aud")
        if len(named) > 1 and claims.get("azp") != self._settings.client_id:
            raise BadToken("psc.azp")


def _broken(error: Exception) -> str:
    """Name the rule that Authlib found broken, from its closed list of claims."""
    told = str(getattr(error, "description", "") or error)
    names = ("nonce", "exp", "iat", "nbf", "auth_time", "azp", "at_hash", "amr", "aud", "iss", "sub")
    if "expired" in told.lower() or type(error).__name__ == "ExpiredTokenError":
        return "exp"
    return next((name for name in names if name in told), "claims")


def _moment(value: object) -> datetime | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 10**11:
        return None
    return datetime.fromtimestamp(value, UTC)


def _text(value: object) -> str:
    return value[:255] if isinstance(value, str) else ""
