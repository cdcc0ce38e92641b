// All that changes on a page, as signals; everything shown follows from these and the document.

import { type ReadonlySignal, computed, signal } from "@preact/signals";

import { Carrier } from "./carrying.ts";
import { type Circuit, Structure } from "./circuit.ts";
import { type Drawing, drawing } from "./drawing.ts";
import { Exercise } from "./exercise.ts";
import { type Value, fromPlain, fromStated, isArray } from "./nd.ts";
import { shortText } from "./numbers.ts";
import { Engine, type Run } from "./program.ts";
import type { PageDocument } from "./schema.ts";
import { type Step, progressOf, stepsOf } from "./steps.ts";
import { Teller } from "./telling.ts";

/** A box or a wire, by its key. */
export type Chosen = { kind: "box" | "wire"; key: string } | null;
export type Mode = "explore" | "exercise";

export class State {
  readonly structure: Structure;
  readonly engine: Engine | null;
  readonly given: ReadonlyMap<number, Value>;
  readonly point;
  readonly output;
  readonly open;
  /** The last step that was done; null where everything is shown. */
  readonly step = signal<number | null>(null);
  readonly chosen = signal<Chosen>(null);
  readonly hovered = signal<Chosen>(null);
  /** A path, as the keys of its wires from the input on. */
  readonly path = signal<readonly string[]>([]);
  readonly mode = signal<Mode>("explore");
  readonly exercise: Exercise;
  /** The group that was opened or closed last: what the reader looks at. */
  readonly turned = signal<string | null>(null);
  /** A line of the user's code that is pointed at. */
  readonly line = signal<number | null>(null);
  readonly announced = signal("");
  /** What keeps a live page from being renewed. */
  readonly trouble = signal("");
  /** Points of formulas that were shown before, `name=value`. */
  readonly remembered: string[] = [];

  readonly run: ReadonlySignal<Run>;
  /** Why nothing can be computed at this point; the run is then that of before. */
  readonly problem: ReadonlySignal<string>;
  readonly circuit: ReadonlySignal<Circuit>;
  readonly steps: ReadonlySignal<Step[]>;
  readonly teller: ReadonlySignal<Teller>;
  readonly carrier: ReadonlySignal<Carrier>;
  readonly drawing: ReadonlySignal<Drawing>;
  private readonly widest = new Map<string, number>();

  constructor(readonly document: PageDocument) {
    this.structure = new Structure(document);
    this.engine = Engine.of(document);
    this.given = new Map(document.point.map(([row, plain]) => [row, fromPlain(plain)]));
    this.point = signal<ReadonlyMap<number, Value>>(this.given);
    this.output = signal(document.output);
    this.open = signal<ReadonlySet<string>>(new Set([...this.structure.groups.values()].filter((g) => g.open).map((g) => g.id)));
    let last = frozenRun(document);
    const attempt = computed(() => {
      try {
        last = this.engine?.run(this.point.value, this.output.value) ?? last;
        return { run: last, problem: "" };
      } catch (error) {
        return { run: last, problem: (error as Error).message };
      }
    });
    this.run = computed(() => attempt.value.run);
    this.problem = computed(() => attempt.value.problem);
    this.circuit = computed(() => {
      this.widest.clear();
      return this.structure.circuit(this.open.value, this.output.value);
    });
    this.teller = computed(() => new Teller(this.structure, this.circuit.value, this.run.value, this.output.value));
    this.carrier = computed(() => new Carrier(this.structure, this.circuit.value, this.run.value, this.output.value));
    this.steps = computed(() => stepsOf(this.circuit.value, this.run.value));
    this.drawing = computed(() => this.drawn());
    this.exercise = new Exercise(this);
  }

  /** The picture, in which room for numbers only grows while an input is dragged, so that nothing jumps. */
  private drawn(): Drawing {
    const circuit = this.circuit.value;
    const run = this.run.value;
    const teller = this.teller.value;
    const wide = (key: string, text: string): string => {
      const most = Math.max(this.widest.get(key) ?? (text ? 6 : 0), text.length);
      this.widest.set(key, most);
      return text.padEnd(most);
    };
    return drawing(
      circuit,
      (k) => {
        const box = circuit.boxes[k]!;
        if (box.row < 0) return { value: "", gradient: "" };
        const gradient = run.gradient(box.row);
        const claim = this.claimOf(box.row);
        return {
          value: wide(`${box.key}^`, box.kind === "constant" ? "" : shortText(run.value(box.row))),
          gradient: wide(`${box.key}_`, gradient === null || box.kind === "constant" ? "" : shortText(gradient)),
          ...(claim ? { claim: claim.text } : {}),
        };
      },
      (k) => {
        const back = teller.contribution(circuit.wires[k]!);
        return back === null || circuit.wires[k]!.target === "out" ? "" : wide(`${circuit.wires[k]!.key}<`, shortText(back));
      },
    );
  }

