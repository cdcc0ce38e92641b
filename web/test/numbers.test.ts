import assert from "node:assert/strict";
import { test } from "node:test";

import { numberTex, numberText, parsedNumber, shortText, valueText } from "../src/numbers.ts";
import { golden } from "./golden.ts";

test("numbers are written as on the Python side", () => {
  for (const [value, text] of golden<[number, string]>("numbers")) assert.equal(numberText(value), text, String(value));
});

test("what is not finite has words", () => {
  assert.deepEqual([NaN, Infinity, -Infinity].map((x) => numberText(x)), ["nan", "inf", "-inf"]);
  assert.equal(numberTex(-Infinity), "-\\infty");
  assert.equal(numberTex(1.5e-9), "1.5 \\cdot 10^{-9}");
});

test("arrays are written by entries while they are small", () => {
  assert.equal(shortText({ shape: [2], data: Float64Array.of(1, -0.5) }), "[1, -0.5]");
  assert.equal(shortText({ shape: [4], data: new Float64Array(4) }), "(4,)");
  assert.equal(valueText({ shape: [2, 2], data: Float64Array.of(1, 2, 3, 4) }), "[[1, 2], [3, 4]]");
  assert.equal(valueText({ shape: [20], data: Float64Array.from({ length: 20 }, (_, k) => k) }), "array (20,), 0 to 19");
});

test("typed numbers are parsed, never evaluated", () => {
  assert.deepEqual(["3", "-0.5", ".25", "1e-3", " 1/4 ", "\u22122"].map(parsedNumber), [3, -0.5, 0.25, 0.001, 0.25, -2]);
  for (const bad of ["", "x", "1+1", "alert(1)", "1e", "0x10", "1/0", "--1", "1e999", "Infinity"]) assert.equal(parsedNumber(bad), null, bad);
});
