"""What a driver asks for where a parameter has no value."""

from __future__ import annotations

from whygrad.checking.functions import Function


class MissingInput(Exception):  # noqa: N818 - it asks for something, and never reaches a user
    """A parameter has no example value."""

    def __init__(self, parameter: str, function: Function, text: str = "") -> None:
        super().__init__(parameter)
        self.parameter, self.function = parameter, function
        self.text = text  # of a value that fits, where that is known
