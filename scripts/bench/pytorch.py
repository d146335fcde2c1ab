"""PyTorch's side of the benchmark: the same steps as cases.ts. Reads {"case", "threads", "steps"} a line, answers {"ms"}."""
import json
import statistics
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F


def gan_step(real_batch, hidden):
    generator = nn.Sequential(nn.Linear(100, hidden), nn.ReLU(), nn.Linear(hidden, 784), nn.Tanh())
    discriminator = nn.Sequential(nn.Linear(784, hidden), nn.LeakyReLU(0.2), nn.Linear(hidden, 1), nn.Sigmoid())
    criterion = nn.BCELoss()
    optimizer_g = torch.optim.Adam(generator.parameters(), lr=2e-4, fused=True)
    optimizer_d = torch.optim.Adam(discriminator.parameters(), lr=2e-4, fused=True)
    ones, zeros = torch.ones(128, 1), torch.zeros(128, 1)

    def step():
        real = real_batch()
        optimizer_g.zero_grad()
        fake = generator(torch.randn(128, 100))
        loss_g = criterion(discriminator(fake), ones)
        loss_g.backward()
        optimizer_g.step()
        optimizer_d.zero_grad()
        loss_d = criterion(discriminator(real), ones) + criterion(discriminator(fake.detach()), zeros)
        loss_d.backward()
        optimizer_d.step()

    return step


def mdn_rnn_step(batch, window, hidden):
    rnn, fc = nn.GRU(1, hidden, batch_first=True), nn.Linear(hidden, 15)
    parameters = [*rnn.parameters(), *fc.parameters()]
    optimizer = torch.optim.Adam(parameters, lr=1e-3, fused=True)
    series = torch.randn(batch, window + 1, 1)

    def step():
        optimizer.zero_grad()
        inputs, target = series[:, :-1, :], series[:, -1, :]
        output = fc(rnn(inputs)[0][:, -1, :]).view(-1, 5, 3)
        mean, variance, log_weight = output[..., :1], F.softplus(output[..., 1]) + 1e-3, F.log_softmax(output[..., 2], -1)
        squared = (target.unsqueeze(1) - mean).square().sum(-1)
        log_density = -0.5 * (squared / variance + variance.log() + 1.8378770664093453)
        loss = -torch.logsumexp(log_weight + log_density, -1).mean()
        loss.backward()
        optimizer.step()

    return step


def mnist_batches():
    images = torch.rand(60000, 784)
    order = torch.randperm(60000)
    position = 0

    def batch():
        nonlocal position
        position = (position + 128) % 59000
        return images[order[position : position + 128]]

    return batch


def small_op():
    x = torch.randn(8, 8)
    return lambda: [torch.relu(x) for _ in range(1000)]


CASES = {
    "gan-as-written": lambda: gan_step(lambda: torch.randn(128, 784), 128),
    "gan-mnist": lambda: gan_step(mnist_batches(), 128),
    "gan-mnist-h512": lambda: gan_step(mnist_batches(), 512),
    "mdn-rnn-t20": lambda: mdn_rnn_step(32, 20, 64),
    "mdn-rnn-t50": lambda: mdn_rnn_step(32, 50, 64),
    "mdn-rnn-t200": lambda: mdn_rnn_step(32, 200, 64),
    "relu-1000": small_op,
}

steps = {}
for line in sys.stdin:
    request = json.loads(line)
    torch.set_num_threads(request["threads"])
    step = steps.setdefault(request["case"], None) or CASES[request["case"]]()
    steps[request["case"]] = step
    times = []
    for _ in range(request["steps"]):
        start = time.perf_counter()
        step()
        times.append((time.perf_counter() - start) * 1000)
    print(json.dumps({"ms": statistics.quantiles(times, n=4)[0]}), flush=True)
