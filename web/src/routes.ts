// Paths between arrays: what each sends back is an array of its own, and these add up to the gradient. The method of
// `explanation/routes.py`, over the boxes that are on the screen.

import { type Carrier, normOf, plus } from "./carrying.ts";
import type { Circuit } from "./circuit.ts";
import type { Value } from "./nd.ts";

/** Up to so many paths all are followed; of more, at each box those that carry most to it. */
export const MOST_KEPT = 64;

export interface Route {
  /** Wires from the input on. */
  wires: number[];
  sent: Value;
}

interface Way {
  sent: Value;
  wire: number;
  before: Way | null;
}

/** The paths from a box to the output that carry most back to it, the weightiest first. */
export function routesOf(circuit: Circuit, carrier: Carrier, from: number, total: bigint, weight: (sent: Value) => number = normOf): Route[] {
  const kept = total <= BigInt(MOST_KEPT) ? MOST_KEPT : 8;
  const { boxes, arriving, pairs, wires } = circuit;
  const leading = new Set([from]);
  for (let box = from; box < boxes.length; box++) if (arriving[box]!.some((w) => leading.has(pairs[w]![0]))) leading.add(box);
  const ways: Way[][] = boxes.map(() => []);
  ways[boxes.length - 1] = [{ sent: 1, wire: -1, before: null }];
  for (let box = boxes.length - 1; box >= from; box--) {
    const best = ways[box]!.sort((a, b) => (box === from ? weight(b.sent) - weight(a.sent) : normOf(b.sent) - normOf(a.sent))).slice(0, kept);
    ways[box] = best;
    for (const w of arriving[box]!) {
      const source = pairs[w]![0];
      if (!leading.has(source)) continue;
      for (const way of best) {
        const made = way.wire < 0 ? boxes[box]!.row : wires[way.wire]!.row;
        const sent = carrier.along(wires[w]!, made, way.sent);
        if (sent !== null) ways[source]!.push({ sent, wire: w, before: way });
      }
    }
  }
  return ways[from]!.map((way) => {
    const found: number[] = [];
    for (let at: Way | null = way; at && at.wire >= 0; at = at.before) found.push(at.wire);
    return { wires: found, sent: way.sent };
  });
}

/** What is left of a gradient when some parts are taken from it. */
export const restOf = (gradient: Value, parts: readonly Value[]): Value => parts.reduce((left, part) => plus(left, part, -1), gradient);
