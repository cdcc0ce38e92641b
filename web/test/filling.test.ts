import assert from "node:assert/strict";
import { test } from "node:test";

import { alike, filledIn, sameOnPaper, textOf, typedText, wordsOf } from "../src/filling.ts";
import type { NdArray } from "../src/nd.ts";

const array = (shape: number[], ...data: number[]): NdArray => ({ shape, data: Float64Array.from(data) });
const problem = (text: string, shape: number[]): string => {
  const filled = filledIn(text, shape);
  return "problem" in filled ? filled.problem : "";
};

test("an array is read by rows, however it is written", () => {
  const wanted = { value: array([2, 3], 1, 2, 3, 4, 5, 0.25) };
  for (const text of ["1 2 3\n4 5 1/4", "1, 2, 3; 4, 5, .25", "[[1, 2, 3],\n [4, 5, 0.25]]", " [[1. 2. 3. ]\n [4. 5. 0.25]]", "1 2 3\n\n4 5 25e-2\n"]) {
    assert.deepEqual(filledIn(text, [2, 3]), wanted, text);
  }
});

test("a list may stand in a row or in a column", () => {
  for (const shape of [[3], [3, 1], [1, 3]]) {
    for (const text of ["1 2 3", "1\n2\n3", "[1, 2, 3]"]) assert.deepEqual(filledIn(text, shape), { value: array(shape, 1, 2, 3) }, `${text} as ${shape}`);
  }
});

test("another shape is kept as it is: a slip may have it", () => {
  assert.deepEqual(filledIn("1 2; 3 4; 5 6", [2, 3]), { value: array([3, 2], 1, 2, 3, 4, 5, 6) });
  assert.deepEqual(filledIn("1 2 3 4 5 6", [2, 3]), { value: array([6], 1, 2, 3, 4, 5, 6) });
  assert.deepEqual(filledIn("1 2; 3 4", [2, 1, 2]), { value: array([2, 1, 2], 1, 2, 3, 4) });
});

test("what cannot be read is told", () => {
  assert.equal(problem("1 2; 3", [2, 2]), "row 2 has 1 entry, row 1 has 2");
  assert.equal(problem("1 2; 3 alert (1)", [2, 2]), "row 2 has 3 entries, row 1 has 2");
  assert.equal(problem("1 2; 3 x", [2, 2]), "`x` is no number");
  assert.equal(problem("1 ?; 3 ?", [2, 2]), "2 entries are still empty");
  assert.equal(problem("1; 2", []), "this is no number");
});

test("entries become text and words again", () => {
  assert.equal(textOf(["1", "", "-3", "4"], 2), "1 ?\n-3 4");
  assert.deepEqual(wordsOf("1 ?\n-3 4"), [["1", "?"], ["-3", "4"]]);
  assert.equal(typedText(array([2, 2], 1, 2.00004, -3, 1e-9)), "1 2\n-3 1e-09");
});

test("small entries are compared beside the largest", () => {
  assert.deepEqual(alike(array([3], 0, 1, 0.51), array([3], 1e-9, 1.001, 0.5), 0.005), [true, true, false]);
  assert.ok(sameOnPaper(array([2, 2], 1, 2, 3, 4), array([1, 2, 2], 1, 2, 3, 4), 1e-3));
  assert.ok(!sameOnPaper(array([4], 1, 2, 3, 4), array([2, 2], 1, 2, 3, 4), 1e-3));
});
