// The entry of the HTML page: unpack the document, mount, and say when everything stands.

import "./style.css";

import { effect } from "@preact/signals";

import { hashOf, restore } from "./hash.ts";
import { asked, followed, received, ways } from "./live.ts";
import { mount } from "./mount.tsx";
import type { PageDocument } from "./schema.ts";
import type { State } from "./state.ts";
import { unpacked } from "./unpacking.ts";

async function begin(): Promise<void> {
  const began = performance.now();
  const text = document.getElementById("whygrad-data")!.textContent!;
  const root = document.getElementById("whygrad")!;
  root.replaceChildren();
  const { follows, asks } = ways(root);
  let stop = (): void => {};
  let state: State | null = null;
  const trouble = (said: string): void => {
    if (state) state.trouble.value = said;
  };
  /** Show a document; the view stays as far as it fits. */
  const show = (data: PageDocument): void => {
    const before = state;
    const hash = before ? hashOf(before) : location.hash;
    stop();
    const page = mount(root, data, { hash, ...(asks ? { ask } : {}) });
    state = page.state;
    if (before) state.remembered.push(...before.remembered, ...pointOf(before));
    document.title = `${data.title} - whygrad`;
    const stopHash = keptInAddress(state);
    stop = () => {
      stopHash();
      page.unmount();
    };
    Object.assign(window, { whygrad: page });
  };
  const ask = async (formula: string, asking: State): Promise<void> => {
    await received(await asked(formula, asking), show, trouble).catch((error: unknown) => trouble(String(error)));
  };
  show((await unpacked(text)) as PageDocument);
  window.addEventListener("hashchange", () => {
    if (state && location.hash !== hashOf(state)) restore(state, location.hash);
  });
  if (follows) followed(show, trouble);
  requestAnimationFrame(() => {
    root.dataset["ready"] = String(Math.round(performance.now() - began));
  });
}

const pointOf = (state: State): string[] =>
  [...state.point.value].flatMap(([row, value]) => (typeof value === "number" ? [`${state.structure.row.get(row)?.name}=${value}`] : []));

/** The address follows the view, so that it can be handed on. */
function keptInAddress(state: State): () => void {
  let before = location.hash;
  return effect(() => {
    const hash = hashOf(state);
    if (hash === before) return;
    before = hash;
    history.replaceState(null, "", hash || location.pathname + location.search);
  });
}

begin().catch((error: unknown) => {
  const root = document.getElementById("whygrad")!;
  root.textContent = `This page could not be unpacked: ${String(error)}`;
  root.dataset["ready"] = "failed";
});
