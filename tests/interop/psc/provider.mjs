// Pro Santé Connect for tests: the certified oidc-provider with PSC's claims, its two hosts, its own discovery name and
// CIBA in poll mode; plus a control address by which a test says who is there and what goes wrong.
// Usage: node provider.mjs CONFIGURATION.json — the first line it prints is « ready ».
import { createServer } from "node:http";
import { readFileSync } from "node:fs";
import { generateKeyPairSync, createHmac, randomUUID } from "node:crypto";
import { Provider } from "oidc-provider";
import { exportJWK, SignJWT, decodeJwt } from "jose";

const given = JSON.parse(readFileSync(process.argv[2], "utf8"));
const AUTH = `http://127.0.0.1:${given.auth_port}`;
const WALLET = `http://localhost:${given.wallet_port}`;

// --- keys ---------------------------------------------------------------------------------------------------------

const makeKey = () => generateKeyPairSync("rsa", { modulusLength: 2048 });
const own = makeKey();
const strange = makeKey();
const jwk = { ...(await exportJWK(own.privateKey)), kid: "psc-1", use: "sig", alg: "RS256" };

// --- what a test may change ---------------------------------------------------------------------------------------

const state = { person: null, people: {}, faults: {}, acr: "eidas1", counts: {}, rings: [], logoutTokens: [] };
const fault = (name) => state.faults[name];

const claimNames = [
  "SubjectNameID", "preferred_username", "given_name", "family_name", "codeCivilite", "email_verified", "SubjectRole",
  "SubjectOrganization", "SubjectOrganizationID", "Secteur_Activite", "Palier_Authentification", "Mode_Acces_Raison",
  "Acces_Regulation_Medicale", "PSI_Locale", "UITVersion", "otherIds", "otherIDs", "codeGenreActivite", "SubjectRefPro",
  "authMode",
];

/** What the portal verifies with, and entries of a set that it can't use. */
const published = Object.fromEntries(["kty", "n", "e", "kid", "use", "alg"].map((name) => [name, jwk[name]]));
const unusable = [
  null, "clef", 5, [], {}, { kty: "RSA" }, { kty: "EC", crv: "P-256K", kid: "psc-0", use: "sig", x: "AA", y: "AA" },
  { ...published, kid: null }, { ...published, kid: 7 }, { ...published, kid: "psc-2", n: "!!" },
  { ...published, kid: "psc-3", key_ops: ["encrypt"] }, { kty: "oct", k: "c2VjcmV0", kid: "psc-1", use: "sig" },
  { kty: "AKP", alg: "ML-DSA-44", kid: "psc-4", pub: "AA" }, { ...published, kid: "psc-5", use: "enc" },
];

const account = (sub) => ({
  accountId: sub,
  claims: () => ({ ...state.people[sub], sub }),
});

async function grantFor(provider, accountId, clientId) {
  const grant = new provider.Grant({ accountId, clientId });
  grant.addOIDCScope("openid scope_all");
  await grant.save();
  return grant;
}

const client = (id, secret) => ({
  client_id: id,
  client_secret: secret,
  redirect_uris: given.redirect_uris,
  post_logout_redirect_uris: given.post_logout_redirect_uris,
  grant_types: ["authorization_code", "urn:openid:params:grant-type:ciba"],
  response_types: ["code"],
  token_endpoint_auth_method: given.client_authentication ?? "client_secret_basic",
  backchannel_token_delivery_mode: "poll",
  require_auth_time: true,
  id_token_signed_response_alg: "RS256",
});

// A client without any secret: the certificate of its connection proves it (RFC 8705, 2.1).
const { client_secret: _, ...mutual } = client("portail-tls");
const clients = [
  client("portail", given.client_secret),
  client("autre", "secret-d-un-autre-client-du-fournisseur"),
  { ...mutual, token_endpoint_auth_method: "tls_client_auth", tls_client_auth_subject_dn: "CN=portail.exemple.fr" },
];

