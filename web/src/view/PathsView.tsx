// The gradient of one input as a sum over paths, each a product of local gradients.

import { useSignal } from "@preact/signals";
import type { JSX } from "preact";

import { isArray } from "../nd.ts";
import { numberText } from "../numbers.ts";
import { Paths, countText } from "../paths.ts";
import type { State } from "../state.ts";
import { ArrayPaths } from "./ArrayPaths.tsx";

export function PathsView({ state }: { state: State }): JSX.Element | null {
  const circuit = state.circuit.value;
  const inputs = state.document.inputs.filter((row) => circuit.box.has(String(row)));
  const chosen = useSignal<number | null>(null);
  const teller = state.teller.value;
  if (!inputs.length || !state.engine || state.mode.value === "exercise") return null;
  const row = chosen.value !== null && inputs.includes(chosen.value) ? chosen.value : inputs[0]!;
  const locals = circuit.wires.map((wire) => scalarLocal(state, wire));
  const scalar = circuit.wires.every((wire, k) => locals[k] !== null || teller.contribution(wire) === null) && !isArray(state.run.value.value(row));
  const paths = new Paths(circuit, (wire) => (scalar ? locals[wire]! : teller.contribution(circuit.wires[wire]!) === null ? null : 1));
  const box = circuit.box.get(String(row))!;
  const count = paths.count(box);
  const best = paths.best(box);
  const gradient = state.run.value.gradient(row);
  const rest = typeof gradient === "number" ? gradient - best.reduce((sum, path) => sum + path.product, 0) : 0;
  return (
    <section class="wg-card wg-paths" aria-label="Paths">
      <div class="wg-head">
        <h2>Paths</h2>
        <label class="wg-choice">
          from{" "}
          <select
            value={String(row)}
            onChange={(event) => {
              chosen.value = Number(event.currentTarget.value);
              state.path.value = [];
            }}
          >
            {inputs.map((one) => <option key={one} value={String(one)}>{teller.name(one)}</option>)}
          </select>
        </label>
      </div>
      <p class="wg-note">
        {count === 1n ? "One path leads" : count === 0n ? "No path leads" : `${countText(count)} paths lead`} from <code>{teller.name(row)}</code> to{" "}
        <code>{teller.name(state.output.value)}</code>.{" "}
        {scalar ? "Along a path the local gradients are multiplied; the gradient is the sum over all paths." : "Each path sends back an array; the gradient is their sum."}
      </p>
      {!scalar && count > 0n && <ArrayPaths key={row} state={state} row={row} total={count} />}
      {scalar && (
        <ol class="wg-pathlist">
          {best.map((path) => {
            const keys = path.wires.map((wire) => circuit.wires[wire]!.key);
            const on = keys.join() === state.path.value.join();
            return (
              <li key={keys.join()}>
                <button type="button" aria-pressed={on} onClick={() => (state.path.value = on ? [] : keys)}>
                  <span class="wg-route">{[teller.name(row), ...path.wires.map((wire) => circuit.boxes[circuit.pairs[wire]![1]]!.label)].join(" → ")}</span>
                  <span class="wg-product">{path.locals.slice(path.locals.length > 1 ? 1 : 0).map((x) => (x < 0 ? `(${numberText(x)})` : numberText(x))).join(" · ")} = <b class="wg-g">{numberText(path.product)}</b></span>
                </button>
              </li>
            );
          })}
        </ol>
      )}
      {scalar && typeof gradient === "number" && count > 1n && (
        <p class="wg-note">
          {best.map((path) => numberText(path.product)).join(" + ")}
          {count > BigInt(best.length) ? ` + ${numberText(rest)} of the other ${countText(count - BigInt(best.length))}` : ""} = <b class="wg-g">{numberText(gradient)}</b>
        </p>
      )}
    </section>
  );
}

/** The local gradient along a wire as one number: stated, or what comes back over what arrives. */
function scalarLocal(state: State, wire: State["circuit"]["value"]["wires"][number]): number | null {
  if (wire.target === "out") return 1;
  const teller = state.teller.value;
  const back = teller.contribution(wire);
  if (back === null) return null;
  const local = teller.local(wire).value;
  if (typeof local === "number") return local;
  const target = state.circuit.value.boxes[state.circuit.value.box.get(wire.target)!]!;
  const upstream = state.run.value.gradient(target.row);
  return local === null && typeof back === "number" && typeof upstream === "number" && upstream !== 0 ? back / upstream : null;
}
