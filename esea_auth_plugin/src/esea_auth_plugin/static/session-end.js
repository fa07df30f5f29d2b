// Warns before the session ends and offers to stay (WCAG 2.2.1). Time is read from the clock, not counted in ticks:
// a laptop that slept must not believe that it has time left.
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

  const left = () => Math.round((endsAt - Date.now()) / 1000);

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
    const seconds = left();
    if (seconds <= 0 && !over) {
      over = true;
      text.textContent = "Votre session est terminée. Reconnectez-vous : ce que vous enverrez depuis cette page sera repris.";
      form.hidden = true;
      if (box.hidden) open();
      else status.textContent = text.textContent;
    } else if (seconds > 0 && seconds <= warnBefore) {
      const minutes = Math.ceil(seconds / 60);
      text.textContent = `Elle se termine dans ${minutes} minute${minutes > 1 ? "s" : ""}. Ce que vous n'avez pas envoyé pourrait être perdu.`;
      if (box.hidden && !dismissed) open();
    }
    if (!over) window.setTimeout(tick, seconds > warnBefore ? Math.min((seconds - warnBefore) * 1000, 60_000) : 5_000);
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    try {
      const answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { Accept: "application/json" } });
      const { ends_in: seconds } = await answer.json();
      if (!answer.ok || !(seconds > 0)) throw new Error(String(answer.status));
      endsAt = Date.now() + seconds * 1000;
      dismissed = seconds <= warnBefore; // the absolute end is near: it can't be moved, so don't ask again
      close();
      status.textContent = "Votre session est prolongée.";
    } catch {
      status.textContent = text.textContent = "La session n'a pas pu être prolongée. Enregistrez votre travail et reconnectez-vous.";
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
