// Tells the value of the part of a chart that the pointer or the keyboard is on. Without it, the browser shows the
// titles of the parts, and the table below each chart has the same numbers.

import { NONE, nextSpot, tipLeft } from "./lib/chart-spots.js";

function follow(drawings) {
  const tip = document.createElement("p");
  tip.className = "chart-tip";
  tip.setAttribute("role", "status");
  tip.hidden = true;
  drawings.append(tip);
  for (const svg of drawings.querySelectorAll(".chart-svg")) listen(svg, tip, drawings);
}

function listen(svg, tip, drawings) {
  const spots = [...svg.querySelectorAll(".chart-spot")].map((node) => {
    const title = node.querySelector("title");
    const text = title.textContent;
    title.remove(); // the browser's own tip would lie above ours
    return { node, text };
  });
  let at = NONE;

  function leave() {
    if (at !== NONE) spots[at].node.classList.remove("chart-spot-on");
    at = NONE;
    tip.hidden = true;
  }

  function go(index) {
    if (index === at || index === NONE) return;
    leave();
    at = index;
    const { node, text } = spots[index];
    node.classList.add("chart-spot-on");
    tip.textContent = text;
    tip.hidden = false;
    const scale = svg.clientWidth / svg.viewBox.baseVal.width;
    const box = drawings.getBoundingClientRect();
    tip.style.insetInlineStart = `${tipLeft(Number(node.dataset.x) * scale, tip.offsetWidth, box.width)}px`;
    const above = Number(node.dataset.y) * scale - tip.offsetHeight - 12;
    tip.style.insetBlockStart = `${above > 0 ? above : Number(node.dataset.y) * scale + 12}px`;
  }

  svg.setAttribute("tabindex", "0");
  svg.addEventListener("pointermove", (event) => go(spots.findIndex(({ node }) => node === event.target)));
  svg.addEventListener("pointerleave", leave);
  svg.addEventListener("blur", leave);
  svg.addEventListener("keydown", (event) => {
    if (event.key === "Escape") leave();
    const index = nextSpot(event.key, at, spots.length);
    if (index !== at) {
      event.preventDefault();
      go(index);
    }
  });
}

for (const each of document.querySelectorAll(".chart-drawings")) follow(each);
