// The entry of the notebook widget (anywidget): the model has `document`, the page's JSON, and `selection`, row numbers.

import css from "./style.css";

import { mount } from "./mount.tsx";
import type { PageDocument } from "./schema.ts";

interface Model {
  get(name: "document"): string;
  set(name: "selection", value: number[]): void;
  save_changes(): void;
  on(event: "change:document", call: () => void): void;
  off(event: "change:document", call: () => void): void;
}

/** Fonts inside a shadow root are ignored, so the styles stand in the head of the page, once. */
function styled(): void {
  if (document.getElementById("whygrad-style")) return;
  const style = document.createElement("style");
  style.id = "whygrad-style";
  style.textContent = css;
  document.head.append(style);
}

function render({ model, el }: { model: Model; el: HTMLElement }): () => void {
  styled();
  const select = (selection: number[]): void => {
    model.set("selection", selection);
    model.save_changes();
  };
  const draw = (): { unmount(): void } => mount(el, JSON.parse(model.get("document")) as PageDocument, { onSelect: select });
  let page = draw();
  const changed = (): void => {
    page.unmount();
    page = draw();
  };
  model.on("change:document", changed);
  return () => {
    model.off("change:document", changed);
    page.unmount();
  };
}

export default { render };
