// Keeps the board of difficulties fresh: asks each half minute for its list, which answers « nothing new » cheaply.
// Without this script the page is what it was when it was opened, and says when that was.
import { freshness } from "./lib/freshness.js";

const PACE = 30_000;
const board = document.querySelector("[data-board]");
const told = document.querySelector("[data-freshness]");

if (board && told) {
  let tag = "";
  let last = new Date();

  async function refresh() {
    if (!document.hidden) {
      try {
        const headers = tag ? { "If-None-Match": tag } : {};
        const answer = await fetch(board.dataset.board, { headers, cache: "no-store" });
        if (answer.redirected) throw new Error("signed out");
        if (answer.status !== 304) {
          if (!answer.ok) throw new Error(String(answer.status));
          const focused = document.activeElement?.getAttribute("href");
          const list = new DOMParser().parseFromString(await answer.text(), "text/html");
          board.replaceChildren(...list.body.childNodes);
          if (focused) board.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
          tag = answer.headers.get("ETag") ?? "";
        }
        last = new Date();
        told.textContent = freshness(last, true);
      } catch {
        told.textContent = freshness(last, false);
      }
    }
    setTimeout(refresh, PACE);
  }

  setTimeout(refresh, PACE);
}
