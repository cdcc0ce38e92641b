"""An engine works on a node before all nodes that use it have handed back their share."""

from __future__ import annotations

from whygrad.diagnosis.causes.cause import Case, Cause


class VisitingOrder(Cause):
    """An engine works on a node before all nodes that use it have handed back their share.

    What happened: the visit goes from a node to what it was made from and works on each as it meets it, so a
    node that is used twice hands on a gradient that is not whole yet, or hands on a part of it twice.
    Why: the gradient of a node is the sum over all nodes that use it, so these come first.
    Fix: list every node behind those that it was made from, and work through the list from its end.
    """

    code = "WG312"
    name = "visiting-order"
    forward = """\
class Node:
    def __init__(self, value, inputs=()):
        self.value, self.inputs, self.grad = value, inputs, 0.0

    def __add__(self, other):
        return Node(self.value + other.value, [(self, 1.0), (other, 1.0)])

    def __mul__(self, other):
        return Node(self.value * other.value, [(self, other.value), (other, self.value)])
"""
    use = """\
a0 = 0.7
b0 = -0.4
a, b = Node(a0), Node(b0)
c = a * b + a
top = c * c + c * b
y = top.value
top.grad = 1.0
sweep(top)
da = a.grad
db = b.grad
"""
    wrong = (
        """\
def sweep(node):
    for parent, slope in node.inputs:
        parent.grad += slope * node.grad
        sweep(parent)


"""
        + use
    )
    right = (
        """\
def sweep(root):
    order, seen = [], set()

    def visit(node):
        if id(node) not in seen:
            seen.add(id(node))
            for parent, _ in node.inputs:
                visit(parent)
            order.append(node)

    visit(root)
    for node in reversed(order):
        for parent, slope in node.inputs:
            parent.grad += slope * node.grad


"""
        + use
    )

    def explains(self, case: Case) -> bool:
        return case.slip.kind in ("order", "mark")

    def title(self, case: Case) -> str:
        if case.slip.kind == "mark":
            return f"nothing notes which nodes were seen: `{case.slip.new}` is missing"
        return f"`{case.slip.old}` runs before the gradient of its node is whole"

    def why(self, case: Case) -> str:
        if case.slip.kind == "mark":
            return (
                "a node that is used more than once is listed once for each use, and hands its gradient on "
                "as often"
            )
        return (
            "a node that is used more than once gets a share from each of its users; all of them have to be "
            "worked on before it hands its gradient on"
        )
