"""From nothing to the first finished train step: `cold_start.py gan` or `cold_start.py mdn-rnn`."""
import sys

import torch

import gan
import mdn_rnn

if sys.argv[1] == "gan":
    gan.Trainer("article").step(torch.randn(gan.BATCH, 784))
else:
    mdn_rnn.step(batch=32, window=50, hidden=64)()
