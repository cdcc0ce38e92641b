// What a reader fills in: a number, or an array by rows, as text. Parsed, never evaluated.

import { type NdArray, type Value, isArray, sizeOf } from "./nd.ts";
import { numberText, parsedNumber } from "./numbers.ts";

export type Filled = { value: Value } | { problem: string; why: string };

/** Rows and columns in which an array of some shape is written down: its last axis along a row. */
export function rowsAndColumns(shape: readonly number[]): [rows: number, columns: number] {
  const columns = shape.at(-1) ?? 1;
  return [columns ? sizeOf(shape) / columns : 0, columns];
}

/** The words of a text, row by row; brackets and commas as NumPy prints or Python writes them are passed over. */
export function wordsOf(text: string): string[][] {
  return text
    .replace(/\]\s*,?\s*\[/g, ";")
    .replace(/[[\]()]/g, " ")
    .split(/[\n;]/)
    .map((row) => row.split(/[\s,]+/).filter((word) => word !== ""))
    .filter((row) => row.length);
}

/** Words, entry by entry, as text again; what is empty is a question mark. */
export const textOf = (words: readonly string[], columns: number): string =>
  Array.from({ length: Math.ceil(words.length / columns) }, (_, i) =>
    words.slice(i * columns, (i + 1) * columns).map((word) => word.trim().replace(/[\s,;]+/g, "") || "?").join(" "),
  ).join("\n");

/** A text as a value of a shape; where it has another shape, an array of that, which a slip may have too. */
export function filledIn(text: string, shape: readonly number[]): Filled {
  if (!shape.length) {
    const value = parsedNumber(text);
    return value === null ? { problem: "this is no number", why: "write it as 0.25, -3, 1e-3 or 1/4" } : { value };
  }
  const words = wordsOf(text);
  const empty = words.flat().filter((word) => word === "?").length;
  if (!words.length || empty) return { problem: empty === 1 ? "one entry is still empty" : `${empty || "all"} entries are still empty`, why: "fill them in, or have it shown" };
  const width = words[0]!.length;
  const odd = words.findIndex((row) => row.length !== width);
  if (odd >= 0) return { problem: `row ${odd + 1} has ${counted(words[odd]!.length)}, row 1 has ${width}`, why: "all rows of an array are equally long; a new line or a semicolon begins a row" };
  const data = new Float64Array(words.length * width);
  for (const [k, word] of words.flat().entries()) {
    const value = parsedNumber(word);
    if (value === null) return { problem: `\`${word.slice(0, 20)}\` is no number`, why: "write entries as 0.25, -3, 1e-3 or 1/4" };
    data[k] = value;
  }
  const [rows, columns] = rowsAndColumns(shape);
  const listed = shape.filter((n) => n !== 1).length <= 1 && (words.length === 1 || width === 1);
  const fits = (words.length === rows && width === columns) || (listed && data.length === sizeOf(shape));
  return { value: { shape: fits ? shape : words.length === 1 ? [width] : [words.length, width], data } };
}

const counted = (n: number): string => (n === 1 ? "1 entry" : `${n} entries`);

/** An array as one would type it. */
export function typedText(value: Value): string {
  if (!isArray(value)) return numberText(value);
  return textOf(Array.from(value.data, (x) => numberText(x)), rowsAndColumns(value.shape)[1]);
}

/** How an array is asked for, in words. */
export function askedText(shape: readonly number[]): string {
  const [rows, columns] = rowsAndColumns(shape);
  return rows === 1 ? counted(columns) : `${rows} rows of ${counted(columns)}`;
}

const nearly = (a: number, b: number, tolerance: number, size: number): boolean => Object.is(a, b) || Math.abs(a - b) <= tolerance * size;

/** Entry by entry, whether two values are alike: to a share of each entry, or of a hundredth of the largest. */
export function alike(a: Value, b: Value, tolerance: number): boolean[] {
  const [x, y] = [a, b].map((value): ArrayLike<number> => (isArray(value) ? value.data : [value])) as [ArrayLike<number>, ArrayLike<number>];
  const most = Array.from(y).reduce((m, v) => (Number.isFinite(v) ? Math.max(m, Math.abs(v)) : m), 0);
  return Array.from(y, (v, k) => nearly(x[k]!, v, tolerance, Math.max(Math.abs(v), y.length > 1 ? most / 100 : 0, 1e-12)));
}

export const same = (a: Value, b: Value, tolerance: number): boolean => sameShape(a, b) && alike(a, b, tolerance).every(Boolean);

export const sameShape = (a: Value, b: Value): boolean => shapeKey(a) === shapeKey(b);
const shapeKey = (value: Value): string => (isArray(value) ? value.shape.join() : "");

/** The same, for arrays as they are written down: rows and columns. */
export function sameOnPaper(a: Value, b: Value, tolerance: number): boolean {
  if (!isArray(a) || !isArray(b)) return !isArray(a) && !isArray(b) && same(a, b, tolerance);
  const flat = (value: NdArray): string => rowsAndColumns(value.shape).join();
  return flat(a) === flat(b) && alike({ ...a, shape: b.shape }, b, tolerance).every(Boolean);
}
