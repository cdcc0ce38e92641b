def make_inputs():
    return dict(x0=1.0, v0=0.0, k=2.0, m=0.5)


def simulate(x0, v0, k, m):
    dt = 0.1
    xs = []
    x, v = x0, v0
    for step in range(10):
        a = -k / m * x
        v = v + a * dt
        x = x + v * dt
        xs.append(x)
    best = xs[0]
    for x in xs:
        if abs(x) > abs(best):
            best = x
    return best
