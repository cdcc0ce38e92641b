// Operations on single numbers, by the names of their records; `kernels.ts` lifts them to arrays.

import { erf, erfc, gammaln } from "./special.ts";

export const SCALAR = {
  add: (a: number, b: number) => a + b,
  subtract: (a: number, b: number) => a - b,
  multiply: (a: number, b: number) => a * b,
  divide: (a: number, b: number) => a / b,
  power,
  float_power: power,
  negative: (x: number) => -x,
  positive: (x: number) => x,
  reciprocal: (x: number) => 1 / x,
  square: (x: number) => x * x,
  floor_divide: (a: number, b: number) => Math.floor(a / b),
  remainder: (a: number, b: number) => {
    const rest = a % b;
    return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
  },
  fmod: (a: number, b: number) => a % b,
  trunc: Math.trunc,
  damped_multiply: (g: number, local: number) => {
    const y = g * local;
    return Number.isNaN(y) && g === 0 ? 0 : y;
  },
  exp: Math.exp,
  expm1: Math.expm1,
  exp2: (x: number) => 2 ** x,
  log: Math.log,
  log2: Math.log2,
  log10: Math.log10,
  log1p: Math.log1p,
  sqrt: Math.sqrt,
  cbrt: Math.cbrt,
  logaddexp: (a: number, b: number) =>
    a === b ? a + Math.LN2 : Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b))),
  logaddexp2: (a: number, b: number) =>
    a === b ? a + 1 : Math.max(a, b) + Math.log1p(2 ** -Math.abs(a - b)) / Math.LN2,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  arcsin: Math.asin,
  arccos: Math.acos,
  arctan: Math.atan,
  arctan2: Math.atan2,
  hypot: Math.hypot,
  sinc: (x: number) => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x)),
  radians: (x: number) => x * (Math.PI / 180),
  degrees: (x: number) => x * (180 / Math.PI),
  sinh: Math.sinh,
  cosh: Math.cosh,
  tanh: Math.tanh,
  arcsinh: Math.asinh,
  arccosh: Math.acosh,
  arctanh: Math.atanh,
  less: (a: number, b: number) => +(a < b),
  less_equal: (a: number, b: number) => +(a <= b),
  greater: (a: number, b: number) => +(a > b),
  greater_equal: (a: number, b: number) => +(a >= b),
  equal: (a: number, b: number) => +(a === b),
  not_equal: (a: number, b: number) => +(a !== b),
  logical_and: (a: number, b: number) => +(a !== 0 && b !== 0),
  logical_or: (a: number, b: number) => +(a !== 0 || b !== 0),
  logical_xor: (a: number, b: number) => +((a !== 0) !== (b !== 0)),
  logical_not: (a: number) => +(a === 0),
  bitwise_and: (a: number, b: number) => a & b,
  bitwise_or: (a: number, b: number) => a | b,
  bitwise_xor: (a: number, b: number) => a ^ b,
  isnan: (x: number) => +Number.isNaN(x),
  isinf: (x: number) => +(x === Infinity || x === -Infinity),
  isfinite: (x: number) => +Number.isFinite(x),
  whole_floor: Math.floor,
  whole_ceil: Math.ceil,
  whole_trunc: Math.trunc,
  signbit: (x: number) => +(x < 0 || Object.is(x, -0)),
  maximum: (a: number, b: number) => Math.max(a, b),
  minimum: (a: number, b: number) => Math.min(a, b),
  fmax: (a: number, b: number) => (Number.isNaN(a) ? b : Number.isNaN(b) ? a : Math.max(a, b)),
  fmin: (a: number, b: number) => (Number.isNaN(a) ? b : Number.isNaN(b) ? a : Math.min(a, b)),
  copysign: (a: number, b: number) => (b < 0 || Object.is(b, -0) ? -Math.abs(a) : Math.abs(a)),
  heaviside: (x: number, half: number) => (Number.isNaN(x) ? NaN : x < 0 ? 0 : x > 0 ? 1 : half),
  where: (condition: number, yes: number, no: number) => (condition !== 0 ? yes : no),
  clip: (x: number, low: number, high: number) => Math.min(Math.max(x, low), high),
  abs: Math.abs,
  sign: Math.sign,
  floor: Math.floor,
  ceil: Math.ceil,
  expit: (x: number) => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x))),
  logit: (p: number) => Math.log(p) - Math.log1p(-p),
  erf,
  erfc,
  gammaln,
  xlogy: (x: number, y: number) => (x === 0 && !Number.isNaN(y) ? 0 : x * Math.log(y)),
};

/** C's power: 1 to anything is 1, also where JavaScript says NaN. */
function power(a: number, b: number): number {
  if (a === 1 || (a === -1 && !Number.isFinite(b) && !Number.isNaN(b))) return 1;
  return a ** b;
}

/** To the nearest, and to the even one of two that are as near, as NumPy rounds. */
export function roundTo(x: number, decimals: number): number {
  const scale = 10 ** decimals;
  const scaled = x * scale;
  const low = Math.floor(scaled);
  const rest = scaled - low;
  const up = rest > 0.5 || (rest === 0.5 && low % 2 !== 0);
  return Number.isFinite(scaled) ? (up ? low + 1 : low) / scale : x;
}
