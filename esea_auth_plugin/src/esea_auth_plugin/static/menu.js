// Folds the navigation behind a button on small screens. Without JavaScript the navigation is simply open.
const button = document.querySelector("[data-menu-button]");
const menu = button && document.getElementById(button.getAttribute("aria-controls"));

if (button && menu) {
  const small = window.matchMedia("(max-width: 48rem)");

  const show = (open) => {
    menu.classList.toggle("is-closed", !open);
    button.setAttribute("aria-expanded", String(open));
  };
  const adapt = () => {
    button.hidden = !small.matches;
    show(!small.matches);
  };

  button.addEventListener("click", () => show(button.getAttribute("aria-expanded") !== "true"));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && small.matches && button.getAttribute("aria-expanded") === "true") {
      show(false);
      button.focus();
    }
  });
  small.addEventListener("change", adapt);
  adapt();
}
