// Small arrays: what the page needs of NumPy, over doubles. A scalar is a plain number; truth values are 0 and 1.

import type { Plain, Stated } from "./schema.ts";

export interface NdArray {
  readonly shape: readonly number[];
  readonly data: Float64Array;
  /** Of an array that is only shown: its smallest and largest entry. */
  readonly range?: readonly [number, number];
}
export type Value = number | NdArray;

export const isArray = (value: Value): value is NdArray => typeof value !== "number";
export const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
export const shapeOf = (value: Value): readonly number[] => (isArray(value) ? value.shape : []);
export const dataOf = (value: Value): Float64Array => (isArray(value) ? value.data : Float64Array.of(value));

/** An array, or the number itself where there are no axes. */
export function made(shape: readonly number[], data: Float64Array): Value {
  return shape.length ? { shape, data } : data[0]!;
}

export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let k = shape.length - 1; k >= 0; k--) {
    strides[k] = step;
    step *= shape[k]!;
  }
  return strides;
}

/** Where the k-th entry stands, in C order. */
export function placeOf(k: number, shape: readonly number[]): number[] {
  const at: number[] = [];
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    at.unshift(k % shape[axis]!);
    k = Math.floor(k / shape[axis]!);
  }
  return at;
}

export function broadcastShape(shapes: readonly (readonly number[])[]): number[] {
  const depth = Math.max(0, ...shapes.map((s) => s.length));
  return Array.from({ length: depth }, (_, k) => {
    let size = 1;
    for (const shape of shapes) {
      const n = shape[k - depth + shape.length] ?? 1;
      if (n !== 1) {
        if (size !== 1 && size !== n) throw new RangeError(`shapes ${JSON.stringify(shapes)} do not fit together`);
        size = n;
      }
    }
    return size;
  });
}

/** Strides that read `shape` as if it were stretched to `wanted`: 0 along stretched axes. */
function stretched(shape: readonly number[], wanted: readonly number[]): number[] {
  const strides = stridesOf(shape);
  const lead = wanted.length - shape.length;
  return wanted.map((_, k) => (k < lead || shape[k - lead] === 1 ? 0 : strides[k - lead]!));
}

/** Call `visit(offset of each operand..., position)` for every entry of `shape`, in C order. */
export function walk(shape: readonly number[], strides: number[][], visit: (offsets: number[], k: number) => void): void {
  const offsets = strides.map(() => 0);
  const counter = shape.map(() => 0);
  const total = sizeOf(shape);
  for (let k = 0; k < total; k++) {
    visit(offsets, k);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      counter[axis]! += 1;
      strides.forEach((s, i) => (offsets[i]! += s[axis]!));
      if (counter[axis]! < shape[axis]!) break;
      strides.forEach((s, i) => (offsets[i]! -= s[axis]! * shape[axis]!));
      counter[axis] = 0;
    }
  }
}

export function broadcastTo(value: Value, shape: readonly number[]): Value {
  const data = new Float64Array(sizeOf(shape));
  const from = dataOf(value);
  walk(shape, [stretched(shapeOf(value), shape)], ([o], k) => (data[k] = from[o!]!));
  return made(shape, data);
}

/** A function of numbers, for numbers and (stretched) arrays. */
export function elementwise(f: (...xs: number[]) => number): (...values: Value[]) => Value {
  return (...values) => {
    if (values.every((v) => !isArray(v))) return f(...(values as number[]));
    const shape = broadcastShape(values.map(shapeOf));
    const data = new Float64Array(sizeOf(shape));
    const from = values.map(dataOf);
    const strides = values.map((v) => stretched(shapeOf(v), shape));
    const xs = values.map(() => 0);
    walk(shape, strides, (offsets, k) => {
      for (let i = 0; i < xs.length; i++) xs[i] = from[i]![offsets[i]!]!;
      data[k] = f(...xs);
    });
    return made(shape, data);
  };
}

export type Axis = number | number[] | null | undefined;

export function axesOf(axis: Axis, depth: number): number[] {
  if (axis === null || axis === undefined) return Array.from({ length: depth }, (_, k) => k);
  return (Array.isArray(axis) ? axis : [axis]).map((a) => (a < 0 ? a + depth : a)).sort((a, b) => a - b);
}

