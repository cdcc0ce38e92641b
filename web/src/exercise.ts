// The exercise: gradients are hidden, the reader fills them in, and a wrong entry gets its cause.

import { type ReadonlySignal, computed, signal } from "@preact/signals";

import { plus } from "./carrying.ts";
import type { Box } from "./circuit.ts";
import { alike, filledIn, same, sameOnPaper, sameShape, typedText } from "./filling.ts";
import { type Value, isArray, shapeOf, sizeOf } from "./nd.ts";
import { shapeText } from "./numbers.ts";
import type { State } from "./state.ts";

export interface Answer {
  text: string;
  /** What the text says; null where it says nothing. */
  value: Value | null;
  verdict: "right" | "close" | "wrong" | "shown";
  title: string;
  why: string;
  code: string;
  /** Of an array of the right shape: which entries are wrong. */
  faults: boolean[];
}
type Judged = Pick<Answer, "verdict" | "title" | "why" | "code">;

const RIGHT = 0.005;
const CLOSE = 0.06;
/** How closely a slip is met by who writes two digits. */
const ROUGH = 0.02;

export class Exercise {
  readonly answers = signal<ReadonlyMap<string, Answer>>(new Map());
  readonly current = signal<string | null>(null);
  /** Boxes whose gradients are asked for, from the output back; of large arrays they stand. */
  readonly questions: ReadonlySignal<string[]>;

  /** Whether the answer's field takes the focus. */
  eager = false;

  constructor(private readonly state: State) {
    this.questions = computed(() => {
      const most = state.document.program?.backward[0]?.mutants?.most ?? 1;
      const asked = state.circuit.value.boxes.filter((box) => {
        const gradient = box.row >= 0 && box.kind !== "constant" ? state.run.value.gradient(box.row) : null;
        return gradient !== null && sizeOf(shapeOf(gradient)) <= most;
      });
      return asked.reverse().map((box) => box.key);
    });
  }

  /** Whether there is one here: causes were prepared, and there is a gradient small enough to be filled in. */
  static possible(state: State): boolean {
    const first = state.document.program?.backward[0];
    return !!first?.mutants?.list.length;
  }

  /** `eager` is false where no reader asked for it: a link restored. */
  begin(eager = true): void {
    this.eager = eager;
    this.answers.value = new Map();
    this.current.value = this.questions.value[0] ?? null;
    this.state.mode.value = "exercise";
    this.state.step.value = null;
    this.state.chosen.value = null;
    this.state.path.value = [];
    this.state.output.value = this.state.document.output;
    this.state.announced.value = "Exercise: the gradients are hidden. Fill them in, from the output back.";
  }

  end(): void {
    this.state.mode.value = "explore";
    this.state.announced.value = "The gradients are shown again.";
  }

  /** Whether the gradient of a box stands: found, shown, or not asked for. */
  known(key: string): boolean {
    const verdict = this.answers.value.get(key)?.verdict;
    return verdict === "right" || verdict === "shown" || !this.questions.value.includes(key);
  }

  truth(key: string): Value {
    return this.state.run.value.gradient(this.box(key).row) ?? NaN;
  }

  box(key: string): Box {
    const { circuit } = this.state;
    return circuit.value.boxes[circuit.value.box.get(key)!]!;
  }

  answer(key: string, text: string): Answer {
    const filled = filledIn(text, shapeOf(this.truth(key)));
    const answer: Answer =
      "problem" in filled
        ? { text, value: null, verdict: "wrong", title: filled.problem, why: filled.why, code: "", faults: [] }
        : { text, value: filled.value, faults: this.faults(key, filled.value), ...this.judged(key, filled.value) };
    this.answers.value = new Map(this.answers.value).set(key, answer);
    this.state.announced.value = answer.verdict === "right" ? `Right: ${text}.` : `${answer.title}. ${answer.why}`.replaceAll("`", "");
    if (answer.verdict === "right") this.advance();
    return answer;
  }

  reveal(key: string): void {
    const value = this.truth(key);
    const shown: Answer = { text: typedText(value), value, verdict: "shown", title: "", why: "", code: "", faults: [] };
    this.answers.value = new Map(this.answers.value).set(key, shown);
    this.state.announced.value = `It is ${shown.text}.`;
    this.advance();
  }

  private advance(): void {
    const at = this.questions.value.indexOf(this.current.value ?? "");
    const order = [...this.questions.value.slice(at + 1), ...this.questions.value.slice(0, at + 1)];
    this.current.value = order.find((key) => !this.known(key)) ?? null;
  }

