"""What of NumPy has no derivative rule, with the reason: what is refused or not yet covered."""

from __future__ import annotations

COMPLEX = "complex numbers are not followed; compute with real numbers"
NO_RULE = "no rule yet"
OBJECTS = "works on objects, text or files, which have no derivative"
STEPS = "counts are steps: they do not vary smoothly"

GAPS: dict[str, str] = {
    **dict.fromkeys(("roots", "sort_complex"), COMPLEX),
    **dict.fromkeys(("linalg.eig", "linalg.eigvals"), COMPLEX + " (for symmetric matrices: np.linalg.eigh)"),
    **dict.fromkeys(("i0", "kaiser"), NO_RULE + "; write scipy.special.i0e, or a series"),
    **dict.fromkeys(("spacing", "nextafter"), "steps between floating numbers do not vary smoothly"),
    **dict.fromkeys(("histogram", "histogram2d", "histogramdd", "histogram_bin_edges"), STEPS),
    **dict.fromkeys(("einsum_path", "printoptions", "array_str", "array_repr"), OBJECTS),
}
"""Name within numpy, and the reason."""


def reason(name: str) -> str:
    """Why a function (`numpy.roots`) is refused, or nothing if it is not listed."""
    parts = name.removeprefix("numpy.").removeprefix("ndarray.")
    if parts.startswith("fft.") and not parts.endswith("shift"):
        return COMPLEX
    return GAPS.get(parts, "")
