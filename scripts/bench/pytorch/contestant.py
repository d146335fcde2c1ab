"""PyTorch's side: reads {"case", "work", "threads", "turnMs"} a line, answers {"ms": [...]}, the time of each step."""
import gc
import json
import sys
import time

import torch

import gan
import gemms
import gru
import mdn_rnn
import small_op

KINDS = {
    "gan-step": gan.step,
    "mnist-epoch": gan.epoch,
    "mdn-rnn-step": mdn_rnn.step,
    "forecast": mdn_rnn.forecast,
    "gru": gru.step,
    "small-op": small_op.step,
    "gemms": gemms.step,
}


def prepare(work):
    parameters = dict(work)
    return KINDS[parameters.pop("kind")](**parameters)


def time_steps(step, turn_ms):
    times = []
    end = time.perf_counter() + turn_ms / 1000
    while not times or time.perf_counter() < end:
        start = time.perf_counter()
        step()
        times.append((time.perf_counter() - start) * 1000)
    return times


def forget(steps):
    """Frees what the last case held, compiled code too."""
    if any('"compiled": true' in key for key in steps):
        torch.compiler.reset()
    steps.clear()
    gc.collect()


def main():
    current, steps = None, {}
    for line in sys.stdin:
        request = json.loads(line)
        torch.set_num_threads(request["threads"])
        # Compiled code is for a number of threads and isn't compiled again for another one.
        if (request["case"], request["threads"]) != current:
            forget(steps)
            current = (request["case"], request["threads"])
        key = json.dumps(request["work"])
        try:
            if key not in steps:
                steps[key] = prepare(request["work"])
            answer = {"ms": time_steps(steps[key], request["turnMs"])}
        except Exception as error:  # such as torch.compile without a compiler: the column is left empty
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


main()
