def grad_triplet_loss(anchor, positive, negative, margin=1.0):
    """Gradients of triplet_loss by anchor, positive and negative."""
    near = np.sum((anchor - positive) ** 2, axis=1)
    far = np.sum((anchor - negative) ** 2, axis=1)
    losses = np.maximum(near - far + margin, 0)

    # return np.mean(losses)
    grad_losses = np.full(losses.shape, 1 / len(losses))
    # losses = np.maximum(near - far + margin, 0)
    grad_near = grad_losses * (losses > 0)
    grad_far = -grad_near
    # far = np.sum((anchor - negative) ** 2, axis=1)
    grad_anchor = 2 * grad_far[:, None] * (anchor - negative)
    grad_negative = -grad_anchor
    # near = np.sum((anchor - positive) ** 2, axis=1)
    grad_difference = 2 * grad_near[:, None] * (anchor - positive)
    grad_anchor += grad_difference
    grad_positive = -grad_difference
    return grad_anchor, grad_positive, grad_negative
