// Sums of products over named axes, as `einsum` writes them: loops over every name, without `...`.

import { type Value, dataOf, made, shapeOf, sizeOf, stridesOf, walk } from "./nd.ts";

export function einsum(...rest: unknown[]): Value {
  const { subscripts } = rest.at(-1) as { subscripts: string };
  const operands = rest.slice(0, -1) as Value[];
  const [left, right] = subscripts.replace(/ /g, "").split("->") as [string, string?];
  const names = left.split(",");
  const all = [...new Set(names.join(""))];
  const out = right ?? all.filter((name) => names.join("").split(name).length === 2).sort().join("");
  const order = [...out, ...all.filter((name) => !out.includes(name))];
  const sizes = order.map((name) => {
    const k = names.findIndex((part) => part.includes(name));
    return shapeOf(operands[k]!)[names[k]!.indexOf(name)]!;
  });
  const strides = operands.map((operand, k) => {
    const own = stridesOf(shapeOf(operand));
    // A name that stands twice in one operand walks its diagonal.
    return order.map((name) => [...names[k]!].reduce((step, here, axis) => step + (here === name ? own[axis]! : 0), 0));
  });
  const shape = sizes.slice(0, out.length);
  const inner = sizeOf(sizes.slice(out.length));
  const data = new Float64Array(sizeOf(shape));
  const from = operands.map(dataOf);
  walk(sizes, strides, (offsets, k) => {
    let product = 1;
    for (let i = 0; i < from.length; i++) product *= from[i]![offsets[i]!]!;
    data[Math.floor(k / inner)]! += product;
  });
  return made(shape, data);
}
