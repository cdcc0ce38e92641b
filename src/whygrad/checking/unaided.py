"""Programs for functions whose example inputs nobody gave: found, tried, and ranked by what runs best.

Inputs with which the forward pass runs are not always those that its author had in mind: a bias of shape (4,)
may run where (3, 1) is meant. So several are tried, and those are preferred with which every gradient has the
shape of its variable.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import copy
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import Any

import numpy as np

from whygrad.checking.contexts import new_context
from whygrad.checking.driver import Driver
from whygrad.checking.evidence import Failure, Form, Hints, Value
from whygrad.checking.examples.advice import missing_input, why_none
from whygrad.checking.examples.alone import batch_size, is_called_alone, sums_nothing
from whygrad.checking.examples.calls import described
from whygrad.checking.examples.complaints import UnlikeError, complaint_of, refuse_table, remember
from whygrad.checking.examples.dimensions import Dimensions
from whygrad.checking.examples.facts import Facts
from whygrad.checking.examples.fitting import fittings, has_one_label, input_shapes, listed
from whygrad.checking.examples.habits import choices
from whygrad.checking.examples.making import made_shapes, stem
from whygrad.checking.examples.search import ALL_SECONDS, Search, Wanted
from whygrad.checking.examples.tying import tied_by_gradients
from whygrad.checking.examples.usage import Definition, facts_of, learn_ranks
from whygrad.checking.functions import Function, definition_of
from whygrad.checking.losses import foreign_loss, loss_arguments, output_place
from whygrad.checking.missing import MissingInput
from whygrad.checking.naming import EXACT, best, stems
from whygrad.checking.plain import Namespace
from whygrad.checking.pointwise import MixedError
from whygrad.checking.programs import GIVEN, Program
from whygrad.checking.raising import told_of
from whygrad.checking.refusals import refuse_many_losses, refuse_odd_loss
from whygrad.checking.renamed import renamed
from whygrad.checking.slicing import free_names
from whygrad.checking.unpacking import taken_apart
from whygrad.checking.upstreams import TARGET_WORDS
from whygrad.checking.values import shape_of
from whygrad.checking.variables import gradient_word
from whygrad.errors import NoGradientError
from whygrad.source import Source
from whygrad.tracing.scripts import SUPPLIED

_SINGLE = re.compile(r"\(1(, 1)+\)")
_ONE_LABEL = re.compile(r"randint\(\d+(, 1)+\)")
MOST = 10
"""Solutions that are tried with the backward pass."""
Classes = Mapping[str, Mapping[str, Function]]
Made = tuple[float, dict[str, str], Program]
Shapes = Mapping[str, tuple[int, ...]]
Texts = dict[str, str]
How = tuple[Form, Function, Function | None, str]


class Unaided:
    """Looks for inputs of one unit of a file."""

    def __init__(
        self,
        source: Source,
        hints: Hints,
        functions: dict[str, Function],
        classes: Classes,
        namespace: Namespace,
        given: Mapping[str, Value],
        roots: tuple[str, ...],
        failing: tuple[int, ...] = (),
    ) -> None:
        self.source, self.hints, self.functions, self.classes = source, hints, functions, classes
        self.namespace, self.given, self.roots = namespace, dict(given), roots
        self.failing = failing
        self.made, self.until = made_shapes(source.text), time.process_time() + ALL_SECONDS
        remember(source.filename, source.text)
        self.lacked: tuple[str, ...] = ()
        self.by_labels = False
        """Were the dimensions of the last solution made one because there are as many labels as rows?"""
        self.unlike: dict[str, tuple[Any, Any]] = {}
        """Inputs with gradients of other shapes in the last run: both shapes."""
        self.called: Mapping[str, Value] = {}
        """Values of the call that the file makes itself."""

    def programs(
        self, form: Form, forward: Function, backward: Function | None, reading: str
    ) -> Iterator[Program]:
        """Programs with found inputs, one after another; those come last with which shapes do not fit.

        Raises NoGradientError where there is none.
        """
        loss = foreign_loss({**self.functions, **self.classes.get(forward.owner, {})}, forward, backward)
        wanted, call = tuple(self.wanted(forward, backward, loss)), self.caller(forward, loss)
        search = Search(wanted, call, self.source.filename, self.given, self.until)
        how = form, forward, backward, reading
        made: list[Made] = []
        perfect, layers = False, 0
        refused: NoGradientError | None = None
        failed: Failure | None = None
        tried: dict[str, str] = {}
        for count, texts in enumerate(islice(search.solutions(), MOST)):
            if failed is not None and any(_SINGLE.search(t) for t in texts.values() if t[0] != "{"):
                continue  # where all dimensions are one, a missing transpose fits as well
            if search.complaint is not None and any(map(_ONE_LABEL.fullmatch, texts.values())):
                continue  # one step of a sequence, where several do not run, hides what is carried on
            try:
                program, texts = self.completed(form, forward, backward, reading, texts)
            except MixedError:
                raise
            except NoGradientError as error:
                refused = refused or error
                continue
            if isinstance(program, Failure):
                failed, tried = failed or program, tried or texts
                squared = self.squared(search, how)
                if squared is None and count < 3:
                    search.turn(self.blamed(program, wanted))
                if squared is None or not self.by_labels:
                    misfits = self.misfits(squared[0], forward) if squared else {}
                    made += [(0.5 + len(misfits) + 0.01 * count, squared[1], squared[0])] if squared else []
                    continue
                program, texts = squared
            misfits = self.misfits(program, forward)
            plain, unfitted = (len(misfits) + 0.01 * count, texts, program), misfits
            if misfits and (tied := tied_by_gradients(self, search, how)) is not None:
                (program, texts), misfits = tied, self.misfits(tied[0], forward)
            if misfits and (fitted := self.shrunk(misfits, texts, how)):
                (program, texts), misfits = fitted, {}
            if misfits and (single := self.alone(search, how)):
                (program, texts), misfits = single, {}
            elif misfits and batch_size(self.unlike)[0] and not self.unlike.keys() & texts.keys():
                misfits = {}  # the code made these shapes itself: a missing sum is a finding
            if program is not plain[2]:  # fitted to its gradients, which may be what is wrong
                made.append(plain)
                search.turn(unfitted)
            layers = max(layers, sum(map(listed, texts.values())))
            fewer = sum(map(listed, texts.values())) < layers  # without hidden layers less is to be seen
            if fewer or any(has_one_label(texts, other) for _, other, _ in made):
                made.append((9 + 0.01 * count, texts, program))
                continue
            if not misfits:
                perfect = True
                yield self.assuming(program, texts, reading)
                continue
            made.append((len(misfits) + 0.01 * count, texts, program))
            search.turn(misfits)
        if not made and not perfect:
            shown = {**{name: described(value) for name, value in self.called.items()}, **tried}
            refusal = why_none(search, forward, backward, refused, failed, shown)
            raise told_of(refusal, self.source, search.complaint, failed)
        made.sort(key=lambda item: item[0])
        for _, texts, program in made:
            yield self.assuming(program, texts, reading)

    def blamed(self, failure: Failure, wanted: Iterable[Wanted]) -> set[str]:
        """Parameters that the line on which the backward pass raised names, themselves or their gradients."""
        if failure.exception is None:
            return set()
        names = [parameter.name for parameter in wanted]
        read = complaint_of(failure.exception, self.source.filename).names
        return {n for name in read for score, n in best(name, names) if score >= EXACT} | set(read) & set(
            names
        )

    def shrunk(self, misfits: Shapes, texts: Texts, how: How) -> tuple[Program, Texts] | None:
        """The solution with the inputs as small as their gradients, where all shapes fit then."""
        free = {name: shape for name, shape in misfits.items() if stem(name) not in self.made}
        for fitting in fittings(free, texts, next((name for name, _ in how[1].parameters), "")):
            with contextlib.suppress(NoGradientError):
                program, completed = self.completed(*how, fitting)
                if not isinstance(program, Failure) and not self.misfits(program, how[1]):
                    return program, completed
        return None

    def alone(self, search: Search, how: How) -> tuple[Program, Texts] | None:
        """The last solution with one example, where all that gradients have too much is a batch."""
        _, forward, backward, _ = how
        backward = backward or forward
        with contextlib.suppress(NoGradientError):
            program, _ = self.completed(*how, search.guess.texts(small=False))
            if isinstance(program, Failure) or not self.misfits(program, forward):
                return None
            size, count = batch_size(self.unlike)
            if not size:
                return None
            meant = count > 1 and sums_nothing(backward.node)
            meant = meant or is_called_alone(self.source.text, frozenset((forward.name, backward.name)))
            if not meant or not search.guess.dimensions.reconcile(1, size):
                return None
            program, texts = self.completed(*how, search.guess.texts(small=True))
            if not isinstance(program, Failure) and not self.misfits(program, forward):
                return program, texts
        return None

    def squared(self, search: Search, how: How) -> tuple[Program, Texts] | None:
        """The last solution with dimensions made one that the backward pass, which raised, takes for one.

        So a transpose that is missing is judged by its numbers, in square arrays.
        """
        self.by_labels = False
        with contextlib.suppress(NoGradientError):
            program, _ = self.completed(*how, search.guess.texts(small=False))
            if not isinstance(program, Failure) or program.exception is None:
                return None
            complaint = complaint_of(program.exception, self.source.filename)
            dimensions = search.guess.dimensions
            if "match the broadcast shape" in complaint.message:  # `db += dz` of a step: no batch is meant
                made = any(1 in pair and dimensions.reconcile(*pair) for pair in complaint.pairs)
            elif "matmul" in complaint.message or "aligned" in complaint.message:
                made = any(dimensions.equate(*pair) for pair in complaint.pairs)
            else:  # more labels than rows are no matter of a transpose
                self.by_labels = made = search.guess.fit_labels(complaint.pairs)
            if not made:
                return None
            texts = search.guess.texts(small=True)
            if search.tried(texts) is None:
                program, texts = self.completed(*how, texts)
                return None if isinstance(program, Failure) else (program, texts)
        return None

    def assuming(self, program: Program, texts: dict[str, str], reading: str) -> Program:
        program.assumed = {**{name: described(value) for name, value in self.called.items()}, **texts}
        program.hints = replace(self.hints, input={**self.hints.input, **texts}, reading=reading)
        return program

    def completed(
        self,
        form: Form,
        forward: Function,
        backward: Function | None,
        reading: str,
        texts: dict[str, str],
    ) -> tuple[Program | Failure, dict[str, str]]:
        """The program, with inputs for what the backward function needs besides."""
        texts, same = dict(texts), dict[str, str]()
        for _ in range(4):
            hints = replace(self.hints, input={**self.hints.input, **texts})
            driver = Driver(
                self.source, hints, self.functions, self.namespace, self.roots, reading, self.failing,
                self.lacked,
            )  # fmt: skip
            driver.same = same
            try:
                return driver.program(form, forward, backward, self.classes), texts
            except MissingInput as error:
                text = error.text or self.simple(error.parameter, error.function)
                other = renamed(error.parameter, text, forward, backward or forward, hints.input)
                if other and error.function is backward:
                    same[error.parameter] = other
                    continue
                if not text or (error.parameter in texts and texts[error.parameter] == text):
                    raise missing_input(error.parameter, error.function.qualname) from None
                texts[error.parameter] = text
        raise NoGradientError(f"no example values for `{forward.qualname}` were found")

    def simple(self, name: str, function: Function) -> str:
        """A value for a further parameter of the backward function: a step size, a setting."""
        facts = facts_of(function.node, self.resolver(function)).get(name, Facts())
        for make in choices(name, facts, function.qualname):
            dimensions = Dimensions()
            template = make(dimensions)
            if template is not None:
                return template.text(dimensions.sizes(small=True))
        return ""

    def wanted(self, forward: Function, backward: Function | None, loss: Function | None) -> Iterator[Wanted]:
        """What the constructor, the forward function and the loss need."""
        methods = self.classes.get(forward.owner, {})
        init = methods.get("__init__")
        seen = set(forward.returns) - {name for name, _ in forward.parameters} if loss else set()
        held = self.held_by(init, methods) if init else {}
        for function in filter(None, (init, forward, loss)):
            if function is loss and not seen & {name for name, _ in loss.parameters}:
                # The output under another name.
                seen.update([name for name, _ in loss.parameters if not TARGET_WORDS.match(name)][:1])
            further = self.lacking(function)
            facts = facts_of(function.node, self.resolver(function), further=further)
            if function is forward and backward is not None:
                learn_ranks(facts, backward.node, self.resolver(backward))
            for name in (*further, *(n for n, _ in function.parameters)):
                if name not in seen and name not in self.given:
                    seen.add(name)
                    context = f"{function.owner} {function.name}"
                    known = held.get(name) if function is init else None
                    known = known or facts.get(name, Facts())
                    known.made = self.made
                    yield Wanted(name, tuple(choices(name, known, context)), context)

    def held_by(self, init: Function, methods: Mapping[str, Function]) -> dict[str, Facts]:
        """What the constructor's parameters are, by the use of the attributes that hold them."""
        facts = facts_of(init.node, self.resolver(init))
        attributes = {name: known for known in facts.values() for name in known.stored_as}
        for method in methods.values():
            if attributes and method is not init:
                facts_of(method.node, self.resolver(method), attributes=attributes)
        return facts

    def lacking(self, function: Function) -> list[str]:
        """Variables of the module that a function reads and that could not be computed."""
        read = sorted(free_names(function.node)) if not function.owner else []
        calls = [n.func for n in ast.walk(function.node) if isinstance(n, ast.Call)]
        called = {f.id for f in calls if isinstance(f, ast.Name)}
        unknown = [n for n in read if n not in self.namespace and not hasattr(builtins, n)]
        return [name for name in unknown if name not in called | SUPPLIED.keys()]

    def resolver(self, function: Function) -> Callable[[str], Definition | None]:
        def resolve(name: str) -> Definition | None:
            if name.startswith("self."):
                found = self.classes.get(function.owner, {}).get(name[5:])
                return found.node if found else None
            if name in self.functions:
                return self.functions[name].node
            return definition_of(self.namespace.get(name))

        return resolve

    def caller(self, forward: Function, loss: Function | None) -> Callable[[Mapping[str, Value]], Value]:
        """Calls the forward pass directly, on fresh copies of the inputs."""
        init = self.classes.get(forward.owner, {}).get("__init__")
        lacking = self.lacked = tuple(self.lacking(forward))

        def call(values: Mapping[str, Value]) -> Value:
            values = copy.deepcopy(dict(values))
            self.namespace.update({name: values[name] for name in lacking if name in values})
            if not forward.owner:
                result = self.namespace[forward.name](**_chosen(forward, values))
                refuse_many_losses(result, forward.returns)
                refuse_odd_loss(forward, result, values)
                return self.lost(forward, loss, result, values) if loss else result
            made = self.namespace[forward.owner](**(_chosen(init, values) if init else {}))
            context = new_context(forward, self.namespace)
            result = getattr(made, forward.attribute)(**context, **_chosen(forward, values))
            refuse_odd_loss(forward, result, values)
            result = getattr(made, forward.stored_output, None) if result is None else result
            return self.lost(forward, loss, result, values, made) if loss else result

        return call

    def lost(
        self,
        forward: Function,
        loss: Function,
        result: Value,
        values: Mapping[str, Value],
        made: Any = None,
    ) -> Value:
        """The loss of a result, called as the driver does."""
        items = result if isinstance(result, tuple) else (result,)
        named = dict(zip(forward.returns, items, strict=False)) if len(forward.returns) == len(items) else {}
        place = output_place(self.source.text, loss, list(named))
        known = {**named, **values, "": items[place]}
        chosen = loss_arguments(loss, "", {name: name for name in known if name})
        for name in filter(TARGET_WORDS.match, chosen):
            target, output = known[chosen[name]], items[place]
            if np.ndim(target) == np.ndim(output) > 1 and np.shape(target) != np.shape(output):
                raise UnlikeError(np.shape(target), np.shape(output))
        called = getattr(made, loss.attribute) if loss.owner else self.namespace[loss.name]
        value = called(**{name: known[place] for name, place in chosen.items()})
        refuse_table(value, items[place])
        return value

    def misfits(self, program: Program, forward: Function) -> dict[str, tuple[int, ...]]:
        """Parameters whose gradients have another shape, which is told."""
        namespace = program.run(GIVEN)
        if isinstance(namespace, Failure):
            return {name: () for name, _ in forward.parameters}
        (shapes, owners), found = input_shapes(namespace, taken_apart(forward)), {}
        self.unlike = {}
        for item in program.returned:
            try:
                value = program.value(item.name, namespace)
            except LookupError:
                continue
            word, shape = gradient_word(item.name), shape_of(value)
            ranked = [n for score, n in best(word, list(shapes)) if score >= EXACT]
            if not ranked and shape not in shapes.values() and any(not stem for stem, _ in stems(word)):
                ranked = [name for name, _ in forward.parameters if name in shapes]  # `loss, grad`
            if not ranked and shape not in shapes.values():  # `nabla_b` of `biases`, and of a batch
                near = [name for _, name in best(word, list(shapes))]
                ranked = [n for n in near if batch_size({n: (shapes[n], shape)})[0]]
            own = shapes[ranked[0]] if ranked else shape
            if shape != own and not (len(shape) == 2 and shape == own[::-1]):  # not `dW.T` for `dW`
                found[owners[ranked[0]].rstrip("_")] = shape
                self.unlike[ranked[0]] = shapes[ranked[0]], shape
        return found


def _chosen(function: Function, values: Mapping[str, Value]) -> dict[str, Value]:
    return {name: values[name] for name, _ in function.parameters if name in values}
