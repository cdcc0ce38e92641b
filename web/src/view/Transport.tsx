// Forward and backward, gate by gate.

import type { JSX } from "preact";

import type { State } from "../state.ts";
import { Icon } from "./Icon.tsx";

export function Transport({ state }: { state: State }): JSX.Element {
  const steps = state.steps.value;
  const at = state.step.value;
  const last = steps.length - 1;
  const seed = steps.findIndex((step) => step.pass === "seed");
  const pass = at === null ? "everything" : steps[at]!.pass === "start" ? "inputs" : steps[at]!.pass === "forward" ? "forward" : "backward";
  return (
    <div class="wg-transport" role="group" aria-label="Steps">
      <div class="wg-buttons">
        <button type="button" title="From the beginning (Home)" aria-label="From the beginning" onClick={() => state.go(0)}><Icon d="M4 3v10M13 3 6 8l7 5z" /></button>
        <button type="button" title="One step back (b)" aria-label="One step back" disabled={at === 0} onClick={() => state.go((at ?? last + 1) - 1)}><Icon d="M12 3 5 8l7 5z" /></button>
        <button type="button" class="wg-main" title="One step forward (n)" onClick={() => state.go(at === null ? 0 : at + 1)} disabled={at === last}>
          {at === null ? "Step through" : "Next step"} <Icon d="m5 3 7 5-7 5z" />
        </button>
        <button type="button" title="Show everything (a)" onClick={() => state.go(null)} disabled={at === null}>Show all</button>
      </div>
      <div class="wg-track">
        <input
          type="range"
          min={0}
          max={last}
          value={at ?? last}
          aria-label="Step"
          aria-valuetext={at === null ? "everything is shown" : `step ${at} of ${last}, ${pass}`}
          style={{ "--seed": `${(100 * seed) / Math.max(1, last)}%` }}
          onInput={(event) => state.go(Number(event.currentTarget.value))}
        />
        <div class="wg-passes" aria-hidden="true">
          <span class={pass === "forward" || pass === "inputs" ? "wg-on" : ""}>forward: values</span>
          <span>{at === null ? "" : `${at} / ${last}`}</span>
          <span class={pass === "backward" ? "wg-on wg-back" : ""}>backward: gradients</span>
        </div>
      </div>
    </div>
  );
}
