"""Trains the GAN on MNIST and prints its peak of resident memory: `mnist_job.py PRESET EPOCHS THREADS MNIST_FOLDER`."""
import re
import sys

import torch

import gan

preset, epochs, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
torch.set_num_threads(threads)
trainer = gan.Trainer(preset)
for _ in range(epochs):
    trainer.epoch()
with open("/proc/self/status") as file:
    kibibytes = int(re.search(r"VmHWM:\s+(\d+)", file.read())[1])
print(kibibytes / 1024)
