// What there is to say: of the wire or box that is pointed at, else of the step.

import type { JSX } from "preact";

import type { Box } from "../circuit.ts";
import { Math as Formula, Said } from "../math.tsx";
import { alike, sameShape } from "../filling.ts";
import { type Value, isArray } from "../nd.ts";
import { valueText } from "../numbers.ts";
import type { State } from "../state.ts";
import { scalarText } from "../telling.ts";
import { Worth } from "./Heat.tsx";

export function Inspector({ state }: { state: State }): JSX.Element {
  const chosen = state.hovered.value ?? state.chosen.value;
  const circuit = state.circuit.value;
  const wire = chosen?.kind === "wire" ? circuit.wires.find((one) => one.key === chosen.key) : undefined;
  const box = chosen?.kind === "box" ? circuit.boxes[circuit.box.get(chosen.key) ?? -1] : undefined;
  return (
    <section class="wg-card wg-inspector" aria-label="What happens here">
      {wire ? <WireRow state={state} index={circuit.wires.indexOf(wire)} /> : box && box.row >= 0 ? <BoxRow state={state} box={box} /> : <StepTold state={state} />}
    </section>
  );
}

function StepTold({ state }: { state: State }): JSX.Element {
  if (state.step.value === null) {
    const out = state.teller.value.name(state.output.value);
    const claims = new Map((state.document.check?.claims ?? []).map((claim) => [claim.name.replace(/\[\d+\]$/, ""), claim.verdict]));
    return (
      <>
        <h2>How to read this</h2>
        <p>
          Each circle is a gate. Above a wire stands the <b class="wg-v">value</b> that flows forward, below it, slanted, the{" "}
          <b class="wg-g">gradient</b> that flows back: how much <code>{out}</code> moves when this number moves by a little.
        </p>
        {claims.size > 0 && (
          <p>
            Your own gradients stand below, as the file computes them here:{" "}
            {[...claims].map(([name, verdict], k) => (
              <span key={name}>{k > 0 && ", "}{verdict === "right" ? "✓" : "✗"} <code>{name}</code> {verdict}</span>
            ))}.
          </p>
        )}
        <p>{state.engine ? "Step through both passes, point at a wire for its numbers, or change an input and watch everything follow." : "Step through both passes, point at a wire for its numbers, or open a block to see what is in it."}</p>
      </>
    );
  }
  const told = state.told();
  return (
    <>
      <h2>{told.title}</h2>
      <p><Said text={told.sentence} /></p>
      {told.tex.map((tex) => <Formula key={tex} tex={tex} />)}
      {told.note && <p class="wg-note"><Said text={told.note} /></p>}
    </>
  );
}

function BoxRow({ state, box }: { state: State; box: Box }): JSX.Element {
  const teller = state.teller.value;
  const run = state.run.value;
  const row = state.structure.row.get(box.row)!;
  const gradient = run.gradient(box.row);
  const k = state.circuit.value.box.get(box.key)!;
  const uses = state.circuit.value.leaving[k]!.map((w) => teller.contribution(state.circuit.value.wires[w]!)).filter((c) => c !== null);
  const groups = state.structure.around(box.row);
  const claim = state.claimOf(box.row);
  const hidden = state.mode.value === "exercise";
  return (
    <>
      <h2>{row.kind === "input" ? `Input ${row.name}` : row.kind === "constant" ? `The number ${row.name}` : `Gate ${teller.boxName(box)}`}</h2>
      {row.kind === "op" && teller.forward(box).tex.map((tex) => <Formula key={tex} tex={tex} />)}
      <dl class="wg-ledger">
        <dt>value</dt>
        <dd class="wg-v"><Worth value={run.value(box.row)} name="value" /></dd>
        {row.kind !== "constant" && !hidden && (
          <>
            <dt>gradient</dt>
            <dd class="wg-g">{gradient === null ? "none flows" : <Worth value={gradient} name="gradient" />}</dd>
          </>
        )}
        {uses.length > 1 && !hidden && (
          <>
            <dt>which is the sum of</dt>
            <dd class="wg-g">{uses.map(scalarText).join(" + ")}</dd>
          </>
        )}
        {claim && (
          <>
            <dt>your {claim.name}</dt>
            <dd>
              {claim.value ? <Claimed value={claim.value} truth={gradient} name={claim.name} /> : claim.text.slice(claim.name.length + 1)} ({claim.verdict === "inherited" ? "wrong because of an earlier line" : claim.verdict})
            </dd>
          </>
        )}
      </dl>
      {state.document.check?.findings.filter((finding) => finding.rows.includes(box.row)).map((finding) => (
        <div class="wg-cause" key={`${finding.code}${finding.line}`}>
          <strong><Said text={`${finding.code}, line ${finding.line}: ${finding.title}`} /></strong>
          <p><Said text={finding.why} /></p>
        </div>
      ))}
      {row.kind === "op" && !hidden && <p class="wg-note">{box.group ? box.group.says : state.document.notes[row.op]}</p>}
      {box.group?.carried === false && <p class="wg-note">What is in it is too far inside for this page to carry: show a smaller example, or the block alone.</p>}
      {groups.filter((group) => group.carried !== false).map((group) => (
        <button type="button" key={group.id} class="wg-fold" onClick={() => state.toggle(group.id)}>
          {state.open.value.has(group.id) ? `Close into one: ${group.label}` : `Open ${group.label}`}
        </button>
      ))}
      {box.group && state.document.derivations[box.group.label] && <Derived state={state} box={box} />}
    </>
  );
}

