// The view in the address: what is open, the step, the output, changed inputs. Parsed strictly; what does not fit is left out.

import { Exercise } from "./exercise.ts";
import { isArray } from "./nd.ts";
import type { State } from "./state.ts";

const NUMBER = /^-?\d+(?:\.\d+)?(?:e[+-]?\d{1,3})?$/;

export function hashOf(state: State): string {
  const parts: string[] = [];
  const closed = state.document.groups.filter((group) => group.open !== state.open.value.has(group.id)).map((group) => group.id);
  if (closed.length) parts.push(`turned=${closed.join(",")}`);
  if (state.output.value !== state.document.output) parts.push(`output=${state.output.value}`);
  if (state.step.value !== null) parts.push(`step=${state.step.value}`);
  if (state.mode.value === "exercise") parts.push("exercise");
  const moved = [...state.point.value].filter(([row, value]) => !isArray(value) && value !== state.given.get(row));
  if (moved.length) parts.push(`at=${moved.map(([row, value]) => `${row}:${String(value)}`).join(",")}`);
  return parts.length ? `#${parts.join("&")}` : "";
}

export function restore(state: State, hash: string): void {
  if (hash.length > 8000) return;
  for (const part of hash.replace(/^#/, "").split("&")) {
    const [name, text = ""] = part.split("=", 2) as [string, string?];
    const words = text.split(",");
    if (name === "turned") turn(state, words);
    else if (name === "output" && state.engine?.outputs.includes(whole(text))) state.output.value = whole(text);
    else if (name === "at" && state.engine) move(state, words);
    else if (name === "exercise" && Exercise.possible(state)) state.exercise.begin(false);
  }
  const step = /(?:^#|&)step=(\d{1,6})(?:&|$)/.exec(hash);
  if (step && Number(step[1]) < state.steps.value.length) state.step.value = Number(step[1]);
}

const whole = (text: string): number => (/^\d{1,9}$/.test(text) ? Number(text) : -1);

function turn(state: State, ids: readonly string[]): void {
  const open = new Set(state.open.value);
  for (const id of ids) if (state.structure.groups.has(id) && !open.delete(id)) open.add(id);
  state.open.value = open;
}

function move(state: State, words: readonly string[]): void {
  const point = new Map(state.point.value);
  for (const word of words) {
    const [row, value] = word.split(":", 2) as [string, string?];
    const given = point.get(whole(row));
    if (given !== undefined && !isArray(given) && value !== undefined && NUMBER.test(value) && Number.isFinite(Number(value))) {
      point.set(whole(row), Number(value));
    }
  }
  state.point.value = point;
}
