// Passkeys: asks the browser's own interface for a signature or a new key, and sends the form with the answer.

import { isOtherPage, opensInThisTab } from "./lib/navigation.js";
import { refusalMessage } from "./lib/passkey-messages.js";
import { creationOptions, credentialJson, requestOptions } from "./lib/webauthn-json.js";

const tell = (place, error) => {
  const message = place.querySelector("[data-passkey-message]");
  if (!message) return;
  message.textContent = refusalMessage(error?.name);
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
      ? navigator.credentials.create({ publicKey: creationOptions(options), signal })
      : navigator.credentials.get({ publicKey: requestOptions(options), signal, mediation });
  const credential = await wanted;
  if (signal.aborted) throw signal.reason; // another way was chosen meanwhile
  form.elements.credential.value = JSON.stringify(credentialJson(credential));
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
  document.addEventListener(
    "click",
    (event) => {
      const link = event.target.closest?.("a[href]");
      if (link && opensInThisTab(event) && isOtherPage(link, location) && !link.matches(own)) leave();
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
