import assert from "node:assert/strict";
import { test } from "node:test";
import { NONE, nextSpot, tipLeft } from "./modules.mjs";

test("the arrows go through the parts of a chart and stop at its ends", () => {
  assert.equal(nextSpot("ArrowRight", NONE, 3), 0);
  assert.equal(nextSpot("ArrowRight", 1, 3), 2);
  assert.equal(nextSpot("ArrowRight", 2, 3), 2);
  assert.equal(nextSpot("ArrowLeft", 0, 3), 0);
  assert.equal(nextSpot("Home", 2, 3), 0);
  assert.equal(nextSpot("End", NONE, 3), 2);
});

test("other keys and an empty chart change nothing", () => {
  assert.equal(nextSpot("a", 1, 3), 1);
  assert.equal(nextSpot("Tab", NONE, 3), NONE);
  assert.equal(nextSpot("ArrowRight", NONE, 0), NONE);
});

test("a tip stays within its drawing", () => {
  assert.equal(tipLeft(50, 40, 300), 30);
  assert.equal(tipLeft(5, 40, 300), 0);
  assert.equal(tipLeft(299, 40, 300), 260);
  assert.equal(tipLeft(10, 400, 300), 0);
});
