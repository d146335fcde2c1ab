"""The article's GAN: a train step, and an epoch on MNIST."""
from dataclasses import dataclass

import torch
import torch.nn as nn

import dcgan
import mnist

BATCH = 128


@dataclass
class Preset:
    """As in ours' gan-settings.ts, but for the average of the weights: see work.ts."""

    hidden: int
    lr: float
    beta1: float
    real_label: float
    outputs_logit: bool


PRESETS = {
    "article": Preset(hidden=128, lr=2e-4, beta1=0.9, real_label=1.0, outputs_logit=False),
    "recommended": Preset(hidden=512, lr=1e-3, beta1=0.0, real_label=0.9, outputs_logit=True),
}


class Trainer:
    def __init__(self, preset, fused=True, compiled=False, filters=None):
        hidden, outputs_logit = PRESETS[preset].hidden, PRESETS[preset].outputs_logit
        end = [] if outputs_logit else [nn.Sigmoid()]
        self.generator = nn.Sequential(nn.Linear(100, hidden), nn.ReLU(), nn.Linear(hidden, 784), nn.Tanh())
        self.discriminator = nn.Sequential(nn.Linear(784, hidden), nn.LeakyReLU(0.2), nn.Linear(hidden, 1), *end)
        if filters:
            self.generator, self.discriminator = dcgan.generator(filters), dcgan.discriminator(filters)
        self.criterion = nn.BCEWithLogitsLoss() if outputs_logit else nn.BCELoss()
        lr, beta1 = PRESETS[preset].lr, 0.5 if filters else PRESETS[preset].beta1
        adam = {"lr": lr, "betas": (beta1, 0.999), "fused": fused or None}
        self.optimizer_g = torch.optim.Adam(self.generator.parameters(), **adam)
        self.optimizer_d = torch.optim.Adam(self.discriminator.parameters(), **adam)
        self.real_label = torch.full((BATCH, 1), PRESETS[preset].real_label)
        self.ones, self.zeros = torch.ones(BATCH, 1), torch.zeros(BATCH, 1)
        if compiled:
            self.generator.compile()
            self.discriminator.compile()

    def step(self, real):
        """The article's step; both losses are read, as ours does."""
        noise = torch.randn(BATCH, 100)
        self.optimizer_g.zero_grad()
        fake = self.generator(noise)
        loss_g = self.criterion(self.discriminator(fake), self.ones)
        loss_g.backward()
        self.optimizer_g.step()
        self.optimizer_d.zero_grad()
        loss_real = self.criterion(self.discriminator(real), self.real_label)
        loss_d = loss_real + self.criterion(self.discriminator(fake.detach()), self.zeros)
        loss_d.backward()
        self.optimizer_d.step()
        return loss_d.item(), loss_g.item()

    def epoch(self):
        for real in mnist.batches(BATCH):
            losses = self.step(real)
        return losses


def endless_batches(data):
    while data == "noise":
        yield torch.randn(BATCH, 784)
    while data == "mnist":
        yield from mnist.batches(BATCH)


def step(data, preset, fused=True, compiled=False, filters=None):
    trainer = Trainer(preset, fused, compiled, filters)
    batches = endless_batches(data)
    return lambda: trainer.step(next(batches))


def epoch(preset, fused=True, compiled=False):
    return Trainer(preset, fused, compiled).epoch
