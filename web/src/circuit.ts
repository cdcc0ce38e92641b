// What is on the screen: rows, and closed groups, as boxes and wires. The structure of `explanation/circuit.py`.

import type { Group, Node, PageDocument, Row } from "./schema.ts";

export interface Box {
  key: string;
  kind: "input" | "constant" | "op" | "gate" | "output";
  label: string;
  /** The user's name for the value, written below the box. */
  name: string;
  /** The row whose value and gradient the box shows; -1 for an output mark. */
  row: number;
  group: Group | null;
}

/** What flows from one box into operand `order` of another, by one or more edges of the graph. */
export interface Wire {
  key: string;
  source: string;
  target: string;
  order: number;
  row: number;
  edges: readonly (readonly [row: number, arg: number])[];
}

export interface Circuit {
  boxes: Box[];
  wires: Wire[];
  /** Numbers of the boxes at the ends of each wire. */
  pairs: [number, number][];
  box: Map<string, number>;
  leaving: number[][];
  arriving: number[][];
}

export class Structure {
  readonly row: Map<number, Row>;
  readonly groups: Map<string, Group>;
  private readonly ofRow = new Map<number, Group[]>();

  constructor(readonly document: PageDocument) {
    this.row = new Map(document.rows.map((row) => [row.id, row]));
    this.groups = new Map(document.groups.map((group) => [group.id, group]));
    if (document.blocks) {
      addBlocks(document, this.groups);
      return;
    }
    const depth = (group: Group): number => (group.parent === null ? 0 : 1 + depth(this.groups.get(group.parent)!));
    for (const group of document.groups.slice().sort((a, b) => depth(a) - depth(b))) {
      for (const row of group.rows) this.ofRow.set(row, [...(this.ofRow.get(row) ?? []), group]);
    }
  }

  /** The groups around a row, the outermost first. */
  around(row: number): readonly Group[] {
    return this.document.blocks ? this.aroundKey(String(row)) : (this.ofRow.get(row) ?? []);
  }

  /** The blocks around a box of a large graph, itself included if it is one. */
  aroundKey(key: string): Group[] {
    const found: Group[] = [];
    for (let at: string | null = key; at !== null; at = this.document.blocks!.nodes[at]?.parent ?? null) {
      const group = this.groups.get(at);
      if (group) found.unshift(group);
    }
    return found;
  }

  /** The groups around a box, itself included if it is one. */
  aroundBox(box: Box): readonly Group[] {
    return this.document.blocks ? this.aroundKey(box.key) : this.around(box.row);
  }

  /** The closed group in which a row is hidden, if any. */
  hiding(row: number, open: ReadonlySet<string>): Group | null {
    return this.around(row).find((group) => !open.has(group.id)) ?? null;
  }

  /** The rows that an output needs. */
  needed(output: number): Set<number> {
    const found = new Set<number>();
    const pending = [output];
    for (let row = pending.pop(); row !== undefined; row = pending.pop()) {
      if (found.has(row)) continue;
      found.add(row);
      pending.push(...this.row.get(row)!.args);
    }
    return found;
  }

  circuit(open: ReadonlySet<string>, output: number): Circuit {
    return this.document.blocks ? this.largeCircuit(open, output) : this.rowCircuit(open, output);
  }

  /** Of a large graph: each box says what it reads and makes. */
  private largeCircuit(open: ReadonlySet<string>, output: number): Circuit {
    const { top, nodes } = this.document.blocks!;
    const shown: [string, Node][] = [];
    const pending = [...top].reverse();
    for (let key = pending.pop(); key !== undefined; key = pending.pop()) {
      const node = nodes[key]!;
      if (open.has(key) && node.children) pending.push(...node.children.slice().reverse());
      else shown.push([key, node]);
    }
    const maker = new Map<number, string>();
    for (const [key, node] of shown) for (const row of node.makes) maker.set(row, key);
    const found: { box: Box; last: number }[] = [];
    const wires: Wire[] = [];
    for (const [key, node] of shown) {
      const row = this.row.get(node.row)!;
      const group = this.groups.get(key) ?? null;
      const name = node.row === output ? "" : row.given;
      found.push({ last: node.last, box: { key, kind: group ? "gate" : "op", label: group ? group.label : row.label, name, row: node.row, group } });
      node.reads.forEach((read, order) => {
        if (this.row.get(read)?.kind === "input" && !maker.has(read)) {
          maker.set(read, String(read));
          found.push({ last: -1, box: { key: String(read), kind: "input", label: this.row.get(read)!.name, name: "", row: read, group: null } });
        }
        const source = maker.get(read);
        if (source !== undefined && source !== key) wires.push({ key: `${source}>${key}.${order}`, source, target: key, order, row: read, edges: group ? [] : [[node.row, order]] });
      });
    }
    const boxes = found.sort((a, b) => a.last - b.last || a.box.row - b.box.row).map(({ box }) => box);
    const label = this.row.get(output)!.name;
    boxes.push({ key: "out", kind: "output", label, name: label, row: -1, group: null });
    wires.push({ key: `${maker.get(output)}>out`, source: maker.get(output)!, target: "out", order: 0, row: output, edges: [] });
    return indexed(boxes, wires);
  }

