// The two passes, gate by gate, over the boxes that are on the screen.

import type { Circuit } from "./circuit.ts";
import type { Run } from "./program.ts";

export interface Step {
  pass: "start" | "forward" | "seed" | "backward";
  /** The box that works in this step. */
  box: number;
}

export function stepsOf(circuit: Circuit, run: Run): Step[] {
  const works = circuit.boxes.flatMap((box, k) => (box.kind === "op" || box.kind === "gate" ? [k] : []));
  const back = works.filter((k) => run.gradient(circuit.boxes[k]!.row) !== null).reverse();
  return [
    { pass: "start", box: -1 },
    ...works.map((box): Step => ({ pass: "forward", box })),
    { pass: "seed", box: circuit.boxes.length - 1 },
    ...back.map((box): Step => ({ pass: "backward", box })),
  ];
}

/** What has been computed once a step is done. */
export interface Progress {
  value(box: number): boolean;
  /** Whether the gradient of a box is whole: all boxes that read it have handed back their contributions. */
  gradient(box: number): boolean;
  /** Whether a wire has carried its contribution back. */
  contribution(wire: number): boolean;
}

export function progressOf(circuit: Circuit, steps: readonly Step[], now: number | null): Progress {
  if (now === null) return { value: () => true, gradient: () => true, contribution: () => true };
  const valued = new Set<number>();
  const passed = new Set<number>();
  for (const { pass, box } of steps.slice(0, now + 1)) {
    if (pass === "forward") valued.add(box);
    if (pass === "seed" || pass === "backward") passed.add(box);
  }
  const works = (box: number): boolean => ["op", "gate"].includes(circuit.boxes[box]!.kind);
  const handsBack = new Set(steps.filter(({ pass }) => pass === "backward").map(({ box }) => box));
  const contribution = (wire: number): boolean => {
    const target = circuit.pairs[wire]![1];
    return passed.has(target) || (works(target) && !handsBack.has(target) && passed.size > 0);
  };
  return {
    value: (box) => !works(box) || valued.has(box),
    gradient: (box) => passed.size > 0 && circuit.leaving[box]!.every(contribution),
    contribution,
  };
}