  /** What the user's own code has for the gradient of a row, at the given point. */
  claimOf(row: number): { text: string; verdict: string; name: string; value: Value | null } | null {
    const claim = this.document.check?.claims.find((one) => one.row === row);
    if (!claim || this.point.value !== this.given || this.output.value !== this.document.output) return null;
    return { text: `${claim.name} ${claim.text}`, verdict: claim.verdict, name: claim.name, value: claim.value === undefined ? null : fromStated(claim.value) };
  }

  readonly progress = computed(() => progressOf(this.circuit.value, this.steps.value, this.step.value));

  setInput(row: number, value: Value): void {
    this.point.value = new Map(this.point.value).set(row, value);
  }

  restorePoint(): void {
    this.point.value = this.given;
  }

  toggle(id: string): void {
    const open = new Set(this.open.value);
    if (this.structure.groups.get(id)?.carried === false) {
      this.announced.value = `What is in ${this.structure.groups.get(id)!.label} is too far inside for this page to carry.`;
      return;
    }
    if (!open.delete(id)) open.add(id);
    this.chosen.value = null;
    this.path.value = [];
    const at = this.step.value;
    this.turned.value = id;
    this.open.value = open;
    if (this.mode.value === "exercise") this.exercise.begin();
    if (at !== null) this.step.value = Math.min(at, this.steps.value.length - 1);
    const group = this.structure.groups.get(id)!;
    this.announced.value = open.has(id) ? `${group.label} opened into its small gates` : `${group.label} closed into one gate`;
  }

  /** The box of a group that is closed, the first within one that is open; -1 where there is none. */
  landing(id: string | null): number {
    if (id === null) return -1;
    const { boxes, box } = this.circuit.value;
    return box.get(id) ?? boxes.findIndex((one) => one.row >= 0 && this.structure.aroundBox(one).some((group) => group.id === id));
  }

  openAll(open: boolean): void {
    this.chosen.value = null;
    this.path.value = [];
    this.step.value = null;
    const groups = this.document.groups.filter((group) => group.kind === "gate");
    const others = [...this.open.value].filter((id) => this.structure.groups.get(id)?.kind !== "gate");
    this.open.value = new Set(open ? [...others, ...groups.map((group) => group.id)] : others);
    this.announced.value = open ? "all gates opened" : "all gates closed";
  }

  choose(chosen: Chosen): void {
    this.chosen.value = chosen;
  }

  /** One step on or back; before the first everything was shown. */
  go(to: number | null): void {
    this.step.value = to === null ? null : Math.max(0, Math.min(this.steps.value.length - 1, to));
    this.chosen.value = null;
    this.hovered.value = null;
    this.announced.value = to === null ? "All values and gradients are shown." : this.told().sentence.replaceAll("`", "");
  }

  told() {
    const teller = this.teller.value;
    const step = this.steps.value[this.step.value ?? 0]!;
    const box = this.circuit.value.boxes[step.box]!;
    switch (step.pass) {
      case "start":
        return teller.start();
      case "forward":
        return teller.forward(box);
      case "seed":
        return teller.seed();
      case "backward":
        return teller.backward(box, this.circuit.value.arriving[step.box]!);
    }
  }

  get edited(): boolean {
    return this.point.value !== this.given;
  }
}

/** The numbers of the document, where the page cannot compute. */
function frozenRun(document: PageDocument): Run {
  const values = new Map((document.values ?? []).map(([row, stated]) => [row, fromStated(stated)]));
  const gradients = new Map((document.gradients ?? []).map(([row, stated]) => [row, fromStated(stated)]));
  const flows = new Map((document.flows ?? []).map(([row, arg, local, contribution]) => [`${row}.${arg}`, { local: local === null ? null : fromStated(local), contribution: fromStated(contribution) }]));
  return {
    value: (row) => values.get(row) ?? { shape: [0], data: new Float64Array() },
    gradient: (row) => gradients.get(row) ?? null,
    edge: (row, arg) => flows.get(`${row}.${arg}`) ?? null,
    carry: () => null,
    otherBranch: null,
  };
}

export const isScalar = (value: Value): value is number => !isArray(value);