  private rowCircuit(open: ReadonlySet<string>, output: number): Circuit {
    const rows = [...this.needed(output)].sort((a, b) => a - b);
    const boxes: Box[] = [];
    const wires: Wire[] = [];
    const unit = (row: number): string => this.hiding(row, open)?.id ?? String(row);
    const last = new Map<string, number>();
    for (const row of rows) last.set(unit(row), row);
    for (const id of rows) {
      const row = this.row.get(id)!;
      const group = this.hiding(id, open);
      if (group ? last.get(group.id) !== id : row.kind === "constant") continue;
      const value = group ? (group.outputs.filter((r) => last.has(unit(r))).at(-1) ?? id) : id;
      const operands = group ? this.into(group, rows) : row.args.map((arg, k) => ({ arg, edges: [[id, k] as const] }));
      const key = unit(id);
      let order = 0;
      for (const { arg, edges } of operands) {
        const source = this.row.get(arg)!;
        if (source.kind === "constant") {
          if (group || row.folds) continue;
          const constant = `${arg}:${id}:${order}`;
          boxes.push({ key: constant, kind: "constant", label: source.name, name: "", row: arg, group: null });
          wires.push({ key: `${constant}>${key}`, source: constant, target: key, order: order++, row: arg, edges });
        } else {
          wires.push({ key: `${unit(arg)}>${key}.${order}`, source: unit(arg), target: key, order: order++, row: arg, edges });
        }
      }
      const kind = group ? "gate" : row.kind === "input" ? "input" : "op";
      const name = value === output || kind === "input" ? "" : this.row.get(value)!.given;
      boxes.push({ key, kind, label: group ? group.label : row.label, name, row: value, group });
    }
    const name = this.row.get(output)!.name;
    boxes.push({ key: "out", kind: "output", label: name, name, row: -1, group: null });
    wires.push({ key: `${unit(output)}>out`, source: unit(output), target: "out", order: 0, row: output, edges: [] });
    return indexed(boxes, wires);
  }

  /** What a closed group reads, each with the edges by which it does; constants are left out. */
  private into(group: Group, rows: readonly number[]): { arg: number; edges: (readonly [number, number])[] }[] {
    const inside = new Set(group.rows);
    const found = new Map<number, (readonly [number, number])[]>(group.inputs.map((row) => [row, []]));
    for (const id of rows) {
      if (!inside.has(id)) continue;
      this.row.get(id)!.args.forEach((arg, k) => {
        if (inside.has(arg) || this.row.get(arg)!.kind === "constant") return;
        found.set(arg, [...(found.get(arg) ?? []), [id, k] as const]);
      });
    }
    return [...found].filter(([, edges]) => edges.length).map(([arg, edges]) => ({ arg, edges }));
  }
}

/** The blocks of a large graph as groups. */
function addBlocks({ blocks }: PageDocument, groups: Map<string, Group>): void {
  const open = new Set(blocks!.open);
  for (const [id, node] of Object.entries(blocks!.nodes)) {
    if (node.label === undefined) continue;
    groups.set(id, {
      id,
      kind: node.kind ?? "block",
      label: node.label,
      rows: node.makes,
      inputs: node.reads,
      outputs: node.makes,
      parent: node.parent,
      open: open.has(id),
      says: node.says ?? "",
      template: `\\text{${node.label.replace(/[^A-Za-z0-9 .()-]/g, " ")}}(\\dots)`,
      line: node.line ?? 0,
      carried: !!node.children,
      brings: node.brings ?? [],
    });
  }
}

function indexed(boxes: Box[], wires: Wire[]): Circuit {
  const box = new Map(boxes.map((b, k) => [b.key, k]));
  const ordered = wires
    .map((wire) => ({ wire, target: box.get(wire.target)! }))
    .sort((a, b) => a.target - b.target || a.wire.order - b.wire.order)
    .map(({ wire }) => wire);
  const pairs = ordered.map((wire): [number, number] => [box.get(wire.source)!, box.get(wire.target)!]);
  const leaving: number[][] = boxes.map(() => []);
  const arriving: number[][] = boxes.map(() => []);
  pairs.forEach(([source, target], k) => {
    leaving[source]!.push(k);
    arriving[target]!.push(k);
  });
  return { boxes, wires: ordered, pairs, box, leaving, arriving };
}
