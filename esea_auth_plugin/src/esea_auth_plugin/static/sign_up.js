// « Sûreté du mot de passe » as one types.
// The server judges; this only shows what it says. Nothing typed is kept here.

import { EMPTY, scoreText, strengthRequest } from "./lib/strength.js";

const PAUSE = 350;
const panel = document.querySelector("[data-strength]");
const password = document.querySelector("[data-meter='surete']");

if (panel && password) {
  const form = password.form;
  const label = panel.querySelector("[data-strength-label]");
  const meter = panel.querySelector("[data-strength-meter]");
  const advice = panel.querySelector("[data-strength-advice]");
  const holder = password.closest(".field") ?? password;
  let timer = 0;
  let asked = 0;

  holder.after(panel);

  const ownWords = () =>
    ["identifier", "first_name", "last_name"].map((name) => form.elements.namedItem(name)?.value);

  const show = (found) => {
    label.textContent = found.label;
    meter.value = found.score;
    meter.textContent = scoreText(found.score);
    advice.replaceChildren(
      ...found.messages.map((message) => {
        const line = document.createElement("p");
        line.textContent = message;
        return line;
      }),
    );
  };

  const ask = async () => {
    const turn = ++asked;
    panel.hidden = !password.value;
    if (!password.value) {
      show(EMPTY);
      return;
    }
    try {
      const answer = await fetch(panel.dataset.strength, {
        method: "POST",
        credentials: "same-origin",
        headers: {
          "Content-Type": "application/json",
          Accept: "application/json",
          "X-CSRF-Token": form.elements.namedItem("csrf_token").value,
        },
        body: strengthRequest(password.value, ownWords()),
      });
      // An older answer must not cover a newer one; without an answer the server still judges at « Suivant ».
      if (answer.ok && turn === asked) show(await answer.json());
    } catch {
      label.textContent = EMPTY.label;
    }
  };

  password.addEventListener("input", () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(ask, PAUSE);
  });
}
