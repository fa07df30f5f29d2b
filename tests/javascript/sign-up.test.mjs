import assert from "node:assert/strict";
import { test } from "node:test";
import { answersSearch, foundText, frenchCode, groupsOffered, proposal, proposedText } from "./modules.mjs";

test("a search finds words by their beginnings, without accents", () => {
  assert.ok(answersSearch("Médecine d’urgence", "urg"));
  assert.ok(answersSearch("Médecine d’urgence", "URGENCE medec"));
  assert.ok(answersSearch("Œil et vision", "oeil"));
  assert.ok(!answersSearch("Chirurgie générale", "urg"));
  assert.ok(answersSearch("Cardiologie", ""));
});

test("groups follow the answer, all are offered before it", () => {
  assert.deepEqual(groupsOffered(["a", "b", undefined], "b"), [false, true, true]);
  assert.deepEqual(groupsOffered(["a", "b"], ""), [true, true]);
});

test("what a search found is said in the singular and in the plural", () => {
  assert.deepEqual([0, 1, 2].map(foundText), [
    "Aucun choix ne correspond.", "1 choix correspond.", "2 choix correspondent."]);
});

test("a French postal code is read with or without its blank", () => {
  assert.deepEqual(["33000", " 33 000 ", "3300", "33076 CEDEX", "B-1000"].map(frenchCode), [
    "33000", "33000", "", "", ""]);
});

test("a proposal replaces nothing that somebody typed", () => {
  assert.equal(proposal("", "", "Bordeaux"), "Bordeaux");
  assert.equal(proposal("Bordeaux", "Bordeaux", "Gradignan"), "Gradignan");
  assert.equal(proposal("Lormont", "Bordeaux", "Gradignan"), "Lormont");
});

test("one town, several towns and none are told", () => {
  assert.equal(proposedText({ towns: ["Bordeaux"], department_name: "Gironde" }), "Bordeaux (Gironde).");
  assert.match(proposedText({ towns: ["Arsac", "Macau"], department_name: "Gironde" }), /^2 communes.*« Ville »/);
  assert.equal(proposedText({ towns: [], department_name: "Gironde" }), "Département : Gironde.");
  assert.equal(proposedText({ towns: [], department_name: "" }), "");
});
