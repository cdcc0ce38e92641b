"""Example inputs for one function that is to run: the first that are found."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Any

from whygrad.checking.examples.complaints import remember
from whygrad.checking.examples.facts import Facts
from whygrad.checking.examples.habits import choices
from whygrad.checking.examples.search import Search, Wanted
from whygrad.checking.examples.usage import facts_of
from whygrad.checking.functions import definition_of
from whygrad.checking.miniature import as_lists
from whygrad.errors import UsageError, brief
from whygrad.source import Source


def found_inputs(
    source: Source,
    node: ast.FunctionDef,
    call: Callable[..., Any],
    known: Mapping[str, Any],
    namespace: Mapping[str, Any],
    way_out: Callable[[str], str],
    plain: bool = False,
    lists: bool = False,
) -> dict[str, str]:
    """Texts, in the mini-language of `--input`, for the parameters of `node` that have no known value.

    With them `call`, which takes all parameters by name, runs and gives finite numbers. `namespace` has the
    functions that `node` calls, for what they tell of its parameters. Raises UsageError, with what the first
    trial complained of, where none are found; `way_out` gives the command with a value for a parameter. With
    `plain` whatever need not be an array is a number, with `lists` there are lists in place of arrays.
    """
    remember(source.filename, source.text)
    facts = facts_of(node, lambda name: definition_of(namespace.get(name)))
    for fact in facts.values():
        fact.plain |= plain
    names = [a.arg for a in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
    wanted = tuple(
        Wanted(name, tuple(choices(name, facts.get(name, Facts()), node.name)), node.name)
        for name in names
        if name not in known and name != "self"
    )
    form = as_lists if lists else lambda value: value
    run = lambda values: call(**{name: form(value) for name, value in values.items()})
    search = Search(wanted, run, source.filename, dict(known))
    found = next(search.solutions(), None)
    if found is None:
        said = f" ({search.complaint.kind}: {brief(search.complaint.message)})" if search.complaint else ""
        raise UsageError(
            f"no example inputs were found with which `{node.name}` runs{said}",
            hint=way_out(wanted[0].name),
        )
    return found
