"""Examples with other settings: each truth value the other way, so that `if training:` runs both ways."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np


def other_settings(function: Callable[..., Any], example: Sequence[Any]) -> list[tuple[Any, ...]]:
    """The example with one truth value changed at a time, where the function accepts that."""
    found = []
    for k, value in enumerate(example):
        if isinstance(value, bool):
            args = (*example[:k], not value, *example[k + 1 :])
            with np.errstate(all="ignore"):
                try:
                    function(*copy.deepcopy(args))
                except Exception:  # whatever the user's function says of such a setting
                    continue
            found.append(args)
    return found
