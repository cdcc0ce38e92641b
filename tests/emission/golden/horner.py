def make_inputs():
    return dict(coef=[0.5, -1.0, 2.0, 0.3], x=0.7)


def horner(coef, x):
    y = 0.0
    for c in reversed(coef):
        y = y * x + c
    return y
