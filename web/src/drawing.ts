// Where everything of the picture stands: the measures of `rendering/svg.py`, over the shared layout.

import type { Circuit } from "./circuit.ts";
import { type Layers, layers } from "./layout/layers.ts";
import { type Extent, type Layout, arrivals, haveMainOperand, lastPlace, layout, respaced, spread } from "./layout/layout.ts";

export const RADIUS = 18;
const LABEL = 15;
const NUMBER = 12.5;
const CHARACTER = 0.605;
const GAP = 12;
const RANK_GAP = 36;
const PORT = 9;
const ENTRY = 23;

/** The texts at a box: above and below the wire that leaves it, and of each wire that arrives, what it brings back. */
export interface Texts {
  value: string;
  gradient: string;
  /** A second number below: what the user's own code has. */
  claim?: string;
}

export interface PlacedBox {
  x: number;
  y: number;
  half: number;
  round: boolean;
  /** Middle of the numbers beside the box. */
  numbers: number;
}

export interface PlacedWire {
  d: string;
  /** The least and the greatest place across that it comes to. */
  top: number;
  bottom: number;
  /** Middle of what the wire brings back, where it stands at its end. */
  label: [x: number, y: number] | null;
  /** Where the number of its operand stands, if operands arrive in another order than they are written. */
  order: [x: number, y: number] | null;
}

export interface Drawing {
  boxes: PlacedBox[];
  wires: PlacedWire[];
  width: number;
  height: number;
}

const room = (text: string, size = NUMBER): number => Math.round(text.length * size * CHARACTER + 0.5);

interface Measured {
  half: number;
  reach: number;
  stub: number;
  entry: number;
  ports: number;
  round: boolean;
  named: boolean;
  main: boolean;
  claimed: boolean;
  reordered: boolean;
}

/** `texts(box)` are the numbers beside a box, `back(wire)` what a wire brings back to a box that others read too. */
export function drawing(circuit: Circuit, texts: (box: number) => Texts, back: (wire: number) => string): Drawing {
  const { boxes, pairs, leaving, arriving } = circuit;
  const main = haveMainOperand(boxes.length, pairs);
  const measured = boxes.map((box, k): Measured => {
    const boxed = box.kind === "op" || box.kind === "gate";
    const text = Math.floor(room(box.label, LABEL) / 2) + 1;
    const half = boxed ? (text <= RADIUS - 3 ? RADIUS : text + 9) : text + 5;
    const named = boxed && box.name !== "";
    const said = texts(k);
    const widest = Math.max(room(said.value), room(said.gradient), room(said.claim ?? ""));
    const fans = arriving[k]!.filter((w) => leaving[pairs[w]![0]]!.length > 1).map(back);
    return {
      half,
      reach: named ? Math.max(half, Math.floor(room(box.name) / 2) + 2) : half,
      stub: leaving[k]!.length ? Math.max(widest, 6) + 14 : box.kind !== "output" && widest > 1 ? widest + 14 : 0,
      entry: fans.some((text) => text) ? Math.max(...fans.map((text) => room(text))) + 22 : 0,
      ports: arriving[k]!.length,
      round: boxed && half === RADIUS,
      named,
      main: main[k]!,
      claimed: !!said.claim,
      reordered: false,
    };
  });
  const made = layers(boxes.length, pairs);
  let placed = placedOf(measured, circuit, made);
  const mixed = reordered(circuit, placed);
  for (const k of mixed) {
    measured[k]!.reordered = true;
    measured[k]!.entry = Math.max(measured[k]!.entry, 32);
  }
  if (mixed.length) placed = placedOf(measured, circuit, made);
  return drawn(circuit, measured, placed, back);
}

const tight = (one: Measured): boolean => one.entry > 0 && (one.ports > 4 || !one.main);

function extentOf(one: Measured): Extent {
  let across = 2 * RADIUS + 4;
  if (one.entry) across = Math.max(across, ENTRY * (tight(one) ? one.ports : 2 * one.ports - 1));
  if (one.named) across += 2 * LABEL;
  if (one.claimed) across += one.named ? 2 * LABEL : LABEL;
  return { before: one.reach + one.entry, after: one.reach + one.stub, across: across + (across % 2) };
}

