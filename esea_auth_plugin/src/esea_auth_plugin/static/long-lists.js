// Long lists: a field to search in them, and groups that follow another answer. Without JavaScript the list is whole,
// in groups, and the server checks what goes together.
import { answersSearch, foundText, groupsOffered } from "./lib/long-list.js";

const LEAST = 12;

/** The choices that stand in the list now are put there: hidden options are still offered by some browsers. */
class LongList {
  constructor(select) {
    this.select = select;
    this.content = [...select.children];
    this.groups = new Map(
      this.content.filter((child) => child.matches("optgroup")).map((group) => [group, [...group.children]]),
    );
    this.answer = "";
    this.typed = "";
  }

  show() {
    const chosen = this.select.value;
    const groups = [...this.groups.keys()];
    const offered = groupsOffered(groups.map((group) => group.dataset.for), this.answer);
    let count = 0;
    const fits = (option) => {
      const found = !option.value || option.value === chosen || answersSearch(option.label, this.typed);
      if (found && option.value && answersSearch(option.label, this.typed)) count += 1;
      return found;
    };
    const shown = this.content.filter((child) => {
      if (!this.groups.has(child)) return fits(child);
      if (!offered[groups.indexOf(child)]) return false;
      child.replaceChildren(...this.groups.get(child).filter(fits));
      return child.children.length > 0;
    });
    this.select.replaceChildren(...shown);
    this.select.value = chosen;
    if (this.select.selectedIndex < 0) this.select.value = "";
    return count;
  }

  get offers() {
    return this.select.querySelectorAll("option:not([value=''])").length;
  }
}

function addSearch(list) {
  const { select } = list;
  const label = document.querySelector(`label[for="${select.id}"]`);
  const search = document.createElement("input");
  search.type = "search";
  search.className = "input list-search";
  search.autocomplete = "off";
  search.placeholder = "Chercher dans la liste";
  search.setAttribute("aria-label", `Chercher dans la liste : ${label.firstChild.data.trim()}`);
  search.setAttribute("aria-controls", select.id);
  const told = document.createElement("p");
  told.className = "help list-found";
  told.setAttribute("role", "status");
  select.before(search);
  select.after(told);
  search.addEventListener("input", () => {
    list.typed = search.value;
    const count = list.show();
    told.textContent = search.value.trim() ? foundText(count) : "";
    const [only] = [...select.options].filter((option) => option.value && answersSearch(option.label, search.value));
    if (count === 1 && only && select.value !== only.value) {
      select.value = only.value;
      select.dispatchEvent(new Event("change", { bubbles: true }));
      told.textContent = `Choisi : ${only.label}.`;
    }
  });
  // Enter would send the form.
  search.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    select.focus();
  });
  return search;
}

for (const select of document.querySelectorAll("select[data-searchable]")) {
  const list = new LongList(select);
  const search = list.offers > LEAST ? addSearch(list) : null;
  const other = select.dataset.follows && select.form.elements.namedItem(select.dataset.follows);
  if (!other) continue;
  const field = select.closest(".field");
  const follow = () => {
    list.answer = other.value;
    list.show();
    field.hidden = list.offers === 0 && !field.matches(".field-invalid");
    if (search) search.hidden = list.offers <= LEAST && !list.typed;
  };
  other.addEventListener("change", follow);
  follow();
}
