// Factorisations of small matrices whose signs do not depend on chance: QR by reflections, as LAPACK does it, and the
// pseudo-inverse by rotations. (Eigenvectors and singular vectors have signs that only LAPACK knows.)

import { type Value, dataOf, made, shapeOf, sizeOf } from "./nd.ts";

/** Q (m x k) above the transpose of R (n x k), k the lesser of m and n. */
function qr(given: Float64Array, m: number, n: number): Float64Array {
  const a = Float64Array.from(given);
  const k = Math.min(m, n);
  const taus = new Float64Array(k);
  /** Reflect column `c` of `x` (of `width` columns) by the j-th reflection, which stands below the diagonal of `a`. */
  const reflect = (x: Float64Array, width: number, j: number, c: number): void => {
    let sum = x[j * width + c]!;
    for (let i = j + 1; i < m; i++) sum += a[i * n + j]! * x[i * width + c]!;
    sum *= taus[j]!;
    x[j * width + c]! -= sum;
    for (let i = j + 1; i < m; i++) x[i * width + c]! -= a[i * n + j]! * sum;
  };
  for (let j = 0; j < k; j++) {
    let below = 0;
    for (let i = j + 1; i < m; i++) below = Math.hypot(below, a[i * n + j]!);
    if (below === 0) continue; // nothing to reflect: the sign stays
    const top = a[j * n + j]!;
    const beta = (top < 0 || Object.is(top, -0) ? 1 : -1) * Math.hypot(top, below);
    taus[j] = (beta - top) / beta;
    for (let i = j + 1; i < m; i++) a[i * n + j]! /= top - beta;
    a[j * n + j] = beta;
    for (let c = j + 1; c < n; c++) reflect(a, n, j, c);
  }
  const packed = new Float64Array((m + n) * k);
  for (let j = 0; j < k; j++) packed[j * k + j] = 1;
  for (let j = k - 1; j >= 0; j--) for (let c = 0; c < k; c++) reflect(packed, k, j, c);
  for (let c = 0; c < n; c++) for (let i = 0; i < k; i++) packed[(m + c) * k + i] = i <= c ? a[i * n + c]! : 0;
  return packed;
}

const transposed = (a: Float64Array, m: number, n: number): Float64Array => a.map((_, k) => a[(k % m) * n + Math.floor(k / m)]!);

/** Columns turned in pairs until they are orthogonal: A V = U S, from which V S^-1 U^T. Tiny singular values count as 0. */
function pinv(given: Float64Array, m: number, n: number): Float64Array {
  if (m < n) return transposed(pinv(transposed(given, m, n), n, m), m, n);
  const u = Float64Array.from(given);
  const v = new Float64Array(n * n);
  for (let i = 0; i < n; i++) v[i * n + i] = 1;
  const product = (p: number, q: number): number => {
    let sum = 0;
    for (let i = 0; i < m; i++) sum += u[i * n + p]! * u[i * n + q]!;
    return sum;
  };
  const turn = (x: Float64Array, rows: number, p: number, q: number, c: number, s: number): void => {
    for (let i = 0; i < rows; i++) {
      const [one, two] = [x[i * n + p]!, x[i * n + q]!];
      x[i * n + p] = c * one - s * two;
      x[i * n + q] = s * one + c * two;
    }
  };
  for (let sweep = 0, turned = true; turned && sweep < 60; sweep++) {
    turned = false;
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        const [alpha, beta, gamma] = [product(p, p), product(q, q), product(p, q)];
        if (!(Math.abs(gamma) > 1e-16 * Math.sqrt(alpha * beta))) continue;
        turned = true;
        const zeta = (beta - alpha) / (2 * gamma);
        const t = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.hypot(1, zeta));
        const c = 1 / Math.hypot(1, t);
        turn(u, m, p, q, c, c * t);
        turn(v, n, p, q, c, c * t);
      }
    }
  }
  const squares = Array.from({ length: n }, (_, j) => product(j, j));
  const least = 1e-30 * Math.max(...squares);
  const found = new Float64Array(n * m);
  squares.forEach((square, j) => {
    if (!(square > least) && !Number.isNaN(square)) return;
    for (let r = 0; r < n; r++) for (let i = 0; i < m; i++) found[r * m + i]! += (v[r * n + j]! * u[i * n + j]!) / square;
  });
  return found;
}

/** A function of matrices over all matrices of a stack; `shaped` is the shape of what it gives. */
const over =
  (f: (a: Float64Array, m: number, n: number) => Float64Array, shaped: (m: number, n: number) => [number, number]) =>
  (value: Value): Value => {
    const shape = shapeOf(value);
    const [m, n] = [shape.at(-2)!, shape.at(-1)!];
    const [stack, size] = [shape.slice(0, -2), shaped(m, n)];
    const data = new Float64Array(sizeOf([...stack, ...size]));
    for (let s = 0; s < sizeOf(stack); s++) data.set(f(dataOf(value).slice(s * m * n, (s + 1) * m * n), m, n), s * size[0] * size[1]);
    return made([...stack, ...size], data);
  };

export const factoring = {
  qr: over(qr, (m, n) => [m + n, Math.min(m, n)]),
  pinv: over(pinv, (m, n) => [n, m]),
};
