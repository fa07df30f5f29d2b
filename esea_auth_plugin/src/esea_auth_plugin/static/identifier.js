// Tells whether an identifier is available once it is typed. The server decides when the form is sent.

for (const input of document.querySelectorAll("input[data-check]")) {
  const told = document.createElement("p");
  told.className = "help list-found";
  told.setAttribute("role", "status");
  input.after(told);
  let asked = input.defaultValue;

  const take = (proposal) => {
    input.value = proposal;
    asked = proposal;
    told.textContent = `Votre identifiant sera ${proposal}.`;
    input.focus();
  };

  const show = ({ message, proposal }) => {
    told.replaceChildren(message);
    if (!proposal) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-quiet btn-small";
    button.textContent = `Prendre ${proposal}`;
    button.addEventListener("click", () => take(proposal));
    told.append(" ", button);
  };

  const ask = async () => {
    const typed = input.value.trim();
    if (!typed || typed === asked) return;
    asked = typed;
    try {
      const answer = await fetch(input.dataset.check, {
        method: "POST",
        credentials: "same-origin",
        headers: {
          "Content-Type": "application/json",
          Accept: "application/json",
          "X-CSRF-Token": input.form.elements.namedItem("csrf_token").value,
        },
        body: JSON.stringify({ identifier: typed }),
      });
      // Too many questions, or a draft that ended: « Suivant » tells. An older answer no longer counts.
      if (answer.ok && typed === input.value.trim()) show(await answer.json());
    } catch {
      asked = "";
    }
  };

  input.addEventListener("change", ask);
  input.addEventListener("input", () => told.replaceChildren());
  // Typed before this script came.
  if (document.activeElement !== input) ask();
}
