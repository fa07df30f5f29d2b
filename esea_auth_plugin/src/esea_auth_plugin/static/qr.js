// The workstation's QR code: when its time is over, another one takes its place, without a reload.
// Without this script, or when it fails, the page's own form asks for another code a moment later.
import { renewalDelay } from "./lib/polling.js";

const place = document.querySelector("[data-qr]");

if (place) {
  const form = place.closest("form");
  const part = (name) => place.querySelector(`[data-qr-${name}]`);

  const renewAfter = (seconds) => {
    const delay = renewalDelay(seconds);
    if (delay !== null) setTimeout(renew, delay);
  };

  // Parsed in a document of its own, where nothing runs; only the picture is taken from it.
  const picture = (markup) => new DOMParser().parseFromString(markup, "text/html").querySelector("svg");

  async function renew() {
    // A screen that nobody looks at asks for nothing; it does as soon as it is looked at again.
    if (document.hidden) {
      document.addEventListener("visibilitychange", renew, { once: true });
      return;
    }
    try {
      const answer = await fetch(place.dataset.renew, {
        method: "POST",
        body: new URLSearchParams(new FormData(form)),
        headers: { Accept: "application/json" },
      });
      if (!answer.ok || answer.redirected) return;
      show(await answer.json());
    } catch {
      // The page's own form will do it.
    }
  }

  function show(given) {
    if (given.qr) {
      part("image").replaceChildren(picture(given.qr));
      part("code").textContent = given.code;
      part("number").textContent = given.number;
      part("status").textContent = "Un nouveau code est affiché : il vaut 90 secondes.";
    }
    if (given.seconds) renewAfter(given.seconds);
  }

  renewAfter(Number(place.dataset.seconds));
}
