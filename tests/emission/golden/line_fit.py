def make_inputs():
    return dict(xs=[0.1, 0.2, 0.5], ys=[1.0, 2.0, 3.0], a=0.3, b=0.4)


def poly(xs, ys, a, b):
    total = 0.0
    for x, y in zip(xs, ys):
        e = a * x + b - y
        total += e * e
    return total / len(xs)
