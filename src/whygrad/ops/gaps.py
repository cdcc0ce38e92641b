"""What of NumPy has no derivative rule, with the reason: what is refused or not yet covered."""

from __future__ import annotations

COMPLEX = "complex numbers are not followed; compute with real numbers"
NO_RULE = "no rule yet"
PATH = "which entries are taken is found by sorting a whole axis; write np.sort and an index"
OBJECTS = "works on objects, text or files, which have no derivative"
FITS = "no rule yet; write the normal equations with np.linalg.solve"

GAPS: dict[str, str] = {
    **dict.fromkeys(("angle", "conj", "conjugate", "imag", "real", "real_if_close", "roots"), COMPLEX),
    **dict.fromkeys(("linalg.eig", "linalg.eigvals"), COMPLEX + " (for symmetric matrices: np.linalg.eigh)"),
    **dict.fromkeys(("percentile", "quantile", "nanpercentile", "nanquantile", "nanmedian"), PATH),
    **dict.fromkeys(("partition",), "the order within the parts is not stated; write np.sort"),
    **dict.fromkeys(("linalg.lstsq", "polyfit"), FITS),
    **dict.fromkeys(
        ("linalg.tensorinv", "linalg.tensorsolve"), "no rule yet; reshape and write np.linalg.solve"
    ),
    **dict.fromkeys(("linalg.cond",), "no rule yet; write the quotient of two singular values"),
    **dict.fromkeys(("linalg.matrix_rank",), "gives whole numbers, which do not vary smoothly"),
    **dict.fromkeys(
        ("nanvar", "nanstd", "nanprod", "nancumsum", "nancumprod"), NO_RULE + "; replace NaN first"
    ),
    **dict.fromkeys(("i0", "bartlett", "blackman", "hamming", "hanning", "kaiser"), NO_RULE),
    **dict.fromkeys(("gradient", "corrcoef", "unwrap", "vander", "poly", "polyadd", "polysub"), NO_RULE),
    **dict.fromkeys(("polymul", "polydiv", "polyder", "polyint", "spacing", "nextafter"), NO_RULE),
    **dict.fromkeys(
        ("cumulative_sum", "cumulative_prod", "vecdot", "linalg.vecdot", "trim_zeros", "matvec", "vecmat"),
        NO_RULE,
    ),
    **dict.fromkeys(("frexp", "ldexp", "modf", "divmod"), NO_RULE + "; write x % 1, x * 2.0**k, //"),
    **dict.fromkeys(("put", "place", "putmask", "put_along_axis", "fill_diagonal"), "write x[...] = values"),
    **dict.fromkeys(("apply_along_axis", "apply_over_axes"), "write the loop, and np.stack"),
    **dict.fromkeys(("histogram", "histogram2d", "histogramdd", "histogram_bin_edges"), "counts are steps"),
    **dict.fromkeys(("sort_complex",), COMPLEX),
    **dict.fromkeys(("einsum_path", "printoptions", "array_str", "array_repr"), OBJECTS),
}
"""Name within numpy, and the reason."""


def reason(name: str) -> str:
    """Why a function (`numpy.quantile`) is refused, or nothing if it is not listed."""
    parts = name.removeprefix("numpy.").removeprefix("ndarray.")
    if parts.startswith("fft."):
        return COMPLEX
    return GAPS.get(parts, "")
