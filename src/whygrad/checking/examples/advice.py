"""What a reader can do where no example inputs were found."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from whygrad.absent import missing_modules
from whygrad.checking.evidence import Failure
from whygrad.checking.examples.dimensions import Dimensions
from whygrad.checking.examples.search import Search, Wanted
from whygrad.checking.examples.templates import Template
from whygrad.checking.functions import Function
from whygrad.errors import NoGradientError, brief


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


def why_none(
    search: Search,
    forward: Function,
    backward: Function | None,
    refused: NoGradientError | None,
    failed: Failure | None,
    shown: Mapping[str, str],
) -> NoGradientError:
    """Why a unit has no program, and what a reader can do about it; `shown` are inputs that were tried."""
    if failed is not None and backward is not None:
        said = ", ".join(f"{name} = {text}" for name, text in shown.items())
        where = f" in line {failed.line}" if failed.line else ""
        return NoGradientError(
            f"`{backward.qualname}` raises {failed.kind}{where}: {failed.message}. "
            f"`{forward.qualname}` runs with the example inputs that were tried: {said}",
            hint=input_hint(search.wanted),
        )
    if refused is not None:
        return refused
    complaint = search.complaint
    absent = missing_modules()
    stands_in = complaint is not None and (
        complaint.kind in ("NameError", "MissingModuleError") or "isinstance() arg 2" in complaint.message
    )
    if complaint and stands_in and absent:
        used = re.match(r"`([\w.]+)\.\w+(?:\(\))?` is used", complaint.message)
        module = used[1] if used else absent[0]
        others = f"; not found: {', '.join(absent[:3])}" if not used else ""
        return NoGradientError(
            f"`{forward.qualname}` cannot be run: {complaint.message}{others}",
            hint=f"put the file of `{module.rpartition('.')[2]}` beside this one, or install it",
        )
    said = f" ({complaint.kind}: {brief(complaint.message)})" if complaint else ""
    return NoGradientError(
        f"no example inputs were found with which `{forward.qualname}` runs{said}",
        hint=input_hint(search.wanted),
    )
