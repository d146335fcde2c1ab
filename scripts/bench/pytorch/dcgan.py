"""DCGAN's networks for MNIST, as in PyTorch's example, from and to rows."""
import torch.nn as nn

WINDOW = {"kernel_size": 4, "stride": 2, "padding": 1, "bias": False}


def generator(filters):
    wide = 2 * filters
    return nn.Sequential(
        nn.Unflatten(1, (100, 1, 1)),
        nn.ConvTranspose2d(100, wide, 7, bias=False), nn.BatchNorm2d(wide), nn.ReLU(),
        nn.ConvTranspose2d(wide, filters, **WINDOW), nn.BatchNorm2d(filters), nn.ReLU(),
        nn.ConvTranspose2d(filters, 1, **WINDOW), nn.Tanh(),
        nn.Flatten(),
    )


def discriminator(filters):
    wide = 2 * filters
    return nn.Sequential(
        nn.Unflatten(1, (1, 28, 28)),
        nn.Conv2d(1, filters, **WINDOW), nn.LeakyReLU(0.2),
        nn.Conv2d(filters, wide, **WINDOW), nn.BatchNorm2d(wide), nn.LeakyReLU(0.2),
        nn.Conv2d(wide, 1, 7, bias=False),
        nn.Flatten(),
    )