const provider = new Provider(AUTH, {
  clients,
  clientAuthMethods: ["client_secret_basic", "client_secret_post", "tls_client_auth"],
  jwks: { keys: [jwk] },
  scopes: ["openid", "scope_all"],
  claims: { openid: ["sub"], scope_all: claimNames, acr: null, amr: null, auth_time: null, sid: null },
  acrValues: ["eidas0", "eidas1", "eidas2", "eidas3"],
  extraParams: ["channel"],
  pkce: { required: () => true },
  // PSC takes a sign-out as a form, from another site.
  enableHttpPostMethods: true,
  cookies: { keys: ["clef-de-test"], long: { sameSite: "none" }, short: { sameSite: "none" } },
  findAccount: (ctx, sub) => (state.people[sub] ? account(sub) : undefined),
  ttl: {
    AccessToken: 120,
    AuthorizationCode: 60,
    IdToken: 300,
    BackchannelAuthenticationRequest: 120,
    Session: 14400,
    Grant: 14400,
    Interaction: 600,
  },
  interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
  loadExistingGrant: (ctx) => grantFor(provider, ctx.oidc.session.accountId, ctx.oidc.client.clientId),
  features: {
    devInteractions: { enabled: false },
    rpInitiatedLogout: {
      enabled: true,
      // PSC asks nothing either: the form sends itself.
      logoutSource: (ctx, form) => {
        const button = "<button form=\"op.logoutForm\" name=\"logout\" value=\"yes\">Fermer</button>";
        ctx.body = `<!doctype html><title>PSC</title>${form}${button}`;
      },
    },
    // What the TLS server in front says of the connection (tls_front.py).
    mTLS: {
      enabled: true,
      tlsClientAuth: true,
      getCertificate: (ctx) => decodeURIComponent(ctx.get("x-ssl-client-cert")) || undefined,
      certificateAuthorized: (ctx) => ctx.get("x-ssl-client-verify") === "SUCCESS",
      certificateSubjectMatches: (ctx, property, expected) =>
        property === "tls_client_auth_subject_dn" && ctx.get("x-ssl-client-s-dn") === expected,
    },
    ciba: {
      enabled: true,
      deliveryModes: ["poll"],
      processLoginHint: (ctx, hint) =>
        Object.keys(state.people).find((sub) => state.people[sub].SubjectNameID === hint),
      validateBindingMessage: () => {},
      validateRequestContext: () => {},
      verifyUserCode: () => {},
      triggerAuthenticationDevice: async (ctx, request, who, by) => {
        const { binding_message, login_hint, channel } = ctx.oidc.params;
        state.rings.push({
          id: request.jti,
          accountId: who.accountId,
          clientId: by.clientId,
          binding_message,
          login_hint,
          channel: channel ?? null,
        });
      },
    },
  },
});

// --- faults -------------------------------------------------------------------------------------------------------

const b64 = (value) => Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");
const sign = (claims, key = own.privateKey, header = {}) =>
  new SignJWT(claims).setProtectedHeader({ alg: "RS256", typ: "JWT", kid: "psc-1", ...header }).sign(key);

async function tampered(token) {
  const claims = decodeJwt(token);
  const now = Math.floor(Date.now() / 1000);
  switch (fault("id_token")) {
    case "wrong_nonce": return sign({ ...claims, nonce: "autre" });
    case "no_nonce": { const { nonce: _, ...rest } = claims; return sign(rest); }
    case "expired": return sign({ ...claims, iat: now - 7200, exp: now - 3600 });
    case "future": return sign({ ...claims, iat: now + 600, exp: now + 1200 });
    case "other_issuer": return sign({ ...claims, iss: "https://autre.example" });
    case "other_audience": return sign({ ...claims, aud: "autre" });
    case "two_audiences": return sign({ ...claims, aud: ["portail", "autre"], azp: "autre" });
    case "no_acr": { const { acr: _, ...rest } = claims; return sign(rest); }
    case "no_auth_time": { const { auth_time: _, ...rest } = claims; return sign(rest); }
    case "old_auth_time": return sign({ ...claims, auth_time: now - 5 * 3600 });
    case "other_sub": return sign({ ...claims, sub: "quelqu-un-d-autre" });
    case "bad_at_hash": return sign({ ...claims, at_hash: "AAAAAAAAAAAAAAAAAAAAAA" });
    case "bad_signature": return sign(claims, strange.privateKey);
    case "unknown_kid": return sign(claims, strange.privateKey, { kid: randomUUID() });
    case "alg_none": return `${b64({ alg: "none", kid: "psc-1" })}.${b64(claims)}.`;
    case "hs256_public": {
      const head = `${b64({ alg: "HS256", kid: "psc-1" })}.${b64(claims)}`;
      const pem = own.publicKey.export({ type: "spki", format: "pem" });
      return `${head}.${createHmac("sha256", pem).update(head).digest("base64url")}`;
    }
    case "nested": {
      const head = b64({ alg: "RSA-OAEP", enc: "A256GCM", kid: "psc-1" });
      return `${head}.${b64("x")}.${b64("x")}.${b64(claims)}.${b64("x")}`;
    }
    default: return token;
  }
}

provider.use(async (ctx, next) => {
  await next();
  if (ctx.path === "/token" && ctx.body?.id_token && fault("id_token")) {
    ctx.body = { ...ctx.body, id_token: await tampered(ctx.body.id_token) };
  }
  if (ctx.path === "/me" && ctx.status === 200 && fault("userinfo") === "other_sub") {
    ctx.body = { ...ctx.body, sub: "quelqu-un-d-autre" };
  }
});

