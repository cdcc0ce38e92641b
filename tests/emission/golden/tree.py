import numpy as np


def leaf(value):
    return {"value": value, "left": None, "right": None}


def make_inputs():
    return dict(
        node={
            "value": 0.3,
            "left": leaf(0.5),
            "right": {"value": 1.0, "left": leaf(0.7), "right": leaf(0.2)},
        },
        w=1.3,
    )


def tree(node, w):
    if node["left"] is None:
        return node["value"] * w
    a = tree(node["left"], w)
    b = tree(node["right"], w)
    return np.tanh(a * b + w)
