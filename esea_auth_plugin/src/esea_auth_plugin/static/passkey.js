// Passkeys: asks the browser's own interface for a signature or a new key, and sends the form with the answer.

const toBytes = (text) => {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (char) => char.charCodeAt(0));
};

const toText = (buffer) => {
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
};

const descriptors = (list) => (list ?? []).map((each) => ({ ...each, id: toBytes(each.id) }));

// Older browsers lack the readers and writers of JSON; these do the same.
const readRequest = (options) => ({
  ...options,
  challenge: toBytes(options.challenge),
  allowCredentials: descriptors(options.allowCredentials),
});

const readCreation = (options) => ({
  ...options,
  challenge: toBytes(options.challenge),
  user: { ...options.user, id: toBytes(options.user.id) },
  excludeCredentials: descriptors(options.excludeCredentials),
});

const written = (credential) => {
  const { response } = credential;
  const answer = { clientDataJSON: toText(response.clientDataJSON) };
  if (response.attestationObject) {
    answer.attestationObject = toText(response.attestationObject);
    answer.transports = response.getTransports?.() ?? [];
  } else {
    answer.authenticatorData = toText(response.authenticatorData);
    answer.signature = toText(response.signature);
    answer.userHandle = response.userHandle ? toText(response.userHandle) : null;
  }
  return JSON.stringify({
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    response: answer,
    clientExtensionResults: credential.getClientExtensionResults(),
    authenticatorAttachment: credential.authenticatorAttachment ?? null,
  });
};

const reasons = {
  NotAllowedError: "La demande a été annulée, ou a pris trop de temps. Réessayez.",
  InvalidStateError: "Cet appareil a déjà une clé pour votre compte : elle est prête à servir.",
  SecurityError: "L’adresse de cette page ne permet pas d’utiliser une clé d’accès. Vérifiez-la.",
  NotSupportedError: "Cet appareil ne sait pas créer de clé d’accès. Essayez avec votre téléphone.",
};

const tell = (place, error) => {
  const message = place.querySelector("[data-passkey-message]");
  if (!message) return;
  message.textContent = reasons[error?.name] ?? "La clé d’accès n’a pas pu servir. Réessayez, ou changez de mode.";
  message.hidden = false;
};

// A challenge is good for five minutes. A page that was open longer takes the options of the same page as it is now.
const FRESH = 240_000;
let loaded = Date.now();

async function refreshed(place) {
  if (Date.now() - loaded < FRESH) return;
  const answer = await fetch(location.href, { credentials: "same-origin", cache: "no-store" });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const now = page.querySelector(`[data-passkey="${place.dataset.passkey}"]`);
  if (!answer.ok || !now) throw new Error(String(answer.status));
  const field = (scope) => scope.querySelector("[name=challenge]");
  place.dataset.options = now.dataset.options;
  field(place).value = field(now).value;
  loaded = Date.now();
}

let waiting = null;

async function ask(place, form, mediation) {
  waiting?.abort();
  waiting = new AbortController();
  const { signal } = waiting;
  await refreshed(place);
  const options = JSON.parse(place.dataset.options);
  const wanted =
    place.dataset.passkey === "create"
      ? navigator.credentials.create({ publicKey: readCreation(options), signal })
      : navigator.credentials.get({ publicKey: readRequest(options), signal, mediation });
  const credential = await wanted;
  if (signal.aborted) throw signal.reason; // another way was chosen meanwhile
  form.elements.credential.value = written(credential);
  form.requestSubmit();
}

for (const place of document.querySelectorAll("[data-passkey='get'], [data-passkey='create']")) {
  const form = place.closest("form");
  let busy = false;
  // Before forms.js, which locks a form once sent: this first submission only asks the browser.
  form.addEventListener(
    "submit",
    (event) => {
      if (form.elements.credential.value) return;
      event.preventDefault();
      if (busy) return;
      if (!window.PublicKeyCredential) {
        tell(place, { name: "NotSupportedError" });
        return;
      }
      busy = true;
      ask(place, form)
        .catch((error) => tell(place, error))
        .finally(() => { busy = false; });
    },
    { capture: true },
  );
  // Answered once: whoever comes back to the page begins anew.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) form.elements.credential.value = "";
  });
  if (place.dataset.unknown) {
    // A key that was removed here: the browser need not offer it any more.
    window.PublicKeyCredential?.signalUnknownCredential?.(JSON.parse(place.dataset.unknown)).catch(() => {});
  }
}

const quiet = document.querySelector("[data-passkey='conditional']");
if (quiet && (await window.PublicKeyCredential?.isConditionalMediationAvailable?.())) {
  quiet.hidden = false;
  quiet.addEventListener(
    "submit",
    (event) => {
      if (!quiet.elements.credential.value) event.preventDefault();
    },
    { capture: true },
  );
  let again = 0;
  // Nobody asked for anything yet: a refusal is nothing to talk about.
  const propose = () => {
    again = setTimeout(propose, FRESH + 1_000);
    ask(quiet, quiet, "conditional")
      .then(() => clearTimeout(again))
      .catch(() => {});
  };
  const own = "a.tile[href^='/connexion/cle']";
  // Another way was chosen: a key that is touched while its page is on the way takes nobody's place any more.
  const leave = () => {
    clearTimeout(again);
    waiting?.abort();
  };
  const leads = (link) => link.origin === location.origin && link.pathname !== location.pathname;
  const here = (event) => event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
  document.addEventListener(
    "click",
    (event) => {
      const link = event.target.closest?.("a[href]");
      if (link && here(event) && leads(link) && !link.matches(own)) leave();
    },
    { capture: true },
  );
  document.addEventListener(
    "submit",
    (event) => {
      if (event.target !== quiet) leave();
    },
    { capture: true },
  );
  window.addEventListener("pagehide", leave);
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    quiet.elements.credential.value = "";
    propose();
  });
  // The tile of the mode asks at once, without another page; where that fails, the message stands beside the field.
  for (const tile of document.querySelectorAll(own)) {
    tile.addEventListener("click", (event) => {
      event.preventDefault();
      clearTimeout(again);
      ask(quiet, quiet).catch((error) => tell(quiet, error));
    });
  }
  propose();
}

const accepted = document.querySelector("[data-passkey-accepted]");
if (accepted && window.PublicKeyCredential?.signalAllAcceptedCredentials) {
  window.PublicKeyCredential.signalAllAcceptedCredentials(JSON.parse(accepted.dataset.passkeyAccepted)).catch(() => {});
}
