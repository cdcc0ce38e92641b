"""Factorisations of matrices, or of stacks of them.

A factorisation with several factors is one operation whose result holds them one above the other (`eigh`:
the eigenvectors, below them the row of eigenvalues), so that one rule sees the upstream gradients of all
factors together. That decides ties: where eigenvalues are equal, what does not depend on the choice of
eigenvectors has its gradient, and what does has none (NaN). Formulas: M. Giles, "An extended collection of
matrix derivative results" (2008); J. Townsend, "Differentiating the singular value decomposition" (2016).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from whygrad.graph import Op
from whygrad.ops.indexing import index
from whygrad.ops.inverses import column, flip, line, order_of, symmetric
from whygrad.rules import Explicit


def diagonals(m: Any) -> Any:
    """The main diagonal of each matrix."""
    return np.einsum("...ii->...i", m)


def quotient(a: Any, b: Any) -> Any:
    """a / b, but 0 for 0/0; and NaN, not infinity, for anything else over 0."""
    zero = np.equal(b, 0)
    return np.where(zero, np.where(np.equal(a, 0), 0.0, np.nan), a / np.where(zero, 1.0, b))


def _half_lower(m: Any) -> Any:
    """The lower triangle, with half the diagonal."""
    return (np.tril(m) + np.tril(m, -1)) * 0.5


def _cholesky_vjp(i: int, g: Any, y: Any, a: Any) -> Any:
    up = flip(y)
    inner = _half_lower(np.matmul(up, np.tril(g)))
    left = np.linalg.solve(up, inner)
    return symmetric(flip(np.linalg.solve(up, flip(left))))


def _cholesky_jvp(tangents: Sequence[Any], y: Any, a: Any) -> Any:
    if tangents[0] is None:
        return None
    left = np.linalg.solve(y, symmetric(tangents[0]))
    return np.matmul(y, _half_lower(flip(np.linalg.solve(y, flip(left)))))


def rows(packed: Any, start: int, stop: int | None) -> Any:
    """The factor that a packed result holds in these rows."""
    return index(packed, key=(Ellipsis, slice(start, stop), slice(None)))


def row(packed: Any, k: int) -> Any:
    """The vector that a packed result holds in this row."""
    return index(packed, key=(Ellipsis, k, slice(None)))


def _eigh(a: Any, half: Any = "L") -> Any:
    w, v = np.linalg.eigh(a, half)
    return np.concatenate([v, w[..., None, :]], axis=-2)


def _differences(w: Any) -> Any:
    """w[j] - w[i]."""
    return line(w) - column(w)


def _read(m: Any, half: str) -> tuple[Any, Any]:
    """The half of a symmetric matrix that NumPy reads: with the diagonal, and without."""
    return (np.tril(m), np.tril(m, -1)) if half.upper() == "L" else (np.triu(m), np.triu(m, 1))


def _eigh_vjp(i: int, g: Any, y: Any, a: Any, half: str = "L") -> Any:
    n = order_of(a)[0]
    v, w = rows(y, 0, n), row(y, n)
    m = np.matmul(flip(v), rows(g, 0, n))
    inner = np.eye(n) * line(row(g, n)) + quotient((m - flip(m)) * 0.5, _differences(w))
    whole = np.matmul(np.matmul(v, inner), flip(v))
    # An entry that is read stands for its mirror image too.
    return _read(whole, half)[0] + _read(flip(whole), half)[1]


def _eigh_jvp(tangents: Sequence[Any], y: Any, a: Any, half: str = "L") -> Any:
    if tangents[0] is None:
        return None
    n = order_of(a)[0]
    v, w = rows(y, 0, n), row(y, n)
    own, mirrored = _read(tangents[0], half)
    moved = np.matmul(np.matmul(flip(v), own + flip(mirrored)), v)
    off = quotient(moved * (1.0 - np.eye(n)), _differences(w))
    return np.concatenate([np.matmul(v, off), line(diagonals(moved))], axis=-2)


def _svd(a: Any) -> Any:
    u, s, vt = np.linalg.svd(a, full_matrices=False)
    return np.concatenate([u, s[..., None, :], flip(vt)], axis=-2)


def _svd_parts(packed: Any, m: int) -> tuple[Any, Any, Any]:
    return rows(packed, 0, m), row(packed, m), rows(packed, m + 1, None)


def _skew(m: Any) -> Any:
    return m - flip(m)


def _outside(u: Any, x: Any) -> Any:
    """What of the columns of `x` is orthogonal to those of `u`."""
    return x - np.matmul(u, np.matmul(flip(u), x))


def _svd_vjp(i: int, g: Any, y: Any, a: Any) -> Any:
    m, n = order_of(a)
    (u, s, v), (gu, gs, gv) = _svd_parts(y, m), _svd_parts(g, m)
    p, q = _skew(np.matmul(flip(u), gu)), _skew(np.matmul(flip(v), gv))
    # (p s_j + s_i q) / (s_j**2 - s_i**2), taken apart: at a tie only the first part is undefined.
    inner = quotient(p + q, 2 * _differences(s)) + quotient(p - q, 2 * (line(s) + column(s)))
    found = np.matmul(np.matmul(u, inner + np.eye(min(m, n)) * line(gs)), flip(v))
    if m > n:
        found = found + np.matmul(quotient(_outside(u, gu), line(s)), flip(v))
    if n > m:
        found = found + np.matmul(u, flip(quotient(_outside(v, gv), line(s))))
    return found


def _svd_jvp(tangents: Sequence[Any], y: Any, a: Any) -> Any:
    if (t := tangents[0]) is None:
        return None
    m, n = order_of(a)
    u, s, v = _svd_parts(y, m)
    x = np.matmul(np.matmul(flip(u), t), v)
    off = 1.0 - np.eye(min(m, n))
    apart = quotient((x + flip(x)) * off, 2 * _differences(s))
    along = quotient(_skew(x), 2 * (line(s) + column(s)))
    du, dv = np.matmul(u, apart + along), np.matmul(v, apart - along)
    if m > n:
        du = du + quotient(_outside(u, np.matmul(t, v)), line(s))
    if n > m:
        dv = dv + quotient(_outside(v, np.matmul(flip(t), u)), line(s))
    return np.concatenate([du, line(diagonals(x)), dv], axis=-2)


def _qr(a: Any) -> Any:
    q, r = np.linalg.qr(a)
    return np.concatenate([q, flip(r)], axis=-2)


def _qr_vjp(i: int, g: Any, y: Any, a: Any) -> Any:
    m, n = order_of(a)
    k = min(m, n)
    q, gq = rows(y, 0, m), rows(g, 0, m)
    r, gr = flip(rows(y, m, m + k)), flip(rows(g, m, m + k))
    wide = n > m
    if wide:  # R = [U | V]: V follows from Q and the columns beyond the square
        rest, gv = index(a, key=(Ellipsis, slice(None), slice(m, None))), flip(rows(g, m + k, None))
        gq = gq + np.matmul(rest, flip(gv))
    inner = np.matmul(r, flip(np.triu(gr))) - np.matmul(flip(gq), q)
    right = gq + np.matmul(q, np.tril(inner) + flip(np.tril(inner, -1)))
    square = flip(np.linalg.solve(r, flip(right)))
    return np.concatenate([square, np.matmul(q, gv)], axis=-1) if wide else square


def _qr_jvp(tangents: Sequence[Any], y: Any, a: Any) -> Any:
    if (t := tangents[0]) is None:
        return None
    m, n = order_of(a)
    k = min(m, n)
    q, r = rows(y, 0, m), flip(rows(y, m, m + k))
    square = index(t, key=(Ellipsis, slice(None), slice(0, k)))
    c = flip(np.linalg.solve(flip(r), flip(square)))
    x = np.matmul(flip(q), c)
    turn = np.tril(x, -1) - flip(np.tril(x, -1))
    dq, dr = np.matmul(q, turn - x) + c, np.matmul(x - turn, r)
    if n > m:
        rest = [index(z, key=(Ellipsis, slice(None), slice(m, None))) for z in (a, t)]
        dr = np.concatenate([dr, np.matmul(flip(dq), rest[0]) + np.matmul(flip(q), rest[1])], axis=-1)
    return np.concatenate([dq, flip(dr)], axis=-2)


CHOLESKY = Op(
    "cholesky",
    np.linalg.cholesky,
    Explicit(_cholesky_vjp, _cholesky_jvp),
    note="The gradient of a Cholesky factor is symmetrised: both halves of the matrix are taken to move.",
    calls=(),
)
EIGH = Op(
    "eigh",
    _eigh,
    Explicit(_eigh_vjp, _eigh_jvp),
    note="The gradient of eigenvalues w is V @ diag(g) @ V.T, folded into the half of the matrix that NumPy "
    "reads. Single eigenvectors of equal eigenvalues have none (NaN); what does not depend on their choice "
    "has.",
)
SVD = Op(
    "svd",
    _svd,
    Explicit(_svd_vjp, _svd_jvp),
    note="The gradient of singular values is U @ diag(g) @ Vt. Single singular vectors of equal singular "
    "values have none (NaN); what does not depend on their choice has.",
)
QR = Op(
    "qr",
    _qr,
    Explicit(_qr_vjp, _qr_jvp),
    note="The gradient of a QR factorisation exists where the first columns are linearly independent.",
)

FACTORIZATIONS = (CHOLESKY, EIGH, SVD, QR)
