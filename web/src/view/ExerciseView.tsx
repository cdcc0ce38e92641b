// Fill in the gradients: one question after another, or whichever is chosen in the circuit.

import { useSignal } from "@preact/signals";
import { Fragment, type JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";

import { Math as Formula, Said } from "../math.tsx";
import { askedText } from "../filling.ts";
import { isArray, shapeOf } from "../nd.ts";
import { valueText } from "../numbers.ts";
import type { State } from "../state.ts";
import { valueTex } from "../telling.ts";
import { ArrayAnswer } from "./ArrayAnswer.tsx";
import { Worth } from "./Heat.tsx";

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
  const index = state.circuit.value.box.get(box)!;
  const { row } = exercise.box(box);
  const text = useSignal(exercise.answers.value.get(box)?.text ?? "");
  const hint = useSignal(false);
  const form = useRef<HTMLFormElement>(null);
  const answer = exercise.answers.value.get(box);
  const shape = shapeOf(exercise.truth(box));
  const name = teller.name(row);
  useEffect(() => {
    // Whoever answers by keys goes on by keys.
    const page = form.current!.ownerDocument;
    if ((number > 1 || exercise.eager) && page.activeElement === page.body) form.current!.querySelector<HTMLElement>("input, textarea")!.focus();
  }, []);
  const check = (): void => {
    if (text.value.trim()) exercise.answer(box, text.value);
  };
  return (
    <form
      ref={form}
      onSubmit={(event) => {
        event.preventDefault();
        check();
      }}
    >
      <p class="wg-asked" id="wg-asked">
        <span class="wg-faint">{number} of {total}.</span> How much does <code>{teller.name(state.output.value)}</code> move with{" "}
        {shape.length ? <>each entry of <code>{name}</code>? <span class="wg-faint">{askedText(shape)}</span></> : <><code>{name}</code> = <span class="wg-v">{valueText(state.run.value.value(row))}</span>?</>}
      </p>
      {shape.length ? (
        <ArrayAnswer name={name} shape={shape} text={text} {...(answer ? { answer } : {})} check={check} />
      ) : (
        <input
          type="text"
          class="wg-number"
          inputMode="decimal"
          autocomplete="off"
          aria-label={`gradient of ${name}`}
          aria-describedby="wg-asked"
          aria-invalid={answer?.verdict === "wrong"}
          value={text.value}
          onInput={(event) => (text.value = event.currentTarget.value)}
        />
      )}
      <div class="wg-answer">
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
      <Given state={state} index={index} />
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
    const known = state.exercise.known(target.key) && !isArray(state.exercise.truth(target.key)) ? valueTex(state.exercise.truth(target.key)) : "";
    return `\\underbrace{${local.tex || "?"}}_{\\text{local}} \\cdot \\underbrace{${known || arriving}}_{\\text{upstream}}`;
  });
  return <Formula tex={terms.join(" + ")} />;
}

/** The arrays that the answer is made of: in the circuit there is no room for them. */
function Given({ state, index }: { state: State; index: number }): JSX.Element | null {
  const teller = state.teller.value;
  const circuit = state.circuit.value;
  const readers = [...new Set(circuit.leaving[index]!.map((w) => circuit.pairs[w]![1]))].map((k) => circuit.boxes[k]!).filter((box) => box.row >= 0);
  const rows = new Set([circuit.boxes[index]!.row, ...readers.flatMap((box) => [...(box.group ? box.group.inputs : state.structure.row.get(box.row)!.args), box.row])]);
  const shown = [...rows].filter((row) => isArray(state.run.value.value(row)));
  if (!shown.length) return null;
  return (
    <div class="wg-given">
      {readers.map((box) => <Formula key={box.key} tex={teller.forward(box).tex[0]!} />)}
      <dl class="wg-ledger">
        {shown.map((row) => (
          <Fragment key={row}>
            <dt><code>{teller.name(row)}</code></dt>
            <dd class="wg-v"><Worth value={state.run.value.value(row)} name={teller.name(row)} /></dd>
          </Fragment>
        ))}
        {readers.map((box) => (
          <Fragment key={box.key}>
            <dt>gradient of <code>{teller.name(box.row)}</code></dt>
            <dd class="wg-g">{state.exercise.known(box.key) ? <Worth value={state.exercise.truth(box.key)} name={`gradient of ${teller.name(box.row)}`} /> : "not filled in yet"}</dd>
          </Fragment>
        ))}
      </dl>
    </div>
  );
}
