// Where each box stands across its rank; the same algorithm as `rendering/coordinates.py`, which explains it.

import { type Layers, positions } from "./layers.ts";

const FAR = 1 << 30;

/** Centre of every box and stand-in across its rank; whole numbers for whole numbers. */
export function across(made: Layers, heights: readonly number[], gap: number): number[] {
  const position = positions(made);
  const [befores, afters] = straight(made, position);
  const passes: number[][] = [];
  for (const near of [befores, afters]) {
    for (const upward of [false, true]) {
      const roots = blocks(made, position, near, near === befores, upward);
      passes.push(compacted(made, heights, gap, roots, upward));
    }
  }
  return combined(passes);
}

const isBox = (made: Layers, node: number): boolean => node < made.boxes;

function deepestOf(made: Layers, inputs: number[]): number {
  return inputs.reduce((most, i) => Math.max(most, made.depth[i]!), -1);
}

/** For each node, the neighbours before and after with which it may be in line. */
function straight(made: Layers, position: number[]): [number[][], number[][]] {
  const wanted: Edge[] = [];
  made.inputs.forEach((inputs, node) => {
    const deepest = deepestOf(made, inputs);
    for (const i of new Set(inputs)) if (made.depth[i] === deepest) wanted.push([i, node]);
  });
  const kept = undisputed(made, position, wanted);
  const befores: number[][] = made.rank.map(() => []);
  let afters: number[][] = made.rank.map(() => []);
  kept.sort(
    (a, b) =>
      position[a[0]]! - position[b[0]]! || position[a[1]]! - position[b[1]]! || a[0] - b[0] || a[1] - b[1],
  );
  for (const [source, target] of kept) {
    befores[target]!.push(source);
    afters[source]!.push(target);
  }
  afters = afters.map((targets, node) => {
    if (targets.length < 2) return targets;
    const best = Math.max(...targets.map((t) => pull(made, node, t)));
    return targets.filter((t) => pull(made, node, t) === best);
  });
  return [befores.map((sources, node) => sources.filter((s) => afters[s]!.includes(node))), afters];
}

/** How much a wire wants to be straight: a trunk goes on as a trunk, a box as its longest way out. */
function pull(made: Layers, source: number, target: number): number {
  if (isBox(made, target)) return made.height[target]!;
  return isBox(made, source) ? -1 : FAR;
}

type Edge = [source: number, target: number];

/** Without the wires that cross a stronger one: the longest path first, then trunks, then the rest. */
function undisputed(made: Layers, position: number[], wanted: Edge[]): Edge[] {
  const spine = spineOf(made);
  const kept: Edge[] = [];
  const byRank: Array<Array<[strength: number, source: number, target: number]>> = made.order.map(() => []);
  for (const [source, target] of wanted) {
    const inner = !isBox(made, source) && !isBox(made, target);
    const strength = spine.get(target) === source ? 0 : inner ? 1 : 2;
    byRank[made.rank[source]!]!.push([strength, source, target]);
  }
  for (const edges of byRank) {
    const strong: Edge[] = [];
    edges.sort(
      (a, b) => a[0] - b[0] || position[a[1]]! - position[b[1]]! || position[a[2]]! - position[b[2]]!,
    );
    for (const [strength, source, target] of edges) {
      const pair: Edge = [position[source]!, position[target]!];
      let at = 0;
      let high = strong.length;
      while (at < high) {
        const middle = (at + high) >> 1;
        const other = strong[middle]!;
        if (other[0] < pair[0] || (other[0] === pair[0] && other[1] < pair[1])) at = middle + 1;
        else high = middle;
      }
      if ((at && strong[at - 1]![1] > pair[1]) || (at < strong.length && strong[at]![1] < pair[1])) continue;
      kept.push([source, target]);
      if (strength < 2) strong.splice(at, 0, pair);
    }
  }
  return kept;
}

