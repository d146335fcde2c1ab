"""The article's MDN-RNN: a train step, and a forecast of joint paths."""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F

NUM_MIXTURES = 5


class MdnRnn(nn.Module):
    def __init__(self, hidden):
        super().__init__()
        self.rnn = nn.GRU(1, hidden, batch_first=True)
        self.fc = nn.Linear(hidden, NUM_MIXTURES * 3)

    def forward(self, series, state=None):
        output, state = self.rnn(series, state)
        return self.fc(output[:, -1]).view(-1, NUM_MIXTURES, 3), state


def mixture(raw):
    """Means, variances and logarithms of the weights, (B, K) each."""
    return raw[..., 0], F.softplus(raw[..., 1]) + 1e-3, F.log_softmax(raw[..., 2], dim=-1)


def nll(raw, target):
    """Mean negative log likelihood of target (B, 1) in nats."""
    mean, variance, log_weight = mixture(raw)
    log_density = -0.5 * ((target - mean).square() / variance + variance.log() + math.log(2 * math.pi))
    return -torch.logsumexp(log_weight + log_density, dim=-1).mean()


def step(batch, window, hidden, fused=True, compiled=False):
    model = MdnRnn(hidden)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, fused=fused or None)
    windows = torch.randn(batch, window + 1, 1)

    def loss_of(windows):
        return nll(model(windows[:, :-1])[0], windows[:, -1])

    if compiled:
        loss_of = torch.compile(loss_of)

    def train_step():
        optimizer.zero_grad()
        loss = loss_of(windows)
        loss.backward()
        optimizer.step()
        return loss.item()

    return train_step


def forecast(paths, horizon, window, hidden):
    model = MdnRnn(hidden)
    history = torch.randn(1, window, 1)

    @torch.inference_mode()
    def draw_paths():
        generator = torch.Generator().manual_seed(0)

        def draw(raw):
            mean, variance, log_weight = mixture(raw)
            component = torch.multinomial(log_weight.exp(), 1, generator=generator)
            noise = torch.randn(paths, 1, generator=generator)
            return noise * variance.gather(1, component).sqrt() + mean.gather(1, component)

        raw, state = model(history)
        state = state.expand(-1, paths, -1).contiguous()
        values = [draw(raw.expand(paths, -1, -1))]
        while len(values) < horizon:
            raw, state = model(values[-1].unsqueeze(1), state)
            values.append(draw(raw))
        return torch.cat(values, dim=1)

    return draw_paths
