// On a small screen the menu of « Mon compte » stands above the page, folded: forty sessions down nobody would find it.
// Without JavaScript it stays where it is, below and open.
const menu = document.querySelector(".account-menu");
const aside = menu?.closest("aside");

if (menu && aside) {
  const small = window.matchMedia("(max-width: 60rem)");
  const frame = aside.parentElement;
  const fold = document.createElement("details");
  const summary = document.createElement("summary");
  summary.textContent = "Menu de mon compte";
  fold.className = "account-fold";

  const adapt = () => {
    if (small.matches && !fold.isConnected) {
      fold.append(summary, ...menu.childNodes);
      menu.append(fold);
      frame.prepend(aside);
    } else if (!small.matches && fold.isConnected) {
      summary.remove();
      menu.append(...fold.childNodes);
      fold.remove();
      frame.append(aside);
    }
  };
  fold.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && fold.open) {
      fold.open = false;
      summary.focus();
    }
  });
  small.addEventListener("change", adapt);
  adapt();
}