/** The wires of one longest path, by target: the first in operand order. */
function spineOf(made: Layers): Map<number, number> {
  const found = new Map<number, number>();
  if (!made.boxes) return found;
  let node = 0;
  for (let box = 1; box < made.boxes; box++) if (made.depth[box]! > made.depth[node]!) node = box;
  while (made.inputs[node]!.length) {
    const deepest = deepestOf(made, made.inputs[node]!);
    const before = made.inputs[node]!.find((i) => made.depth[i] === deepest)!;
    found.set(node, before);
    node = before;
  }
  return found;
}

/** Vertical alignment: the root of the block of each node. */
function blocks(
  made: Layers,
  position: number[],
  near: number[][],
  forward: boolean,
  upward: boolean,
): number[] {
  const root = made.rank.map((_, node) => node);
  const taken = made.rank.map(() => false);
  for (const row of forward ? made.order : made.order.slice().reverse()) {
    let limit = upward ? Infinity : -1;
    for (const node of upward ? row.slice().reverse() : row) {
      const choices = near[node]!;
      if (!choices.length) continue;
      const middle = choices.length >> 1;
      const pair = choices.length % 2 ? [middle] : upward ? [middle, middle - 1] : [middle - 1, middle];
      for (const index of pair) {
        const other = choices[index]!;
        const place = position[other]!;
        if (!taken[other] && (upward ? place < limit : place > limit)) {
          root[node] = root[other]!;
          taken[other] = true;
          limit = place;
          break;
        }
      }
    }
  }
  return root;
}

/** Blocks as close together as they go, packed from above (or from below), then let loose inwards. */
function compacted(
  made: Layers,
  heights: readonly number[],
  gap: number,
  root: number[],
  upward: boolean,
): number[] {
  const after: Edge[][] = root.map(() => []);
  const waiting = root.map(() => 0);
  for (const row of made.order) {
    const line = upward ? row.slice().reverse() : row;
    for (let k = 1; k < line.length; k++) {
      const one = line[k - 1]!;
      const two = line[k]!;
      after[root[one]!]!.push([root[two]!, Math.floor((heights[one]! + heights[two]!) / 2) + gap]);
      waiting[root[two]!]! += 1;
    }
  }
  const ready: number[] = [];
  root.forEach((r, node) => {
    if (r === node && !waiting[node]) ready.push(node);
  });
  const place = root.map(() => 0);
  for (let k = 0; k < ready.length; k++) {
    const block = ready[k]!;
    for (const [other, distance] of after[block]!) {
      place[other] = Math.max(place[other]!, place[block]! + distance);
      waiting[other]! -= 1;
      if (!waiting[other]) ready.push(other);
    }
  }
  for (const block of ready.slice().reverse()) {
    if (!after[block]!.length) continue;
    let room = Infinity;
    for (const [other, distance] of after[block]!) room = Math.min(room, place[other]! - distance);
    place[block] = Math.max(place[block]!, room);
  }
  return root.map((r) => (upward ? -place[r]! : place[r]!));
}

const lowest = (values: number[]): number => values.reduce((a, b) => Math.min(a, b), Infinity);
const highest = (values: number[]): number => values.reduce((a, b) => Math.max(a, b), -Infinity);

/** The mean of the two middle ones of four, after moving each to the edges of the narrowest. */
function combined(passes: number[][]): number[] {
  if (!passes[0]!.length) return [];
  let narrow = passes[0]!;
  for (const one of passes) {
    if (highest(one) - lowest(one) < highest(narrow) - lowest(narrow)) narrow = one;
  }
  const low = lowest(narrow);
  const high = highest(narrow);
  const shifts = passes.map((one, index) => (index % 2 ? high - highest(one) : low - lowest(one)));
  const middle = passes[0]!.map((_, node) => {
    const four = passes.map((one, index) => one[node]! + shifts[index]!).sort((a, b) => a - b);
    return Math.floor((four[1]! + four[2]!) / 2);
  });
  const least = lowest(middle);
  return middle.map((value) => value - least);
}
