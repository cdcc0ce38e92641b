"""Which function of a file hands values over to which, whatever they are called."""

from __future__ import annotations

import ast

from whygrad.checking.functions import Function


def hands_over(forward: Function, backward: Function) -> bool:
    """Does one function return, behind its result, what the other takes one of its parameters apart into?"""
    last = forward.returned_value
    kept = last.elts[-1] if isinstance(last, ast.Tuple) and len(last.elts) > 1 else None
    parameters = {name for name, _ in backward.parameters}
    if isinstance(kept, ast.Tuple):
        return len(kept.elts) in _unpacked(backward, parameters)
    keys = (
        {k.value for k in kept.keys if isinstance(k, ast.Constant)} if isinstance(kept, ast.Dict) else set()
    )
    read = _keys_read(backward, parameters)
    return bool(keys and read) and read <= keys


def _unpacked(function: Function, parameters: set[str]) -> set[int]:
    """Into how many names each parameter is unpacked."""
    return {
        len(node.targets[0].elts)
        for node in ast.walk(function.node)
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Tuple)
        and isinstance(node.value, ast.Name)
        and node.value.id in parameters
    }


def _keys_read(function: Function, parameters: set[str]) -> set[object]:
    """The keys by which parameters are read."""
    return {
        node.slice.value
        for node in ast.walk(function.node)
        if isinstance(node, ast.Subscript)
        and isinstance(node.slice, ast.Constant)
        and isinstance(node.value, ast.Name)
        and node.value.id in parameters
    }
