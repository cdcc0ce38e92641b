"""Run edited texts again from their first edited statement on, with the state from before restored.

Diagnosis tries thousands of edits; most of a script (imports, inputs, forward pass) is the same in each.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Mapping
from functools import lru_cache
from types import CodeType

from whygrad.checking.evidence import Failure, Value
from whygrad.checking.observing import is_data
from whygrad.checking.plain import Namespace, execute, fresh_namespace, hook_inputs, run_text
from whygrad.tracing.scripts import unbound_names


class Suffix:
    """One text at one point, with snapshots of its state before statements that were edited."""

    def __init__(
        self,
        text: str,
        filename: str,
        inputs: frozenset[str],
        overrides: Mapping[str, Value],
        seconds: float,
    ) -> None:
        self.text, self.filename, self.inputs = text, filename, inputs
        self.overrides, self.seconds = overrides, seconds
        self.states: dict[int, _State | None] = {}

    def run(self, text: str) -> Namespace | Failure:
        """The globals after a run of an edited text. They are valid until the next run."""
        try:
            start = first_change(self.text, text)
        except (SyntaxError, ValueError, RecursionError) as error:
            return Failure(type(error).__name__, str(error), getattr(error, "lineno", 0) or 0, error)
        # Global random numbers would have to be drawn again from the start to come out the same.
        whole = not start or unbound_names(text) != unbound_names(self.text) or "random" in _rest(text, start)
        state = None if whole else self._state(start)
        if state is None:
            return run_text(text, self.filename, self.inputs, self.overrides, self.seconds)
        namespace = state.restored()
        failure = execute(
            _piece(text, self.filename, self.inputs, start), namespace, self.seconds, seed=False
        )
        return namespace if failure is None else failure

    def _state(self, start: int) -> _State | None:
        if start not in self.states:
            namespace = fresh_namespace(self.text, self.overrides, {})
            failure = execute(
                _piece(self.text, self.filename, self.inputs, 0, start), namespace, self.seconds
            )
            self.states[start] = _State(namespace) if failure is None and _storable(namespace) else None
        return self.states[start]


class _State:
    """Globals at one place of a run. Functions keep the dict they were defined in, so that dict is reused."""

    def __init__(self, namespace: Namespace) -> None:
        self.live = namespace
        self.shared = {name: value for name, value in namespace.items() if not is_data(value)}
        self.copied = {name: value for name, value in namespace.items() if is_data(value)}
        self.copied = copy.deepcopy({k: v for k, v in self.copied.items() if k != "__builtins__"})
        self.shared["__builtins__"] = namespace["__builtins__"]

    def restored(self) -> Namespace:
        self.live.clear()
        self.live.update(self.shared)
        self.live.update(copy.deepcopy(self.copied))
        return self.live


def _storable(namespace: Namespace) -> bool:
    """Can the data of a run be copied? Generators and open files cannot."""
    try:
        copy.deepcopy({k: v for k, v in namespace.items() if is_data(v) and k != "__builtins__"})
    except Exception:
        return False
    # A class's own state (`Layer.count = 0`) is not in the copy; texts with classes run from their start.
    return not any(isinstance(v, type) and v.__module__ == "__main__" for v in namespace.values())


@lru_cache(maxsize=4096)
def _dumps(text: str) -> tuple[str, ...]:
    return tuple(ast.dump(statement) for statement in ast.parse(text).body)


def _rest(text: str, start: int) -> str:
    return "".join(_dumps(text)[start:])


def first_change(text: str, edited: str) -> int:
    """Number of leading module-level statements that two texts share; 0 where a definition was edited.

    A definition may have been called from anywhere, so such a text runs from its start.
    """
    old, new = _dumps(text), _dumps(edited)
    shared = 0
    while shared < min(len(old), len(new)) and old[shared] == new[shared]:
        shared += 1
    if shared < len(old) and old[shared].startswith(("FunctionDef", "ClassDef")):
        return 0
    return shared


@lru_cache(maxsize=4096)
def _piece(text: str, filename: str, inputs: frozenset[str], start: int, stop: int | None = None) -> CodeType:
    """Code of a stretch of module-level statements; hooks stand where they would in the whole text."""
    tree = ast.parse(text)
    wanted: set[str] = set(inputs)
    hook_inputs(tree.body[:start], wanted)
    tree.body = hook_inputs(tree.body[start:stop], wanted)
    return compile(tree, filename, "exec")
