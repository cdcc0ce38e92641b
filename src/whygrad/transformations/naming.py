"""What users' functions and their parameters are called in messages, and in functions made of them."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, TypeVar

Made = TypeVar("Made", bound=Callable[..., Any])


def name_of(f: Callable[..., Any]) -> str:
    """The name of a function, as messages write it."""
    return f"`{getattr(f, '__name__', type(f).__name__)}`"


def parameter(f: Callable[..., Any], position: int) -> str:
    """The name of a positional parameter, as its function calls it."""
    try:
        parameters = list(inspect.signature(f).parameters.values())
    except (TypeError, ValueError):
        return f"argument {position}"
    if position < len(parameters) and parameters[position].kind in (
        inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD,
    ):  # fmt: skip
        return parameters[position].name
    return f"argument {position}"


def named(f: Callable[..., Any], what: str) -> Callable[[Made], Made]:
    """Give a function made from `f` its name and a docstring that says what it is."""

    def decorate(made: Made) -> Made:
        # Not functools.wraps: its `__wrapped__` says that the two may stand for each other, and they may not.
        for attribute in ("__name__", "__qualname__"):
            setattr(made, attribute, getattr(f, attribute, getattr(made, attribute)))
        made.__doc__ = f"The {what} of {name_of(f)}."
        return made

    return decorate
