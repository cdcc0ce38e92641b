// Paths from a box to the output over what is on the screen: their exact number, and the weightiest of them.

import type { Circuit } from "./circuit.ts";

export interface Path {
  /** Wires from the input on. */
  wires: number[];
  /** Local gradients from the output back. */
  locals: number[];
  product: number;
}

interface Tail {
  product: number;
  wire: number;
  rank: number;
}

/** A product in which 0 wins over infinity: nothing passes a local gradient of 0. */
export const times = (a: number, b: number): number => (a === 0 || b === 0 ? 0 : a * b);

export class Paths {
  private readonly counts: bigint[];
  private readonly tails: Tail[][];

  /** `local(wire)` is the local gradient along a wire, null where nothing flows. */
  constructor(private readonly circuit: Circuit, private readonly local: (wire: number) => number | null, limit = 8) {
    const { boxes, leaving, pairs } = circuit;
    this.counts = boxes.map(() => 0n);
    this.tails = boxes.map(() => []);
    const out = boxes.length - 1;
    this.counts[out] = 1n;
    this.tails[out] = [{ product: 1, wire: -1, rank: 0 }];
    const weight = ({ product }: Tail): number => (Number.isNaN(product) ? Infinity : Math.abs(product));
    for (let box = out - 1; box >= 0; box--) {
      const ways: Tail[] = [];
      for (const wire of leaving[box]!) {
        const along = local(wire);
        if (along === null) continue;
        const target = pairs[wire]![1];
        this.counts[box]! += this.counts[target]!;
        this.tails[target]!.forEach((tail, rank) => ways.push({ product: times(along, tail.product), wire, rank }));
      }
      this.tails[box] = ways.sort((a, b) => weight(b) - weight(a)).slice(0, limit);
    }
  }

  count(box: number): bigint {
    return this.counts[box]!;
  }

  best(box: number): Path[] {
    return this.tails[box]!.map((first) => {
      const wires: number[] = [];
      const locals: number[] = [];
      for (let tail = first; tail.wire >= 0; ) {
        wires.push(tail.wire);
        locals.unshift(this.local(tail.wire)!);
        tail = this.tails[this.circuit.pairs[tail.wire]![1]]![tail.rank]!;
      }
      return { wires, locals, product: first.product };
    });
  }
}

/** A whole number for people: with groups of three, or as a power of ten. */
export function countText(count: bigint): string {
  const digits = count.toString();
  if (digits.length <= 12) return digits.replace(/\B(?=(\d{3})+$)/g, "\u202f");
  return `about ${digits[0]}.${digits[1]} · 10^${digits.length - 1}`;
}
