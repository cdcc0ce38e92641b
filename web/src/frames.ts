// Frames around opened groups: where their boxes stand together, a rectangle behind them that closes the group again.

import type { Circuit, Structure } from "./circuit.ts";
import type { Drawing } from "./drawing.ts";
import type { Group } from "./schema.ts";

export interface Frame {
  group: Group;
  x: number;
  y: number;
  width: number;
  height: number;
  depth: number;
}

const PAD = 12;
const HEAD = 16;

export function framesOf(structure: Structure, circuit: Circuit, drawing: Drawing, open: ReadonlySet<string>): Frame[] {
  const inside = new Map<string, number[]>();
  const depths = new Map<string, number>();
  circuit.boxes.forEach((box, k) => {
    if (box.kind !== "op" && box.kind !== "gate") return;
    structure.aroundBox(box).forEach((group, depth) => {
      if (!open.has(group.id) || group === box.group) return;
      inside.set(group.id, [...(inside.get(group.id) ?? []), k]);
      depths.set(group.id, depth);
    });
  });
  const deepest = Math.max(0, ...depths.values());
  const frames: Frame[] = [];
  for (const [id, members] of inside) {
    const group = structure.groups.get(id)!;
    const depth = depths.get(id)!;
    const pad = PAD + 6 * (deepest - depth);
    const own = new Set(members);
    const places = members.map((k) => ({ ...drawing.boxes[k]!, gate: k }));
    const left = Math.min(...places.map((p) => p.x - p.half)) - pad;
    const right = Math.max(...places.map((p) => Math.max(p.x + p.half, 2 * p.numbers - p.x - p.half))) + pad - 8;
    const top = Math.min(...places.map((p) => p.y - 20)) - PAD - HEAD * (1 + deepest - depth) + 6;
    const bottom = Math.max(...places.map((p) => p.y + (circuit.boxes[p.gate]!.name ? 36 : 22))) + pad;
    const strangers = drawing.boxes.some((p, k) => !own.has(k) && p.x + p.half > left && p.x - p.half < right && p.y + 16 > top && p.y - 16 < bottom);
    if (!strangers && members.length > 1) frames.push({ group, x: left, y: top, width: right - left, height: bottom - top, depth });
  }
  return frames.sort((a, b) => a.depth - b.depth);
}
