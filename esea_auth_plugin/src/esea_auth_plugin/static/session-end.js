// Warns before the session ends and offers to stay (WCAG 2.2.1). Time is read from the clock, not counted in ticks:
// a laptop that slept must not believe that it has time left.
import { sessionState } from "./lib/session-countdown.js";

const box = document.querySelector("[data-session-end]");

if (box) {
  const form = box.querySelector("[data-session-end-form]");
  const text = box.querySelector("[data-session-end-text]");
  const status = document.createElement("p");
  status.className = "visually-hidden";
  status.setAttribute("role", "status");
  box.after(status);
  const warnBefore = Number(box.dataset.warnBefore);
  let endsAt = Date.now() + Number(box.dataset.endsIn) * 1000;
  let dismissed = false;
  let before = null;
  let over = false;

  const open = () => {
    before = document.activeElement;
    box.hidden = false;
    box.focus();
  };

  const close = () => {
    box.hidden = true;
    before?.focus?.();
  };

  const tick = () => {
    const { phase, text: message, nextTick } = sessionState(endsAt, Date.now(), warnBefore);
    if (phase === "over" && !over) {
      over = true;
      text.textContent = message;
      form.hidden = true;
      if (box.hidden) open();
      else status.textContent = message;
    } else if (phase === "ending") {
      text.textContent = message;
      if (box.hidden && !dismissed) open();
    }
    if (!over) window.setTimeout(tick, nextTick);
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        body: new FormData(form),
        headers: { Accept: "application/json" },
      });
      const { ends_in: seconds } = await answer.json();
      if (!answer.ok || !(seconds > 0)) throw new Error(String(answer.status));
      endsAt = Date.now() + seconds * 1000;
      dismissed = seconds <= warnBefore; // the absolute end is near: it can't be moved, so don't ask again
      close();
      status.textContent = "Votre session est prolongée.";
    } catch {
      text.textContent = "La session n'a pas pu être prolongée. Enregistrez votre travail et reconnectez-vous.";
      status.textContent = text.textContent;
    }
  });
  box.querySelector("[data-session-end-close]").addEventListener("click", () => {
    dismissed = true;
    close();
  });
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    dismissed = true;
    close();
  });
  document.addEventListener("visibilitychange", () => { if (!document.hidden && !over) tick(); });
  tick();
}