  private faults(key: string, value: Value): boolean[] {
    const truth = this.truth(key);
    return isArray(truth) && sameShape(value, truth) ? alike(value, truth, RIGHT).map((right) => !right) : [];
  }

  private judged(key: string, value: Value): Judged {
    const truth = this.truth(key);
    if (same(value, truth, RIGHT)) return { verdict: "right", title: "", why: "", code: "" };
    const found = this.carried(key, value) ?? this.slip(key, value, truth, RIGHT);
    if (found) return found;
    if (same(value, truth, CLOSE)) return { verdict: "close", title: "nearly", why: "give it with three digits", code: "" };
    const rough = this.slip(key, value, truth, ROUGH);
    if (rough) return rough;
    if (!sameShape(value, truth)) {
      const name = this.state.teller.value.name(this.box(key).row);
      const why = `the gradient of \`${name}\` has one entry for each entry of \`${name}\`, so its shape is ${shapeText(shapeOf(truth))}`;
      return { verdict: "wrong", title: `this has the shape ${shapeText(shapeOf(value))}`, why, code: "" };
    }
    const wrong = this.faults(key, value).filter(Boolean).length;
    const title = isArray(truth) && wrong < truth.data.length ? `${wrong === 1 ? "one entry is" : `${wrong} of ${truth.data.length} entries are`} wrong, and no usual slip gives ${wrong === 1 ? "it" : "them"}` : "no, and no usual slip gives this";
    return { verdict: "wrong", title, why: "take the local gradient of the gate that reads it, times the gradient that arrives there", code: "" };
  }

  /** Right by what the reader has upstream: then the fault lies there. */
  private carried(key: string, value: Value): Judged | null {
    const { circuit, teller, run, carrier } = this.state;
    const k = circuit.value.box.get(key)!;
    let total: Value | null = null;
    let blamed: string | null = null;
    for (const w of circuit.value.leaving[k]!) {
      const wire = circuit.value.wires[w]!;
      const target = circuit.value.boxes[circuit.value.pairs[w]![1]]!;
      const mine = this.answers.value.get(target.key);
      const truth = target.row < 0 ? 1 : run.value.gradient(target.row);
      const usesMine = mine?.verdict === "wrong" && mine.value !== null && truth !== null && sameShape(mine.value, truth);
      let back = usesMine ? carrier.value.along(wire, target.row, mine.value!) : teller.value.contribution(wire);
      if (back === null || truth === null) continue;
      if (!sameShape(back, value)) back = carrier.value.along(wire, target.row, truth) ?? back; // a read: put in its place
      if (usesMine) blamed = teller.value.name(target.row);
      total = total === null ? back : plus(total, back);
    }
    if (blamed === null || total === null || !same(value, total, RIGHT)) return null;
    return { verdict: "wrong", title: "this step is right, but it starts from a wrong number", why: `your gradient of \`${blamed}\` is off; mend that first`, code: "" };
  }

  /** The first prepared slip that gives these numbers, or else the entries that are wrong, among those that can be seen. */
  private slip(key: string, value: Value, truth: Value, tolerance: number): Judged | null {
    const { state } = this;
    const { row } = this.box(key);
    if (state.problem.value) return null;
    const seen = state.engine!.mutants(state.point.value, state.output.value).filter(({ mutant, value: got }) => {
      if (mutant.row !== row || same(got, truth, tolerance)) return false;
      if (mutant.edge) return state.structure.hiding(mutant.edge[0], state.open.value) === null;
      return mutant.group === undefined || !state.open.value.has(mutant.group);
    });
    const whole = seen.find(({ value: got }) => sameOnPaper(value, got, tolerance));
    if (whole) return told(whole.mutant, "");
    if (!isArray(truth) || !sameShape(value, truth)) return null;
    const wrong = this.faults(key, value);
    const part = seen.find(({ value: got }) => {
      if (!sameShape(got, truth)) return false;
      const [near, right] = [alike(value, got, tolerance), alike(got, truth, RIGHT)];
      return wrong.every((fault, n) => !fault || (near[n]! && !right[n]!));
    });
    return part ? told(part.mutant, "in the entries that are marked: ") : null;
  }
}

const told = ({ title, why, code }: { title: string; why: string; code: string }, where: string): Judged => ({ verdict: "wrong", title: `${where}${title}`, why, code });
