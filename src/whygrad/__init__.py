"""whygrad: why is my gradient what it is?

The names below are loaded when they are first used (PEP 562): `import whygrad` alone loads neither NumPy nor
anything that needs it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from whygrad.api import assert_gradient, check, explain, show
    from whygrad.derivation import derive
    from whygrad.errors import WhygradError
    from whygrad.gates.marking import gate
    from whygrad.transformations import (
        custom_rule,
        elementwise_grad,
        grad,
        hessian,
        hvp,
        jacobian,
        jvp,
        stop_gradient,
        trace,
        value_and_grad,
        vjp,
    )

__version__ = "0.1.0"

_HOMES = {
    "assert_gradient": "api",
    "check": "api",
    "derive": "derivation",
    "explain": "api",
    "gate": "gates.marking",
    "show": "api",
    "elementwise_grad": "transformations",
    "grad": "transformations",
    "jvp": "transformations",
    "trace": "transformations",
    "value_and_grad": "transformations",
    "vjp": "transformations",
    "custom_rule": "transformations",
    "load_ipython_extension": "notebook",
    "unload_ipython_extension": "notebook",
    "hessian": "transformations",
    "hvp": "transformations",
    "jacobian": "transformations",
    "stop_gradient": "transformations",
    "WhygradError": "errors",
}

__all__ = [
    "WhygradError",
    "__version__",
    "assert_gradient",
    "check",
    "custom_rule",
    "derive",
    "elementwise_grad",
    "explain",
    "gate",
    "grad",
    "hessian",
    "hvp",
    "jacobian",
    "jvp",
    "load_ipython_extension",
    "show",
    "stop_gradient",
    "trace",
    "unload_ipython_extension",
    "value_and_grad",
    "vjp",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
