// The exercise: gradients are hidden, the reader fills them in, and a wrong entry gets its cause.

import { type ReadonlySignal, computed, signal } from "@preact/signals";

import { isArray } from "./nd.ts";
import { numberText, parsedNumber } from "./numbers.ts";
import type { State } from "./state.ts";

export interface Answer {
  text: string;
  value: number;
  verdict: "right" | "close" | "wrong" | "shown";
  title: string;
  why: string;
  code: string;
}

const RIGHT = 0.005;
const CLOSE = 0.06;

export class Exercise {
  readonly answers = signal<ReadonlyMap<string, Answer>>(new Map());
  readonly current = signal<string | null>(null);
  /** Boxes whose gradients are asked for, from the output back. */
  readonly questions: ReadonlySignal<string[]>;

  constructor(private readonly state: State) {
    this.questions = computed(() => {
      const { boxes } = state.circuit.value;
      const asked = boxes.filter((box) => box.row >= 0 && box.kind !== "constant" && state.run.value.gradient(box.row) !== null);
      return asked.reverse().map((box) => box.key);
    });
  }

  /** Whether there is one here: single numbers all through, and causes prepared for them. */
  static possible(state: State): boolean {
    const first = state.document.program?.backward[0];
    return !!first?.mutants?.list.length && state.document.rows.every((row) => row.kind === "constant" || row.shape.length === 0);
  }

  begin(): void {
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

  known(key: string): boolean {
    const verdict = this.answers.value.get(key)?.verdict;
    return verdict === "right" || verdict === "shown";
  }

  truth(key: string): number {
    const { circuit, run } = this.state;
    const gradient = run.value.gradient(circuit.value.boxes[circuit.value.box.get(key)!]!.row);
    return gradient === null || isArray(gradient) ? NaN : gradient;
  }

  answer(key: string, text: string): Answer {
    const value = parsedNumber(text);
    const answer: Answer =
      value === null
        ? { text, value: NaN, verdict: "wrong", title: "this is no number", why: "write it as 0.25, -3, 1e-3 or 1/4", code: "" }
        : { text, value, ...this.judged(key, value) };
    this.answers.value = new Map(this.answers.value).set(key, answer);
    this.state.announced.value = answer.verdict === "right" ? `Right: ${text}.` : `${answer.title}. ${answer.why}`.replaceAll("`", "");
    if (answer.verdict === "right") this.advance();
    return answer;
  }

  reveal(key: string): void {
    const value = this.truth(key);
    const shown: Answer = { text: numberText(value), value, verdict: "shown", title: "", why: "", code: "" };
    this.answers.value = new Map(this.answers.value).set(key, shown);
    this.state.announced.value = `It is ${shown.text}.`;
    this.advance();
  }

  private advance(): void {
    const at = this.questions.value.indexOf(this.current.value ?? "");
    const order = [...this.questions.value.slice(at + 1), ...this.questions.value.slice(0, at + 1)];
    this.current.value = order.find((key) => !this.known(key)) ?? null;
  }

  private judged(key: string, value: number): Omit<Answer, "text" | "value"> {
    const truth = this.truth(key);
    if (near(value, truth, RIGHT)) return { verdict: "right", title: "", why: "", code: "" };
    const carried = this.carried(key, value);
    if (carried) return carried;
    const slip = this.slip(key, value, truth);
    if (slip) return slip;
    if (near(value, truth, CLOSE)) return { verdict: "close", title: "nearly", why: "give it with three digits", code: "" };
    return { verdict: "wrong", title: "no, and no usual slip gives this number", why: "take the local gradient of the gate that reads it, times the gradient that arrives there", code: "" };
  }

  /** Right by what the reader has upstream: then the fault lies there. */
  private carried(key: string, value: number): Omit<Answer, "text" | "value"> | null {
    const { circuit, teller, run } = this.state;
    const k = circuit.value.box.get(key)!;
    let total = 0;
    let blamed: string | null = null;
    for (const w of circuit.value.leaving[k]!) {
      const wire = circuit.value.wires[w]!;
      const target = circuit.value.boxes[circuit.value.pairs[w]![1]]!;
      const back = teller.value.contribution(wire);
      if (back === null) continue;
      if (isArray(back)) return null;
      const upstream = target.row < 0 ? 1 : run.value.gradient(target.row);
      const mine = this.answers.value.get(target.key);
      if (mine?.verdict === "wrong" && typeof upstream === "number" && upstream !== 0) {
        total += (back / upstream) * mine.value;
        blamed = teller.value.name(target.row);
      } else total += back;
    }
    if (blamed === null || !near(value, total, RIGHT)) return null;
    return { verdict: "wrong", title: "this step is right, but it starts from a wrong number", why: `your gradient of \`${blamed}\` is off; mend that first`, code: "" };
  }

  /** The first prepared slip that gives this number, among those that can be seen. */
  private slip(key: string, value: number, truth: number): Omit<Answer, "text" | "value"> | null {
    const { state } = this;
    const row = state.circuit.value.boxes[state.circuit.value.box.get(key)!]!.row;
    for (const { mutant, value: got } of state.engine!.mutants(state.point.value, state.output.value)) {
      if (mutant.row !== row || isArray(got) || near(got, truth, RIGHT) || !near(value, got, RIGHT)) continue;
      const hidden = mutant.edge ? state.structure.hiding(mutant.edge[0], state.open.value) !== null : state.open.value.has(mutant.group!);
      if (!hidden) return { verdict: "wrong", title: mutant.title, why: mutant.why, code: mutant.code };
    }
    return null;
  }
}

const near = (a: number, b: number, tolerance: number): boolean => Object.is(a, b) || Math.abs(a - b) <= tolerance * Math.max(Math.abs(b), 1e-12);
