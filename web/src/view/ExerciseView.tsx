// Fill in the gradients: one question after another, or whichever is chosen in the circuit.

import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";

import { Math as Formula, Said } from "../math.tsx";
import { numberText, valueText } from "../numbers.ts";
import type { State } from "../state.ts";

export function ExerciseView({ state }: { state: State }): JSX.Element {
  const { exercise } = state;
  const questions = exercise.questions.value;
  const known = questions.filter((key) => exercise.known(key)).length;
  const key = exercise.current.value;
  return (
    <section class="wg-card wg-exercise" aria-label="Exercise">
      <div class="wg-head">
        <h2>Exercise: fill in the gradients</h2>
        <button type="button" class="wg-quiet" onClick={() => exercise.end()}>Leave</button>
      </div>
      <progress value={known} max={questions.length} aria-label={`${known} of ${questions.length} gradients`} />
      {key === null ? <Done state={state} total={questions.length} /> : <Question key={key} state={state} box={key} number={questions.indexOf(key) + 1} total={questions.length} />}
    </section>
  );
}

function Done({ state, total }: { state: State; total: number }): JSX.Element {
  const shown = [...state.exercise.answers.value.values()].filter((answer) => answer.verdict === "shown").length;
  return (
    <>
      <p>
        <strong>All {total} gradients stand.</strong> {shown ? `${total - shown} of them are yours.` : "Every one of them is yours."} Change an input and try again, or close a gate.
      </p>
      <button type="button" onClick={() => state.exercise.begin()}>Again</button>
    </>
  );
}

function Question({ state, box, number, total }: { state: State; box: string; number: number; total: number }): JSX.Element {
  const { exercise } = state;
  const teller = state.teller.value;
  const circuit = state.circuit.value;
  const index = circuit.box.get(box)!;
  const row = circuit.boxes[index]!.row;
  const text = useSignal(exercise.answers.value.get(box)?.text ?? "");
  const hint = useSignal(false);
  const field = useRef<HTMLInputElement>(null);
  const answer = exercise.answers.value.get(box);
  useEffect(() => {
    // Whoever answers by keys goes on by keys.
    const page = field.current!.ownerDocument;
    if (number > 1 && page.activeElement === page.body) field.current!.focus();
  }, []);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        exercise.answer(box, text.value);
      }}
    >
      <p class="wg-asked" id="wg-asked">
        <span class="wg-faint">{number} of {total}.</span> How much does <code>{teller.name(state.output.value)}</code> move with <code>{teller.name(row)}</code>
        {" "}= <span class="wg-v">{valueText(state.run.value.value(row))}</span>?
      </p>
      <div class="wg-answer">
        <input
          ref={field}
          type="text"
          class="wg-number"
          inputMode="decimal"
          autocomplete="off"
          aria-label={`gradient of ${teller.name(row)}`}
          aria-describedby="wg-asked"
          aria-invalid={answer?.verdict === "wrong"}
          value={text.value}
          onInput={(event) => (text.value = event.currentTarget.value)}
        />
        <button type="submit" class="wg-main" disabled={!text.value.trim()}>Check</button>
        <button type="button" aria-expanded={hint.value} onClick={() => (hint.value = !hint.value)}>Hint</button>
        <button type="button" onClick={() => exercise.reveal(box)}>Show it</button>
      </div>
      {answer && answer.verdict !== "right" && answer.verdict !== "shown" && (
        <div class={`wg-cause wg-${answer.verdict}`} role="alert">
          <strong><Said text={`${answer.verdict === "close" ? "≈" : "✗"} ${answer.title}`} /></strong>
          <p><Said text={answer.why} />{answer.code && <span class="wg-faint"> ({answer.code})</span>}</p>
        </div>
      )}
      {hint.value && <Hint state={state} index={index} />}
    </form>
  );
}

/** The product that is asked for, without its numbers. */
function Hint({ state, index }: { state: State; index: number }): JSX.Element {
  const teller = state.teller.value;
  const circuit = state.circuit.value;
  const wires = circuit.leaving[index]!.map((w) => circuit.wires[w]!).filter((wire) => teller.contribution(wire) !== null);
  const terms = wires.map((wire) => {
    const target = circuit.boxes[circuit.box.get(wire.target)!]!;
    if (target.row < 0) return "1";
    const local = teller.local(wire);
    const arriving = `\\frac{\\partial ${teller.symbol(state.output.value)}}{\\partial ${teller.symbol(target.row)}}`;
    const known = state.exercise.known(target.key) ? numberText(state.exercise.truth(target.key)) : "";
    return `\\underbrace{${local.tex || "?"}}_{\\text{local}} \\cdot \\underbrace{${known || arriving}}_{\\text{upstream}}`;
  });
  return <Formula tex={terms.join(" + ")} />;
}
