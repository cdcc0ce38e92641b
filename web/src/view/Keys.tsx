// The keys, for those who ask.

import type { JSX } from "preact";

const KEYS: readonly (readonly [string, string])[] = [
  ["n / b", "one step forward / back"],
  ["a", "show everything"],
  ["g", "close or open all gates"],
  ["e", "exercise: fill in the gradients yourself"],
  ["Tab", "into the circuit, then to the inputs"],
  ["← →", "in the circuit: along a wire, against and with the flow"],
  ["↑ ↓", "in the circuit: to the wire or gate above or below"],
  ["Home / End", "in the circuit: to the first input / the output"],
  ["Enter", "on a gate: open or close it"],
  ["+ − 0", "in the circuit: enlarge, reduce, fit"],
  ["Esc", "let go of what is chosen"],
  ["drag, Ctrl + wheel", "move and enlarge the circuit"],
];

export function Keys(): JSX.Element {
  return (
    <details class="wg-keys">
      <summary>Keys</summary>
      <dl>
        {KEYS.map(([keys, does]) => (
          <div key={keys}>
            <dt>{keys.split(" / ").map((key, k) => <span key={key}>{k > 0 && " "}<kbd>{key}</kbd></span>)}</dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
