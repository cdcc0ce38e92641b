// The user's code: a line and the gates that it makes light each other up; findings stand at their lines.

import type { ComponentChildren, JSX } from "preact";

import { Said } from "../math.tsx";
import type { Finding, Row } from "../schema.ts";
import type { State } from "../state.ts";

const AROUND = 3;
const MANY = 24;

export function Code({ state, ask }: { state: State; ask?: (formula: string) => Promise<void> }): JSX.Element | null {
  const source = state.document.source;
  if (!source) return null;
  const lines = source.text.replace(/\s+$/, "").split("\n");
  const used = new Set<number>();
  for (const { span } of state.document.rows) if (span) for (let k = span[0]; k <= span[2]; k++) used.add(k);
  const findings = state.document.check?.findings ?? [];
  for (const { line } of findings) used.add(line);
  const shown = lines.map((_, k) => k + 1).filter((line) => lines.length <= MANY || [...used].some((one) => Math.abs(one - line) <= AROUND));
  const lit = pointedAt(state);
  const formula = source.name === "<formula>";
  return (
    <section class="wg-card wg-code" aria-label={formula ? "The formula" : "The code"}>
      <h2>{formula ? "Formula" : source.name}</h2>
      {formula && ask && <FormulaBox text={source.text} ask={ask} />}
      <ol class={`wg-lines${shown.length <= 2 * MANY ? " wg-all" : ""}`} tabIndex={0} aria-label={formula ? "The text of the formula" : "Lines of the file"}>
        {shown.map((line, k) => (
          <Line key={line} gap={k > 0 && shown[k - 1] !== line - 1} state={state} line={line} text={lines[line - 1]!} active={used.has(line)} lit={lit} findings={findings.filter((one) => one.line === line)} first={findings[0]} numbered={!formula} />
        ))}
      </ol>
    </section>
  );
}

/** Another formula may be typed; the server parses it. */
function FormulaBox({ text, ask }: { text: string; ask: (formula: string) => Promise<void> }): JSX.Element {
  return (
    <form
      class="wg-answer"
      onSubmit={(event) => {
        event.preventDefault();
        void ask(new FormData(event.currentTarget).get("formula") as string);
      }}
    >
      <input type="text" name="formula" class="wg-number" defaultValue={text} aria-label="Formula" autocomplete="off" spellcheck={false} maxLength={4000} />
      <button type="submit">Draw</button>
    </form>
  );
}

/** The row that the reader points at in the circuit, or that works in this step. */
function pointedAt(state: State): Row | null {
  const circuit = state.circuit.value;
  const chosen = state.hovered.value ?? state.chosen.value;
  const wire = chosen?.kind === "wire" ? circuit.wires.find((one) => one.key === chosen.key) : undefined;
  const step = state.step.value === null ? undefined : state.steps.value[state.step.value];
  const box = chosen?.kind === "box" ? circuit.boxes[circuit.box.get(chosen.key) ?? -1] : chosen ? undefined : circuit.boxes[step?.box ?? -1];
  return state.structure.row.get(wire?.row ?? box?.row ?? -1) ?? null;
}

interface LineProps {
  /** Lines are left out before this one. */
  gap: boolean;
  state: State;
  line: number;
  text: string;
  active: boolean;
  lit: Row | null;
  findings: Finding[];
  first: Finding | undefined;
  numbered: boolean;
}

function Line({ gap, state, line, text, active, lit, findings, first, numbered }: LineProps): JSX.Element {
  const content = marked(text, line, lit);
  const classes = ["wg-line-row", gap && "wg-gap", active && "wg-active", findings.length > 0 && "wg-fault", state.line.value === line && "wg-pointed"];
  return (
    <li class={classes.filter(Boolean).join(" ")} value={line}>
      {numbered && <span class="wg-lineno" aria-hidden="true">{line}</span>}
      {active ? (
        <button
          type="button"
          class="wg-source"
          aria-label={`line ${line}: ${text.trim()}`}
          onPointerEnter={() => (state.line.value = line)}
          onPointerLeave={() => (state.line.value = null)}
          onFocus={() => (state.line.value = line)}
          onBlur={() => (state.line.value = null)}
        >
          {content}
        </button>
      ) : (
        <span class="wg-source">{content}</span>
      )}
      {findings.map((finding) => (
        <details class="wg-finding" key={`${finding.code}${finding.variable}`} open={first === finding}>
          <summary><Said text={`${finding.code}: ${finding.title}`} /></summary>
          <p><Said text={finding.why} /></p>
          {finding.after !== finding.before && (
            <p class="wg-repair">
              write <code>{finding.after.trim()}</code>
            </p>
          )}
        </details>
      ))}
    </li>
  );
}

/** A line in which the span of a row is marked. */
function marked(text: string, line: number, row: Row | null): ComponentChildren {
  const span = row?.span;
  if (!span || line < span[0] || line > span[2]) return text || " ";
  const from = line === span[0] ? span[1] - 1 : 0;
  const to = line === span[2] ? span[3] - 1 : text.length;
  const characters = [...text];
  return (
    <>
      {characters.slice(0, from).join("")}
      <mark>{characters.slice(from, to).join("")}</mark>
      {characters.slice(to).join("")}
    </>
  );
}