const callback = provider.callback();
const wait = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000).unref());
const answer = (response, status, body, type = "application/json") => {
  response.writeHead(status, { "content-type": type });
  response.end(typeof body === "string" ? body : JSON.stringify(body));
};

const faultsByPath = {
  "/token": "token",
  "/me": "userinfo",
  "/jwks": "jwks",
  "/.well-known/wallet-openid-configuration": "discovery",
  "/backchannel": "ciba",
};

// Returns true when the fault answered in the provider's place.
async function failed(path, response) {
  const name = faultsByPath[path];
  const kind = name && fault(name);
  if (kind === "hang") await wait(fault("hang_seconds") ?? 30);
  if (kind === "hang") return false; // late, and right
  if (kind === "down") { answer(response, 503, "<h1>503</h1>", "text/html"); return true; }
  if (kind === "garbage") { answer(response, 200, "<html>maintenance</html>", "text/html"); return true; }
  if (kind === "bad_neighbours") { answer(response, 200, { keys: [...unusable, published] }); return true; }
  if (typeof kind === "string" && kind.startsWith("error:")) {
    answer(response, 400, { error: kind.slice(6) });
    return true;
  }
  if (kind === "slow_down") { answer(response, 400, { error: "slow_down" }); return true; }
  return false;
}

// --- control ------------------------------------------------------------------------------------------------------

const body = async (request) => {
  const parts = [];
  for await (const part of request) parts.push(part);
  return parts.length ? JSON.parse(Buffer.concat(parts).toString()) : {};
};

async function control(request, response, path) {
  const asked = request.method === "POST" ? await body(request) : {};
  if (path === "/control/set") Object.assign(state, asked);
  if (path === "/control/answer") {
    const ring = state.rings.find((each) => each.login_hint === asked.login_hint && !each.answered);
    if (!ring) return answer(response, 404, {});
    ring.answered = true;
    if (asked.accept) {
      const grant = await grantFor(provider, ring.accountId, ring.clientId);
      const authTime = Math.floor(Date.now() / 1000);
      await provider.backchannelResult(ring.id, grant, { acr: state.acr, amr: ["swk", "mfa"], authTime });
    } else {
      const { errors } = await import("oidc-provider");
      await provider.backchannelResult(ring.id, new errors.AccessDenied("refused"));
    }
  }
  if (path === "/control/logout-token") {
    const now = Math.floor(Date.now() / 1000);
    const events = { "http://schemas.openid.net/event/backchannel-logout": {} };
    const claims = { iss: AUTH, aud: "portail", iat: now, exp: now + 120, jti: randomUUID(), events, ...asked.claims };
    for (const name of asked.without ?? []) delete claims[name];
    const key = asked.strange ? strange.privateKey : own.privateKey;
    return answer(response, 200, { token: await sign(claims, key, { typ: "logout+jwt" }) });
  }
  return answer(response, 200, state);
}

async function discovery(response) {
  const found = await fetch(`${AUTH}/.well-known/openid-configuration`).then((each) => each.json());
  found.authorization_endpoint = `${WALLET}/auth`;
  found.acr_values_supported = ["0", "0"];
  if (fault("discovery") === "other_issuer") found.issuer = "https://autre.example";
  answer(response, 200, found);
}

async function interaction(request, response) {
  const details = await provider.interactionDetails(request, response);
  const sub = state.person;
  if (!sub) {
    return provider.interactionFinished(request, response, { error: "access_denied", error_description: "abandon" });
  }
  if (details.prompt.name === "login") {
    const login = { accountId: sub, acr: state.acr, amr: ["swk", "mfa"], remember: true };
    return provider.interactionFinished(request, response, { login });
  }
  const grant = await grantFor(provider, sub, details.params.client_id);
  return provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } });
}

async function serve(request, response) {
  const path = new URL(request.url, AUTH).pathname;
  if (path.startsWith("/control/")) return control(request, response, path);
  state.counts[path] = (state.counts[path] ?? 0) + 1;
  if (await failed(path, response)) return undefined;
  if (path === "/.well-known/wallet-openid-configuration") return discovery(response);
  if (path.startsWith("/interaction/")) return interaction(request, response);
  return callback(request, response);
}

const handler = (request, response) =>
  serve(request, response).catch((error) => {
    console.error(error);
    if (!response.headersSent) answer(response, 500, { error: String(error) });
  });
createServer(handler).listen(given.wallet_port, "localhost");
createServer(handler).listen(given.auth_port, "127.0.0.1", () => console.log("ready"));
process.on("SIGTERM", () => process.exit(0));
