// The one way in: `mount(element, document, host)` draws the page into an element and returns how to take it away.

import { effect } from "@preact/signals";
import { render } from "preact";

import { restore } from "./hash.ts";
import type { PageDocument } from "./schema.ts";
import { type Chosen, State } from "./state.ts";

import { App } from "./view/App.tsx";

/** What a page may tell those around it. */
export interface Host {
  /** Rows that the reader chose. */
  onSelect?(rows: number[]): void;
  /** The view to begin with, as `hashOf` writes it. */
  hash?: string;
  /** Ask the server for another formula; only live pages have one. */
  ask?(formula: string, state: State): Promise<void>;
}

export function mount(element: HTMLElement, document: PageDocument, host: Host = {}): { state: State; unmount(): void } {
  const state = new State(document);
  if (host.hash) restore(state, host.hash);
  element.classList.add("wg-host");
  render(<App state={state} host={element} {...(host.ask ? { ask: (formula: string) => host.ask!(formula, state) } : {})} />, element);
  const stop = effect(() => host.onSelect?.(rowsOf(state, state.chosen.value)));
  return {
    state,
    unmount: () => {
      stop();
      render(null, element);
    },
  };
}

function rowsOf(state: State, chosen: Chosen): number[] {
  const circuit = state.circuit.peek();
  if (chosen?.kind === "box") {
    const box = circuit.boxes[circuit.box.get(chosen.key) ?? -1];
    return box ? (box.group?.rows ?? [box.row]).filter((row) => row >= 0) : [];
  }
  const wire = circuit.wires.find((one) => one.key === chosen?.key);
  return wire ? [wire.row] : [];
}
