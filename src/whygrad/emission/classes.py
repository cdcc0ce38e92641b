"""A class with a `forward` method gets its `backward` method, in the habits that the class shows.

What the backward pass needs is read of the attributes that hold it; what nothing holds yet is stored at
the end of `forward`. Gradients of attributes are stored as the class or its neighbours call them (`self.dW`,
`self.grad_W`, `self.grads["W"]`), those of arguments are returned.
"""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Mapping, Sequence
from typing import Any

from whygrad.emission import layout
from whygrad.emission.deriving import Written, listed
from whygrad.emission.entry import written_for
from whygrad.emission.instance import restored
from whygrad.emission.leaves import write
from whygrad.emission.mentions import free_names
from whygrad.emission.methods import Method
from whygrad.emission.proving import Proof, prove
from whygrad.emission.reaching import surely_bound
from whygrad.emission.saving import replaced
from whygrad.errors import EmissionError, UsageError
from whygrad.source import Source

FORMS = ("grad_{}", "{}_grad", "d_{}", "d{}", "g{}")
TABLES = ("grads", "gradients", "grad")
BACKWARD = ("backward", "backprop")


class ClassWriter:
    """Puts the backward lines of a forward method into its class."""

    def __init__(self, method: Method, written: Written, form: str) -> None:
        self.method, self.written, self.form = method, written, form
        self.own = method.own
        self.holders = self._holders()
        methods = {n.name: n for n in method.owner.body if isinstance(n, ast.FunctionDef)}
        self.old = next((methods[n] for n in BACKWARD if n in methods), None)

    # -- what is kept --

    def _holders(self) -> dict[str, str]:
        """Names to the attributes that hold them when `forward` returns."""
        found = {name: a for a, name in self.method.names.items()}
        flat = self.method.flat()
        stores = [n.id for n in ast.walk(flat) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
        for n in ast.walk(self.method.node):
            if not (isinstance(n, ast.Assign) and isinstance(n.value, ast.Name)):
                continue
            limit = 0 if n.value.id in self.method.parameters else 1
            if stores.count(n.value.id) <= limit:
                attributes = [t.attr for t in n.targets if self.method.is_attribute(t)]
                found.update((n.value.id, a) for a in attributes)
        return found

    def stored(self) -> dict[str, str]:
        """What `forward` has yet to store: names to attributes."""
        taken = {*vars(self.method.instance), *self.method.names}
        return {
            name: name if name not in taken else f"saved_{name}"
            for name in self.written.cache
            if name not in self.holders and name not in self.table()
        }

    def table(self) -> list[str]:
        """The names that the user's forward keeps as `self.cache = (x, h)`, where some of them are needed."""
        found = [
            n.value.elts
            for n in ast.walk(self.method.node)
            if isinstance(n, ast.Assign)
            and isinstance(n.value, ast.Tuple)
            and any(self.method.is_attribute(t) and t.attr == "cache" for t in n.targets)
        ]
        names = [e.id for e in found[0] if isinstance(e, ast.Name)] if len(found) == 1 else []
        whole = len(found) == 1 and len(names) == len(found[0]) and not self.written.saves
        return (
            names if whole and self.method.names.get("cache") and set(names) & set(self.written.cache) else []
        )

    # -- the backward method --

    def backward(self) -> list[str]:
        """Its lines, within the class."""
        given = list(self.written.given)
        if self.old is not None and len(self.old.args.args) == len(given) + 1:
            given = [a.arg for a in self.old.args.args[1:]]
        renamed = {a: b for a, b in zip(self.written.given, given, strict=True) if a != b}
        name = self.old.name if self.old is not None else BACKWARD[0]
        holders = self.holders | self.stored()
        table = self.table()
        whole = layout.fitted(f"{', '.join(table)} = {self.own}.cache", 0) if table else []
        inside = [*(self.within_branches() if self.keeps_text() else {}), *self.perhaps_set()]
        cache = [n for n in self.written.cache if n not in table and n not in inside]
        lines = [*whole, *unpacked(cache, [f"{self.own}.{holders[n]}" for n in cache])]
        lines += [line.removeprefix("    ") for line in self.written.lines]
        renamed |= {n: f"{self.own}.{holders[n]}" for n in inside}
        lines = self.restored(lines)
        lines, returned = self.with_results([*([self.written.note] if self.written.note else []), *lines])
        body = [replaced(line, renamed) for line in [*lines, *returned]]
        head = f"def {name}({', '.join([self.own, *given])}):"
        return [head, *(f"    {line}" if line else "" for line in [self.says(), *body])]

    def restored(self, lines: Sequence[str]) -> list[str]:
        """Lines in which helpers are called as methods again."""
        helpers = {self.method.names[a]: a for a in self.method.helpers}
        return [restored(line, self.own, helpers, self.method.reads) for line in lines]

    def says(self) -> str:
        """The docstring."""
        held = [n for n in self.written.wanted if n not in self.method.parameters]
        returned = [n for n in self.written.wanted if n in self.method.parameters]
        parts = []
        if held:
            places = listed(list(dict.fromkeys(self.place(n).split("[")[0] for n in held)))
            parts.append(f"stores {places if len(held) < 5 else 'the gradients of its attributes'}")
        if returned:
            parts.append(f"returns the gradients by {listed(returned)}")
        text = ", ".join(parts)
        return f'"""{text[0].upper()}{text[1:]}."""'

    def with_results(self, lines: list[str]) -> tuple[list[str], list[str]]:
        """The lines that hand over each gradient: stored where they are made, if nothing else reads them."""
        returned, ending = [], []
        for name, text in zip(self.written.wanted, self.written.results, strict=True):
            if name in self.method.parameters:
                returned.append(text)
                continue
            places = [
                k for k, line in enumerate(lines) if re.search(rf"(?<![\w.]){text}\b", line.split("  # ")[0])
            ]
            if text.isidentifier() and len(places) == 1 and lines[places[0]].startswith(f"{text} = "):
                lines[places[0]] = lines[places[0]].replace(text, self.place(name), 1)
            else:
                ending.append(f"{self.place(name)} = {text}")
        return lines, [*ending, *([f"return {', '.join(returned)}"] if returned else [])]

    def place(self, name: str) -> str:
        """Where the gradient of an attribute is stored."""
        attribute = next((a for a, n in self.method.names.items() if n == name), name)
        if "[" in self.form and isinstance(getattr(self.method.instance, attribute, None), dict):
            return f"{self.own}.{self.form.split('[')[0]}"  # a table of gradients as it is one of weights
        return f"{self.own}.{self.form.format(attribute)}"

    # -- the forward method --

    def forward(self) -> list[str]:
        """Its lines, within the class: the user's, with what is stored before it returns."""
        node, source = self.method.node, self.method.source
        first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
        pad = node.col_offset
        lines = [line[pad:] for line in source.lines[first - 1 : node.end_lineno]]
        if not self.stored() and not self.written.saves:
            return lines
        if self.keeps_text():
            places = self.within_branches()
            kept = [f"    {self.own}.{a} = {n}" for n, a in self.stored().items() if n not in places]
            end = node.body[-1]
            place = end.lineno if isinstance(end, ast.Return) else (end.end_lineno or 0) + 1
            edits = [(place - first, kept)]
            for name, statement in places.items():
                text = f"{' ' * (statement.col_offset - pad)}{self.own}.{self.stored()[name]} = {name}"
                edits.append(((statement.end_lineno or 0) - first + 1, [text]))
            for at, made in sorted(edits, reverse=True):
                lines[at:at] = made
            return lines
        return shortened(self.written_forward(), pad)

    def keeps_text(self) -> bool:
        """Can the user's forward stay as it is, with a few lines more?"""
        node = self.method.node
        returns = [n for n in ast.walk(node) if isinstance(n, ast.Return)]
        sure = surely_bound(self.method.flat().body) | set(self.method.parameters)
        known = sure | set(self.within_branches()) | set(self.holders) | set(self.table())
        last = not any(n.value for n in returns) or (len(returns) == 1 and returns[0] is node.body[-1])
        return last and not self.written.saves and set(self.written.cache) <= known

    def within_branches(self) -> dict[str, ast.stmt]:
        """What has yet to be stored and is assigned in one branch only, with the statement that does."""
        found: dict[str, ast.stmt] = {}
        sure = surely_bound(self.method.node.body) | set(self.method.parameters)
        branches = [n for n in self.method.node.body if isinstance(n, ast.If)]
        for name in self.stored():
            made = [
                s
                for s in ast.walk(self.method.node)
                if isinstance(s, ast.Assign) and name in surely_bound([s]) and name not in sure
            ]
            if len(made) == 1 and any(made[0] in arm for b in branches for arm in (b.body, b.orelse)):
                found[name] = made[0]
        return found

    def perhaps_set(self) -> list[str]:
        """What the user's forward stores in one branch only: it is read just where it is needed."""
        kept = {self.method.names[a] for a in self.method.kept if not hasattr(self.method.instance, a)}
        return [n for n in self.written.cache if n in kept - surely_bound(self.method.flat().body)]

    def written_forward(self) -> list[str]:
        """The forward pass that was written, which saves what the user's does not."""
        tree = ast.parse(self.written.text)
        made = next(n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == self.written.forward)
        lines = self.written.text.split("\n")
        bindings = {n.id for n in ast.walk(made) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        state = [
            a for a in self.method.kept if a in self.method.given and self.method.names[a] not in bindings
        ]
        if state:
            raise EmissionError(
                f"{self.own}.{state[0]}, which {self.method.owner.name}.forward changes, cannot be kept up",
                hint=f"update {self.own}.{state[0]} in a method of its own",
            )
        assigns = [n for n in ast.walk(made) if isinstance(n, ast.Assign) and write(n.targets[0]) == "cache"]
        edits: list[tuple[int, int, list[str]]] = [(n.lineno, n.end_lineno or n.lineno, []) for n in assigns]
        for n in ast.walk(made):
            if isinstance(n, ast.Return) and isinstance(n.value, ast.Tuple):
                edits.append((n.lineno, n.end_lineno or n.lineno, self.returning(n, assigns, bindings)))
        for start, end, instead in sorted(edits, reverse=True):
            lines[start - 1 : end] = instead
        end = next(k for k in range(made.lineno, len(lines)) if lines[k] and not lines[k].startswith(" "))
        header = f"def {self.method.node.name}({write(self.method.node.args)}):"
        body = self.restored(lines[made.body[0].lineno - 1 : end])
        known = free_names(body)
        read = [a for a in self.method.given if self.method.names[a] in known]
        names = ", ".join(self.method.names[a] for a in read)
        unpack = [f"    {names} = {', '.join(f'{self.own}.{a}' for a in read)}"] if read else []
        while body and not body[-1]:
            body.pop()
        return [header, *unpack, *body]

    def returning(self, node: ast.Return, assigns: Sequence[ast.Assign], bindings: set[str]) -> list[str]:
        """What is stored before a return, and what is returned."""
        assert isinstance(node.value, ast.Tuple)
        *values, cache = node.value.elts
        if write(cache) == "cache":
            cache = max((n for n in assigns if n.lineno < node.lineno), key=lambda n: n.lineno).value
        parts = cache.elts if len(self.written.cache) > 1 and isinstance(cache, ast.Tuple) else [cache]
        pad = " " * node.col_offset
        stored = self.stored() | {
            self.method.names[a]: a for a in self.method.kept if self.method.names[a] in bindings
        }
        stored |= {
            n: a for n, a in self.holders.items() if n in self.written.cache and a not in self.method.given
        }
        held = dict(zip(self.written.cache, map(write, parts), strict=False))
        lines = [f"{pad}{self.own}.{a} = {held.get(n, n)}" for n, a in stored.items()]
        return [*lines, f"{pad}return {', '.join(map(write, values))}"]

    def text(self) -> str:
        """The whole file."""
        lines, node = list(self.method.source.text.split("\n")), self.method.node
        pad = " " * node.col_offset
        backward = shortened(self.backward(), node.col_offset)
        edits = []
        after = [] if self.old is not None else ["", *backward]
        first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
        edits.append((first, node.end_lineno or first, [*self.forward(), *after]))
        if self.old is not None:
            edits.append((self.old.lineno, self.old.end_lineno or self.old.lineno, backward))
        for start, end, made in sorted(edits, reverse=True):
            lines[start - 1 : end] = [pad + line if line else "" for line in made]
        return "\n".join(lines)


def shortened(lines: Sequence[str], pad: int) -> list[str]:
    """Lines that become too long when they are indented by `pad`, broken."""
    made = []
    for line in lines:
        bare = line.lstrip()
        if len(line) + pad <= layout.WIDTH or bare.startswith(("#", '"""', "def ")):
            made.append(line)
        else:
            broken = layout.fitted(bare, (len(line) - len(bare) + pad) // 4)
            made += [b[pad:] for part in broken for b in part.split("\n")]
    return made


def unpacked(names: Sequence[str], values: Sequence[str]) -> list[str]:
    """Names set together, as many as fit into a line."""
    lines, first = [], 0
    for k in range(1, len(names) + 1):
        text = f"{', '.join(names[first : k + 1])} = {', '.join(values[first : k + 1])}"
        if k == len(names) or len(text) > 72:
            lines.append(f"{', '.join(names[first:k])} = {', '.join(values[first:k])}")
            first = k
    return lines


def form_of(tree: ast.Module, method: Method) -> str:
    """How gradients of attributes are called in the file."""
    names = {n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute)}
    for form in FORMS:
        if any(form.format(n) in names for n in names if len(form.format(n)) > 2):
            return form
    tables = [n for n in TABLES if isinstance(getattr(method.instance, n, None), dict)]
    return f'{tables[0]}["{{}}"]' if tables else "d{}"


def derive_class(
    source: Source,
    owner: ast.ClassDef,
    instance: Any,
    arguments: Mapping[str, Any],
    namespace: Mapping[str, Any],
    *,
    wrt: Sequence[str] = (),
    check: bool = True,
) -> tuple[str, str, Proof | None]:
    """(the class, its whole file, how it was checked) with the backward method of `owner`.

    `instance` is an example of the class, `arguments` are those of its forward method. Raises EmissionError
    for what cannot be derived.
    """
    method = Method(source, owner, forward_method(owner), instance)
    values = _values(method, arguments)
    order = list(values)
    form = form_of(ast.parse(source.text), method)
    function = method.function(namespace)
    subject, written, _ = written_for(
        function,
        copy.deepcopy([*values.values()]),
        wrt=list(wrt) or method.wanted(values),
        check=check,
        prefix="grad_" if form.startswith("grad_") else "d",
    )
    writer = ClassWriter(method, written, form)
    text = writer.text()
    proof = None
    if check:
        used = [order.index(n) for n in written.wanted]
        proof = prove(
            function, executed(writer, text, namespace, order), subject.examples, used, written.given
        )
    made = next(n for n in ast.parse(text).body if isinstance(n, ast.ClassDef) and n.name == owner.name)
    return "\n".join(text.split("\n")[made.lineno - 1 : made.end_lineno]) + "\n", text, proof


def plain_forward(
    source: Source,
    owner: ast.ClassDef,
    instance: Any,
    arguments: Mapping[str, Any],
    namespace: Mapping[str, Any],
) -> tuple[Any, list[Any], list[str], str]:
    """The forward method as a function of what it reads.

    The function, its arguments, the names of those that get a gradient, and the text of methods it calls.
    """
    method = Method(source, owner, forward_method(owner), instance)
    values = _values(method, arguments)
    function = method.function(namespace)
    helpers = "".join(f"{write(helper)}\n\n\n" for helper in method.helpers.values())
    return function, copy.deepcopy([*values.values()]), method.wanted(values), helpers


def _values(method: Method, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of the method as a function, in their order."""
    missing = [p for p in method.parameters if p not in arguments]
    if missing:
        raise UsageError(
            f"no example value for the parameter `{missing[0]}` of {method.owner.name}.{method.node.name}",
            hint=f'--input "{missing[0]}=randn(4, 3)"',
        )
    held = {method.names[a]: getattr(method.instance, a) for a in method.given}
    return {**{p: arguments[p] for p in method.parameters}, **held}


def forward_method(owner: ast.ClassDef) -> ast.FunctionDef:
    """The method that is derived."""
    methods = {n.name: n for n in owner.body if isinstance(n, ast.FunctionDef)}
    found = methods.get("forward") or methods.get("__call__")
    if found is None:
        raise UsageError(f"the class {owner.name} has no forward method", hint="def forward(self, x): ...")
    return found


def executed(writer: ClassWriter, text: str, namespace: Mapping[str, Any], order: Sequence[str]) -> Any:
    """The class that was written, as a function from the values of all names to the gradients."""
    method, written = writer.method, writer.written
    made = dict(namespace)
    exec(compile(text, "<derived>", "exec"), made)
    count = len(method.parameters)
    back = writer.old.name if writer.old is not None else BACKWARD[0]

    def both(*args: Any, **upstream: Any) -> Any:
        instance = copy.copy(method.instance)
        instance.__dict__.update(copy.deepcopy(method.instance.__dict__))
        instance.__class__ = made[method.owner.name]
        instance.__dict__.update({a: args[count + k] for k, a in enumerate(method.given)})
        getattr(instance, method.node.name)(**dict(zip(order, args[:count], strict=False)))
        found = getattr(instance, back)(*[upstream[n] for n in written.given])
        returned = [n for n in written.wanted if n in method.parameters]
        handed = dict(zip(returned, found if len(returned) > 1 else [found], strict=False))
        scope = {method.own: instance}
        results = [handed[n] if n in handed else eval(writer.place(n), scope) for n in written.wanted]
        return results if len(results) > 1 else results[0]

    return both
