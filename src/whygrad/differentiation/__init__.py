"""Graph to graph: reverse mode (`differentiate`) and forward mode (`tangent`).

The derivative is one combined graph: the forward rows, then the seeds, then the rows that the rules write,
each with its origin, the edge that it serves.
"""

from whygrad.differentiation.edges import Derivative, Edge, Edges
from whygrad.differentiation.fitting import differentiable, varying
from whygrad.differentiation.forward import Tangent, tangent
from whygrad.differentiation.reverse import differentiate

__all__ = ["Derivative", "Edge", "Edges", "Tangent", "differentiable", "differentiate", "tangent", "varying"]
