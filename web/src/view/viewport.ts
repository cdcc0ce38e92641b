// What part of the circuit is in the frame: how large, moved where, and which boxes are therefore drawn.

import type { Circuit } from "../circuit.ts";
import type { Drawing } from "../drawing.ts";
import type { State } from "../state.ts";

export const MARGIN = 26;
/** Below this the numbers cannot be read. */
const LEAST = 0.62;
/** Circuits of up to this many boxes are drawn whole; of larger ones what is in the frame and around it. */
const ALL_DRAWN = 120;
/** How far beyond the frame one draws, so that not every move draws anew: the steps in which it changes. */
const STEP = 400;

export interface View {
  x: number;
  y: number;
  scale: number;
}

export interface Size {
  width: number;
  height: number;
}

/** A part of the drawing, in its own units. */
export interface Region {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

export const EVERYTHING: Region = { left: -Infinity, right: Infinity, top: -Infinity, bottom: Infinity };

/** As tall as the whole needs at the width that there is. */
export function tall(width: number, whole: Size): number {
  return Math.round(whole.height * Math.min(1.5, Math.max(LEAST, width / whole.width))) + 60;
}

/** Large enough to read, small enough to see: never enlarged beyond 1.5. */
export function fit(size: Size, whole: Size): View {
  const scale = Math.min(1.5, size.width / whole.width, size.height / whole.height) || 1;
  return { scale, x: (size.width - whole.width * scale) / 2, y: (size.height - whole.height * scale) / 2 };
}

/** Where everything would be too small to read: readable, with what the reader looks at in the middle. */
export function follow(state: State, fitted: View, size: Size): View {
  if (fitted.scale >= LEAST || !size.width) return fitted;
  const drawing = state.drawing.value;
  const at = focusOf(state);
  const clamp = (middle: number, room: number, whole: number): number =>
    whole <= room ? (room - whole) / 2 : Math.min(0, Math.max(room - whole, room / 2 - middle));
  const width = (drawing.width + 2 * MARGIN) * LEAST;
  const height = (drawing.height + 2 * MARGIN) * LEAST;
  return { scale: LEAST, x: clamp((at.x + MARGIN) * LEAST, size.width, width), y: clamp((at.y + MARGIN) * LEAST, size.height, height) };
}

function focusOf(state: State): { x: number; y: number } {
  const { circuit, drawing } = state;
  const chosen = state.chosen.value ?? (state.mode.value === "exercise" && state.exercise.current.value ? { kind: "box", key: state.exercise.current.value } : null);
  const key = chosen?.kind === "wire" ? circuit.value.wires.find((w) => w.key === chosen.key)?.target : chosen?.key;
  const step = state.step.value === null ? undefined : state.steps.value[state.step.value];
  const box = key !== undefined ? circuit.value.box.get(key) : step !== undefined ? step.box : state.landing(state.turned.value);
  return drawing.value.boxes[box ?? -1] ?? { x: 0, y: drawing.value.height / 2 };
}

/** What is drawn in a frame of this size: a little more than it shows, in steps. */
export function regionOf(circuit: Circuit, view: View, size: Size): Region {
  if (circuit.boxes.length <= ALL_DRAWN) return EVERYTHING;
  if (!size.width) return { left: 0, right: 0, top: 0, bottom: 0 };
  const step = STEP / view.scale;
  const least = (moved: number): number => (Math.floor(-moved / STEP) - 1) * step - MARGIN;
  const most = (moved: number, room: number): number => (Math.ceil((room - moved) / STEP) + 1) * step - MARGIN;
  return { left: least(view.x), right: most(view.x, size.width), top: least(view.y), bottom: most(view.y, size.height) };
}

export function seesBox({ boxes }: Drawing, k: number, region: Region): boolean {
  const { x, y, half, numbers } = boxes[k]!;
  return x - half <= region.right && 2 * numbers - x + half >= region.left && y + 40 >= region.top && y - 40 <= region.bottom;
}

export function seesWire({ boxes, wires }: Drawing, { pairs }: Circuit, k: number, region: Region): boolean {
  const [source, target] = pairs[k]!;
  const { top, bottom } = wires[k]!;
  return boxes[source]!.x <= region.right && boxes[target]!.x >= region.left && bottom + 20 >= region.top && top - 20 <= region.bottom;
}
