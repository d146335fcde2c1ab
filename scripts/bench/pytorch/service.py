"""What a Node team would run instead: FastAPI and uvicorn with PyTorch, which forecasts with a run of this package."""
import json
import os
import socket
import struct
import sys

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel
from uvicorn.supervisors import Multiprocess

torch.set_num_threads(1)  # a worker process a core


def read_safetensors(path):
    with open(path, "rb") as file:
        size = struct.unpack("<Q", file.read(8))[0]
        header = json.loads(file.read(size))
        data = file.read()
    return {
        name: torch.frombuffer(bytearray(data[slice(*entry["data_offsets"])]), dtype=torch.float32).view(entry["shape"])
        for name, entry in header.items()
        if name != "__metadata__"
    }


class MdnRnn(nn.Module):
    def __init__(self, hidden, mixtures):
        super().__init__()
        self.mixtures = mixtures
        self.rnn = nn.GRU(1, hidden, batch_first=True)
        self.fc = nn.Linear(hidden, mixtures * 3)

    def forward(self, series, state=None):
        output, state = self.rnn(series, state)
        return self.fc(output[:, -1]).view(-1, self.mixtures, 3), state


run = os.environ["RUN"]
with open(os.path.join(run, "config.json")) as file:
    settings = json.load(file)["settings"]
encoding = settings["encodings"][0]
scaling = encoding["scaling"]["series"][0]
model = MdnRnn(settings["hidden"], settings["mixtures"]).eval()
model.load_state_dict(read_safetensors(os.path.join(run, "model.safetensors")))


class Request(BaseModel):
    values: list[float]
    horizon: int = 12
    paths: int = 200
    quantiles: list[float] = [0.1, 0.5, 0.9]
    seed: int = 0


@torch.inference_mode()
def draw_paths(history, horizon, paths, seed):
    generator = torch.Generator().manual_seed(seed)

    def draw(raw):
        mean, variance, log_weight = raw[..., 0], F.softplus(raw[..., 1]) + 1e-3, F.log_softmax(raw[..., 2], dim=-1)
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


app = FastAPI()


# Not in threads, which would contend: twenty requests at once would take a worker four times as long.
@app.post("/forecast")
async def forecast(request: Request):
    window = np.asarray(request.values[-encoding["window"] :], dtype=np.float64)
    scaled = torch.tensor((window - scaling["mean"]) / scaling["deviation"], dtype=torch.float32).view(1, -1, 1)
    paths = draw_paths(scaled, request.horizon, request.paths, request.seed).numpy().astype(np.float64)
    paths = paths * scaling["deviation"] + scaling["mean"]
    quantiles = np.quantile(paths, request.quantiles, axis=0)
    return {"steps": [{"mean": float(m), "quantiles": q.tolist()} for m, q in zip(paths.mean(axis=0), quantiles.T)]}


if __name__ == "__main__":
    # As uvicorn.run() with several workers, whose connections would otherwise wait 40 ms for delayed acknowledgements.
    config = uvicorn.Config("service:app", port=int(sys.argv[1]), workers=int(sys.argv[2]), log_level="warning")
    listener = config.bind_socket()
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    Multiprocess(config, target=uvicorn.Server(config).run, sockets=[listener]).run()
