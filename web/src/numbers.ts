// How numbers are written for people: the same texts as `explanation/numbers.py`.

import { type Value, isArray } from "./nd.ts";
import type { Plain } from "./schema.ts";

const DIGITS = 4;
export const FEW = 12;

/** A number with so many significant digits, as Python's `.4g` writes it. */
function general(value: number, digits: number): string {
  const [mantissa, exponent] = value.toExponential(digits - 1).split("e") as [string, string];
  const power = Number(exponent);
  const bare = (text: string): string => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);
  if (power < -4 || power >= digits) {
    const size = String(Math.abs(power)).padStart(2, "0");
    return `${bare(mantissa)}e${power < 0 ? "-" : "+"}${size}`;
  }
  return bare(value.toFixed(Math.max(0, digits - 1 - power)));
}

export function numberText(value: number, digits = DIGITS): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 10 ** digits && size < 1e8) {
    return digits === DIGITS || Number.isInteger(value) ? roundHalfEven(value) : general(value, digits);
  }
  return general(value, digits);
}

function roundHalfEven(value: number): string {
  const low = Math.floor(value);
  const rest = value - low;
  const up = rest > 0.5 || (rest === 0.5 && low % 2 !== 0);
  return String(up ? low + 1 : low);
}

const entries = (data: ArrayLike<number>): string => Array.from(data, (x) => numberText(x)).join(", ");

/** A value as it fits on a wire: a number, up to three entries, or the shape. */
export function shortText(value: Value): string {
  if (!isArray(value)) return numberText(value);
  if (!value.range && value.shape.length === 1 && value.data.length > 0 && value.data.length <= 3) return `[${entries(value.data)}]`;
  return shapeText(value.shape);
}

export function shapeText(shape: readonly number[]): string {
  return shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
}

/** A number, or an array by its entries if it is small, else by its shape and range. */
export function valueText(value: Value): string {
  if (!isArray(value)) return numberText(value);
  if (value.data.length > 0 && value.data.length <= FEW) return nested(value.data, value.shape);
  const shape = `array ${shapeText(value.shape)}`;
  if (value.range) return `${shape}, ${numberText(value.range[0])} to ${numberText(value.range[1])}`;
  if (!value.data.length) return shape;
  let low = Infinity;
  let high = -Infinity;
  for (const x of value.data) {
    if (Number.isNaN(x)) return `${shape}, with nan`;
    low = Math.min(low, x);
    high = Math.max(high, x);
  }
  return low === high ? `${shape}, all ${numberText(low)}` : `${shape}, ${numberText(low)} to ${numberText(high)}`;
}

function nested(data: ArrayLike<number>, shape: readonly number[], start = 0): string {
  if (!shape.length) return numberText(data[start]!);
  const [count, ...rest] = shape as [number, ...number[]];
  const step = rest.reduce((a, b) => a * b, 1);
  return `[${Array.from({ length: count }, (_, k) => nested(data, rest, start + k * step)).join(", ")}]`;
}

/** A number for TeX: digits as they are, powers of ten as powers. */
export function numberTex(value: number): string {
  const text = numberText(value);
  if (text === "nan") return "\\mathrm{nan}";
  if (text.endsWith("inf")) return text.startsWith("-") ? "-\\infty" : "\\infty";
  const [mantissa, exponent] = text.split("e");
  return exponent === undefined ? text : `${mantissa} \\cdot 10^{${Number(exponent)}}`;
}

const WORDS: Record<string, number> = { nan: NaN, inf: Infinity, "-inf": -Infinity };

export const numberOf = (plain: Plain): number => (typeof plain === "number" ? plain : (WORDS[String(plain)] ?? NaN));

/** What a reader typed: a number (also 1e-3, 1/3), or null. Parsed, never evaluated. */
export function parsedNumber(text: string): number | null {
  const tidy = text.trim().replace(/\u2212/g, "-");
  const one = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?$/;
  if (one.test(tidy)) return finite(Number(tidy));
  const parts = tidy.split("/").map((part) => part.trim());
  if (parts.length === 2 && parts.every((part) => one.test(part))) return finite(Number(parts[0]) / Number(parts[1]));
  return null;
}

const finite = (x: number): number | null => (Number.isFinite(x) ? x : null);
