// Linear algebra of small matrices: elimination with the largest pivot, and what follows from it. A matrix without
// an inverse gives NaN, where NumPy raises.

import { type Value, broadcastShape, broadcastTo, dataOf, made, reshape, shapeOf, sizeOf } from "./nd.ts";

interface Eliminated {
  /** Upper triangle, the factors below it. */
  lu: Float64Array;
  /** Where each row of it stood. */
  rows: number[];
  sign: number;
}

function eliminated(a: Float64Array, n: number): Eliminated {
  const lu = Float64Array.from(a);
  const rows = Array.from({ length: n }, (_, i) => i);
  let sign = 1;
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(lu[i * n + k]!) > Math.abs(lu[pivot * n + k]!)) pivot = i;
    if (pivot !== k) {
      for (let j = 0; j < n; j++) [lu[k * n + j], lu[pivot * n + j]] = [lu[pivot * n + j]!, lu[k * n + j]!];
      [rows[k], rows[pivot]] = [rows[pivot]!, rows[k]!];
      sign = -sign;
    }
    const top = lu[k * n + k]!;
    if (top === 0) continue;
    for (let i = k + 1; i < n; i++) {
      const factor = (lu[i * n + k]! /= top);
      for (let j = k + 1; j < n; j++) lu[i * n + j]! -= factor * lu[k * n + j]!;
    }
  }
  return { lu, rows, sign };
}

/** X of A X = B, for B of `m` columns. */
function solved(a: Float64Array, b: Float64Array, n: number, m: number): Float64Array {
  const { lu, rows } = eliminated(a, n);
  const x = new Float64Array(n * m);
  for (let j = 0; j < m; j++) {
    for (let i = 0; i < n; i++) {
      let sum = b[rows[i]! * m + j]!;
      for (let k = 0; k < i; k++) sum -= lu[i * n + k]! * x[k * m + j]!;
      x[i * m + j] = sum;
    }
    for (let i = n - 1; i >= 0; i--) {
      let sum = x[i * m + j]!;
      for (let k = i + 1; k < n; k++) sum -= lu[i * n + k]! * x[k * m + j]!;
      x[i * m + j] = lu[i * n + i] === 0 ? NaN : sum / lu[i * n + i]!;
    }
  }
  return x;
}

function identity(n: number): Float64Array {
  const data = new Float64Array(n * n);
  for (let i = 0; i < n; i++) data[i * n + i] = 1;
  return data;
}

const diagonal = ({ lu }: Eliminated, n: number): number[] => Array.from({ length: n }, (_, i) => lu[i * n + i]!);
const determinant = (a: Float64Array, n: number): number => {
  const found = eliminated(a, n);
  return diagonal(found, n).reduce((product, x) => product * x, found.sign);
};

/** Each entry's cofactor, by the determinant of what is left without its row and column. */
function cofactors(a: Float64Array, n: number): Float64Array {
  return a.map((_, at) => {
    const [row, column] = [Math.floor(at / n), at % n];
    const left = a.filter((_x, k) => Math.floor(k / n) !== row && k % n !== column);
    return ((row + column) % 2 ? -1 : 1) * determinant(left, n - 1);
  });
}

function factor(a: Float64Array, n: number): Float64Array {
  const lower = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= lower[i * n + k]! * lower[j * n + k]!;
      lower[i * n + j] = i === j ? Math.sqrt(sum) : sum / lower[j * n + j]!;
    }
  }
  return lower;
}

/** A function of square matrices, over all matrices of a stack. */
const stacked =
  (f: (a: Float64Array, n: number) => Float64Array | number) =>
  (value: Value): Value => {
    const shape = shapeOf(value);
    const n = shape.at(-1)!;
    const parts = Array.from({ length: sizeOf(shape.slice(0, -2)) }, (_, s) => f(dataOf(value).slice(s * n * n, (s + 1) * n * n), n));
    if (parts.every((part) => typeof part === "number")) return made(shape.slice(0, -2), Float64Array.from(parts));
    return made(shape, Float64Array.from(parts.flatMap((part) => Array.from(part as Float64Array))));
  };

/** Over stacks as NumPy has it: B is a vector only where it has one axis. */
function solve(a: Value, b: Value): Value {
  const n = shapeOf(a).at(-1)!;
  const vector = shapeOf(b).length === 1;
  const right = vector ? reshape(b, [n, 1]) : b;
  const m = shapeOf(right).at(-1)!;
  const stack = broadcastShape([shapeOf(a).slice(0, -2), shapeOf(right).slice(0, -2)]);
  const x = dataOf(broadcastTo(a, [...stack, n, n]));
  const y = dataOf(broadcastTo(right, [...stack, n, m]));
  const data = new Float64Array(sizeOf(stack) * n * m);
  for (let s = 0; s < sizeOf(stack); s++) data.set(solved(x.slice(s * n * n, (s + 1) * n * n), y.slice(s * n * m, (s + 1) * n * m), n, m), s * n * m);
  return made(vector ? [...stack, n] : [...stack, n, m], data);
}

export const linear = {
  solve,
  inv: stacked((a, n) => solved(a, identity(n), n, n)),
  det: stacked(determinant),
  log_abs_det: stacked((a, n) => diagonal(eliminated(a, n), n).reduce((sum, x) => sum + Math.log(Math.abs(x)), 0)),
  det_sign: stacked((a, n) => Math.sign(determinant(a, n))),
  cofactors: stacked(cofactors),
  cholesky: stacked(factor),
};
