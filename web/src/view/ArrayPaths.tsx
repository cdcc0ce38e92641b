// The gradient of an array in parts: by path (of the whole, a row or an entry), or by example of the batch.

import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo } from "preact/hooks";

import { type Carrier, normOf, plus } from "../carrying.ts";
import { type Value, dataOf, isArray, made, placeOf, shapeOf, sizeOf } from "../nd.ts";
import { numberText } from "../numbers.ts";
import { countText } from "../paths.ts";
import { type Route, restOf, routesOf } from "../routes.ts";
import type { State } from "../state.ts";
import { Worth } from "./Heat.tsx";

const MOST_SHOWN = 8;
const MOST_BOXES = 400;
const MOST_CHOICES = 64;

/** A part of an array that one may look at: everything by its norm, a row, an entry. */
interface Part {
  name: string;
  of: (value: Value) => Value;
}

export function ArrayPaths({ state, row, total }: { state: State; row: number; total: bigint }): JSX.Element | null {
  const chosen = useSignal("");
  const carrier = useSettled(state.carrier.value);
  const gradient = carrier.run.gradient(row);
  const { circuit } = carrier;
  if (gradient === null || circuit.boxes.length > MOST_BOXES) return null;
  const parts = partsOf(shapeOf(gradient), state.teller.value.name(row));
  const at = state.document.examples?.find(([input]) => input === row)?.[1];
  const examples = chosen.value === "examples" && at !== undefined;
  const part = parts.find(({ name }) => name === chosen.value) ?? parts[0]!;
  return (
    <>
      {(parts.length > 1 || at !== undefined) && (
        <label class="wg-choice wg-part">
          of{" "}
          <select value={examples ? "examples" : part.name} onChange={(event) => (chosen.value = event.currentTarget.value)}>
            {parts.map(({ name }) => <option key={name} value={name}>{name}</option>)}
            {at !== undefined && <option value="examples">by example of the batch</option>}
          </select>
        </label>
      )}
      <div class={carrier === state.carrier.value ? "" : "wg-stale"}>
        {examples ? <Examples state={state} carrier={carrier} row={row} at={at} gradient={gradient} /> : <Routes state={state} carrier={carrier} row={row} total={total} part={part} gradient={gradient} />}
      </div>
    </>
  );
}

/** What paths are followed with: while an input is dragged, that of before, so that dragging stays quick. */
function useSettled(current: Carrier): Carrier {
  const held = useSignal(current);
  useEffect(() => {
    if (held.peek() === current) return;
    const waiting = setTimeout(() => (held.value = current), 120);
    return () => clearTimeout(waiting);
  }, [current]);
  return held.value.circuit === current.circuit ? held.value : current;
}

function partsOf(shape: readonly number[], name: string): Part[] {
  const size = sizeOf(shape);
  const whole = { name: "the whole array, as norms", of: (value: Value) => value };
  if (!shape.length || size > MOST_CHOICES || size === 0) return [whole];
  const width = size / shape[0]!;
  const rows = shape.length < 2 ? [] : Array.from({ length: shape[0]! }, (_, i) => ({ name: `row ${name}[${i}], as norms`, of: (value: Value) => made(shape.slice(1), dataOf(value).slice(i * width, (i + 1) * width)) }));
  const entries = Array.from({ length: size }, (_, k) => ({ name: `entry ${name}[${placeOf(k, shape).join(", ")}]`, of: (value: Value) => dataOf(value)[k]! }));
  return [whole, ...rows, ...entries];
}

/** A number as it is, an array by its norm. */
const weighed = (value: Value): string => (isArray(value) ? `norm ${numberText(normOf(value))}` : numberText(value));

