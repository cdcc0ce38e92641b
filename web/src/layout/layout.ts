// A layered layout of boxes and wires: the same algorithm as `rendering/layout.py`, held to it by golden vectors.

import { across as acrossRanks } from "./coordinates.ts";
import { type Layers, layers, type Pair } from "./layers.ts";

/** Room that a box needs: along the flow before and after its centre, and across the flow (total). */
export interface Extent {
  before: number;
  after: number;
  across: number;
}

export interface Layout {
  rank: number[];
  along: number[];
  across: number[];
  starts: number[];
  ends: number[];
  /** For each wire the places across, one for each rank that it passes. */
  routes: number[][];
  length: number;
  breadth: number;
}

export interface Spacing {
  gap: number;
  rankGap: number;
  wireRoom: number;
}

/** `made`, the layers of the same boxes and wires, need not be found again where only extents have changed. */
export function layout(extents: readonly Extent[], wires: readonly Pair[], spacing: Spacing, made: Layers = layers(extents.length, wires)): Layout {
  const heights = made.rank.map((_, node) => extents[node]?.across ?? spacing.wireRoom);
  let places = acrossRanks(made, heights, spacing.gap);
  let top = Infinity;
  places.forEach((p, node) => (top = Math.min(top, p - Math.floor(heights[node]! / 2))));
  if (top === Infinity) top = 0;
  places = places.map((p) => p - top);
  let breadth = 0;
  places.forEach((p, node) => (breadth = Math.max(breadth, p + Math.floor((heights[node]! + 1) / 2))));
  const rank = made.rank.slice(0, extents.length);
  const ranks = rankPlaces(extents, rank, made.order.length, () => spacing.rankGap);
  return {
    rank,
    along: rank.map((r) => ranks.middles[r]!),
    across: places.slice(0, extents.length),
    starts: ranks.starts,
    ends: ranks.ends,
    routes: made.last.map((last) => route(made.inputs, places, extents.length, last)),
    length: ranks.ends.at(-1) ?? 0,
    breadth,
  };
}

function rankPlaces(
  extents: readonly Extent[],
  rank: readonly number[],
  count: number,
  rankGap: (rank: number) => number,
): { starts: number[]; ends: number[]; middles: number[] } {
  const before = new Array<number>(count).fill(0);
  const after = new Array<number>(count).fill(0);
  extents.forEach((extent, box) => {
    const r = rank[box]!;
    before[r] = Math.max(before[r]!, extent.before);
    after[r] = Math.max(after[r]!, extent.after);
  });
  const starts: number[] = [];
  const ends: number[] = [];
  const middles: number[] = [];
  let at = 0;
  for (let r = 0; r < count; r++) {
    starts.push(at);
    middles.push(at + before[r]!);
    ends.push(at + before[r]! + after[r]!);
    at = ends[r]! + rankGap(r);
  }
  return { starts, ends, middles };
}

/** Places of the stand-ins of a wire, from its source on. */
function route(inputs: number[][], places: number[], boxes: number, last: number): number[] {
  const found: number[] = [];
  for (let node = last; node >= boxes; node = inputs[node]![0]!) found.push(places[node]!);
  return found.reverse();
}

/** The same layout with other gaps between its ranks. */
export function respaced(made: Layout, extents: readonly Extent[], rankGap: readonly number[]): Layout {
  const ranks = rankPlaces(extents, made.rank, made.starts.length, (r) => rankGap[r] ?? 0);
  return {
    ...made,
    along: made.rank.map((r) => ranks.middles[r]!),
    starts: ranks.starts,
    ends: ranks.ends,
    length: ranks.ends.at(-1) ?? 0,
  };
}

/** Which boxes have one deepest operand, with which the layout tries to be in line. */
export function haveMainOperand(count: number, pairs: readonly Pair[]): boolean[] {
  const depth = new Array<number>(count).fill(0);
  const times = new Array<number>(count).fill(0);
  for (const [source, target] of pairs) {
    if (depth[source]! + 1 > depth[target]!) {
      depth[target] = depth[source]! + 1;
      times[target] = 1;
    } else if (depth[source]! + 1 === depth[target]) times[target]! += 1;
  }
  return times.map((n) => n === 1);
}

/** The place across from which a wire enters the gap before its target. */
export function lastPlace(placed: Layout, pairs: readonly Pair[], wire: number): number {
  return placed.routes[wire]!.at(-1) ?? placed.across[pairs[wire]![0]]!;
}

/** For each box, the numbers of the wires that reach it, in the order across in which they come. */
export function arrivals(placed: Layout, pairs: readonly Pair[]): number[][] {
  const found: number[][] = placed.rank.map(() => []);
  pairs.forEach(([, target], wire) => found[target]!.push(wire));
  for (const reaching of found) {
    reaching.sort((a, b) => lastPlace(placed, pairs, a) - lastPlace(placed, pairs, b));
  }
  return found;
}

/** Ports for wires that come from `places` (sorted), in half steps from the centre of their target. */
export function spread(places: readonly number[], centre: number, tight: boolean): number[] {
  const straight = places.flatMap((place, k) => (place === centre ? [k] : []));
  const middle = straight.length === 1 && !tight ? 2 * straight[0]! : places.length - 1;
  return places.map((_, k) => 2 * k - middle);
}
