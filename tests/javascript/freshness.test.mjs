import assert from "node:assert/strict";
import { test } from "node:test";
import { freshness } from "./modules.mjs";

test("a page says when it was fresh, and that it can't be refreshed", () => {
  const moment = new Date(2026, 11, 1, 9, 5);
  assert.equal(freshness(moment, true), "À jour à 9\u00a0h\u00a005");
  assert.equal(freshness(moment, false), "Impossible de rafraîchir : la liste date de 9\u00a0h\u00a005");
});
