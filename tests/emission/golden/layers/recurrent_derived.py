class Recurrent:
    def __init__(self, n, h):
        draw = np.random.default_rng(0).normal
        self.Wx, self.Wh, self.b = draw(size=(n, h)), draw(size=(h, h)), draw(size=h)

    def forward(self, x, h0):
        Wx, Wh, b = self.Wx, self.Wh, self.b
        steps = []  # kept for the backward pass
        h = h0
        for t in range(x.shape[1]):
            h_prev = h
            h = np.tanh(x[:, t] @ Wx + h @ Wh + b)
            steps.append((h_prev, h))
        self.x = x
        self.steps = steps
        return h

    def backward(self, dh):
        """Stores self.dWx, self.dWh and self.db, returns the gradients by x and h0."""
        x, Wx, Wh, b, steps = self.x, self.Wx, self.Wh, self.b, self.steps
        dx = np.zeros_like(x)
        dWx = np.zeros_like(Wx)
        dWh = np.zeros_like(Wh)
        db = np.zeros_like(b)
        for t in reversed(range(x.shape[1])):
            h_prev, h = steps.pop()
            # h = np.tanh(x[:, t] @ Wx + h @ Wh + b)
            dsum = dh * (1 - h**2)
            dx[:, t] = dsum @ Wx.T
            dWx += x[:, t].T @ dsum
            dWh += h_prev.T @ dsum
            db += dsum.sum(axis=0)
            dh = dsum @ Wh.T
        self.dWx = dWx
        self.dWh = dWh
        self.db = db
        return dx, dh
