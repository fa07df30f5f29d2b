// Helps with forms that work without it: focus on what to correct, shown passwords, counters, fields that depend on
// an answer, one submission for two clicks.
import { counterState } from "./lib/character-counter.js";
import { parseCondition } from "./lib/condition.js";

// What is to correct comes first: the summary takes the focus, its links go to the field and not only near it.
const summary = document.querySelector("[data-error-summary]");
if (summary) {
  summary.focus();
  summary.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    const field = link && document.getElementById(link.hash.slice(1));
    if (field) {
      event.preventDefault();
      field.scrollIntoView({ block: "center" });
      field.focus({ preventScroll: true });
    }
  });
} else {
  // A page without summary says it beside the field. After an act the next page begins with what came of it: there one
  // reads on, not at the top of the frame.
  const next = document.querySelector("main [aria-invalid='true']") ?? document.querySelector("[data-told]");
  next?.focus({ preventScroll: next.hasAttribute("data-told") });
}

for (const toggle of document.querySelectorAll("[data-password-toggle]")) {
  const input = document.getElementById(toggle.getAttribute("aria-controls"));
  const label = toggle.firstChild;
  const show = (shown) => {
    input.type = shown ? "text" : "password";
    toggle.setAttribute("aria-pressed", String(shown));
    label.data = shown ? "Masquer" : "Afficher";
  };
  toggle.hidden = false;
  toggle.addEventListener("click", () => show(input.type === "password"));
  // A password left readable would be kept by the browser as an ordinary answer.
  input.form?.addEventListener("submit", () => show(false));
}

for (const counter of document.querySelectorAll("[data-counter-for]")) {
  const area = document.getElementById(counter.dataset.counterFor);
  const limit = Number(area.dataset.limit);
  let speaking;
  const spoken = document.createElement("span");
  spoken.className = "visually-hidden";
  spoken.setAttribute("role", "status");
  const shown = document.createElement("span");
  shown.setAttribute("aria-hidden", "true");
  counter.replaceChildren(shown, spoken);
  const count = () => {
    const { text, isOver, announcement } = counterState(area.value, limit);
    shown.textContent = text;
    counter.classList.toggle("is-over", isOver);
    // Said once the person pauses, and only near the end: a counter that speaks at every key is noise.
    window.clearTimeout(speaking);
    speaking = window.setTimeout(() => { spoken.textContent = announcement; }, 900);
  };
  area.addEventListener("input", count);
  count();
}

// data-shown-when="profession=autre" or "profession=autre|99". Hidden fields are sent too: the server alone decides.
for (const part of document.querySelectorAll("[data-shown-when]")) {
  const { field, matches } = parseCondition(part.dataset.shownWhen);
  const form = part.closest("form");
  const adapt = () => {
    part.hidden = !matches(new FormData(form).getAll(field));
  };
  form.addEventListener("change", adapt);
  adapt();
}

// A second click sends nothing: the first answer is on its way. Coming back to the page makes it usable again.
for (const form of document.querySelectorAll("form:not([data-session-end-form])")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    if (event.defaultPrevented) return;
    form.dataset.sent = "yes";
    for (const button of form.querySelectorAll("[type=submit]")) button.setAttribute("aria-disabled", "true");
  });
}
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("[type=submit]")) button.removeAttribute("aria-disabled");
  }
});
