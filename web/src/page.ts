// The entry of the HTML page: unpack the document, mount, and say when everything stands.

import "./style.css";

import { effect } from "@preact/signals";

import { hashOf, restore } from "./hash.ts";
import { mount } from "./mount.tsx";
import type { PageDocument } from "./schema.ts";
import { unpacked } from "./unpacking.ts";

async function begin(): Promise<void> {
  const began = performance.now();
  const text = document.getElementById("whygrad-data")!.textContent!;
  const data = (await unpacked(text)) as PageDocument;
  const root = document.getElementById("whygrad")!;
  const page = mount(root, data, { hash: location.hash });
  let before = location.hash;
  effect(() => {
    const hash = hashOf(page.state);
    if (hash === before) return;
    before = hash;
    history.replaceState(null, "", hash || location.pathname + location.search);
  });
  window.addEventListener("hashchange", () => restore(page.state, (before = location.hash)));
  Object.assign(window, { whygrad: page });
  requestAnimationFrame(() => {
    root.dataset["ready"] = String(Math.round(performance.now() - began));
  });
}

begin().catch((error: unknown) => {
  const root = document.getElementById("whygrad")!;
  root.textContent = `This page could not be unpacked: ${String(error)}`;
  root.dataset["ready"] = "failed";
});
