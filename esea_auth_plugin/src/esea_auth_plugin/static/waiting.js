// A page that waits: asks one small address, no sooner than it was told, and sends its own form once it may be judged.
// Without this script the form's button does the same.
import { pollDelay, retryDelay } from "./lib/polling.js";

const form = document.querySelector("form[data-wait]");

if (form) {
  let failures = 0;

  const usual = Number(form.dataset.seconds);

  async function ask() {
    // A page that nobody looks at does not ask; it asks as soon as it is looked at again.
    if (document.hidden) {
      document.addEventListener("visibilitychange", ask, { once: true });
      return;
    }
    try {
      const answer = await fetch(form.dataset.wait, { headers: { Accept: "application/json" }, cache: "no-store" });
      if (!answer.ok) throw new Error(String(answer.status));
      const { ready, seconds } = await answer.json();
      failures = 0;
      if (ready) form.requestSubmit();
      else setTimeout(ask, pollDelay(seconds));
    } catch {
      failures += 1;
      setTimeout(ask, retryDelay(usual, failures));
    }
  }

  setTimeout(ask, pollDelay(usual));
}
