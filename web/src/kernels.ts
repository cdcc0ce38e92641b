// The values of operations, by the names of their records. Values only: every derivative arrives as rows that the
// records' rules wrote. `emission/javascript.py` lists these names, and a test compares the lists.

import * as nd from "./nd.ts";
import { type Axis, type NdArray, type Value, dataOf, elementwise, isArray, made, shapeOf } from "./nd.ts";
import { einsum } from "./contraction.ts";
import { accumulate, assemble, index } from "./pieces.ts";
import { factoring } from "./factoring.ts";
import { linear } from "./linear.ts";
import { SCALAR, roundTo } from "./scalars.ts";

interface Reduction {
  axis?: Axis;
  keepdims?: boolean;
  ddof?: number;
}

const reducer =
  (f: (entries: Float64Array, params: Reduction) => number) =>
  (x: Value, params: Reduction = {}): Value =>
    nd.reduce(x, params.axis, params.keepdims ?? false, (entries) => f(entries, params));

const extreme = (x: Float64Array, better: (a: number, b: number) => number): number =>
  x.reduce((a, b) => (Number.isNaN(a) || Number.isNaN(b) ? NaN : better(a, b)));

function place(x: Float64Array, better: (a: number, b: number) => boolean): number {
  let best = 0;
  for (let k = 0; k < x.length; k++) {
    if (Number.isNaN(x[k]!)) return k;
    if (better(x[k]!, x[best]!)) best = k;
  }
  return best;
}

function variance(x: Float64Array, ddof = 0): number {
  const mean = nd.sum(x) / x.length;
  return nd.sum(x.map((value) => (value - mean) ** 2)) / (x.length - ddof);
}

/** The p-norm of entries, scaled so that squares do not overflow. */
function norm(x: Float64Array, p: number): number {
  const most = x.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  if (!Number.isFinite(p) || most === 0 || !Number.isFinite(most)) return p === -Infinity ? x.reduce((a, b) => Math.min(a, Math.abs(b)), Infinity) : most;
  if (p === 0) return x.reduce((count, value) => count + +(value !== 0), 0);
  if (p === 2) return Math.sqrt(nd.sum(x.map((value) => value * value)));
  return nd.sum(x.map((value) => Math.abs(value) ** p)) ** (1 / p);
}

function pad(x: Value, { pad_width, constant_values = 0 }: { pad_width: [number, number][]; constant_values?: number }): Value {
  const shape = shapeOf(x).map((n, k) => n + pad_width[k]![0] + pad_width[k]![1]);
  const strides = nd.stridesOf(shape);
  const start = pad_width.reduce((sum, [before], k) => sum + before * strides[k]!, 0);
  const data = new Float64Array(nd.sizeOf(shape)).fill(constant_values);
  const from = dataOf(x);
  nd.walk(shapeOf(x), [strides], ([o], k) => (data[start + o!] = from[k]!));
  return made(shape, data);
}

function logsumexp(x: Float64Array): number {
  const top = extreme(x, Math.max);
  if (!Number.isFinite(top)) return top;
  return top + Math.log(nd.sum(x.map((value) => Math.exp(value - top))));
}

function matmul(a: Value, b: Value): Value {
  let [left, right] = [shapeOf(a), shapeOf(b)];
  const rowOnly = left.length === 1;
  const columnOnly = right.length === 1;
  if (rowOnly) left = [1, ...left];
  if (columnOnly) right = [...right, 1];
  const [n, m, p] = [left.at(-2)!, left.at(-1)!, right.at(-1)!];
  if (right.at(-2) !== m) throw new RangeError("the shapes of a matrix product do not fit");
  const stack = nd.broadcastShape([left.slice(0, -2), right.slice(0, -2)]);
  const x = dataOf(nd.broadcastTo(nd.reshape(a, left), [...stack, n, m]));
  const y = dataOf(nd.broadcastTo(nd.reshape(b, right), [...stack, m, p]));
  const data = new Float64Array(nd.sizeOf(stack) * n * p);
  for (let s = 0; s < nd.sizeOf(stack); s++) {
    for (let i = 0; i < n; i++) {
      for (let k = 0; k < m; k++) {
        const one = x[(s * n + i) * m + k]!;
        for (let j = 0; j < p; j++) data[(s * n + i) * p + j]! += one * y[(s * m + k) * p + j]!;
      }
    }
  }
  return made([...stack, ...(rowOnly ? [] : [n]), ...(columnOnly ? [] : [p])], data);
}

