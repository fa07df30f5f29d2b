// A postal code proposes town and département. Without JavaScript the server does, when the form is sent.
import { frenchCode, proposal, proposedText } from "./lib/towns.js";

for (const code of document.querySelectorAll("[data-towns]")) {
  const fields = code.form.elements;
  const [town, department, country] = ["city", "department", "country"].map((name) => fields.namedItem(name));
  const list = document.createElement("datalist");
  list.id = `${code.id}-communes`;
  const told = document.createElement("p");
  told.className = "help list-found";
  told.setAttribute("role", "status");
  code.after(told);
  if (town) {
    town.after(list);
    town.setAttribute("list", list.id);
  }
  let asked = "";
  let former = { town: "", department: "" };

  const propose = (found) => {
    told.textContent = proposedText(found);
    list.replaceChildren(
      ...found.towns.map((name) => {
        const option = document.createElement("option");
        option.value = name;
        return option;
      }),
    );
    const proposed = { town: found.towns.length === 1 ? found.towns[0] : "", department: found.department };
    if (town) town.value = proposal(town.value, former.town, proposed.town);
    if (department) department.value = proposal(department.value, former.department, proposed.department);
    former = proposed;
  };

  const ask = async () => {
    const typed = !country || country.value === code.dataset.country ? frenchCode(code.value) : "";
    if (typed === asked) return;
    asked = typed;
    if (!typed) {
      told.textContent = "";
      list.replaceChildren();
      return;
    }
    try {
      const answer = await fetch(`${code.dataset.towns}?code=${typed}`, { headers: { Accept: "application/json" } });
      // Another code may have been typed meanwhile.
      if (answer.ok && typed === asked) propose(await answer.json());
    } catch {
      asked = ""; // the server proposes when the form is sent
    }
  };

  code.addEventListener("input", ask);
  country?.addEventListener("change", ask);
  ask();
}
