import assert from "node:assert/strict";
import { test } from "node:test";

import { runtime } from "../src/kernels.ts";
import { dataOf, fromPlain, shapeOf } from "../src/nd.ts";
import type { Plain } from "../src/schema.ts";
import { golden } from "./golden.ts";

interface Case {
  name: string;
  args: Plain[];
  params: Record<string, unknown>;
  value: Plain;
}

/** Rounding of the last digits, and of libraries that differ in them. */
const near = (a: number, b: number): boolean => Object.is(a, b) || a === b || (Number.isNaN(a) && Number.isNaN(b)) || Math.abs(a - b) <= 4e-14 * Math.max(1, Math.abs(a), Math.abs(b));

test("operations have the values of their records", () => {
  const names = new Set<string>();
  for (const { name, args, params, value } of golden<Case>("kernels")) {
    names.add(name);
    const given = args.map(fromPlain);
    const mine = Object.keys(params).length ? runtime[name]!(...given, params) : runtime[name]!(...given);
    const wanted = fromPlain(value);
    const what = `${name}(${JSON.stringify(args)}, ${JSON.stringify(params)})`;
    assert.deepEqual([...shapeOf(mine)], [...shapeOf(wanted)], what);
    const [x, y] = [dataOf(mine), dataOf(wanted)];
    x.forEach((got, k) => assert.ok(near(got, y[k]!), `${what}: ${got} in place of ${y[k]}`));
  }
  assert.ok(names.size > 100, `${names.size} operations`);
});
