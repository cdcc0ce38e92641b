// Any upstream gradient carried back along edges and wires: the emitted statements of one edge, cut out of the
// backward pass. What the page follows alone (a path, an example, a reader's own wrong number) goes this way.

import type { Circuit, Structure, Wire } from "./circuit.ts";
import { type Value, dataOf, isArray, made, shapeOf } from "./nd.ts";
import type { Run } from "./program.ts";

/** The statements that lead from one place to another, over `w` for what is computed anew and `v` for what stays. */
export function cutOut(lines: ReadonlyMap<number, string>, from: number, to: number): string | null {
  if (from === to) return null;
  const wanted = new Set<number>();
  const pending = [to];
  for (let slot = pending.pop(); slot !== undefined; slot = pending.pop()) {
    const line = lines.get(slot);
    if (slot === from || wanted.has(slot) || line === undefined) continue;
    wanted.add(slot);
    for (const [, read] of line.matchAll(/v\[(\d+)\]/g)) pending.push(Number(read));
  }
  const renamed = (text: string): string => text.replace(/v\[(\d+)\]/g, (found, slot: string) => (wanted.has(Number(slot)) || Number(slot) === from ? `w[${slot}]` : found));
  return [...wanted].sort((a, b) => a - b).map((slot) => renamed(lines.get(slot)!)).join(";\n");
}

/** Emitted statements by the place that each fills. */
export function byPlace(...codes: string[]): Map<number, string> {
  const found = new Map<number, string>();
  for (const line of codes.flatMap((code) => code.split(";\n"))) {
    const slot = /^v\[(\d+)\]=/.exec(line);
    if (slot) found.set(Number(slot[1]), line);
  }
  return found;
}

export class Carrier {
  constructor(
    private readonly structure: Structure,
    readonly circuit: Circuit,
    readonly run: Run,
    private readonly output: number,
  ) {}

  /** What an upstream gradient of `from`, a row that the wire's target makes, becomes along a wire; null where nothing flows. */
  along(wire: Wire, from: number, upstream: Value): Value | null {
    if (wire.target === "out") return wire.row === this.output ? upstream : null;
    const target = this.circuit.boxes[this.circuit.box.get(wire.target)!]!;
    if (!target.group) return total(wire.edges.map(([row, arg]) => this.run.carry(row, arg, upstream)));
    const inside = new Set(target.group.rows);
    return this.sweep(from, upstream, wire.row, (row) => inside.has(row));
  }

  /** What an upstream gradient of one row becomes at another, over all paths through the rows that are let in. */
  sweep(from: number, upstream: Value, to: number, lets: (row: number) => boolean): Value | null {
    const arrived = new Map<number, Value>([[from, upstream]]);
    const pending = [from];
    while (pending.length) {
      const row = pending.splice(pending.indexOf(Math.max(...pending)), 1)[0]!;
      if (row === to) continue;
      this.structure.row.get(row)!.args.forEach((arg, k) => {
        if (arg < to || (arg !== to && !lets(arg))) return;
        const back = this.run.carry(row, k, arrived.get(row)!);
        if (back === null) return;
        const before = arrived.get(arg);
        if (before === undefined) pending.push(arg);
        arrived.set(arg, before === undefined ? back : plus(before, back));
      });
    }
    return arrived.get(to) ?? null;
  }
}

export function plus(a: Value, b: Value, sign = 1): Value {
  if (!isArray(a) && !isArray(b)) return a + sign * b;
  const [x, y] = [dataOf(a), dataOf(b)];
  const shape = isArray(a) ? a.shape : shapeOf(b);
  return made(shape, Float64Array.from({ length: Math.max(x.length, y.length) }, (_, k) => (x[k] ?? x[0]!) + sign * (y[k] ?? y[0]!)));
}

const total = (parts: (Value | null)[]): Value | null =>
  parts.reduce<Value | null>((sum, part) => (part === null ? sum : sum === null ? part : plus(sum, part)), null);

/** The Euclidean length of all entries; what is no number counts as infinitely long. */
export function normOf(value: Value): number {
  const data = dataOf(value);
  const most = data.reduce((m, x) => Math.max(m, Math.abs(x)), 0);
  if (data.some(Number.isNaN)) return Infinity;
  return most === 0 || !Number.isFinite(most) ? most : most * Math.sqrt(data.reduce((sum, x) => sum + (x / most) ** 2, 0));
}
