def grad_cosine(a, b):
    """Gradients of cosine by a and b."""
    dot = np.dot(a, b)
    na = np.sqrt(np.dot(a, a))
    nb = np.sqrt(np.dot(b, b))

    # return dot / (na * nb)
    ratio = dot / (na**2 * nb**2)
    grad_dot = 1 / (na * nb)
    grad_na = -ratio * nb
    grad_nb = -ratio * na
    # nb = np.sqrt(np.dot(b, b))
    grad_b = grad_nb * b / nb
    # na = np.sqrt(np.dot(a, a))
    grad_a = grad_na * a / na
    # dot = np.dot(a, b)
    grad_a += grad_dot * b
    grad_b += grad_dot * a
    return grad_a, grad_b
