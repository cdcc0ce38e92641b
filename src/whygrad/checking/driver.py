"""The driver that makes a script of functions or a class.

It takes example inputs from a function of the file, from `--input`, or as they were found, runs forward and
backward, and names the results.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from whygrad.checking.contexts import context_line
from whygrad.checking.counting import counted
from whygrad.checking.evidence import Failure, Form, Hints
from whygrad.checking.exposing import built_later, exposed, own
from whygrad.checking.functions import Function
from whygrad.checking.handed import left_over, maker_among, reached_in
from whygrad.checking.lines import (
    CONTEXT,
    FORWARD,
    HANDED,
    INPUT,
    INPUTS,
    LAYER,
    LOCAL,
    LOSS,
    MEAN,
    RESULT,
)
from whygrad.checking.losses import (
    data_parameter,
    foreign_loss,
    is_passed_output,
    loss_arguments,
    output_place,
    target_names,
)
from whygrad.checking.missing import MissingInput
from whygrad.checking.naming import stems
from whygrad.checking.parts import kept_by, of_aliases, with_parts
from whygrad.checking.plain import Namespace, run_behind
from whygrad.checking.pointwise import POINTWISE, refuse_mixed, value_parameter
from whygrad.checking.programs import SECONDS, Program, Returned
from whygrad.checking.refusals import refuse_alone, refuse_foreign_loss, refuse_jacobian, refuse_one_result
from whygrad.checking.returned import (
    beside_loss,
    gradients_in,
    loss_place,
    stored_by,
)
from whygrad.checking.rows import ran_with_rows
from whygrad.checking.slicing import sliced
from whygrad.checking.stepping import (
    captured_in,
    kept_lines,
    step_lines,
    steps_in,
    used_up_by,
    without_deltas,
)
from whygrad.checking.supposing import SUPPOSED, loss_line, target_of
from whygrad.checking.unpacking import with_items
from whygrad.checking.upstreams import (
    assign_rest,
    free_parameters,
    handed_over,
    outputs_of,
    unfilled_upstreams,
    upstream_lines,
    with_outputs_apart,
)
from whygrad.checking.values import has_float, has_shape, is_numeric, is_quantity
from whygrad.checking.wrapping import called_whole, returned_whole
from whygrad.errors import NoGradientError
from whygrad.source import Source

MEANS = ("mean", "predictions", "predictions, the output")
"""Readings (`forms.READINGS`) in which the loss is the mean over what the forward function returns."""
_OUTPUT_NAMES = ("out", "output", "y", "a", "activation", "s", "z", "outputs")


class Driver:
    """Writes the driver, running what it has so far to see what the functions return."""

    def __init__(
        self, source: Source, hints: Hints, functions: dict[str, Function], namespace: Namespace,
        roots: tuple[str, ...] = (), reading: str = "", failing: tuple[int, ...] = (),
        lacking: tuple[str, ...] = (),
    ) -> None:  # fmt: skip
        self.source, self.hints, self.functions, self.namespace = source, hints, functions, namespace
        self.roots, self.failing = roots, failing
        self.reading = reading  # one of `forms.READINGS`
        self.forward_lines = 0
        self.lacking = lacking
        """Variables of the module that could not be computed, and are given."""
        self.lines: list[str] = []
        self.methods: Mapping[str, Function] = {}
        self.classes: Mapping[str, Mapping[str, Function]] = {}
        self.after: Namespace | Failure | None = None
        self.names: dict[str, str] = {}
        """Parameter -> variable of the driver."""
        self.same: Mapping[str, str] = {}
        """Parameters of the backward function that are inputs of the forward one by another name."""
        self.aliases: dict[str, str] = {}
        """Attributes that are second names of parameters: the variable of the driver."""
        self.presumes = False  # is an input of the file's taken for another, by being the only one left?
        self.exposed: list[str] = []
        """Attributes of the object that are inputs."""
        self.inner: dict[str, str] = {}
        """Parameters of its parts that are inputs, by their path: the variable of the driver."""
        self.stated: dict[str, str] = {}
        """Parameters of the backward function that a reading gives another value than their names do."""
        self.objective: list[tuple[str, str]] = []
        self.wrapped = False
        """Do values of the framework's own kind go into the object and come out of it?"""

    def run(self) -> Namespace | Failure:
        text, lines = sliced(self.source.text, self.roots, self.failing), "\n".join(self.lines)
        ended = run_behind(text, lines, self.source.filename, SECONDS)
        return replace(ended, driver=lines) if isinstance(ended, Failure) else ended

    def foreign_loss(self, forward: Function, backward: Function) -> Function | None:
        """The loss that stands beside the pass, among the functions or the methods of its class."""
        return foreign_loss({**self.functions, **self.methods}, forward, backward)

    def take_inputs(
        self,
        parameters: list[tuple[str, bool]],
        taken_forward: list[tuple[str, bool]],
        returned: Collection[str],
    ) -> None:
        """Lines that bind example inputs: of the file's maker, of `--input`, or of the module.

        What the forward function itself has `returned` is taken from there, not from the module.
        """
        maker = maker_among(self.functions, self.hints)
        given, same = dict[str, str](), dict[str, str]()
        if maker:
            self.lines.append(f"{INPUTS} = {maker}()")
            made = self.namespace[maker]() if maker in self.namespace else None
            names = [name for name, _ in parameters]
            given = reached_in(made, names)
            same = left_over(made, {*names, *self.hints.input}, [n for n, need in taken_forward if need])
        for name in dict.fromkeys([*self.hints.input, *given, *(n for n, _ in parameters)]):
            variable = name if name not in self.namespace or name in self.lacking else f"{name}_"
            if name in self.hints.input:
                self.lines.append(INPUT.format(variable=variable, text=self.hints.input[name], name=name))
            elif name in self.hints.given:
                self.lines.append(HANDED.format(variable=variable, name=name))
            elif name in given:
                self.lines.append(f"{variable} = {INPUTS}{given[name]}")
            elif name not in returned and is_numeric(self.namespace.get(name)):
                variable = name
            else:
                continue
            self.names[name] = variable
        presumed = {name: self.names[other] for name, other in same.items() if name not in self.names}
        self.names, self.presumes = {**self.names, **presumed}, bool(presumed)

    def given_values(self) -> dict[str, Any]:
        """The example values that are known so far, by parameter."""
        after = self.run() if self.lines else {}
        if isinstance(after, Failure):
            return {}
        return {name: after[variable] for name, variable in self.names.items() if variable in after}

    def call(self, function: Function, target: str, known: Mapping[str, str]) -> str:
        """Text of a call with the arguments that are known; refuses where a needed one is not."""
        arguments = [f"{function.context}={CONTEXT}"] if function.context else []
        for name, needed in function.parameters:
            if name in known:
                arguments.append(f"{name}={known[name]}")
            elif needed:
                raise MissingInput(name, function)
        return f"{target}({', '.join(arguments)})" if target else ", ".join(arguments)

    def program(
        self, form: Form, forward: Function, backward: Function | None,
        classes: Mapping[str, Mapping[str, Function]],
    ) -> Program | Failure:  # fmt: skip
        methods = classes.get(forward.owner, {})
        init = methods.get("__init__")
        self.methods, self.classes = methods, classes
        loss = self.foreign_loss(forward, backward) if backward is not None else None
        functions = (init, forward, backward, loss)
        taken = [[p for f in fs if f for p in f.parameters] for fs in (functions, functions[:2])]
        returned = {*forward.returns} - {name for name, _ in taken[1]} if backward is not None else set()
        self.take_inputs(taken[0], taken[1], returned)
        callee, before = forward.name, dict[str, Any]()
        if forward.owner:
            built = self.call(init, forward.owner, self.names) if init else f"{forward.owner}()"
            self.lines.append(f"{LAYER} = {built}")
            before = exposed(self, init, forward)
            callee = f"{LAYER}.{forward.attribute}"
        if forward.context:
            self.lines.append(context_line(forward, self.namespace))
        self.lines.append(f"{FORWARD} = {self.call(forward, callee, self.names)}")
        after = self.run()
        if isinstance(after, Failure):
            refuse_alone(forward, after, self.names)
            return after
        if forward.owner and (later := built_later(forward, backward, before, own(after))):
            exposed(self, init, forward, set(own(after)) - set(later))
            self.lines.append(f"{FORWARD} = {self.call(forward, callee, self.names)}")
            after = self.run()
            if isinstance(after, Failure):
                return after
        if forward.owner and backward is not None:
            after = called_whole(self, forward, backward, after)
        if form == "single":
            return self.single(forward, after)
        assert backward is not None
        return self.pair(form, forward, backward, after)

    def single(self, function: Function, after: Namespace) -> Program:
        """The function's result is the loss and its gradients."""
        result, names = after[FORWARD], function.returns
        items = list(result) if isinstance(result, tuple | list) else [result]
        refuse_one_result(function, items)
        names = names if len(names) == len(items) else [""] * len(items)
        loss = loss_place(items, names)
        output = names[loss] or self.hints.output or "loss"
        variable = output if output not in self.names.values() and output not in after else LOSS
        self.lines.append(f"{variable} = {FORWARD}[{loss}]")
        given = {n: after.get(self.names[n]) for n, _ in function.parameters if n in self.names}
        returned = beside_loss(items, names, loss, function, given, not self.hints.forward)
        program = self.finished("single", ((variable, ""),), returned, function, function)
        program.output_parts = function.names_in_result(loss)
        return program

    def pair(self, form: Form, forward: Function, backward: Function, after: Namespace) -> Program | Failure:
        result, names, path = after[FORWARD], forward.returns, FORWARD
        if result is None:
            path = f"{LAYER}.{forward.stored_output}"
            result = getattr(after.get(LAYER), forward.stored_output or " ", None)
        arriving = [name for name, _ in backward.parameters if stems(name)]
        several = isinstance(result, tuple) or (forward.returns_list and len(arriving) > 1)
        items = list(result) if several else [result]
        if not any(map(is_quantity, items)):
            raise NoGradientError(f"`{forward.qualname}` returns nothing that could be differentiated")
        paths = [f"{path}[{k}]" if several else path for k in range(len(items))]
        names = names if len(names) == len(items) else [""] * len(items)
        items, names, paths = with_outputs_apart(forward, backward, items, names, paths)
        known = counted(forward, self.names)
        known.update({name: path for name, path in zip(names, paths, strict=True) if name})
        upstreams = self.upstreams(forward, backward, items, known, paths[0])
        outputs = outputs_of(upstreams, names, items)
        loss = self.foreign_loss(forward, backward)
        supposed = self.reading.removeprefix(SUPPOSED) if self.reading.startswith(SUPPOSED) else ""
        if loss is not None:
            upstreams, outputs = [], [output_place(self.source.text, loss, names)]
        elif supposed:
            known.update({name: paths[outputs[0]] for name in upstreams if is_passed_output(name)})
            upstreams = []
            target = target_of(self, supposed, forward, backward, items[outputs[0]])
        else:
            init = self.methods.get("__init__")
            refuse_foreign_loss(forward, backward, init, items, known, upstreams)
        others = {name: self.names[other] for name, other in self.same.items()}
        known.update({**others, **self.names, **self.stated})
        for name in _OUTPUT_NAMES:
            known.setdefault(name, paths[outputs[0]])
        assign_rest(backward, known, upstreams, [p for k, p in enumerate(paths) if k not in outputs])
        objective = self.objective
        for place, output in enumerate(outputs):
            upstream = upstreams[place] if place < len(upstreams) else ""
            variable = self.bind_output(names[output], paths[output], place, after)
            objective.append((variable, self.bind_upstream(upstream, variable, known, backward)))
            if self.reading in MEANS and not upstream:
                self.lines.append(MEAN.format(loss=LOSS, output=variable))
                objective[-1] = (LOSS, "")
        if loss is not None:
            chosen = loss_arguments(loss, objective[0][0], {**known, **self.names})
            called = f"{LAYER}.{loss.attribute}" if loss.owner else loss.name
            self.lines.append(f"{LOSS} = {self.call(loss, called, chosen)}")
            objective = [(LOSS, "")]
            known.update(target_names(loss, forward, backward, self.names))
        elif supposed:
            self.lines.append(loss_line(supposed, objective[0][0], target))
            objective = [(LOSS, "")]
        self.forward_lines = len(self.lines)
        callee, local, stepped = backward.name, dict[str, str](), list[str]()
        if form == "class":
            callee, local = f"{LAYER}.{backward.attribute}", used_up_by(backward)
            stepped = [n for n in self.exposed if n in own(after)] if supposed else []
        if stepped:
            self.lines.append(kept_lines(stepped, own(after)))
        place = len(self.lines)

        def run(handed: str) -> Namespace | Failure:
            del self.lines[place:]
            given = {**known, **{name: handed.format(known[name]) for name in upstreams}}
            arguments = self.call(backward, "", given)
            self.lines += returned_whole(self, backward, arguments, callee, [*local])
            return self.run()

        ended = ran_with_rows(run, items[outputs[0]] if upstreams else None)
        if isinstance(ended, Failure):
            return ended
        returned = gradients_in(ended[RESULT], RESULT, forward, backward, self.source.text)
        # Of the loss of each example the gradient has the shape of the predictions.
        apiece = self.reading.startswith("predictions") and has_shape(ended[RESULT], self.first_of(forward))
        if not apiece:
            refuse_jacobian(ended[RESULT], items[outputs[0]], upstreams, backward)
        if not (upstreams or loss or supposed) and has_shape(ended[RESULT], items[0]):
            called = getattr(after[LAYER], forward.attribute) if forward.owner else after[forward.name]
            given = {n: after[self.names[n]] for n, _ in forward.parameters if n in self.names}
            refuse_mixed(forward, backward, called, given, items[outputs[0]])
        if form == "class":
            returned += stored_by(backward, LAYER, ended[LAYER])
            kept = kept_by(ended[LAYER], self.inner, LAYER, self.classes) if self.inner else ()
            returned = of_aliases(with_parts(returned, list(kept)), self.aliases, self.exposed)
        returned += captured_in(ended.get(LOCAL, {}), local, self.names, returned, backward)
        if supposed and form == "class":
            returned = without_deltas(returned)
        if stepped and not returned:
            self.lines.append(step_lines(stepped, own(after)))
            returned += steps_in(stepped, own(after), own(ended), backward)
        if not returned:
            raise NoGradientError(
                f"`{backward.qualname}` neither returns nor stores anything that looks like a gradient",
                hint="return the gradients, or store them under names such as self.dW",
            )
        return self.finished(form, tuple(objective), returned, forward, backward)

    def bind_output(self, name: str, path: str, place: int, after: Namespace) -> str:
        variable = f"__whygrad_out{place}"
        shown = name if name.isidentifier() else "out"
        if shown not in after and shown not in self.names.values():
            variable = shown
        self.lines.append(f"{variable} = {path}")
        return variable

    def bind_upstream(self, upstream: str, output: str, known: dict[str, str], backward: Function) -> str:
        """The variable that holds an upstream gradient; made where nobody gave it."""
        if upstream and upstream not in self.names:
            variable = upstream if upstream not in self.namespace else f"{upstream}_"  # there is a function
            self.lines += upstream_lines(backward, upstream, variable, output)
            self.names[upstream] = variable
        if upstream:
            known[upstream] = handed_over(backward, upstream, self.names[upstream])
        return self.names.get(upstream, "")

    def upstreams(
        self, forward: Function, backward: Function, items: list[Any], known: dict[str, str], path: str = ""
    ) -> list[str]:
        """Parameters of the backward function that stand for upstream gradients, in order."""
        if self.hints.upstream:
            return [self.hints.upstream]
        free = free_parameters(forward, backward, known)
        value = value_parameter(forward, backward, known) if self.reading in POINTWISE else ""
        if value:
            taken = self.names.get(forward.parameters[0][0], "") if self.reading == "input" else path
            self.stated[value] = taken or path
            free = [name for name in free if name != value]
        data = data_parameter(forward, backward, [n for n in free if n not in _OUTPUT_NAMES])
        if data:
            known[data] = self.names.get(forward.parameters[0][0], "")
            return []
        if self.reading.startswith("predictions") and free and forward.parameters:
            stored = self.reading.endswith("output") and forward.stored_output
            given = f"{LAYER}.{stored}" if stored else self.names.get(forward.parameters[0][0], "")
            known[free[0]] = given
            return []
        floats = [n for n in free if n in self.names and is_numeric(self.made(n)) and has_float(self.made(n))]
        fitting = [n for n in floats if any(has_shape(self.made(n), item) for item in items)]
        return fitting or unfilled_upstreams(backward, [n for n in free if n not in self.names], known)

    def first_of(self, forward: Function) -> Any:
        """The example value that the forward function takes first."""
        name = forward.parameters[0][0] if forward.parameters else ""
        return self.made(name) if name in self.names else None

    def made(self, name: str) -> Any:
        """The example value of a parameter."""
        if self.after is None:
            self.after = self.run()
        return None if isinstance(self.after, Failure) else self.after.get(self.names[name])

    def finished(
        self, form: Form, objective: tuple[tuple[str, str], ...], returned: list[Returned],
        forward: Function, backward: Function,
    ) -> Program:  # fmt: skip
        return Program(
            self.source, form, self.hints, "\n".join(self.lines), (), objective,
            tuple(with_items(returned, forward, self.names)),
            forward.qualname, backward.qualname,
            roots=self.roots,
            failing=self.failing,
            first_input=self.names.get(forward.parameters[0][0], "") if forward.parameters else "",
            own=tuple(self.names[name] for name in self.exposed),
            forward_driver="\n".join(self.lines[: self.forward_lines]),
        )  # fmt: skip
