// The arithmetic of the page: functions made of the emitted statements, and a run of them at a point.

import { byPlace, cutOut } from "./carrying.ts";
import { runtime } from "./kernels.ts";
import { type Value, fromPlain, sameValue } from "./nd.ts";
import type { Backward, Mutant, PageDocument, Program } from "./schema.ts";

type Code = ($: typeof runtime, v: Value[]) => void;
type Carry = ($: typeof runtime, v: Value[], upstream: Value) => Value;

/** The backward pass of one output. */
interface Side {
  code: Code;
  given: Backward;
  edges: Map<number, Backward["edges"][number]>;
  cotangents: Map<number, number>;
  /** Its statements by the place that each fills, once they are asked for. */
  lines: Map<number, string> | null;
  carriers: Map<number, Carry | null>;
}

/** The text comes from the Python side's emitter and holds numbers, operators and names of kernels only. */
const compiled = (code: string): Code => new Function("$", "v", code) as Code;

export interface Flow {
  local: Value | null;
  contribution: Value;
}

/** All numbers at one point, for one output. */
export interface Run {
  value(row: number): Value;
  /** The gradient of a row, or null where none flows. */
  gradient(row: number): Value | null;
  edge(row: number, arg: number): Flow | null;
  /** What any upstream gradient of a row becomes along one of its edges; null where nothing flows. */
  carry(row: number, arg: number, upstream: Value): Value | null;
  /** The line of a branch that would go another way at this point, or null. */
  otherBranch: number | null;
}

export class Engine {
  readonly outputs: number[];
  private readonly forward: Code;
  private readonly backward = new Map<number, Side>();
  private readonly width: number;

  constructor(private readonly program: Program, most: number) {
    this.forward = compiled(program.forward);
    this.outputs = program.backward.map((one) => one.output);
    this.width = most;
    for (const given of program.backward) {
      this.backward.set(given.output, {
        code: compiled(given.code),
        given,
        edges: new Map(given.edges.map((edge) => [edge[0] * this.width + edge[1], edge])),
        cotangents: new Map(given.cotangents),
        lines: null,
        carriers: new Map(),
      });
    }
  }

  /** The function that carries an upstream gradient along one edge; null where it stays as it is. */
  private carrier(side: Side, edge: Backward["edges"][number]): Carry | null {
    const [row, arg, , , contribution, placed] = edge;
    const key = row * this.width + arg;
    if (!side.carriers.has(key)) {
      side.lines ??= byPlace(side.given.code, side.given.placing);
      const [from, to] = [side.cotangents.get(row)!, placed ?? contribution];
      const code = cutOut(side.lines, from, to);
      side.carriers.set(key, code === null ? null : (new Function("$", "v", "u", `const w=[];w[${from}]=u;\n${code};\nreturn w[${to}]??v[${to}];`) as Carry));
    }
    return side.carriers.get(key)!;
  }

  static of(document: PageDocument): Engine | null {
    const most = document.rows.reduce((n, row) => Math.max(n, row.args.length), 1);
    return document.program && new Engine(document.program, most);
  }

  /** Mutants with their numbers at a point; only the first output has them. */
  mutants(point: ReadonlyMap<number, Value>, output: number): { mutant: Mutant; value: Value }[] {
    const side = this.backward.get(output);
    if (!side?.given.mutants) return [];
    const v = this.values(point);
    side.code(runtime, v);
    compiled(side.given.mutants.code)(runtime, v);
    return side.given.mutants.list.map((mutant) => ({ mutant, value: v[mutant.slot]! }));
  }

  private values(point: ReadonlyMap<number, Value>): Value[] {
    const v: Value[] = [];
    point.forEach((value, row) => (v[row] = value));
    this.forward(runtime, v);
    return v;
  }

  run(point: ReadonlyMap<number, Value>, output: number): Run {
    const v = this.values(point);
    const turned = this.program.guards.find((guard) => !sameValue(v[guard.row]!, fromPlain(guard.expected)));
    const side = this.backward.get(output)!;
    side.code(runtime, v);
    return {
      value: (row) => v[row]!,
      gradient: (row) => {
        const slot = side.cotangents.get(row);
        return slot === undefined ? null : v[slot]!;
      },
      edge: (row, arg) => {
        const edge = side.edges.get(row * this.width + arg);
        if (!edge) return null;
        const [, , local, constant, contribution] = edge;
        return { local: local === null ? constant : v[local]!, contribution: v[contribution]! };
      },
      carry: (row, arg, upstream) => {
        const edge = side.edges.get(row * this.width + arg);
        if (!edge) return null;
        const carry = this.carrier(side, edge);
        return carry ? carry(runtime, v, upstream) : upstream;
      },
      otherBranch: turned ? turned.line : null,
    };
  }
}

/** A gate's own local gradient: its simplest form, evaluated. */
export function evaluated(code: string, given: readonly Value[], result: number): Value {
  const v: Value[] = [...given];
  compiled(code)(runtime, v);
  return v[result]!;
}
