"""Speaks OpenID Connect to Pro Santé Connect: Authlib does the protocol, the portal's outbound client carries it.

Every call has a budget and goes through the breaker; none is made with a transaction open.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.client import OAuth2Client

from ...errors import PortalError
from ...foundation.security import tokens
from ...interfaces import Fetched, IOutbound
from ...pyramid_types import JsonObject
from .breaker import Breaker, Unavailable
from .discovery import Discovery, PscDown
from .settings import PscSettings
from .tokens import BadToken, IdToken, Tokens

CIBA_GRANT = "urn:openid:params:grant-type:ciba"
#: Answers that say that PSC itself is in trouble, not the request.
_DOWN = frozenset({"server_error", "temporarily_unavailable"})


class PscRefused(PortalError):
    """PSC answered with an error of the protocol; ``error`` is its code, at most what the RFCs name."""

    code = "psc.refused"

    def __init__(self, error: str) -> None:
        self.error = "".join(sign for sign in error[:40] if sign.isalnum() or sign == "_")
        super().__init__("Pro Santé Connect a refusé la demande.", code=f"psc.refused.{self.error}")


@dataclass(frozen=True, slots=True)
class Departure:
    """A way to PSC: the address, and what must be the same at the return."""

    url: str
    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Arrival:
    """Who came back: the verified id_token, its text (sign-out needs it), and the claims of userinfo."""

    token: IdToken
    id_token: str
    claims: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Started:
    """An e-CPS request that PSC took. :ivar interval: least seconds between two questions."""

    auth_req_id: str
    expires_in: int
    interval: int


class PscClient:
    """Our side of the protocol."""

    def __init__(
        self, settings: PscSettings, outbound: IOutbound, redirect_uri: str, breaker: Breaker | None = None
    ) -> None:
        self._settings = settings
        self.outbound = outbound
        self.redirect_uri = redirect_uri
        self.breaker = breaker or Breaker()
        self.discovery = Discovery(settings, outbound, self.breaker)
        self.tokens = Tokens(settings, self.discovery)

    # --- authorization code

    def departure(self, *, again: bool = False, ask: bool = True) -> Departure:
        """Return a new way to PSC.

        :param again: the person must prove themselves anew, even with a session open at PSC.
        :param ask: read the addresses if they are still unknown. :raises PscDown: they are, and can't be read.
        """
        nonce, verifier = tokens.new_token(256), tokens.new_token(384)
        extra: JsonObject = {"acr_values": self._settings.acr_least, "nonce": nonce}
        if self._settings.prompt or again:
            extra["prompt"] = "login"
        if self._settings.max_age:
            extra["max_age"] = self._settings.max_age
        url, state = self._oauth().create_authorization_url(
            self._address(ask),
            state=tokens.new_token(256),
            code_verifier=verifier,
            **extra,
        )
        return Departure(url, state, nonce, verifier)

    def arrival(self, code: str, *, verifier: str, nonce: str, at: datetime) -> Arrival:
        """Exchange a code and return who it stands for.

        :raises PscRefused: PSC doesn't take the code. :raises BadToken: what it says is not to be believed.
        :raises PscDown: it can't be asked.
        """
        answer = self._token("authorization_code", code=code, code_verifier=verifier)
        return self._arrived(answer, nonce=nonce, at=at)

    # --- CIBA (e-CPS), poll mode

    def start(self, login_hint: str, binding_message: str) -> Started:
        """Ask PSC to ring somebody's e-CPS.

        :param login_hint: national identifier (PS_IdNat). :param binding_message: the two digits of the page.
        :raises PscRefused: unknown or ineligible. :raises PscDown: it can't be asked.
        """
        fields = {
            "scope": self._settings.scope,
            "acr_values": self._settings.acr_least,
            "login_hint": login_hint,
            "binding_message": binding_message,
        }
        if self._settings.ecps_channel:
            fields["channel"] = self._settings.ecps_channel
        session = _Session(self)
        answer = session.post(
            self._endpoint("backchannel_authentication_endpoint"),
            data=fields,
            headers={"Accept": "application/json"},
            auth=self._oauth().client_auth(self._method),
        ).json()
        if "error" in answer:
            raise _refusal(str(answer["error"]))
        auth_req_id, expires_in, interval = (answer.get(name) for name in ("auth_req_id", "expires_in", "interval"))
        if not isinstance(auth_req_id, str) or not isinstance(expires_in, int) or not 0 < expires_in <= 3600:
            raise PscDown("psc.ciba_answer")
        wait = interval if isinstance(interval, int) and 0 < interval <= 60 else 5
        return Started(auth_req_id, expires_in, wait)

    def collect(self, auth_req_id: str, *, at: datetime) -> Arrival:
        """Ask whether the person has answered on their e-CPS, and who they are.

        :raises PscRefused: ``authorization_pending``, ``slow_down``, ``access_denied``, ``expired_token``…
        :raises BadToken: what it says is not to be believed. :raises PscDown: it can't be asked.
        """
        answer = self._token(CIBA_GRANT, auth_req_id=auth_req_id)
        return self._arrived(answer, nonce="", at=at)

    # --- parts

    def _arrived(self, answer: Mapping[str, object], *, nonce: str, at: datetime) -> Arrival:
        access_token, text = answer.get("access_token"), answer.get("id_token")
        if not isinstance(access_token, str) or not access_token or not isinstance(text, str):
            raise BadToken("psc.token_answer")
        token = self.tokens.id_token(text, nonce=nonce, at=at, access_token=access_token)
        claims = self._userinfo(access_token)
        if claims.get("sub") != token.sub:
            # OpenID Connect Core 5.3.4: a userinfo of somebody else must not be used (token substitution).
            raise BadToken("psc.userinfo_sub")
        return Arrival(token, text, claims)

    def _userinfo(self, access_token: str) -> Mapping[str, object]:
        found = self.send(
            "GET",
            self._endpoint("userinfo_endpoint"),
            {"Authorization": f"Bearer {access_token}", "Accept": "application/json"},
            b"",
        )
        if found.status != 200:
            raise BadToken("psc.userinfo")
        claims = _json(found)
        if claims is None:
            raise BadToken("psc.userinfo")
        return claims

    def _token(self, grant_type: str, **parameters: str) -> Mapping[str, object]:
        try:
            answer = self._oauth().fetch_token(self._endpoint("token_endpoint"), grant_type=grant_type, **parameters)
        except OAuth2Error as error:
            raise _refusal(str(error.error)) from error
        except ValueError as error:
            raise PscDown("psc.token_answer") from error
        if not isinstance(answer, dict):
            raise PscDown("psc.token_answer")
        return answer

    def _address(self, ask: bool) -> str:
        found = (self.discovery.metadata() if ask else self.discovery.known()).get("authorization_endpoint")
        if not found:
            raise PscDown
        return found

    def _endpoint(self, name: str) -> str:
        found = self.discovery.metadata().get(name)
        if not found:
            raise PscDown("psc.no_endpoint")
        return found

    @property
    def _method(self) -> str:
        method = self._settings.client_authentication
        # Mutual TLS proves the client in the connection: the form then only names it (RFC 8705, 2.1).
        return "none" if method == "tls_client_auth" else method

    def _oauth(self) -> OAuth2Client:
        return OAuth2Client(
            _Session(self),
            client_id=self._settings.client_id,
            client_secret=self._settings.client_secret,
            token_endpoint_auth_method=self._method,
            scope=self._settings.scope,
            redirect_uri=self.redirect_uri,
            code_challenge_method="S256",
        )

    def send(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Fetched:
        """Ask PSC once, within the budget and through the breaker. :raises PscDown: no usable answer."""
        try:
            with self.breaker.call():
                try:
                    found = self.outbound.fetch(
                        method,
                        url,
                        headers=headers,
                        body=body,
                        budget=self._settings.budget,
                        certificate=self._settings.certificate,
                    )
                except PortalError as error:
                    raise PscDown from error
                if found.status >= 500:
                    raise PscDown("psc.error")
                return found
        except Unavailable as error:
            raise PscDown("psc.breaker") from error


class _Answer:
    """What Authlib reads of an answer."""

    def __init__(self, found: Fetched) -> None:
        self.status_code = found.status
        self._found = found

    def json(self) -> Any:
        """Return the object of the body."""
        document = _json(self._found)
        if document is None:
            raise PscDown("psc.answer")
        return document

    def raise_for_status(self) -> None:
        """Called for what is no JSON object: a gateway's page, say."""
        if self.status_code >= 400:
            raise PscDown("psc.answer")


class _Session:
    """What Authlib needs of an HTTP session: one POST of a form, the client's authentication added by it."""

    def __init__(self, client: PscClient) -> None:
        self._client = client

    def post(self, url: str, *, data: Mapping[str, str], headers: Mapping[str, str], auth: Any) -> _Answer:
        """Send a form."""
        given = {**headers, "Content-Type": "application/x-www-form-urlencoded"}
        url, given, body = auth.prepare("POST", url, given, urlencode(data))
        return _Answer(self._client.send("POST", url, given, body.encode()))


def _refusal(error: str) -> PortalError:
    return PscDown("psc.error") if error in _DOWN else PscRefused(error)


def _json(found: Fetched) -> JsonObject | None:
    try:
        document = json.loads(found.body)
    except ValueError:
        return None
    return document if isinstance(document, dict) else None
