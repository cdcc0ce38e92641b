// Boxes and wires to layers: the rank of every box and the order within each rank.
// The same algorithm as `rendering/layers.py`, held to it by golden vectors (tests/rendering/golden/layouts.json).

export type Pair = readonly [source: number, target: number];

export interface Layers {
  boxes: number;
  depth: number[];
  rank: number[];
  height: number[];
  order: number[][];
  inputs: number[][];
  consumers: number[][];
  last: number[];
}

export function layers(count: number, wires: readonly Pair[], sweeps = 8): Layers {
  const inputs: number[][] = Array.from({ length: count }, () => []);
  const consumers: number[][] = Array.from({ length: count }, () => []);
  for (const [source, target] of wires) {
    if (!(source >= 0 && source < target && target < count)) {
      throw new RangeError(`a wire leads from box ${source} to box ${target}: sources come before targets`);
    }
    inputs[target]!.push(source);
    consumers[source]!.push(target);
  }
  const depth = new Array<number>(count).fill(0);
  for (let box = 0; box < count; box++) {
    let deepest = -1;
    for (const i of inputs[box]!) deepest = Math.max(deepest, depth[i]!);
    depth[box] = 1 + deepest;
  }
  const rank = pulled(depth, inputs, consumers);
  const height = new Array<number>(count).fill(0);
  for (let box = count - 1; box >= 0; box--) {
    let highest = -1;
    for (const c of consumers[box]!) highest = Math.max(highest, height[c]!);
    height[box] = 1 + highest;
  }
  const result = walked(count, wires, depth, rank, height, inputs, consumers);
  sweep(result, sweeps);
  return result;
}

/** Ranks: a box whose whole past feeds only it may move right, next to its first consumer. */
function pulled(depth: number[], inputs: number[][], consumers: number[][]): number[] {
  const feedsOne = consumers.map((targets) => targets.length > 0 && targets.every((t) => t === targets[0]));
  const movable = inputs.map(() => true);
  inputs.forEach((sources, box) => {
    movable[box] = sources.every((i) => movable[i]! && feedsOne[i]!);
  });
  const rank = depth.slice();
  for (let box = depth.length - 1; box >= 0; box--) {
    if (movable[box] && consumers[box]!.length) {
      let least = Infinity;
      for (const c of consumers[box]!) least = Math.min(least, rank[c]!);
      rank[box] = least - 1;
    }
  }
  return rank;
}

/** Stand-ins and the order of a depth-first walk from the sinks, in operand order. */
function walked(
  count: number,
  wires: readonly Pair[],
  depth: number[],
  rank: number[],
  height: number[],
  sources: number[][],
  targets: number[][],
): Layers {
  let top = -1;
  for (const r of rank) top = Math.max(top, r);
  const order: number[][] = Array.from({ length: top + 1 }, () => []);
  const result: Layers = {
    boxes: count,
    depth: depth.slice(),
    rank: rank.slice(),
    height: height.slice(),
    order,
    inputs: Array.from({ length: count }, () => []),
    consumers: [],
    last: [],
  };
  const ranks = top + 2;
  const trunk = new Map<number, number>();
  const standIn = (source: number, start: number): number => {
    let first = -1;
    let ahead = -1;
    for (let at = start; at > rank[source]!; at--) {
      const known = trunk.get(source * ranks + at);
      if (known !== undefined) {
        if (ahead < 0) return known;
        result.inputs[ahead]!.push(known);
        return first;
      }
      const node = result.rank.length;
      trunk.set(source * ranks + at, node);
      result.depth.push(depth[source]!);
      result.rank.push(at);
      result.height.push(-1);
      result.inputs.push([]);
      order[at]!.push(node);
      if (ahead >= 0) result.inputs[ahead]!.push(node);
      else first = node;
      ahead = node;
    }
    if (ahead < 0) return source;
    result.inputs[ahead]!.push(source);
    return first;
  };
  const seen = new Array<boolean>(count).fill(false);
  const stack: Array<number | Pair> = [];
  for (let box = count - 1; box >= 0; box--) if (!targets[box]!.length) stack.push(box);
  for (let entry = stack.pop(); entry !== undefined; entry = stack.pop()) {
    if (typeof entry === "number") {
      if (seen[entry]) continue;
      seen[entry] = true;
      order[rank[entry]!]!.push(entry);
      const before = sources[entry]!;
      // A link runs just before its source is visited.
      for (let k = before.length - 1; k >= 0; k--) stack.push(before[k]!, [before[k]!, entry]);
    } else {
      const [source, target] = entry;
      result.inputs[target]!.push(standIn(source, rank[target]! - 1));
    }
  }
  result.consumers = result.rank.map(() => []);
  result.inputs.forEach((before, node) => before.forEach((one) => result.consumers[one]!.push(node)));
  result.last = wires.map(([s, t]) => trunk.get(s * ranks + rank[t]! - 1) ?? s);
  return result;
}

export function positions(made: Layers): number[] {
  const position = new Array<number>(made.rank.length).fill(0);
  for (const row of made.order) row.forEach((node, place) => (position[node] = place));
  return position;
}

/** How many entries of a sorted list are not above `value`. */
function countUpTo(sorted: number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value < sorted[middle]!) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** How often two wires cross between neighbouring ranks. */
export function crossings(made: Layers): number {
  const position = positions(made);
  let found = 0;
  for (const row of made.order.slice(0, -1)) {
    const placed: number[] = [];
    for (const node of row) {
      const ends = made.consumers[node]!.map((c) => position[c]!).sort((a, b) => a - b);
      for (const end of ends) found += placed.length - countUpTo(placed, end);
      for (const end of ends) placed.splice(countUpTo(placed, end), 0, end);
    }
  }
  return found;
}

/** Order each rank by the mean position of its neighbours, forth and back; keep the best seen. */
function sweep(made: Layers, sweeps: number): void {
  let best = crossings(made);
  let kept = made.order.map((row) => row.slice());
  let idle = 0;
  for (let turn = 0; turn < sweeps && best !== 0 && idle !== 3; turn++) {
    const forth = turn % 2 === 1;
    const neighbours = forth ? made.inputs : made.consumers;
    const position = positions(made);
    const ranks = forth ? made.order : made.order.slice().reverse();
    for (const row of ranks) {
      const mean = new Map<number, number>();
      for (const node of row) {
        const near = neighbours[node]!;
        let sum = 0;
        for (const n of near) sum += position[n]!;
        mean.set(node, near.length ? sum / near.length : -1);
      }
      const free = row.filter((node) => mean.get(node)! >= 0).sort((a, b) => mean.get(a)! - mean.get(b)!);
      let next = 0; // boxes without neighbours on this side keep their places
      row.forEach((node, k) => (row[k] = mean.get(node)! >= 0 ? free[next++]! : node));
      row.forEach((node, place) => (position[node] = place));
    }
    const now = crossings(made);
    if (now < best) {
      best = now;
      kept = made.order.map((row) => row.slice());
      idle = 0;
    } else idle += 1;
  }
  made.order.splice(0, made.order.length, ...kept);
}
