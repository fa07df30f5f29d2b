import assert from "node:assert/strict";
import { test } from "node:test";
import { isOtherPage, opensInThisTab, pollDelay, renewalDelay, retryDelay, sessionState } from "./modules.mjs";

test("a page asks again when the server said, within 1 and 30 seconds", () => {
  assert.equal(pollDelay(5), 5_000);
  assert.equal(pollDelay(0), 1_000);
  assert.equal(pollDelay(-3), 1_000);
  assert.equal(pollDelay(3600), 30_000);
});

test("an answer without a number of seconds never makes a page ask at once", () => {
  for (const seconds of [undefined, NaN, "bientôt", {}]) assert.equal(pollDelay(seconds), 30_000);
  assert.equal(pollDelay(null), 1_000);
  assert.equal(retryDelay(NaN, 1), 30_000);
});

test("the delay doubles with each failure and stays bounded", () => {
  assert.deepEqual([1, 2, 3, 4, 50].map((failures) => retryDelay(1, failures)), [2_000, 4_000, 8_000, 16_000, 16_000]);
  assert.equal(retryDelay(5, 4), 30_000);
});

test("a code is replaced when its time is over", () => {
  assert.equal(renewalDelay(90), 90_000);
  assert.equal(renewalDelay(0), 1_000);
  assert.equal(renewalDelay(NaN), null);
});

test("a long session sleeps a minute at most, and wakes up when the warning starts", () => {
  assert.deepEqual(sessionState(3_600_000, 0, 300), { phase: "running", text: "", nextTick: 60_000 });
  assert.equal(sessionState(310_000, 0, 300).nextTick, 10_000);
});

test("the warning rounds up to minutes, with French plurals", () => {
  assert.equal(sessionState(300_000, 0, 300).phase, "ending");
  assert.match(sessionState(300_000, 0, 300).text, /dans 5 minutes\./);
  assert.match(sessionState(61_000, 0, 300).text, /dans 2 minutes\./);
  assert.match(sessionState(60_000, 0, 300).text, /dans 1 minute\./);
  assert.equal(sessionState(60_000, 0, 300).nextTick, 5_000);
});

test("a session that ended while the laptop slept is over", () => {
  const state = sessionState(1_000_000, 9_000_000, 300);
  assert.equal(state.phase, "over");
  assert.equal(state.nextTick, 0);
  assert.match(state.text, /^Votre session est terminée\./);
});

test("a click with a modifier key or another button does not leave the page", () => {
  const plain = { button: 0, ctrlKey: false, metaKey: false, shiftKey: false, altKey: false };
  assert.equal(opensInThisTab(plain), true);
  for (const key of ["ctrlKey", "metaKey", "shiftKey", "altKey"]) {
    assert.equal(opensInThisTab({ ...plain, [key]: true }), false);
  }
  assert.equal(opensInThisTab({ ...plain, button: 1 }), false);
});

test("only another page of this site is another page", () => {
  const here = new URL("https://portail.exemple.fr/connexion?service=ror");
  const leads = (address) => isOtherPage(new URL(address, here), here);
  assert.equal(leads("/connexion/otp"), true);
  assert.equal(leads("?service=estuaire-sante"), false);
  assert.equal(leads("#aide"), false);
  assert.equal(leads("https://ailleurs.exemple/connexion/otp"), false);
});
