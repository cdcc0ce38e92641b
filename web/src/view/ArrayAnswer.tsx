// An array to be filled in: as text, row by row, or entry by entry; wrong entries are marked where they stand.

import { type Signal, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";

import type { Answer } from "../exercise.ts";
import { placeOf } from "../nd.ts";
import { rowsAndColumns, textOf, wordsOf } from "../filling.ts";

interface Props {
  name: string;
  shape: readonly number[];
  text: Signal<string>;
  answer?: Answer;
  check: () => void;
}

export function ArrayAnswer({ name, shape, text, answer, check }: Props): JSX.Element {
  const single = useSignal(false);
  const [rows, columns] = rowsAndColumns(shape);
  const faults = answer?.verdict === "wrong" && answer.text === text.value ? answer.faults : [];
  useEffect(() => {
    if (answer?.faults.some(Boolean)) single.value = true; // there they are marked
  }, [answer]);
  const words = wordsOf(text.value).flat();
  const entries = Array.from({ length: rows * columns }, (_, k) => (words[k] === "?" ? "" : (words[k] ?? "")));
  return (
    <div class="wg-filling">
      {single.value ? (
        <div class="wg-grid" role="group" aria-label={`gradient of ${name}, entry by entry`} style={{ gridTemplateColumns: `repeat(${shape.length > 1 ? columns : "auto-fill"}, minmax(4.2rem, 1fr))` }}>
          {entries.map((word, k) => (
            <span key={k} class={faults[k] ? "wg-entry wg-bad" : "wg-entry"}>
              <input
                type="text"
                class="wg-number"
                inputMode="decimal"
                autocomplete="off"
                aria-label={`gradient of ${name}, [${placeOf(k, shape).join(", ")}]`}
                aria-invalid={!!faults[k]}
                value={word}
                onInput={(event) => (text.value = textOf(entries.map((before, n) => (n === k ? event.currentTarget.value : before)), columns))}
              />
            </span>
          ))}
        </div>
      ) : (
        <textarea
          class="wg-number"
          rows={Math.min(8, rows)}
          spellcheck={false}
          autocomplete="off"
          placeholder={textOf(Array.from({ length: rows * columns }, () => "…"), columns)}
          aria-label={`gradient of ${name}`}
          aria-describedby="wg-asked"
          aria-invalid={answer?.verdict === "wrong"}
          value={text.value}
          onInput={(event) => (text.value = event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.shiftKey || wordsOf(text.value).length < rows) return;
            event.preventDefault();
            check();
          }}
        />
      )}
      <div class="wg-ways">
        <button type="button" class="wg-quiet" aria-pressed={single.value} onClick={() => (single.value = !single.value)}>{single.value ? "As text" : "Entry by entry"}</button>
        {!single.value && <span class="wg-faint">a new line or ; begins a row</span>}
        {faults.some(Boolean) && <span class="wg-faint">✗ marks {faults.filter(Boolean).length} of {faults.length}</span>}
      </div>
    </div>
  );
}
