// Arrow keys in the circuit: along the wires, and from one operand to the next.

import type { Circuit } from "../circuit.ts";
import type { Drawing } from "../drawing.ts";
import type { Chosen } from "../state.ts";

export function neighbour(circuit: Circuit, drawing: Drawing, from: Chosen, key: string): Chosen {
  if (!["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End"].includes(key)) return null;
  const box = (k: number | undefined): Chosen => (k === undefined ? null : { kind: "box", key: circuit.boxes[k]!.key });
  const wire = (k: number | undefined): Chosen => (k === undefined ? null : { kind: "wire", key: circuit.wires[k]!.key });
  if (key === "Home" || !from) return box(0);
  if (key === "End") return box(circuit.boxes.length - 1);
  const vertical = key === "ArrowUp" ? -1 : key === "ArrowDown" ? 1 : 0;
  if (from.kind === "wire") {
    const k = circuit.wires.findIndex((one) => one.key === from.key);
    if (k < 0) return box(0);
    const [source, target] = circuit.pairs[k]!;
    if (!vertical) return box(key === "ArrowRight" ? target : source);
    const beside = circuit.arriving[target]!;
    return wire(beside[beside.indexOf(k) + vertical]);
  }
  const k = circuit.box.get(from.key);
  if (k === undefined) return box(0);
  if (!vertical) return wire(key === "ArrowRight" ? circuit.leaving[k]![0] : circuit.arriving[k]!.find((w) => straight(circuit, drawing, w)) ?? circuit.arriving[k]![0]);
  // The nearest box above or below, those of the same column first.
  const here = drawing.boxes[k]!;
  let best: number | undefined;
  let least = Infinity;
  drawing.boxes.forEach((there, other) => {
    const rise = (there.y - here.y) * vertical;
    const distance = rise + 3 * Math.abs(there.x - here.x);
    if (rise > 4 && distance < least) [best, least] = [other, distance];
  });
  return box(best);
}

const straight = (circuit: Circuit, drawing: Drawing, wire: number): boolean => {
  const [source, target] = circuit.pairs[wire]!;
  return drawing.boxes[source]!.y === drawing.boxes[target]!.y;
};
