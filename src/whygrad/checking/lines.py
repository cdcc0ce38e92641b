"""Lines that drivers are made of, and the names that they keep things under."""

from __future__ import annotations

RESULT, FORWARD, LAYER, INPUTS, LOCAL, BEFORE, STEPS = (
    f"__whygrad_{part}" for part in ("result", "forward", "layer", "inputs", "locals", "before", "steps")
)
UPSTREAM = """import numpy as __whygrad_np
__whygrad_weights = __whygrad_np.cos(__whygrad_np.arange(__whygrad_np.size({output})) + 1.0)
{upstream} = __whygrad_weights.reshape(__whygrad_np.shape({output}))"""
"""Distinct weights of both signs, for a backward function whose upstream gradient nobody gave."""
ONE_ENTRY = """{upstream} = {upstream} * (__whygrad_np.arange(__whygrad_np.size({output})) == 1).reshape(
    __whygrad_np.shape({output}))"""
"""All other entries zero, for a backward function that goes by the first that is not."""
INPUT = """from whygrad.checking.miniature import parse_input as __whygrad_input
{variable} = __whygrad_input({text!r}, {name!r})"""
HANDED = """from whygrad.checking.handed import handed as __whygrad_handed
{variable} = __whygrad_handed({name!r})"""
LOSS = "__whygrad_loss"
MEAN = """import numpy as __whygrad_np
{loss} = __whygrad_np.mean({output})"""
CAPTURE = """from whygrad.checking.capture import captured as __whygrad_captured
{result}, {locals} = __whygrad_captured({callee}, {names!r})({arguments})"""
STIRRED = """from whygrad.checking.miniature import stirred as __whygrad_stirred
{variable} = __whygrad_stirred({value})"""

HELD = "__whygrad_held"
UNWRAPPED = """from whygrad.checking.wrapping import unwrapped as __whygrad_unwrapped
{variable} = __whygrad_unwrapped({value})"""
CONTEXT = "__whygrad_context"
NEW_CONTEXT = """from whygrad.checking.contexts import Context as __whygrad_Context
{context} = __whygrad_Context()"""


def told(name: str) -> str:
    """A name as it is told to the user, who has none for what a driver makes."""
    return "loss" if name == LOSS else "out" if name.startswith("__whygrad_out") else name
