"""The usual slips of who backpropagates by hand: what each is called, and why it is one."""

from __future__ import annotations

SLIPS = {
    "missing path": (
        "WG301",
        "the path through `{top}` is missing",
        "`{name}` also feeds `{top}`, and a gradient is the sum over all places where a value is used",
    ),
    "sign": (
        "WG204",
        "the sign is wrong",
        "the size is right; look at the sign of the local gradient at `{top}`",
    ),
    "no upstream": (
        "WG206",
        "this is the local gradient alone",
        "it says how `{top}` moves with `{name}`; multiply it by the upstream gradient of `{top}` to say how "
        "`{out}` moves",
    ),
    "no local": (
        "WG207",
        "this is the upstream gradient alone",
        "what arrives at `{top}` still has to be multiplied by the local gradient there",
    ),
    "no count": (
        "WG207",
        "the 1/N of the mean is missing",
        "each entry of `{name}` moves the mean `{top}` by one part in N only, N being the number of entries",
    ),
    "no exponent": (
        "WG205",
        "the exponent does not stand in front",
        "the derivative of a power brings its exponent down as a factor: that of `x**2` is `2*x`",
    ),
    "own factor": (
        "WG203",
        "this multiplies by `{name}` itself",
        "the local gradient of a product is the other factor, here `{about}`",
    ),
    "value as upstream": (
        "WG201",
        "this multiplies by the value `{about}` where the upstream gradient belongs",
        "a local gradient is multiplied by the gradient that arrives from the next gate, never by a value of "
        "the forward pass",
    ),
    "value as local": (
        "WG208",
        "this multiplies by the value `{top}`, not by a derivative",
        "the local gradient says how fast `{top}` moves with `{name}`, not how large it is",
    ),
    "twice": (
        "WG210",
        "the local gradient is multiplied in twice",
        "each gate on the way gives one factor, and `{top}` has given its own already",
    ),
    "added": (
        "WG211",
        "local and upstream gradient are added",
        "along a path gradients are multiplied; only different paths are added",
    ),
    "value": (
        "WG208",
        "this is the value of `{name}`",
        "a gradient says how much `{out}` moves with `{name}`, not what `{name}` is",
    ),
    "not summed": (
        "WG103",
        "this is not summed over {axes}",
        "`{name}` was stretched over {axes} to make `{top}`; every copy feeds `{out}`, so its gradient is "
        "the sum over the copies and has the shape of `{name}`",
    ),
    "averaged": (
        "WG205",
        "this is the mean over {axes} where the sum belongs",
        "`{name}` was stretched over {axes} to make `{top}`; what its copies bring back is added, not "
        "averaged",
    ),
    "other axis": (
        "WG102",
        "this is summed over another axis",
        "`{name}` was stretched over {axes} to make `{top}`, so over that its gradient is summed",
    ),
    "transposed": (
        "WG104",
        "this is the transpose of the gradient",
        "a gradient has the shape of its value: entry [i, j] says how much `{out}` moves with `{name}[i, j]`",
    ),
    "not turned": (
        "WG104",
        "this is {product}: a factor is not transposed as it should be",
        "in `{top}` each entry of `{name}` is multiplied by a row or column of `{about}`; what comes back is "
        "{right}",
    ),
    "other product": (
        "WG105",
        "this is {product}, the product in another order",
        "what comes back to `{name}` is {right}",
    ),
    "elementwise": (
        "WG105",
        "this multiplies entry by entry where a matrix product belongs",
        "what comes back to `{name}` is {right}",
    ),
    "term": (
        "WG301",
        "the term {part} is missing",
        "closed into one gate, {gate} sends back {right}",
    ),
    "factor": (
        "WG207",
        "the factor {part} is missing",
        "closed into one gate, {gate} sends back {right}",
    ),
    "turned": (
        "WG204",
        "a sign is wrong in {part}",
        "closed into one gate, {gate} sends back {right}",
    ),
    "factor above": (
        "WG205",
        "the factor {about} of `{top}` is missing",
        "it stands between `{name}` and `{out}`, so every gradient before it carries it",
    ),
}
"""Each kind of slip: the code of its cause, a title, and why it is one."""


def axes_text(axes: tuple[int, ...]) -> str:
    """Axes for people."""
    return f"axis {axes[0]}" if len(axes) == 1 else "axes " + " and ".join(map(str, axes))
