// A small array as a table whose cells are tinted by size and sign; numbers stay readable without the tint.

import type { JSX } from "preact";

import { type NdArray, type Value, isArray } from "../nd.ts";
import { numberText, valueText } from "../numbers.ts";

const MOST = 64;

export const fitsTable = (value: NdArray): boolean => !value.range && value.data.length > 3 && value.data.length <= MOST && value.shape.length <= 2;

/** A value: a table where it is a small array. */
export function Worth({ value, name, faults = [] }: { value: Value; name: string; faults?: boolean[] }): JSX.Element {
  return isArray(value) && fitsTable(value) ? <Heat value={value} name={name} faults={faults} /> : <>{valueText(value)}</>;
}

export function Heat({ value, name, faults = [] }: { value: NdArray; name: string; faults?: boolean[] }): JSX.Element {
  const columns = value.shape.at(-1) ?? 1;
  const rows = value.data.length / columns;
  const most = value.data.reduce((a, x) => (Number.isFinite(x) ? Math.max(a, Math.abs(x)) : a), 0) || 1;
  return (
    <div class="wg-heat" tabIndex={0} role="group" aria-label={`${name}, ${value.shape.join(" by ")}`}>
      <table>
        <tbody>
          {Array.from({ length: rows }, (_, i) => (
            <tr key={i}>
              {Array.from({ length: columns }, (_, j) => {
                const x = value.data[i * columns + j]!;
                const share = Math.round((34 * Math.abs(x)) / most);
                const tint = x < 0 ? "--gradient" : "--accent";
                return (
                  <td key={j} class={faults[i * columns + j] ? "wg-bad" : ""} style={{ background: Number.isFinite(x) ? `color-mix(in srgb, var(${tint}) ${share}%, transparent)` : "var(--wrong-soft)" }}>
                    {faults[i * columns + j] && "✗ "}{numberText(x, 3)}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
      <p class="wg-faint">tinted by size: full at ±{numberText(most)}{faults.some(Boolean) && `; ✗ differs (${faults.filter(Boolean).length} of ${faults.length})`}</p>
    </div>
  );
}