/** An array of the user's; entries that differ from the true ones are marked. */
function Claimed({ value, truth, name }: { value: Value; truth: Value | null; name: string }): JSX.Element {
  const comparable = truth !== null && sameShape(value, truth) && isArray(value) && !value.range;
  return <Worth value={value} name={name} {...(comparable ? { faults: alike(value, truth, 1e-6).map((right) => !right) } : {})} />;
}

function Derived({ state, box }: { state: State; box: Box }): JSX.Element {
  const derivation = state.document.derivations[box.group!.label]!;
  const { local } = box.group!;
  return (
    <details class="wg-derived">
      <summary>Why its derivative is {local?.formula ?? derivation.derivative}</summary>
      <ol>
        {derivation.steps.map((step) => (
          <li key={step.text}>
            <Formula tex={step.tex} />
            <span>{step.why}</span>
          </li>
        ))}
      </ol>
      <p class="wg-note">
        Each line was evaluated beside the one before it at {derivation.points} points: they agree within {derivation.worst.toExponential(0)}. So do this
        gate and the small gates that it stands for, within {derivation.proof.toExponential(0)}.
      </p>
      {derivation.stable && <p class="wg-note">A form that is safe: <code>{derivation.stable.text}</code>, because {derivation.stable.why}.</p>}
    </details>
  );
}

function WireRow({ state, index }: { state: State; index: number }): JSX.Element {
  const circuit = state.circuit.value;
  const teller = state.teller.value;
  const wire = circuit.wires[index]!;
  const [source, target] = circuit.pairs[index]!.map((k) => circuit.boxes[k]!) as [Box, Box];
  const upstream = target.row >= 0 ? state.run.value.gradient(target.row) : 1;
  const local = teller.local(wire);
  const back = teller.contribution(wire);
  const into = target.kind === "output" ? "the output" : teller.boxName(target);
  const hidden = state.mode.value === "exercise";
  return (
    <>
      <h2>Wire from {teller.name(wire.row)} to {into}</h2>
      <dl class="wg-ledger">
        <dt>carries forward</dt>
        <dd class="wg-v">{valueText(state.run.value.value(wire.row))}</dd>
        {!hidden && target.group?.carried !== undefined && back !== null && (
          <>
            <dt>the block brings back</dt>
            <dd class="wg-g">{valueText(back)}</dd>
          </>
        )}
        {!hidden && target.kind !== "output" && target.group?.carried === undefined && (
          <>
            <dt>local gradient</dt>
            <dd>{local.value === null ? "no single number" : `${local.text && local.text !== scalarText(local.value) ? `${local.text} = ` : ""}${scalarText(local.value)}`}</dd>
            <dt>upstream gradient</dt>
            <dd class="wg-g">{upstream === null ? "none flows" : valueText(upstream)}</dd>
            <dt>brings back</dt>
            <dd class="wg-g">{back === null ? "nothing" : valueText(back)}</dd>
          </>
        )}
      </dl>
      {!hidden && target.kind !== "output" && target.group?.carried === undefined && back !== null && <Formula tex={teller.product(wire)} />}
      {source.kind !== "constant" && circuit.leaving[circuit.box.get(source.key)!]!.length > 1 && !hidden && (
        <p class="wg-note">
          <code>{teller.name(wire.row)}</code> is read in {circuit.leaving[circuit.box.get(source.key)!]!.length} places; its gradient is the sum of what they bring back.
        </p>
      )}
    </>
  );
}
