"""MNIST's training images from the IDX file that ours reads too."""
import functools
import os
import sys

import torch


@functools.cache
def images():
    """(60000, 784) in [-1, 1], from the folder that is the script's last argument."""
    with open(os.path.join(sys.argv[-1], "train-images-idx3-ubyte"), "rb") as file:
        pixels = torch.frombuffer(bytearray(file.read()), dtype=torch.uint8, offset=16)
    return pixels.view(-1, 784).float().div_(127.5).sub_(1)


def batches(size):
    """An epoch's batches in a new order, without a last one that is smaller."""
    data = images()
    order = torch.randperm(len(data))
    for start in range(0, len(data) - size + 1, size):
        yield data[order[start : start + size]]
