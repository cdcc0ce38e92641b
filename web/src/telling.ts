// The sentence and the formulas of a step or a wire, with the numbers of the moment.

import { plus } from "./carrying.ts";
import type { Box, Circuit, Structure, Wire } from "./circuit.ts";
import { type Value, fromStated, isArray } from "./nd.ts";
import { numberTex, numberText, shapeText, valueText } from "./numbers.ts";
import { type Run, evaluated } from "./program.ts";
import type { EdgeText } from "./schema.ts";

export interface Told {
  title: string;
  /** Plain words; names stand between backquotes. */
  sentence: string;
  /** Display formulas. */
  tex: string[];
  note: string;
}

/** A template of Python's `str.format` over {0}, {1}; doubled braces are braces. */
export function filled(template: string, parts: readonly string[]): string {
  return template.replace(/\{\{|\}\}|\{(\d+)\}/g, (found, k: string | undefined) =>
    found === "{{" ? "{" : found === "}}" ? "}" : (parts[Number(k)] ?? "?"),
  );
}

const negative = (text: string): string => (/^[-\\]?-/.test(text) ? `(${text})` : text);

/** A value in a formula: a number, or a small word about an array. */
export const valueTex = (value: Value): string =>
  isArray(value) ? `\\text{array ${shapeText(value.shape)}}` : numberTex(value);

export class Teller {
  private readonly edges: Map<string, EdgeText>;

  constructor(
    readonly structure: Structure,
    readonly circuit: Circuit,
    readonly run: Run,
    readonly output: number,
  ) {
    this.edges = new Map(structure.document.edges.map((edge) => [`${edge.row}.${edge.arg}`, edge]));
  }

  name(row: number): string {
    return this.structure.row.get(row)!.name;
  }

  symbol(row: number): string {
    return this.structure.row.get(row)!.symbol;
  }

  /** `t = a * b` of a box, in names and in numbers. */
  formula(box: Box): { text: string; names: string; numbers: string } {
    const row = this.structure.row.get(box.row)!;
    const args = box.group ? box.group.inputs : row.args;
    const template = box.group ? box.group.template : (row.template ?? "");
    const scalar = args.every((arg) => !isArray(this.run.value(arg))) && !isArray(this.run.value(box.row));
    const bare = template.includes("\\frac") || template.startsWith("e^");
    const numbers = args.map((arg) => valueTex(this.run.value(arg)));
    return {
      text: box.group ? `${box.group.label}(${args.map((arg) => this.name(arg)).join(", ")})` : (row.formula ?? ""),
      names: filled(template, args.map((arg) => this.symbol(arg))),
      numbers: scalar ? filled(template, bare ? numbers : numbers.map(negative)) : "",
    };
  }

  forward(box: Box): Told {
    const row = this.structure.row.get(box.row)!;
    const { text, names, numbers } = this.formula(box);
    const value = this.run.value(box.row);
    const worth = valueTex(value);
    const long = isArray(value);
    if (box.group?.carried !== undefined) {
      const sentence = `The block ${box.group.label} makes \`${row.name}\`. Its value is ${valueText(value)}. Open it to see how.`;
      return { title: `Forward: ${box.group.label}`, sentence, tex: [], note: box.group.says };
    }
    return {
      title: `Forward: ${this.boxName(box)}`,
      sentence: `The gate ${said(box.label)} computes \`${row.name} = ${text}\`. Its value is ${valueText(value)}.`,
      tex: [`${row.symbol} = ${names}${numbers && numbers !== worth ? ` = ${numbers}` : ""}${long ? "" : ` = \\wgvalue{${worth}}`}`],
      note: box.group ? box.group.says : "",
    };
  }

  seed(): Told {
    const name = this.name(this.output);
    const symbol = this.symbol(this.output);
    return {
      title: "Backward: where it begins",
      sentence: `\`${name}\` moves exactly as much as it moves itself, so its own gradient is 1. Everything else is multiplied by this.`,
      tex: [`\\frac{\\partial ${symbol}}{\\partial ${symbol}} = \\wggradient{1}`],
      note: "",
    };
  }

  start(): Told {
    const given = this.structure.document.inputs
      .slice(0, 8)
      .map((row) => `\`${this.name(row)}\` is ${valueText(this.run.value(row))}`);
    const more = this.structure.document.inputs.length > 8 ? ", and so on" : "";
    return {
      title: "The inputs",
      sentence: `Only the inputs are known: ${given.join(", ")}${more}. Step forward to let each gate compute its value.`,
      tex: [],
      note: "",
    };
  }

  backward(box: Box, wires: readonly number[]): Told {
    const upstream = this.run.gradient(box.row);
    const flowing = wires.map((k) => this.circuit.wires[k]!).filter((wire) => this.contribution(wire) !== null);
    const much = upstream === null ? "nothing" : valueText(upstream);
    const one = flowing.length === 1 ? "its operand" : "each operand";
    const block = box.group?.carried !== undefined;
    const note = box.group ? box.group.says : (this.structure.document.notes[this.structure.row.get(box.row)!.op] ?? "");
    if (block && flowing.length) {
      const brought = flowing.map((wire) => `${valueText(this.contribution(wire)!)} to \`${this.name(wire.row)}\``).join(", ");
      const sentence = `The upstream gradient ${much} arrives at \`${this.name(box.row)}\`. All that is in the block ${box.group!.label} together brings back ${brought}. Open it to see how.`;
      return { title: `Backward: ${box.group!.label}`, sentence, tex: [], note };
    }
    return {
      title: `Backward: ${this.boxName(box)}`,
      sentence: flowing.length
        ? `The upstream gradient ${much} arrives at \`${this.name(box.row)}\`. The gate ${said(box.label)} hands ${one} that, times its local gradient.`
        : `The upstream gradient ${much} arrives at \`${this.name(box.row)}\`; ${!block ? "nothing here depends on an input" : "open it to see how it is handed on"}.`,
      tex: flowing.map((wire) => this.product(wire)),
      note,
    };
  }

