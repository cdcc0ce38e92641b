def grad_capped_rows(A, cap):
    """Gradients of capped_rows by A and cap."""
    steps = []  # kept for the backward pass
    N, M = A.shape
    for i in range(N):
        acc = 0.0
        count = 0
        for j in range(M):
            acc += A[i, j] ** 2
            count += 1
            if acc > cap:
                break
        steps.append((acc, count))

    grad_A = np.zeros_like(A)  # (N, M)
    for i in reversed(range(N)):
        acc, count = steps.pop()
        # total += acc * np.sin(A[i, 0])
        grad_acc = np.sin(A[i, 0])
        grad_A[i, 0] += acc * np.cos(A[i, 0])
        for j in reversed(range(count)):
            # acc += A[i, j] ** 2
            grad_A[i, j] += 2 * grad_acc * A[i, j]
    return grad_A, 0.0
