def make_inputs():
    return dict(x=1.2, k=0.7, dt=0.1)


def euler(x, k, dt):
    v = 0.0
    for step in range(10):
        a = -k * x
        v = v + dt * a
        x = x + dt * v
    return x**2 + v**2
