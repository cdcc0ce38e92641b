def make_inputs():
    return dict(a=0.5, x=0.3)


def fraction(a, x, terms=20, eps=1e-3):
    h = 1.0
    for m in range(1, terms):
        d = a * x / m
        h = h + d * h / (m + 1)
        if abs(d) < eps:
            break
    return h
