// The page as a whole.

import type { JSX } from "preact";
import { useEffect } from "preact/hooks";

import type { State } from "../state.ts";
import { CircuitView } from "./CircuitView.tsx";
import { Inputs } from "./Inputs.tsx";
import { Inspector } from "./Inspector.tsx";
import { Transport } from "./Transport.tsx";

export function App({ state, host }: { state: State; host: HTMLElement }): JSX.Element {
  useEffect(() => {
    const page = host.ownerDocument;
    const onKey = (event: KeyboardEvent): void => {
      if (host.contains(event.target as Node) || event.target === page.body) pressed(state, event);
    };
    page.addEventListener("keydown", onKey);
    return () => page.removeEventListener("keydown", onKey);
  }, []);
  return (
    <div class="wg-page">
      <Header state={state} />
      <main class="wg-columns">
        <section class="wg-card wg-stage" aria-label="The circuit">
          <CircuitView state={state} />
          <Legend state={state} />
          <Transport state={state} />
        </section>
        <div class="wg-side">
          <Inspector state={state} />
          <Inputs state={state} />
        </div>
      </main>
      <p class="wg-hidden" role="status" aria-live="polite">{state.announced.value}</p>
    </div>
  );
}

/** Keys that work everywhere but where one types. */
function pressed(state: State, event: KeyboardEvent): void {
  const target = event.target as HTMLElement;
  if (event.ctrlKey || event.metaKey || event.altKey || target.closest("input, textarea, select")) return;
  const at = state.step.value;
  if (event.key === "n") state.go(at === null ? 0 : at + 1);
  else if (event.key === "b") state.go((at ?? state.steps.value.length) - 1);
  else if (event.key === "a") state.go(null);
  else if (event.key === "g") for (const group of state.document.groups) state.toggle(group.id);
  else return;
  event.preventDefault();
}

function Header({ state }: { state: State }): JSX.Element {
  const outputs = state.engine?.outputs ?? [state.document.output];
  return (
    <header class="wg-header">
      <div>
        <p class="wg-brand">whygrad</p>
        <h1>{state.document.title}</h1>
        {state.document.note && <p class="wg-note">{state.document.note}</p>}
      </div>
      {outputs.length > 1 && (
        <label class="wg-choice">
          gradient of
          <select
            value={String(state.output.value)}
            onChange={(event) => {
              state.output.value = Number(event.currentTarget.value);
              state.chosen.value = null;
              if (state.step.value !== null) state.go(0);
            }}
          >
            {outputs.map((row) => <option key={row} value={String(row)}>{state.teller.value.name(row)}</option>)}
          </select>
        </label>
      )}
    </header>
  );
}

function Legend({ state }: { state: State }): JSX.Element {
  const gates = state.document.groups;
  return (
    <div class="wg-legend">
      <span><b class="wg-v">1.5</b> above a wire: value</span>
      <span><b class="wg-g">-0.2</b> below, slanted: gradient</span>
      {gates.length > 0 && gates.length <= 6 && (
        <span class="wg-gates">
          {gates.map((group) => (
            <button type="button" key={group.id} aria-expanded={state.open.value.has(group.id)} onClick={() => state.toggle(group.id)}>
              {state.open.value.has(group.id) ? `Close ${group.label}` : `Open ${group.label}`}
            </button>
          ))}
        </span>
      )}
    </div>
  );
}
