"""What a reader can do where no example inputs were found."""

from __future__ import annotations

from collections.abc import Iterable

from whygrad.checking.examples.dimensions import Dimensions
from whygrad.checking.examples.search import Wanted
from whygrad.checking.examples.templates import Template
from whygrad.errors import NoGradientError


def missing_input(parameter: str, function: str) -> NoGradientError:
    """The error for a parameter that nothing gives a value."""
    return NoGradientError(
        f"no example value for the parameter `{parameter}` of `{function}`",
        hint=f"add a function `make_inputs()` that returns dict({parameter}=...), "
        f'or give --input "{parameter}=randn(3)"',
    )


def input_hint(wanted: Iterable[Wanted]) -> str:
    """`--input` arguments for the first parameters, with values of the kind that their names suggest."""
    dimensions = Dimensions()
    found: list[tuple[str, Template]] = []
    for parameter in wanted:
        template = parameter.choices[0](dimensions) if parameter.choices else None
        if template is not None and len(found) < 3:
            found.append((parameter.name, template))
    sizes = dimensions.sizes(small=True)
    return " ".join(f'--input "{name}={template.text(sizes)}"' for name, template in found)