function Routes({ state, carrier, row, total, part, gradient }: { state: State; carrier: Carrier; row: number; total: bigint; part: Part; gradient: Value }): JSX.Element {
  const { circuit } = carrier;
  const teller = state.teller.value;
  const found = useMemo(() => routesOf(circuit, carrier, circuit.box.get(String(row))!, total, (sent) => normOf(part.of(sent))), [carrier, row, part.name]);
  const shown = found.slice(0, MOST_SHOWN);
  const others = total - BigInt(shown.length);
  const left = part.of(restOf(gradient, shown.map(({ sent }) => sent)));
  const whole = part.of(gradient);
  const pressed = shown.find((route) => keysOf(state, route) === state.path.value.join());
  return (
    <>
      <ol class="wg-pathlist">
        {shown.map((route) => {
          const keys = route.wires.map((wire) => circuit.wires[wire]!.key);
          const on = route === pressed;
          return (
            <li key={keys.join()}>
              <button type="button" aria-pressed={on} onClick={() => (state.path.value = on ? [] : keys)}>
                <span class="wg-route">{[teller.name(row), ...route.wires.map((wire) => circuit.boxes[circuit.pairs[wire]![1]]!.label)].join(" → ")}</span>
                <span class="wg-product">sends back <b class="wg-g">{weighed(part.of(route.sent))}</b></span>
              </button>
            </li>
          );
        })}
      </ol>
      {pressed && <Along state={state} carrier={carrier} route={pressed} name={teller.name(row)} />}
      {total > 1n && (
        <p class="wg-note">
          {isArray(whole) ? "Added as arrays, " : ""}{shown.map(({ sent }) => weighed(part.of(sent))).join(" + ")}
          {others > 0n ? ` + ${weighed(left)} of the other ${countText(others)}` : ""} {isArray(whole) ? "give" : "="} <b class="wg-g">{weighed(whole)}</b>.
        </p>
      )}
    </>
  );
}

const keysOf = (state: State, route: Route): string => route.wires.map((wire) => state.circuit.value.wires[wire]!.key).join();

/** What becomes of the gradient along one path, gate by gate, from the output back. */
function Along({ state, carrier, route, name }: { state: State; carrier: Carrier; route: Route; name: string }): JSX.Element {
  const { circuit } = carrier;
  const carried: { label: string; value: Value }[] = [];
  let value: Value = 1;
  for (let k = route.wires.length - 1; k >= 0; k--) {
    const wire = circuit.wires[route.wires[k]!]!;
    const made = k + 1 < route.wires.length ? circuit.wires[route.wires[k + 1]!]!.row : state.output.value;
    value = carrier.along(wire, made, value) ?? 0;
    carried.push({ label: state.teller.value.name(wire.row), value });
  }
  return (
    <div class="wg-along">
      <p class="wg-note">Along it, from the output back: {carried.map(({ label, value: at }, k) => <span key={k}>{k > 0 && ", "}<code>{label}</code> <span class="wg-g">{weighed(at)}</span></span>)}. To <code>{name}</code> it sends back</p>
      <div class="wg-g"><Worth value={route.sent} name={`what this path sends back to ${name}`} /></div>
    </div>
  );
}

function Examples({ state, carrier, row, at, gradient }: { state: State; carrier: Carrier; row: number; at: number; gradient: Value }): JSX.Element {
  const teller = state.teller.value;
  const upstream = carrier.run.gradient(at)!;
  const shape = shapeOf(upstream);
  const width = sizeOf(shape) / shape[0]!;
  const parts = Array.from({ length: shape[0]! }, (_, k) => {
    const only = dataOf(upstream).map((x, n) => (Math.floor(n / width) === k ? x : 0));
    return { k, sent: carrier.sweep(at, made(shape, only), row, () => true) ?? 0 };
  }).sort((a, b) => normOf(b.sent) - normOf(a.sent));
  const shown = parts.slice(0, MOST_SHOWN);
  const others = parts.slice(MOST_SHOWN);
  return (
    <>
      <p class="wg-note">What comes back to <code>{teller.name(row)}</code> through each example alone: through <code>{teller.name(at)}[k]</code>. Together they are the gradient.</p>
      <div class="wg-examples" tabIndex={0} role="group" aria-label="Parts of the gradient by example">
        <table>
          <thead><tr><th scope="col">example</th><th scope="col">norm</th><th scope="col">its part</th></tr></thead>
          <tbody>
            {shown.map(({ k, sent }) => (
              <tr key={k}><th scope="row">[{k}]</th><td class="wg-g">{numberText(normOf(sent))}</td><td class="wg-g"><Worth value={sent} name={`part of example ${k}`} /></td></tr>
            ))}
            {others.length > 0 && <tr><th scope="row">the other {others.length}</th><td class="wg-g">{numberText(normOf(others.map(({ sent }) => sent).reduce((a, b) => plus(a, b))))}</td><td /></tr>}
            <tr><th scope="row">in all</th><td class="wg-g">{numberText(normOf(gradient))}</td><td class="wg-g"><Worth value={gradient} name="in all" /></td></tr>
          </tbody>
        </table>
      </div>
    </>
  );
}
