"""Time for each operation: traced, executed, and differentiated, beside HIPS/autograd and PyTorch eager.

A chain of sines and products, on a number and on an array of 100 entries; first all must agree.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np

from bench.measuring import Line, ratio_of_pairs, seconds
from whygrad.differentiation import differentiate
from whygrad.execution import execute
from whygrad.transformations import trace, value_and_grad

STEPS = 1000
OPS = 2 * STEPS + 1
POINTS = {"a number": 0.7, "an array of 100": np.linspace(0.1, 0.9, 100)}
Action = Callable[[], Any]


def chain(xp: Any, x: Any) -> Any:
    """Two operations a step, and a sum."""
    for _ in range(STEPS):
        x = xp.sin(x) * 0.999
    return xp.sum(x)


def ours(x: Any) -> Any:
    """The chain as a user of whygrad writes it."""
    return chain(np, x)


def whygrad_actions(x: Any) -> dict[str, Action]:
    """What is timed of whygrad: the run that is followed, the table executed, all of it."""
    graph = trace(ours)(x)
    combined = differentiate(graph).graph
    both = value_and_grad(ours)
    return {
        "traced": lambda: trace(ours)(x),
        "executed": lambda: execute(graph, [x]).outputs[0],
        "executed, forward and backward": lambda: execute(combined, [x]).outputs[0],
        "value_and_grad, traced anew": lambda: both(x)[1],
    }


def of_autograd(x: Any) -> tuple[Action, Action]:
    """Forward while it is followed; value and gradient."""
    its_numpy, autograd = import_module("autograd.numpy"), import_module("autograd")
    core = import_module("autograd.core")
    both = autograd.value_and_grad(lambda z: chain(its_numpy, z))
    return lambda: core.make_vjp(lambda z: chain(its_numpy, z), x), lambda: both(x)[1]


def of_torch(x: Any) -> tuple[Action, Action]:
    """The same with eager tensors, on one thread."""
    torch = import_module("torch")
    torch.set_num_threads(1)
    leaf = torch.tensor(x, dtype=torch.float64, requires_grad=True)

    def gradient() -> Any:
        return torch.autograd.grad(chain(torch, leaf), leaf)[0].numpy()

    return lambda: chain(torch, leaf), gradient


PEERS = {"autograd": of_autograd, "torch": of_torch}


def run() -> list[Line]:
    """Nanoseconds for each operation of the forward pass, and ratios of pairs."""
    lines = []
    for what, x in POINTS.items():
        actions = whygrad_actions(x)
        plain = seconds(lambda x=x: ours(x), 9)[0]
        lines.append(Line("op-time", f"NumPy alone, {what}", plain / OPS * 1e9, "ns/op"))
        for name, action in actions.items():
            time = seconds(action, 9)[0]
            lines.append(Line("op-time", f"whygrad {name}, {what}", time / OPS * 1e9, "ns/op"))
        for peer, made in PEERS.items():
            lines += beside(peer, made, what, x, actions)
    return lines


def beside(
    peer: str, made: Callable[[Any], tuple[Action, Action]], what: str, x: Any, actions: dict[str, Action]
) -> list[Line]:
    """Lines about one peer; one that says so where it is missing."""
    if not find_spec(peer):
        return [Line("op-time", f"{peer}, {what}", float("nan"), "ns/op", f"{peer} is not installed")]
    forward, whole = made(x)
    mine, executed = actions["value_and_grad, traced anew"], actions["executed, forward and backward"]
    np.testing.assert_allclose(mine(), whole(), rtol=1e-9)
    np.testing.assert_allclose(executed(), whole(), rtol=1e-9)
    pairs = {
        f"traced / {peer} forward": (actions["traced"], forward),
        f"value_and_grad / {peer}": (mine, whole),
        f"executed, forward and backward / {peer}": (executed, whole),
    }
    times = [
        Line("op-time", f"{peer} {name}, {what}", seconds(action, 9)[0] / OPS * 1e9, "ns/op")
        for name, action in (("forward", forward), ("forward and backward", whole))
    ]
    ratios = [
        Line("op-time", f"{name}, {what}", ratio_of_pairs(*pair, 11), "x", "median of pairs")
        for name, pair in pairs.items()
    ]
    return [*times, *ratios]
