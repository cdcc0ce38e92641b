// The inputs, to be dragged or typed; all values and gradients follow at once.

import { useSignal } from "@preact/signals";
import type { JSX } from "preact";

import { Said } from "../math.tsx";
import { type NdArray, type Value, isArray } from "../nd.ts";
import { numberText, parsedNumber, valueText } from "../numbers.ts";
import type { State } from "../state.ts";

const MOST_ENTRIES = 256;
const FEW_ENTRIES = 16;

export function Inputs({ state }: { state: State }): JSX.Element {
  const point = state.point.value;
  const turned = state.run.value.otherBranch;
  return (
    <section class="wg-card wg-inputs" aria-label="Inputs">
      <div class="wg-head">
        <h2>Inputs</h2>
        <button type="button" class="wg-quiet" disabled={!state.edited} onClick={() => state.restorePoint()}>Put back</button>
      </div>
      {!state.engine && <p class="wg-warning" role="note">The numbers of this page stand still: <Said text={state.document.frozen} />. For another point, run <code>whygrad show</code> with other inputs.</p>}
      {state.problem.value && <p class="wg-warning" role="alert">At these inputs the code stops: {state.problem.value}. The circuit shows the numbers of before.</p>}
      {turned !== null && (
        <p class="wg-warning" role="alert">
          At these inputs the code takes another branch{turned ? ` in line ${turned}` : ""}: the circuit is that of the branch it took first.
        </p>
      )}
      {state.document.inputs.map((row) => (
        <InputRow key={row} state={state} row={row} value={point.get(row) ?? state.run.value.value(row)} />
      ))}
    </section>
  );
}

function InputRow({ state, row, value }: { state: State; row: number; value: Value }): JSX.Element {
  const name = state.teller.value.name(row);
  const gradient = state.mode.value === "explore" && state.progress.value.gradient(state.circuit.value.box.get(String(row)) ?? 0) ? state.run.value.gradient(row) : null;
  if (isArray(value)) return <ArrayInput state={state} row={row} name={name} value={value} />;
  return (
    <div class="wg-input">
      <label for={`wg-in-${row}`}>{name}</label>
      <input
        type="range"
        min={low(state, row, value)}
        max={high(state, row, value)}
        step="any"
        value={value}
        disabled={!state.engine}
        aria-label={`${name}, slider`}
        aria-valuetext={numberText(value)}
        onInput={(event) => state.setInput(row, tidy(Number(event.currentTarget.value)))}
        onKeyDown={(event) => nudged(event, state, row, value)}
      />
      <NumberBox id={`wg-in-${row}`} value={value} disabled={!state.engine} set={(next) => state.setInput(row, next)} />
      <output class="wg-g" title={`the gradient of ${name}`}>{gradient === null ? "" : valueText(gradient)}</output>
    </div>
  );
}

/** Around the given value, which does not move while one drags. */
const given = (state: State, row: number, value: number): number => (state.given.get(row) as number | undefined) ?? value;
const reach = (at: number): number => Math.max(2, 2 * Math.abs(at));
const low = (state: State, row: number, value: number): number => given(state, row, value) - reach(given(state, row, value));
const high = (state: State, row: number, value: number): number => given(state, row, value) + reach(given(state, row, value));
const tidy = (x: number): number => Number(x.toFixed(2));

/** Arrow keys move by a tenth (with Shift by 1): the browser's own step of such a slider is no round number. */
function nudged(event: KeyboardEvent, state: State, row: number, value: number): void {
  const direction = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1 }[event.key];
  if (!direction) return;
  event.preventDefault();
  event.stopPropagation();
  state.setInput(row, Number((value + direction * (event.shiftKey ? 1 : 0.1)).toPrecision(12)));
}

export function NumberBox({ id, value, disabled, set, label, digits = 6 }: { id?: string; value: number; disabled: boolean; set: (value: number) => void; label?: string; digits?: number }): JSX.Element {
  const typing = useSignal<string | null>(null);
  return (
    <input
      type="text"
      inputMode="decimal"
      {...(id ? { id } : {})}
      {...(label ? { "aria-label": label } : {})}
      class="wg-number"
      value={typing.value ?? numberText(value, digits)}
      title={String(value)}
      disabled={disabled}
      autocomplete="off"
      onFocus={(event) => {
        // All digits, chosen as a whole, before anything can be typed: a later change would drop the selection.
        event.currentTarget.value = String(value);
        event.currentTarget.select();
        typing.value = String(value);
      }}
      onInput={(event) => {
        const box = event.currentTarget;
        typing.value = box.value;
        const next = parsedNumber(box.value);
        box.setAttribute("aria-invalid", String(next === null));
        if (next !== null) set(next);
      }}
      onBlur={(event) => {
        typing.value = null;
        event.currentTarget.removeAttribute("aria-invalid");
      }}
    />
  );
}

function ArrayInput({ state, row, name, value }: { state: State; row: number; name: string; value: NdArray }): JSX.Element {
  const open = useSignal(false);
  if (value.data.length > MOST_ENTRIES || value.range) {
    return (
      <div class="wg-input wg-array">
        <span class="wg-input-name">{name}</span> <span>{valueText(value)}</span>
      </div>
    );
  }
  const columns = value.shape.at(-1) ?? 1;
  const head = <>{name} <span class="wg-faint">{value.shape.join(" × ")}</span></>;
  if (value.data.length > FEW_ENTRIES && !open.value) {
    return (
      <div class="wg-array">
        <button type="button" class="wg-quiet" aria-expanded="false" onClick={() => (open.value = true)}>▸ {head}</button>
      </div>
    );
  }
  return (
    <fieldset class="wg-array">
      <legend>{head}</legend>
      <div class="wg-grid" style={{ gridTemplateColumns: `repeat(${value.shape.length > 1 ? columns : "auto-fill"}, minmax(${columns > 3 ? 4.3 : 4.9}rem, 1fr))` }}>
        {Array.from(value.data, (entry, k) => (
          <NumberBox
            key={k}
            value={entry}
            disabled={!state.engine}
            digits={columns > 3 ? 3 : 5}
            label={`${name}, entry ${k + 1}`}
            set={(next) => {
              const data = Float64Array.from(value.data);
              data[k] = next;
              state.setInput(row, { shape: value.shape, data });
            }}
          />
        ))}
      </div>
    </fieldset>
  );
}