function tensordot(a: Value, b: Value, { axes = 2 }: { axes?: number | [Axis, Axis] } = {}): Value {
  const [x, y] = [shapeOf(a), shapeOf(b)];
  const [over, under] =
    typeof axes === "number"
      ? [Array.from({ length: axes }, (_, k) => x.length - axes + k), Array.from({ length: axes }, (_, k) => k)]
      : ([axes[0], axes[1]].map((part, side) => listOf(part, [x, y][side]!.length)) as [number[], number[]]);
  const freeX = x.map((_, k) => k).filter((k) => !over.includes(k));
  const freeY = y.map((_, k) => k).filter((k) => !under.includes(k));
  const inner = nd.sizeOf(over.map((k) => x[k]!));
  const shapeX = freeX.map((k) => x[k]!);
  const shapeY = freeY.map((k) => y[k]!);
  const left = nd.reshape(nd.transpose(a, [...freeX, ...over]), [nd.sizeOf(shapeX), inner]);
  const right = nd.reshape(nd.transpose(b, [...under, ...freeY]), [inner, nd.sizeOf(shapeY)]);
  return nd.reshape(matmul(left, right), [...shapeX, ...shapeY]);
}

const listOf = (axis: Axis, depth: number): number[] =>
  (Array.isArray(axis) ? axis : [axis ?? 0]).map((a) => (a < 0 ? a + depth : a));

function dot(a: Value, b: Value): Value {
  if (!isArray(a) || !isArray(b)) return lifted.multiply(a, b);
  const last = a.shape.length - 1;
  return tensordot(a, b, { axes: [[last], [Math.max(0, b.shape.length - 2)]] });
}

/** Sum over the axes along which `shape` was stretched. */
function sumTo(g: Value, { shape }: { shape: number[] }): Value {
  const have = shapeOf(g);
  const lead = have.length - shape.length;
  const axes = have.map((_, k) => k).filter((k) => k < lead || (shape[k - lead] === 1 && have[k] !== 1));
  return axes.length ? nd.reshape(nd.reduce(g, axes, false, nd.sum), shape) : g;
}

function triangle(x: Value, keep: (i: number, j: number) => boolean): Value {
  const shape = shapeOf(x);
  const [n, m] = [shape.at(-2)!, shape.at(-1)!];
  return made(shape, dataOf(x).map((value, k) => (keep(Math.floor(k / m) % n, k % m) ? value : 0)));
}

function diag(x: Value, { k = 0 }: { k?: number } = {}): Value {
  const shape = shapeOf(x);
  const data = dataOf(x);
  if (shape.length === 1) {
    const n = shape[0]! + Math.abs(k);
    const square = new Float64Array(n * n);
    data.forEach((value, i) => (square[(i + Math.max(0, -k)) * n + i + Math.max(0, k)] = value));
    return made([n, n], square);
  }
  const [n, m] = shape as [number, number];
  const found: number[] = [];
  for (let i = Math.max(0, -k), j = Math.max(0, k); i < n && j < m; i++, j++) found.push(data[i * m + j]!);
  return made([found.length], Float64Array.from(found));
}

type Last = { axis?: number };

/** The trailing argument is a record of parameters if it is no value. */
function divided<P extends object>(rest: unknown[]): [Value[], P] {
  const last = rest.at(-1);
  const given = typeof last === "object" && last !== null && !("data" in last);
  return [(given ? rest.slice(0, -1) : rest) as Value[], (given ? last : {}) as P];
}

function concatenate(...rest: unknown[]): Value {
  const [parts, { axis = 0 }] = divided<Last>(rest);
  const depth = shapeOf(parts[0]!).length;
  const at = axis < 0 ? axis + depth : axis;
  const forward = [at, ...Array.from({ length: depth }, (_, k) => k).filter((k) => k !== at)];
  const moved = parts.map((part) => nd.transpose(part, forward));
  const total = moved.reduce<number>((n, part) => n + shapeOf(part)[0]!, 0);
  const shape = [total, ...shapeOf(moved[0]!).slice(1)];
  const data = new Float64Array(nd.sizeOf(shape));
  let start = 0;
  for (const part of moved) {
    data.set(dataOf(part), start);
    start += dataOf(part).length;
  }
  return nd.transpose(made(shape, data), forward.map((_, k) => forward.indexOf(k)));
}