export function transpose(value: Value, order?: readonly number[] | null): Value {
  if (!isArray(value)) return value;
  const depth = value.shape.length;
  const axes = (order ?? Array.from({ length: depth }, (_, k) => depth - 1 - k)).map((a) => (a < 0 ? a + depth : a));
  const strides = stridesOf(value.shape);
  const shape = axes.map((a) => value.shape[a]!);
  const data = new Float64Array(value.data.length);
  walk(shape, [axes.map((a) => strides[a]!)], ([o], k) => (data[k] = value.data[o!]!));
  return made(shape, data);
}

export function reshape(value: Value, wanted: readonly number[]): Value {
  const data = dataOf(value);
  const known = wanted.filter((n) => n >= 0).reduce((a, b) => a * b, 1);
  return made(wanted.map((n) => (n < 0 ? data.length / known : n)), data);
}

/** Reduce over axes: `f` gets the entries of one cell, in order. */
export function reduce(value: Value, axis: Axis, keepdims: boolean, f: (entries: Float64Array) => number): Value {
  const shape = shapeOf(value);
  const axes = axesOf(axis, shape.length);
  const rest = shape.map((_, k) => k).filter((k) => !axes.includes(k));
  const moved = dataOf(transpose(value, [...rest, ...axes]));
  const inner = sizeOf(axes.map((a) => shape[a]!));
  const outer = sizeOf(rest.map((a) => shape[a]!));
  const data = new Float64Array(outer);
  for (let k = 0; k < outer; k++) data[k] = f(moved.subarray(k * inner, (k + 1) * inner));
  return made(keepdims ? shape.map((n, k) => (axes.includes(k) ? 1 : n)) : rest.map((a) => shape[a]!), data);
}

/** Map each run of entries along one axis to a run of the same length. */
export function alongAxis(value: Value, axis: Axis, f: (entries: Float64Array) => ArrayLike<number>): Value {
  const flat = axis === null || axis === undefined;
  const from = flat ? reshape(value, [dataOf(value).length]) : value;
  const shape = shapeOf(from);
  const [one] = axesOf(flat ? 0 : axis, shape.length) as [number];
  const order = [...shape.map((_, k) => k).filter((k) => k !== one), one];
  const moved = dataOf(transpose(from, order));
  const length = shape[one]!;
  const data = new Float64Array(moved.length);
  for (let start = 0; start < moved.length; start += length) data.set(f(moved.subarray(start, start + length)), start);
  const back = order.map((_, k) => order.indexOf(k));
  return transpose(made(order.map((a) => shape[a]!), data), back);
}

/** NumPy's pairwise sum, so that the page's last digits are the engine's. */
export function sum(x: Float64Array): number {
  if (x.length < 8) {
    let s = 0;
    for (const value of x) s += value;
    return s;
  }
  if (x.length <= 128) {
    const r = Array.from(x.subarray(0, 8));
    let k = 8;
    for (; k + 8 <= x.length; k += 8) for (let j = 0; j < 8; j++) r[j]! += x[k + j]!;
    let s = r[0]! + r[1]! + (r[2]! + r[3]!) + (r[4]! + r[5]! + (r[6]! + r[7]!));
    for (; k < x.length; k++) s += x[k]!;
    return s;
  }
  const half = (x.length >> 1) - ((x.length >> 1) % 8);
  return sum(x.subarray(0, half)) + sum(x.subarray(half));
}

export function fromStated(stated: Stated): Value {
  if (typeof stated !== "object" || Array.isArray(stated)) return fromPlain(stated);
  const [low, high] = stated.range.map(fromPlain) as [number, number];
  return { shape: stated.shape, data: new Float64Array(), range: [low, high] };
}

export function fromPlain(plain: Plain): Value {
  const shape: number[] = [];
  for (let level: Plain = plain; Array.isArray(level); level = level[0] as Plain) shape.push(level.length);
  const data: number[] = [];
  const collect = (part: Plain): void => {
    if (Array.isArray(part)) part.forEach(collect);
    else data.push(typeof part === "number" ? part : part === "inf" ? Infinity : part === "-inf" ? -Infinity : NaN);
  };
  collect(plain);
  return made(shape, Float64Array.from(data));
}

export const sameValue = (a: Value, b: Value): boolean => {
  const x = dataOf(a);
  const y = dataOf(b);
  return x.length === y.length && x.every((value, k) => Object.is(value, y[k]) || value === y[k]);
};