  /** What flows back along a wire, as a product with names and numbers. */
  product(wire: Wire): string {
    const target = this.circuit.boxes[this.circuit.box.get(wire.target)!]!;
    if (target.kind === "output") return `\\frac{\\partial ${this.symbol(this.output)}}{\\partial ${this.symbol(wire.row)}} = \\wggradient{1}`;
    const [out, top, by] = [this.symbol(this.output), this.symbol(target.row), this.symbol(wire.row)];
    const contribution = this.contribution(wire);
    const upstream = this.run.gradient(target.row);
    const { tex, value } = this.local(wire);
    const scalars = contribution !== null && upstream !== null && value !== null && ![contribution, upstream, value].some(isArray);
    const share = this.circuit.leaving[this.circuit.box.get(wire.source)!]!.length > 1 ? `\\left.\\frac{\\partial ${out}}{\\partial ${by}}\\right|_{${top}}` : `\\frac{\\partial ${out}}{\\partial ${by}}`;
    const names = `${share} = \\frac{\\partial ${top}}{\\partial ${by}} \\cdot \\frac{\\partial ${out}}{\\partial ${top}}`;
    const filledIn = tex && tex !== valueTexOr(value) ? ` = ${tex.includes("cases") || /^[^{]*[+-]/.test(tex) ? `\\left(${tex}\\right)` : tex} \\cdot ${upstream === null ? "0" : negative(valueTex(upstream))}` : "";
    if (!scalars) return names;
    const numbers = ` = ${negative(numberTex(value as number))} \\cdot ${negative(numberTex(upstream as number))}`;
    const lines = [names.replace(" = ", " &= "), (filledIn || numbers).replace(" = ", " &= ") + (filledIn ? numbers : ""), ` &= \\wggradient{${numberTex(contribution as number)}}`];
    return `\\begin{aligned}${lines[0]} \\\\ ${lines[1]}${lines[2]!.replace("&", "")}\\end{aligned}`;
  }

  /** The local gradient along a wire: as TeX over names, as text, and its value. */
  local(wire: Wire): { tex: string; text: string; value: Value | null } {
    const target = this.circuit.boxes[this.circuit.box.get(wire.target)!]!;
    const own = target.group?.local;
    if (own && target.group!.inputs.includes(wire.row)) {
      const given: Value[] = [];
      for (const [slot, row] of own.inputs) given[slot] = this.run.value(row);
      return { tex: own.tex, text: own.formula, value: evaluated(own.code, given, own.result) };
    }
    if (target.group || wire.edges.length !== 1) return { tex: "", text: "", value: null };
    const [row, arg] = wire.edges[0]!;
    const text = this.edges.get(`${row}.${arg}`);
    return { tex: text?.tex ?? "", text: text?.formula ?? "", value: this.run.edge(row, arg)?.local ?? null };
  }

  /** What a wire brings back: the sum over the edges that it stands for. */
  contribution(wire: Wire): Value | null {
    if (wire.target === "out") return wire.row === this.output ? 1 : null;
    const block = this.circuit.boxes[this.circuit.box.get(wire.target)!]!.group;
    if (block?.brings) {
      const brought = block.brings.find(([row]) => row === wire.row);
      return brought ? fromStated(brought[1]) : null;
    }
    const found = wire.edges.map(([row, arg]) => this.run.edge(row, arg)?.contribution ?? null).filter((c) => c !== null);
    if (!found.length) return null;
    return found.slice(1).reduce<Value>((a, b) => plus(a, b), found[0]!);
  }

  boxName(box: Box): string {
    return box.kind === "op" || box.kind === "gate" ? `${said(box.label)}, which makes ${this.name(box.row)}` : box.label;
  }

  /** A box in words, for screen readers. */
  spoken(box: Box, value: boolean, gradient: boolean): string {
    const kinds = { input: "input", constant: "constant", op: "operation", gate: "gate", output: "output" };
    const words = [`${kinds[box.kind]} ${said(box.label)}`];
    if (box.row < 0) return words[0]!;
    if (box.kind === "op" || box.kind === "gate") words.push(`makes ${this.name(box.row)}`);
    words.push(value ? `value ${valueText(this.run.value(box.row))}` : "value not computed yet");
    const g = this.run.gradient(box.row);
    if (gradient && g !== null) words.push(`gradient ${valueText(g)}`);
    return words.join(", ");
  }
}

const valueTexOr = (value: Value | null): string => (value === null ? "" : valueTex(value));

const SAID: Record<string, string> = { "*": "times", "+": "plus", "-": "minus", "/": "divide", "**": "power", "@": "matrix product", "*-1": "times -1", "1/x": "1/x" };

/** A box's sign as a word. */
export const said = (label: string): string => SAID[label] ?? (/^[+]\S/.test(label) ? `plus ${label.slice(1)}` : /^[*]\S/.test(label) ? `times ${label.slice(1)}` : label);

export const scalarText = (value: Value | null): string => (value === null ? "" : isArray(value) ? valueText(value) : numberText(value));