function stack(...rest: unknown[]): Value {
  const [parts, { axis = 0 }] = divided<Last>(rest);
  const depth = shapeOf(parts[0]!).length + 1;
  const at = axis < 0 ? axis + depth : axis;
  const deeper = parts.map((part) => nd.reshape(part, [...shapeOf(part).slice(0, at), 1, ...shapeOf(part).slice(at)]));
  return concatenate(...deeper, { axis: at });
}

/** Entries picked along one axis, by positions. */
function picked(x: Value, axis: number, places: number[]): Value {
  const shape = shapeOf(x);
  const at = axis < 0 ? axis + shape.length : axis;
  const outer = nd.sizeOf(shape.slice(0, at));
  const inner = nd.sizeOf(shape.slice(at + 1));
  const from = dataOf(x);
  const data = new Float64Array(outer * places.length * inner);
  for (let o = 0; o < outer; o++) {
    places.forEach((p, k) => {
      const start = (o * shape[at]! + p) * inner;
      data.set(from.subarray(start, start + inner), (o * places.length + k) * inner);
    });
  }
  return made(shape.map((n, k) => (k === at ? places.length : n)), data);
}

const range = (n: number): number[] => Array.from({ length: n }, (_, k) => k);

function tile(x: Value, { reps }: { reps: number[] }): Value {
  const depth = Math.max(reps.length, shapeOf(x).length);
  const shape = [...range(depth - shapeOf(x).length).map(() => 1), ...shapeOf(x)];
  const times = [...range(depth - reps.length).map(() => 1), ...reps];
  return times.reduce<Value>(
    (part, n, axis) => picked(part, axis, range(n * shape[axis]!).map((k) => k % shape[axis]!)),
    nd.reshape(x, shape),
  );
}

function repeat(x: Value, { repeats, axis }: { repeats: number | number[]; axis?: number | null }): Value {
  const flat = axis === null || axis === undefined ? nd.reshape(x, [dataOf(x).length]) : x;
  const at = axis ?? 0;
  const n = shapeOf(flat)[at < 0 ? at + shapeOf(flat).length : at]!;
  const times = (k: number): number => (Array.isArray(repeats) ? repeats[k % repeats.length]! : repeats);
  return picked(flat, at, range(n).flatMap((k) => range(times(k)).map(() => k)));
}

function flip(x: Value, { axis }: { axis?: Axis } = {}): Value {
  const shape = shapeOf(x);
  return nd.axesOf(axis, shape.length).reduce<Value>((part, a) => picked(part, a, range(shape[a]!).reverse()), x);
}

function roll(x: Value, { shift, axis }: { shift: number | number[]; axis?: Axis }): Value {
  if (axis === null || axis === undefined) {
    return nd.reshape(roll(nd.reshape(x, [dataOf(x).length]), { shift, axis: 0 }), shapeOf(x));
  }
  const shape = shapeOf(x);
  const shifts = Array.isArray(shift) ? shift : [shift];
  return listOf(axis, shape.length).reduce<Value>((part, a, k) => {
    const n = shape[a]!;
    const by = shifts[k % shifts.length]!;
    return picked(part, a, range(n).map((i) => (((i - by) % n) + n) % n));
  }, x);
}

const ordered = (x: Float64Array): number[] =>
  range(x.length).sort((i, j) => (Number.isNaN(x[i]!) ? (Number.isNaN(x[j]!) ? i - j : 1) : x[i]! - x[j]! || i - j));

const running = (x: Float64Array, f: (a: number, b: number) => number, start: number): Float64Array => {
  let so = start;
  return x.map((value) => (so = f(so, value)));
};

const TYPES: Record<string, (x: number) => number> = {
  bool: (x) => +(x !== 0),
  float32: Math.fround,
};

function astype(x: Value, { dtype }: { dtype: string }): Value {
  const cast = TYPES[dtype] ?? (/^u?int/.test(dtype) ? Math.trunc : null);
  return cast ? elementwise(cast)(x) : x;
}

