// Reading pieces of arrays, and buffers put together by writes: NumPy's indexing, basic and with index arrays.

import { type NdArray, type Value, broadcastShape, broadcastTo, dataOf, isArray, made, shapeOf, sizeOf, stridesOf } from "./nd.ts";

/** Truth arrays are marked by the emitter, because 0 and 1 are also places. */
type Slot = { slot: number; truth?: boolean };
type Part = number | null | { slice: (number | null)[] } | { rest: true } | Slot;
export type Key = Part | Part[];

/** The offsets that a key names, in C order of the result, and the shape of the result. */
function places(shape: readonly number[], key: Key, dynamic: readonly Value[]): { shape: number[]; offsets: number[] } {
  const parts = expanded(shape, Array.isArray(key) ? key : [key], dynamic);
  const strides = stridesOf(shape);
  // Each part gives a run of offsets along its own axis of the result; index arrays share their axes.
  const runs: { size: number[]; offsets: number[] }[] = [];
  let advanced: { at: number; apart: boolean; shapes: (readonly number[])[]; terms: { value: Value; axis: number }[] } | null = null;
  let lastAdvanced = -1;
  let axis = 0;
  parts.forEach((part, position) => {
    if (part === null) runs.push({ size: [1], offsets: [0] });
    else if (typeof part === "number" || "value" in part) {
      const value = typeof part === "number" ? part : part.value;
      advanced ??= { at: runs.length, apart: false, shapes: [], terms: [] };
      if (lastAdvanced >= 0 && lastAdvanced !== position - 1) advanced.apart = true;
      lastAdvanced = position;
      advanced.shapes.push(shapeOf(value));
      advanced.terms.push({ value, axis });
      axis += 1;
    } else {
      const stride = strides[axis]!;
      runs.push({ size: [part.run.length], offsets: part.run.map((k) => k * stride) });
      axis += 1;
    }
  });
  if (advanced !== null) {
    const joint: { at: number; apart: boolean; shapes: (readonly number[])[]; terms: { value: Value; axis: number }[] } = advanced;
    const common = broadcastShape(joint.shapes);
    const offsets = new Array<number>(sizeOf(common)).fill(0);
    for (const { value, axis: on } of joint.terms) {
      dataOf(broadcastTo(value, common)).forEach((k, n) => {
        const at = k < 0 ? k + shape[on]! : k;
        if (!Number.isInteger(at)) throw new RangeError(`${at} is no whole number, so it is no index`);
        if (!(at >= 0 && at < shape[on]!)) throw new RangeError(`there is no entry ${k} along an axis of length ${shape[on]!}`);
        offsets[n]! += at * strides[on]!;
      });
    }
    const numbersOnly = joint.terms.every(({ value }) => !isArray(value));
    runs.splice(joint.apart && !numbersOnly ? 0 : joint.at, 0, { size: common, offsets });
  }
  let offsets = [0];
  for (const run of runs) offsets = offsets.flatMap((start) => run.offsets.map((step) => start + step));
  return { shape: runs.flatMap((run) => run.size), offsets };
}

type Resolved = number | null | { run: number[] } | { value: Value };

/** The parts of a key, one for each axis: `...` written out, slices as runs, truth arrays as index arrays. */
function expanded(shape: readonly number[], key: Part[], dynamic: readonly Value[]): Resolved[] {
  const taken = (part: Part): number => {
    if (part === null || (typeof part === "object" && "rest" in part)) return 0;
    return typeof part === "object" && "slot" in part && part.truth ? shapeOf(dynamic[part.slot]!).length : 1;
  };
  const used = key.reduce<number>((n, part) => n + taken(part), 0);
  const rest = shape.length - used;
  const full = key.some((part) => part !== null && typeof part === "object" && "rest" in part);
  const parts: Part[] = full ? key : [...key, { rest: true }];
  const found: Resolved[] = [];
  let axis = 0;
  for (const part of parts) {
    if (part === null || typeof part === "number") {
      found.push(part);
      axis += part === null ? 0 : 1;
    } else if ("rest" in part) {
      for (let k = 0; k < rest; k++) found.push({ run: Array.from({ length: shape[axis++]! }, (_, i) => i) });
    } else if ("slice" in part) {
      found.push({ run: sliced(part.slice, shape[axis++]!) });
    } else if (part.truth) {
      const mask = dynamic[part.slot] as NdArray;
      for (const value of where(mask)) found.push({ value });
      axis += mask.shape.length;
    } else {
      found.push({ value: dynamic[part.slot]! });
      axis += 1;
    }
  }
  return found;
}

function where(mask: NdArray): Value[] {
  const hits = Array.from(mask.data.keys()).filter((k) => mask.data[k] !== 0);
  const strides = stridesOf(mask.shape);
  return mask.shape.map((n, axis) => made([hits.length], Float64Array.from(hits, (k) => Math.floor(k / strides[axis]!) % n)));
}

export function sliced([start, stop, step]: (number | null)[], n: number): number[] {
  const by = step ?? 1;
  const clamp = (k: number, low: number, high: number): number => Math.min(Math.max(k < 0 ? k + n : k, low), high);
  const begin = start === null || start === undefined ? (by > 0 ? 0 : n - 1) : clamp(start, by > 0 ? 0 : -1, by > 0 ? n : n - 1);
  const end = stop === null || stop === undefined ? (by > 0 ? n : -1) : clamp(stop, by > 0 ? 0 : -1, by > 0 ? n : n - 1);
  const run: number[] = [];
  for (let k = begin; by > 0 ? k < end : k > end; k += by) run.push(k);
  return run;
}

export function index(x: Value, ...rest: unknown[]): Value {
  const { key } = rest.at(-1) as { key: Key };
  const found = places(shapeOf(x), key, rest.slice(0, -1) as Value[]);
  const data = dataOf(x);
  return made(found.shape, Float64Array.from(found.offsets, (o) => data[o]!));
}

function written(add: boolean): (base: Value, ...rest: unknown[]) => Value {
  return (base, ...rest) => {
    const { keys } = rest.at(-1) as { keys: Key[] };
    const values = rest.slice(0, keys.length) as Value[];
    const dynamic = rest.slice(keys.length, -1) as Value[];
    const data = Float64Array.from(dataOf(base));
    keys.forEach((key, n) => {
      const found = places(shapeOf(base), key, dynamic);
      const value = dataOf(broadcastTo(stripped(values[n]!, found.shape.length), found.shape));
      found.offsets.forEach((o, k) => (data[o] = add ? data[o]! + value[k]! : value[k]!));
    });
    return made(shapeOf(base), data);
  };
}

/** NumPy drops leading axes of length 1 from what is written. */
function stripped(value: Value, depth: number): Value {
  const shape = shapeOf(value);
  return shape.length > depth ? made(shape.slice(shape.length - depth), dataOf(value)) : value;
}

export const assemble = written(false);
export const accumulate = written(true);