function placedOf(measured: Measured[], { pairs }: Circuit, made: Layers): Layout {
  const extents = measured.map(extentOf);
  const placed = layout(extents, pairs, { gap: GAP, rankGap: RANK_GAP, wireRoom: 8 }, made);
  const climb = placed.starts.map(() => 0);
  pairs.forEach(([source, target], wire) => {
    const stops = [placed.across[source]!, ...placed.routes[wire]!, placed.across[target]!];
    for (let step = 1; step < stops.length; step++) {
      const at = placed.rank[source]! + step - 1;
      climb[at] = Math.max(climb[at]!, Math.abs(stops[step]! - stops[step - 1]!));
    }
  });
  return respaced(placed, extents, climb.map((c) => RANK_GAP + Math.min(110, Math.floor(c / 5))));
}

/** The boxes whose operands arrive in another order than they are written, where that matters. */
function reordered(circuit: Circuit, placed: Layout): number[] {
  return arrivals(placed, circuit.pairs).flatMap((reaching, target) => {
    if (circuit.boxes[target]!.label === "+" || circuit.boxes[target]!.label === "*") return [];
    const come = reaching.map((w) => circuit.wires[w]!.order);
    return come.some((order, k) => k && order < come[k - 1]!) ? [target] : [];
  });
}

function drawn(circuit: Circuit, measured: Measured[], placed: Layout, back: (wire: number) => string): Drawing {
  const { pairs, leaving } = circuit;
  const ports = pairs.map(() => 0);
  arrivals(placed, pairs).forEach((found, target) => {
    const one = measured[target]!;
    const spacing = one.entry ? ENTRY : Math.min(PORT, Math.floor((2 * RADIUS) / Math.max(1, one.ports)));
    const places = found.map((w) => lastPlace(placed, pairs, w));
    const steps = spread(places, placed.across[target]!, tight(one));
    found.forEach((wire, k) => (ports[wire] = Math.trunc((steps[k]! * spacing) / 2)));
  });
  const boxes = measured.map((one, k): PlacedBox => {
    const x = placed.along[k]!;
    return { x, y: placed.across[k]!, half: one.half, round: one.round, numbers: x + one.reach + one.stub / 2 };
  });
  const wires = pairs.map(([source, target], wire): PlacedWire => {
    const one = measured[target]!;
    const x = placed.along[target]!;
    const arrival = placed.across[target]! + ports[wire]!;
    const fans = leaving[source]!.length > 1 && back(wire) !== "";
    const route = placed.routes[wire]!;
    return {
      d: pathOf(placed, measured, source, target, route, ports[wire]!),
      top: route.reduce((least, place) => Math.min(least, place), Math.min(placed.across[source]!, arrival)),
      bottom: route.reduce((most, place) => Math.max(most, place), Math.max(placed.across[source]!, arrival)),
      label: fans ? [x - one.reach - 10 - (one.entry - 10) / 2, arrival + 14] : null,
      order: one.reordered ? [x - one.reach - 12, arrival - 4] : null,
    };
  });
  return { boxes, wires, width: placed.length, height: placed.breadth };
}

function pathOf(placed: Layout, measured: Measured[], source: number, target: number, route: number[], port: number): string {
  const one = measured[target]!;
  let rank = placed.rank[source]!;
  let here = placed.across[source]!;
  let path = `M${placed.along[source]! + measured[source]!.half} ${here}`;
  for (const place of route) {
    rank += 1;
    if (place !== here) path += bend(placed, rank, here, place); // level parts follow one another as one
    here = place;
  }
  const x = placed.along[target]!;
  const y = placed.across[target]! + port;
  if (y !== here) path += bend(placed, rank + 1, here, y);
  const near = one.entry ? Math.round((12 * port) / (Math.abs(port) + 12)) : port;
  const edge = one.round ? Math.round(Math.sqrt(Math.max(0, RADIUS ** 2 - near ** 2))) : one.half;
  return near === port ? `${path}H${x - edge}` : `${path}H${x - one.reach - 12}L${x - edge} ${y - port + near}`;
}

/** Level to the end of the rank before, and a curve from there to the start of this one. */
function bend(placed: Layout, rank: number, start: number, stop: number): string {
  const left = placed.ends[rank - 1]!;
  const right = placed.starts[rank]!;
  const middle = (left + right) / 2;
  return `H${left}C${middle} ${start} ${middle} ${stop} ${right} ${stop}`;
}