type Kernel = (...args: any[]) => Value; // the emitted program fits arguments to each name

const lifted = Object.fromEntries(
  Object.entries(SCALAR).map(([name, f]) => [name, elementwise(f as (...xs: number[]) => number)]),
) as Record<keyof typeof SCALAR, (...values: Value[]) => Value>;

export const kernels = {
  ...lifted,
  inside: (x: Value, { low }: { low: number }) => elementwise((one) => (one < low || one === Infinity ? NaN : one))(x),
  invert: (x: Value, { bool = true }: { bool?: boolean } = {}) => elementwise((one) => (bool ? 1 - one : ~one))(x),
  round: (x: Value, { decimals = 0 }: { decimals?: number } = {}) => elementwise((one) => roundTo(one, decimals))(x),
  clip: (x: Value, ...bounds: unknown[]) => {
    const [given, params] = divided<{ low?: number; high?: number }>(bounds);
    return lifted.clip(x, given[0] ?? params.low ?? -Infinity, given[1] ?? params.high ?? Infinity);
  },
  sum: reducer(nd.sum),
  mean: reducer((x) => nd.sum(x) / x.length),
  max: reducer((x) => extreme(x, Math.max)),
  min: reducer((x) => extreme(x, Math.min)),
  var: reducer((x, { ddof }) => variance(x, ddof)),
  std: reducer((x, { ddof }) => Math.sqrt(variance(x, ddof))),
  argmax: reducer((x) => place(x, (a, b) => a > b)),
  argmin: reducer((x) => place(x, (a, b) => a < b)),
  any: reducer((x) => +x.some((value) => value !== 0)),
  all: reducer((x) => +x.every((value) => value !== 0)),
  prod: reducer((x) => x.reduce((a, b) => a * b, 1)),
  logsumexp: reducer(logsumexp),
  cumsum: (x: Value, { axis }: Reduction = {}) => nd.alongAxis(x, axis, (e) => running(e, (a, b) => a + b, 0)),
  cumprod: (x: Value, { axis }: Reduction = {}) => nd.alongAxis(x, axis, (e) => running(e, (a, b) => a * b, 1)),
  sort: (x: Value, { axis = -1 }: Reduction = {}) => nd.alongAxis(x, axis, (e) => ordered(e).map((k) => e[k]!)),
  argsort: (x: Value, { axis = -1 }: Reduction = {}) => nd.alongAxis(x, axis, ordered),
  matmul,
  dot,
  outer: (a: Value, b: Value) =>
    lifted.multiply(nd.reshape(a, [dataOf(a).length, 1]), nd.reshape(b, [1, dataOf(b).length])),
  tensordot,
  einsum,
  norm: (x: Value, { axis, keepdims = false, ord }: Reduction & { ord?: number | null } = {}) => nd.reduce(x, axis, keepdims, (e) => norm(e, ord ?? 2)),
  pad,
  stop_gradient: (x: Value) => x,
  reshape: (x: Value, { shape }: { shape: number | number[] }) => nd.reshape(x, Array.isArray(shape) ? shape : [shape]),
  transpose: (x: Value, { axes }: { axes?: number[] | null } = {}) => nd.transpose(x, axes),
  broadcast_to: (x: Value, { shape }: { shape: number[] }) => nd.broadcastTo(x, shape),
  copy: (x: Value) => x,
  tril: (x: Value, { k = 0 }: { k?: number } = {}) => triangle(x, (i, j) => j <= i + k),
  triu: (x: Value, { k = 0 }: { k?: number } = {}) => triangle(x, (i, j) => j >= i + k),
  diag,
  sum_to: sumTo,
  astype,
  concatenate,
  stack,
  tile,
  repeat,
  flip,
  roll,
  index,
  assemble,
  accumulate,
  ...linear,
  ...factoring,
} satisfies Record<string, Kernel>;

/** What an emitted program may call: the kernels, and how it writes constants. */
export const runtime: Record<string, Kernel> = {
  ...kernels,
  single: elementwise(Math.fround),
  full: (shape: number[], value: number): Value => made(shape, new Float64Array(nd.sizeOf(shape)).fill(value)),
  of: (shape: number[], data: number[]): NdArray => ({ shape, data: Float64Array.from(data) }),
};
