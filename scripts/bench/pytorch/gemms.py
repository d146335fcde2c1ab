"""The floor: nothing but a step's matrix products, into memory that is there already."""
import torch

# Beyond this a product's operands come round again: by then the last ones have left the caches.
MAX_BYTES = 256 * 2**20


def product(m, k, n, count, shared=False):
    """The operands (m, k), (k, n) and results (m, n) of `count` products, with one right operand if it is shared."""
    bytes_each = 4 * (m * k + m * n + (0 if shared else k * n))
    distinct = min(count, max(1, MAX_BYTES // bytes_each))
    right = torch.randn(k, n)
    operands = [
        (torch.randn(m, k), right if shared else torch.randn(k, n), torch.zeros(m, n)) for _ in range(distinct)
    ]
    return [operands[i % distinct] for i in range(count)]


def step(gemms, repeats=1):
    products = [operands for gemm in gemms for operands in product(**gemm)]

    def multiply():
        for _ in range(repeats):
            for left, right, result in products:
                torch.mm(left, right, out=result)

    return multiply
