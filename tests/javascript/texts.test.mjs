import assert from "node:assert/strict";
import { test } from "node:test";
import { counted, counterState, EMPTY, parseCondition, scoreText, strengthRequest, typeset } from "./modules.mjs";

test("a French sign never starts a line", () => {
  assert.equal(typeset("Prêt ? Oui ! Code : 12 % ; « fin »"),
    "Prêt\u00a0? Oui\u00a0! Code\u00a0: 12\u00a0%\u00a0; «\u00a0fin\u00a0»");
});

test("apostrophes between letters are curved, those of addresses and quotations are not", () => {
  assert.equal(typeset("l'accès d'Élise"), "l’accès d’Élise");
  assert.equal(typeset("m.d'arc@chu.exemple et x@d'or.exemple"), "m.d'arc@chu.exemple et x@d'or.exemple");
  assert.equal(typeset("'mot' 5'"), "'mot' 5'");
});

test("typesetting twice changes nothing more", () => {
  const once = typeset("Qu'est-ce : « rien » ?");
  assert.equal(typeset(once), once);
});

test("zero and one are singular in French", () => {
  assert.deepEqual([0, 1, 2].map((count) => counted(count, "minute")), ["0 minute", "1 minute", "2 minutes"]);
});

test("the counter counts characters as a person does, without surrounding spaces", () => {
  assert.deepEqual(counterState("  abc\n", 10), { text: "Il reste 7 caractères.", isOver: false, announcement: "" });
  assert.equal(counterState("🏥🏥", 3).text, "Il reste 1 caractère.");
});

test("the counter speaks near the end only, and beyond it", () => {
  assert.equal(counterState("x".repeat(90), 100).announcement, "");
  assert.equal(counterState("x".repeat(91), 100).announcement, "Il reste 9 caractères.");
  const over = { text: "1 caractère de trop.", isOver: true, announcement: "1 caractère de trop." };
  assert.deepEqual(counterState("x".repeat(101), 100), over);
  assert.equal(counterState("x".repeat(102), 100).text, "2 caractères de trop.");
});

test("a part is shown for one of the wanted values", () => {
  const { field, matches } = parseCondition("profession=autre|99");
  assert.equal(field, "profession");
  assert.equal(matches(["autre"]), true);
  assert.equal(matches(["10", "99"]), true);
  assert.equal(matches(["aut"]), false);
  assert.equal(matches([]), false);
});

test("a condition without values is met by an empty answer only", () => {
  assert.equal(parseCondition("profession=").matches([""]), true);
  assert.equal(parseCondition("profession").matches(["autre"]), false);
});

test("the meter is asked with the words typed so far", () => {
  assert.deepEqual(JSON.parse(strengthRequest("p\"w", ["nom", "", undefined])), { password: "p\"w", words: ["nom"] });
  assert.equal(scoreText(3), "3 sur 4");
  assert.equal(EMPTY.score, 0);
});
