"""Functions to functions: gradients, Jacobians, products with them, and rules of the user's own.

Each call traces the function anew at its arguments, so branches and lengths are those of this call; the rows
of the derivative are then computed from the values that the traced run left. Called within another trace,
all of it is recorded there: `grad(grad(f))` works. Arguments and results may be lists, tuples, dicts, named
tuples and dataclasses, nested.
"""

from whygrad.transformations.custom import CustomRule, custom_rule
from whygrad.transformations.gradients import elementwise_grad, grad, value_and_grad
from whygrad.transformations.jacobians import hessian, hvp, jacobian
from whygrad.transformations.products import jvp, vjp
from whygrad.transformations.recording import trace
from whygrad.transformations.stopping import stop_gradient

__all__ = [
    "CustomRule", "custom_rule", "elementwise_grad", "grad", "hessian", "hvp", "jacobian", "jvp",
    "stop_gradient", "trace", "value_and_grad", "vjp",
]  # fmt: skip
