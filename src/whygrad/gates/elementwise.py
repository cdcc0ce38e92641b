"""Known gates that act on each entry by itself."""

from __future__ import annotations

from whygrad.gates.records import KnownGate, Stable, Step

ELEMENTWISE: tuple[KnownGate, ...] = (
    KnownGate(
        "sigmoid",
        ("x",),
        "s",
        "1 / (1 + exp(-1 * x))",
        (("x", "(1 - s) * s"),),
        (
            Step(
                "(-1 / (1 + exp(-x)) ** 2) * 1 * exp(-x) * -1",
                "the chain rule multiplies the four small partials: of 1/u, of plus 1, of exp, of times -1",
            ),
            Step("exp(-x) / (1 + exp(-x)) ** 2", "the two minus signs cancel"),
            Step(
                "((1 + exp(-x) - 1) / (1 + exp(-x))) * (1 / (1 + exp(-x)))",
                "add and subtract 1 in the numerator, and split the square into two factors",
            ),
            Step("(1 - 1 / (1 + exp(-x))) * (1 / (1 + exp(-x)))", "divide the first factor term by term"),
            Step("(1 - s) * s", "1 / (1 + exp(-x)) is the gate's own value s"),
        ),
        "The slope of a sigmoid follows from its value alone.",
        stable=Stable("0.5 * (1 + np.tanh(0.5 * x))", "exp(-x) overflows below x = -709"),
        spellings=(
            "1 / (1 + exp(-x))",
            "exp(x) / (1 + exp(x))",
            "reciprocal(1 + exp(-x))",
            "(1 + exp(-x)) ** -1",
            "1 / (1 + np.e ** -x)",
            "0.5 * (1 + tanh(0.5 * x))",
            "0.5 * (1 + tanh(x / 2))",
            "1 - 1 / (exp(x) + 1)",
            "where(x >= 0, 1 / (1 + exp(-x)), exp(x) / (1 + exp(x)))",
        ),
    ),
    KnownGate(
        "tanh",
        ("x",),
        "t",
        "(exp(x) - exp(-x)) / (exp(x) + exp(-x))",
        (("x", "1 - t * t"),),
        (
            Step(
                "((exp(x) + exp(-x)) * (exp(x) + exp(-x)) - (exp(x) - exp(-x)) * (exp(x) - exp(-x)))"
                " / (exp(x) + exp(-x)) ** 2",
                "the quotient rule; numerator and denominator are each other's derivative",
            ),
            Step("1 - ((exp(x) - exp(-x)) / (exp(x) + exp(-x))) ** 2", "divide term by term"),
            Step("1 - t * t", "the quotient is the gate's own value t"),
        ),
        "The slope of tanh follows from its value alone.",
        stable=Stable("np.tanh(x)", "exp(x) overflows above x = 709, and inf / inf is nan"),
        spellings=(
            "(exp(2 * x) - 1) / (exp(2 * x) + 1)",
            "(1 - exp(-2 * x)) / (1 + exp(-2 * x))",
            "2 / (1 + exp(-2 * x)) - 1",
        ),
    ),
    KnownGate(
        "softplus",
        ("x",),
        "y",
        "log(1 + exp(x))",
        (("x", "1 / (1 + exp(-x))"),),
        (
            Step(
                "(1 / (1 + exp(x))) * 1 * exp(x)",
                "the chain rule multiplies the three small partials: of log, of plus 1, of exp",
            ),
            Step("exp(x) / (1 + exp(x))", "one fraction"),
            Step("1 / (1 + exp(-x))", "divide numerator and denominator by exp(x)"),
        ),
        "The slope of softplus is the sigmoid of its input.",
        stable=Stable("np.logaddexp(0, x)", "exp(x) overflows above x = 709"),
        spellings=(
            "log1p(exp(x))",
            "logaddexp(0, x)",
            "-log(1 / (1 + exp(x)))",
            "maximum(x, 0) + log(1 + exp(-abs(x)))",
        ),
    ),
    KnownGate(
        "log sigmoid",
        ("x",),
        "y",
        "log(1 / (1 + exp(-x)))",
        (("x", "1 - exp(y)"),),
        (
            Step(
                "(1 + exp(-x)) * (-1 / (1 + exp(-x)) ** 2) * exp(-x) * -1",
                "the chain rule multiplies the small partials: of log, of 1/u, of exp, of times -1",
            ),
            Step("exp(-x) / (1 + exp(-x))", "one factor of the square cancels, and so do the minus signs"),
            Step("1 - 1 / (1 + exp(-x))", "add and subtract 1 in the numerator"),
            Step("1 - exp(y)", "1 / (1 + exp(-x)) is exp of the gate's own value y"),
        ),
        "The slope is one minus the sigmoid: the log undoes its saturation on the left.",
        stable=Stable(
            "-np.logaddexp(0, -x)", "the sigmoid underflows to 0 below x = -745, and log(0) is -inf"
        ),
        spellings=("-log(1 + exp(-x))", "-logaddexp(0, -x)", "x - log(1 + exp(x))"),
    ),
    KnownGate(
        "relu",
        ("x",),
        "y",
        "maximum(0, x)",
        (("x", "where(x > 0, 1, 0)"),),
        (Step("where(x > 0, 1, 0)", "above 0 the gate hands its input through, below 0 it is constant"),),
        "At 0 the gate has a kink: every slope from 0 to 1 is right there.",
        spellings=(
            "where(x > 0, x, 0)",
            "where(x >= 0, x, 0)",
            "where(x < 0, 0, x)",
            "x * (x > 0)",
            "(x + abs(x)) / 2",
        ),
    ),
    KnownGate(
        "leaky relu",
        ("x",),
        "y",
        "where(x > 0, x, a * x)",
        (("x", "where(x > 0, 1, a)"),),
        (
            Step(
                "where(x > 0, 1, a)", "above 0 the gate hands its input through, below 0 it hands on a of it"
            ),
        ),
        "At 0 the gate has a kink: every slope from a to 1 is right there.",
        constants=("a",),
        spellings=("maximum(x, 0.01 * x)", "where(x < 0, 0.2 * x, x)", "x * where(x > 0, 1, 0.1)"),
    ),
    KnownGate(
        "elu",
        ("x",),
        "y",
        "where(x > 0, x, a * (exp(x) - 1))",
        (("x", "where(x > 0, 1, y + a)"),),
        (
            Step("where(x > 0, 1, a * exp(x))", "the derivative of each branch"),
            Step("where(x > 0, 1, y + a)", "below 0, a * exp(x) is the gate's own value y plus a"),
        ),
        "Below 0 the slope follows from the value: it goes to 0 as the value goes to -a.",
        constants=("a",),
        spellings=("where(x > 0, x, 1.0 * expm1(x))", "where(x >= 0, x, 0.5 * exp(x) - 0.5)"),
    ),
    KnownGate(
        "silu",
        ("x",),
        "y",
        "x * (1 / (1 + exp(-1 * x)))",
        (("x", "sigmoid(x) + y * (1 - sigmoid(x))"),),
        (
            Step("1 * sigmoid(x) + x * ((1 - sigmoid(x)) * sigmoid(x))", "the product rule"),
            Step("sigmoid(x) + y * (1 - sigmoid(x))", "x * sigmoid(x) is the gate's own value y"),
        ),
        "For large x the slope is 1, for very negative x it is 0; it dips below 0 in between.",
        stable=Stable("x * 0.5 * (1 + np.tanh(0.5 * x))", "exp(-x) overflows below x = -709"),
        spellings=("x * (1 / (1 + exp(-x)))", "x / (1 + exp(-x))"),
    ),
    KnownGate(
        "gelu",
        ("x",),
        "y",
        "0.5 * x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x ** 3)))",
        (("x", "0.5 * (1 + t) + 0.5 * x * (1 - t * t) * sqrt(2 / pi) * (1 + 3 * 0.044715 * x ** 2)"),),
        (
            Step(
                "0.5 * (1 + t) + 0.5 * x * (1 - t * t) * sqrt(2 / pi) * (1 + 3 * 0.044715 * x ** 2)",
                "the product rule, with t for the tanh and 1 - t * t for its slope",
            ),
        ),
        "This is the form with tanh: x times a smooth step.",
        where=(("t", "tanh(sqrt(2 / pi) * (x + 0.044715 * x ** 3))"),),
        spellings=("0.5 * x * (1 + tanh(0.7978845608028654 * (x + 0.044715 * x * x * x)))",),
    ),
    KnownGate(
        "exact gelu",
        ("x",),
        "y",
        "0.5 * x * (1 + erf(x / sqrt(2)))",
        (("x", "p + x * exp(-0.5 * x ** 2) / sqrt(2 * pi)"),),
        (
            Step(
                "p + 0.5 * x * (2 / sqrt(pi)) * exp(-(x / sqrt(2)) ** 2) * (1 / sqrt(2))",
                "the product rule, with p for the share of the normal distribution below x; erf(u) has the "
                "slope 2 / sqrt(pi) * exp(-u ** 2), and u = x / sqrt(2) the slope 1 / sqrt(2)",
            ),
            Step("p + x * exp(-0.5 * x ** 2) / sqrt(2 * pi)", "one fraction: x times the normal density"),
        ),
        "x times the share of the normal distribution that lies below it.",
        where=(("p", "0.5 * (1 + erf(x / sqrt(2)))"),),
        spellings=("x * (0.5 + 0.5 * erf(0.7071067811865476 * x))",),
    ),
)
