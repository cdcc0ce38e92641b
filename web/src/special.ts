// Functions of probability that JavaScript lacks, to about double precision.

const ROOT_PI = Math.sqrt(Math.PI);

/** The error function: a series near 0, a continued fraction far from it. */
export function erf(x: number): number {
  if (Number.isNaN(x)) return NaN;
  if (Math.abs(x) > 2) return x > 0 ? 1 - tail(x) : tail(-x) - 1;
  let term = x;
  let total = x;
  for (let n = 1; n < 80; n++) {
    term *= (-x * x) / n;
    const next = total + term / (2 * n + 1);
    if (next === total) break;
    total = next;
  }
  return (2 / ROOT_PI) * total;
}

export function erfc(x: number): number {
  if (Number.isNaN(x)) return NaN;
  if (x > 2) return tail(x);
  return x < -2 ? 2 - tail(-x) : 1 - erf(x);
}

/** erfc for x > 2, by Lentz's continued fraction. */
function tail(x: number): number {
  if (x > 27) return 0;
  let fraction = 0;
  for (let n = 120; n >= 1; n--) fraction = n / 2 / (x + fraction);
  return Math.exp(-x * x) / (ROOT_PI * (x + fraction));
}

const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

/** log of the absolute value of the gamma function (Lanczos, g = 7). */
export function gammaln(x: number): number {
  if (x < 0.5) {
    const s = Math.abs(Math.sin(Math.PI * x));
    return s === 0 ? Infinity : Math.log(Math.PI / s) - gammaln(1 - x);
  }
  let total = LANCZOS[0]!;
  for (let k = 1; k < LANCZOS.length; k++) total += LANCZOS[k]! / (x - 1 + k);
  const t = x + 6.5;
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(total);
}
