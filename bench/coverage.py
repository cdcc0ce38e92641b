"""The share of NumPy's public functions that are differentiable, refused with a reason, or not applicable.

`python -m bench.coverage` prints the counts, and the names that are in none of the three.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import numpy as np

from bench.measuring import Line
from whygrad.ops import lookup
from whygrad.ops.gaps import reason
from whygrad.tracing.special import SPECIAL, WHOLE

PLACES = {"": np, "linalg.": np.linalg, "fft.": np.fft, "lib.stride_tricks.": np.lib.stride_tricks}
NOT_FUNCTIONS_OF_REALS = frozenset(
    """
    array2string array_repr array_str asfarray asfortranarray asmatrix base_repr
    binary_repr bmat busday_count busday_offset can_cast common_type datetime_as_string
    datetime_data diag_indices diag_indices_from einsum_path finfo format_float_positional
    format_float_scientific from_dlpack frombuffer fromfile frompyfunc fromregex
    fromstring genfromtxt get_include get_printoptions getbufsize geterr geterrcall iinfo
    indices info is_busday isdtype isfortran iterable ix_ load loadtxt mask_indices
    matrix may_share_memory memmap min_scalar_type mintypecode ndenumerate ndindex nditer nested_iters
    poly1d printoptions promote_types r_ c_ s_ record require save savetxt savez
    savez_compressed set_printoptions setbufsize seterr seterrcall show_config show_runtime test tri
    tril_indices tril_indices_from triu_indices triu_indices_from typename broadcast dtype
    errstate flatiter generic ndarray recarray ufunc chararray busdaycalendar rec char core strings
    bitwise_count bitwise_left_shift bitwise_right_shift bitwise_invert bitwise_not left_shift
    right_shift gcd lcm packbits unpackbits invert isneginf isposinf isnat issubdtype iscomplex isreal

    nanargmax nanargmin argpartition
    msort bartlett blackman hamming hanning fftfreq rfftfreq LinAlgError
    """.split()  # noqa: SIM905
)


FOLLOWED = frozenset(
    ("copyto", "fromfunction", "geomspace", "linspace", "logspace", "row_stack", "unique", "vectorize")
)
"""Functions that NumPy writes in Python over others that are operations; `tests/test_coverage.py`
    shows it."""
UNLISTED = frozenset(
    """union1d intersect1d setdiff1d setxor1d in1d unique_all unique_counts
    unique_inverse unique_values""".split()  # noqa: SIM905
)
"""Refused by name, with the reason that all unknown functions share."""


def functions() -> Iterator[tuple[str, Any]]:
    """Public functions by name, each once."""
    for prefix, module in PLACES.items():
        for name in getattr(module, "__all__", dir(module)):
            value = getattr(module, name, None)
            if callable(value) and not isinstance(value, type) and not name.startswith("_"):
                yield prefix + name, value


def kind(name: str, function: Any) -> str:
    """`differentiable`, `refused`, `not applicable` or `unknown`."""
    found = lookup(function)
    if found is not None:
        return "differentiable" if found.op.rule is not None else "not applicable"
    if reason(f"numpy.{name}") or name in UNLISTED:
        return "refused"
    if function in SPECIAL or name in FOLLOWED:
        return "differentiable"
    if function in WHOLE or name.rsplit(".", 1)[-1] in NOT_FUNCTIONS_OF_REALS:
        return "not applicable"
    return "unknown"


def counted() -> dict[str, list[str]]:
    """Names of all functions by kind."""
    found: dict[str, list[str]] = {k: [] for k in ("differentiable", "refused", "not applicable", "unknown")}
    for name, function in functions():
        found[kind(name, function)].append(name)
    return found


def run() -> list[Line]:
    """The counts, and their shares."""
    found = counted()
    total = sum(map(len, found.values()))
    return [
        Line(
            "coverage",
            f"NumPy's functions that are {kind}",
            len(names),
            "of them",
            f"{len(names) / total:.1%}",
        )
        for kind, names in found.items()
    ]


def main() -> int:
    """Print the counts."""
    for line in run():
        print(f"{line.what:50}{line.value:5}  {line.note:>6}")
    print("unknown:", ", ".join(counted()["unknown"]) or "none")
    return 0


if __name__ == "__main__":
    sys.exit(main())
