def grad_budget(x, w):
    """Gradients of budget by x and w."""
    steps = []  # kept for the backward pass
    total = 0.0
    weight = 1.0
    for i in range(len(x)):
        cost = weight * x[i] ** 2
        total_prev = total
        weight_prev = weight
        steps.append((total_prev, weight_prev, cost))
        if total + cost > 1.5:
            total += np.tanh(cost)
            break
        total += cost
        weight *= w

    grad_weight = 0.0
    grad_x = np.zeros_like(x)
    grad_w = 0.0
    for i in reversed(range(len(steps))):
        total_prev, weight_prev, cost = steps.pop()
        if total_prev + cost > 1.5:
            # total += np.tanh(cost)
            grad_cost = 1 - np.tanh(cost) ** 2
        else:
            # weight *= w
            grad_w += weight_prev * grad_weight
            grad_weight = w * grad_weight
            grad_cost = 1.0
        # cost = weight * x[i] ** 2
        grad_weight += grad_cost * x[i] ** 2
        grad_x[i] = 2 * grad_cost * weight_prev * x[i]
    return grad_x, grad_w
