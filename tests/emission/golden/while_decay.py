def make_inputs():
    return dict(x=5.3, a=1.2)


def while_loop(x, a):
    n = 0
    while abs(x) > 0.5:
        x = x * 0.7 + 0.01 * a
        n += 1
    return x * a
