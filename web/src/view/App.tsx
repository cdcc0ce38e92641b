// The page as a whole.

import type { JSX } from "preact";
import { useEffect } from "preact/hooks";

import type { State } from "../state.ts";
import { CircuitView } from "./CircuitView.tsx";
import { Code } from "./Code.tsx";
import { Exercise } from "../exercise.ts";
import { ExerciseView } from "./ExerciseView.tsx";
import { Icon } from "./Icon.tsx";
import { Inputs } from "./Inputs.tsx";
import { Inspector } from "./Inspector.tsx";
import { Keys } from "./Keys.tsx";
import { PathsView } from "./PathsView.tsx";
import { Transport } from "./Transport.tsx";

export interface AppProps {
  state: State;
  host: HTMLElement;
  ask?: (formula: string) => Promise<void>;
}

export function App({ state, host, ask }: AppProps): JSX.Element {
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
      <Header state={state} host={host} />
      {state.trouble.value && <p class="wg-warning wg-trouble" role="alert">{state.trouble.value}</p>}
      <main class="wg-columns">
        <div class="wg-centre">
          <section class="wg-card wg-stage" aria-label="The circuit">
            <CircuitView state={state} />
            <Legend state={state} />
            {state.mode.value === "explore" && <Transport state={state} />}
          </section>
          <div class="wg-below">
            <Code state={state} {...(ask ? { ask } : {})} />
            <PathsView state={state} />
          </div>
        </div>
        <div class="wg-side">
          {state.mode.value === "exercise" ? <ExerciseView state={state} /> : <Inspector state={state} />}
          <Inputs state={state} />
        </div>
      </main>
      <Keys />
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
  else if (event.key === "g") state.openAll(!state.document.groups.some((group) => state.open.value.has(group.id)));
  else if (event.key === "e" && Exercise.possible(state)) state.mode.value === "exercise" ? state.exercise.end() : state.exercise.begin();
  else return;
  event.preventDefault();
}

function Header({ state, host }: { state: State; host: HTMLElement }): JSX.Element {
  const outputs = state.engine?.outputs ?? [state.document.output];
  return (
    <header class="wg-header">
      <div>
        <p class="wg-brand">whygrad</p>
        <h1>{state.document.title}</h1>
        {state.document.note && <p class="wg-note">{state.document.note}</p>}
      </div>
      <div class="wg-tools">
      {outputs.length > 1 && state.mode.value === "explore" && (
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
        {Exercise.possible(state) && state.mode.value === "explore" && (
          <button type="button" onClick={() => state.exercise.begin()}>Exercise</button>
        )}
        <ThemeButton host={host} />
      </div>
    </header>
  );
}

/** Light or dark: the reader's setting, until this is pressed. */
function ThemeButton({ host }: { host: HTMLElement }): JSX.Element {
  const turn = (): void => {
    const view = host.ownerDocument.defaultView!;
    const dark = host.dataset["theme"] ? host.dataset["theme"] === "dark" : view.matchMedia("(prefers-color-scheme: dark)").matches;
    host.dataset["theme"] = dark ? "light" : "dark";
    host.ownerDocument.documentElement.style.background = view.getComputedStyle(host).getPropertyValue("--paper");
  };
  return (
    <button type="button" class="wg-theme" aria-label="Light or dark" title="Light or dark" onClick={turn}>
      <Icon d="M8 1.5a6.5 6.5 0 1 0 0 13z" />
    </button>
  );
}

function Legend({ state }: { state: State }): JSX.Element {
  const gates = state.document.groups.filter((group) => group.kind === "gate" && !state.document.groups.some((other) => other.id === group.parent && other.kind === "gate"));
  const alike = (label: string): boolean => gates.filter((group) => group.label === label).length > 1;
  const called = (group: (typeof gates)[number]): string => (alike(group.label) ? `${group.label} ${state.teller.value.name(group.outputs.at(-1)!)}` : group.label);
  return (
    <div class="wg-legend">
      <span><b class="wg-v">1.5</b> above a wire: value</span>
      <span><b class="wg-g">-0.2</b> below, slanted: gradient</span>
      {!state.engine && <span>the numbers stand still (see Inputs)</span>}
      {state.document.check && state.document.check.claims.length > 0 && <span>✓ ✗ what your own code has there</span>}
      {gates.length > 0 && gates.length <= 4 && (
        <span class="wg-gates">
          {gates.map((group) => (
            <button type="button" key={group.id} aria-expanded={state.open.value.has(group.id)} onClick={() => state.toggle(group.id)}>
              {state.open.value.has(group.id) ? `Close ${called(group)}` : `Open ${called(group)}`}
            </button>
          ))}
        </span>
      )}
      {gates.length > 4 && (
        <span class="wg-gates">
          <button type="button" onClick={() => state.openAll(false)}>Close all gates</button>
          <button type="button" onClick={() => state.openAll(true)}>Open all gates</button>
        </span>
      )}
    </div>
  );
}
