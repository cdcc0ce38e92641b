// What the Python side sends: docs/page-json.md says what every key means.

export type Num = number | "nan" | "inf" | "-inf";
/** A number, or nested lists of them. */
export type Plain = Num | Plain[];
/** A value that is only shown: of a larger array its shape and range. */
export type Stated = Plain | { shape: number[]; range: [Num, Num] };

export interface Row {
  id: number;
  kind: "input" | "constant" | "op";
  op: string;
  args: number[];
  /** What is written in the box. */
  label: string;
  /** The reader's name for the value; a constant's is its number. */
  name: string;
  /** The user's own name, or "". */
  given: string;
  /** The name in TeX. */
  symbol: string;
  /** Of operations: as text over the names, as TeX over {0}, {1}, and the rule in words. */
  formula?: string;
  template?: string;
  shape: number[];
  /** Plain numbers among the operands are written in the label. */
  folds?: boolean;
  span?: [line: number, column: number, endLine: number, endColumn: number];
}

/** A box of a large graph: a row, or a block with a label; `children` is null where the page carries none. */
export interface Node {
  row: number;
  reads: number[];
  makes: number[];
  last: number;
  parent: string | null;
  label?: string;
  kind?: string;
  says?: string;
  line?: number;
  children?: string[] | null;
  /** What a block brings back to rows that it reads. */
  brings?: [row: number, value: Stated][];
}

export interface EdgeText {
  row: number;
  arg: number;
  formula: string;
  tex: string;
}

export interface Derivation {
  start: string;
  result: string;
  derivative: string;
  steps: { text: string; tex: string; why: string; worst: number }[];
  points: number;
  worst: number;
  proof: number;
  stable: { text: string; why: string } | null;
}

export interface Group {
  id: string;
  kind: string;
  label: string;
  rows: number[];
  inputs: number[];
  outputs: number[];
  parent: string | null;
  open: boolean;
  says: string;
  template: string;
  /** Its line in the file, 0 if nowhere. */
  line: number;
  /** Of a large graph: whether the page carries what is in it. */
  carried?: boolean;
  /** Of a block of a large graph: what it brings back to rows that it reads. */
  brings?: [row: number, value: Stated][];
  /** The gate's own local gradient by its one input, where it has one. */
  local?: { formula: string; tex: string; inputs: [slot: number, row: number][]; code: string; result: number };
}

export interface Backward {
  output: number;
  code: string;
  /** Statements that put what single reads send back in its place. */
  placing: string;
  seed: number;
  /** Pairs: row, place of its cotangent. */
  cotangents: [row: number, slot: number][];
  edges: [row: number, arg: number, local: number | null, constant: number | null, contribution: number, placed?: number][];
  mutants?: { code: string; list: Mutant[]; most: number };
}

/** What one slip gives for the gradient of a row: at an edge, at a closed gate, or (with neither) anywhere. */
export interface Mutant {
  row: number;
  edge?: [row: number, arg: number];
  group?: string;
  slot: number;
  code: string;
  title: string;
  why: string;
}

export interface Program {
  forward: string;
  backward: Backward[];
  guards: { row: number; expected: Plain; line: number }[];
}

export interface Claim {
  name: string;
  of: string;
  row: number;
  text: string;
  /** Of an array: its entries, or its shape and range. */
  value?: Stated;
  line: number;
  verdict: string;
}

export interface Finding {
  code: string;
  title: string;
  why: string;
  variable: string;
  line: number;
  column: number;
  endLine: number;
  endColumn: number;
  certainty: string;
  before: string;
  after: string;
  rows: number[];
}

export interface PageDocument {
  schema: 1;
  title: string;
  note: string;
  source: { name: string; text: string } | null;
  rows: Row[];
  /** The rules in words, by the operation's name. */
  notes: Record<string, string>;
  groups: Group[];
  /** How the derivatives of gates follow, by the gate's label. */
  derivations: Record<string, Derivation>;
  inputs: number[];
  output: number;
  /** Values of the inputs at the given point, by row. */
  point: [row: number, value: Plain][];
  edges: EdgeText[];
  /** Pairs: an input, and the array whose entries along the first axis belong to one example of the batch each. */
  examples?: [row: number, at: number][];
  program: Program | null;
  /** Why there is no program, in words. */
  frozen: string;
  /** Where there is no program: values, gradients and contributions as texts. */
  values?: [row: number, value: Stated][];
  gradients?: [row: number, value: Stated][];
  flows?: [row: number, arg: number, local: Stated | null, contribution: Stated][];
  /** A large graph: its boxes, as far as the page carries them, by key. */
  blocks?: { top: string[]; nodes: Record<string, Node>; open: string[]; rows: number };
  check?: { status: string; claims: Claim[]; findings: Finding[]; repaired: boolean };
  live?: boolean;
}
