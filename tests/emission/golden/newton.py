def make_inputs():
    return dict(a=2.3)


def newton(a):
    x = a
    for i in range(50):
        r = x * x - a
        if abs(r) < 1e-12:
            break
        x = x - r / (2 * x)
    return x
