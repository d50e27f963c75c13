"""Trains runs that the services refuse, until all of their clients have heard why.

python refused.py NAME

One run is described with no steps at all. Under one name, two trainers of the same incarnation
train networks of different layers. Prints what the package logs behind the number of the thread
that logs it: each client has a thread of its own that hears refusals.
"""

import logging
import sys
import time

import torch
from torch import nn

import isotherm
from isotherm.messages import RunDescription

CLIENTS = 3
PATIENCE = 120.0  # seconds
#: Steps that are trained behind the last refusal, in which nobody may be told again.
STEPS_BEHIND = 20


class Told(logging.StreamHandler):
    """Counts the clients that were told something of their run as a whole."""

    def __init__(self):
        super().__init__(sys.stdout)
        self.setFormatter(logging.Formatter("%(thread)d %(message)s"))
        self.clients = set()

    def emit(self, record):
        """Writes a line, and notes whose it is."""
        super().emit(record)
        line = record.getMessage()
        if line.startswith("refused by Isotherm") and 'reason="layer ' not in line:
            self.clients.add(record.thread)


class Trainer:
    """A small network in training."""

    def __init__(self, run, *widths):
        layers = [nn.Linear(*pair) for pair in zip(widths, widths[1:], strict=False)]
        self.model = nn.Sequential(*layers)
        self.inputs = torch.ones(2, widths[0])
        self.optimizer = torch.optim.SGD(self.model.parameters(), 1e-6)
        self.iso = isotherm.balance(
            self.model, self.optimizer, run=run, total_steps=1_000_000, every=1000
        )

    def step(self):
        """Trains one step."""
        self.model(self.inputs).sum().backward()
        self.optimizer.step()
        self.optimizer.zero_grad()
        self.iso.step()


def without_steps(description, body=RunDescription.body):
    """What a client of another author might send: a run of no steps."""
    steps = 0 if description.run.endswith("-wrong") else description.total_steps
    return {**body(description), "totalSteps": steps}


torch.set_num_threads(1)
told = Told()
logging.getLogger("isotherm").addHandler(told)
RunDescription.body = without_steps
name = sys.argv[1]
trainers = [
    Trainer(f"{name}-wrong", 64, 64),
    Trainer(f"{name}-twice", 64, 64),
    Trainer(f"{name}-twice", 64, 96, 64),
]
trainers[2].iso.incarnation = trainers[1].iso.incarnation
left = STEPS_BEHIND
deadline = time.monotonic() + PATIENCE
while left and time.monotonic() < deadline:
    for trainer in trainers:
        trainer.step()
    left -= len(told.clients) == CLIENTS
    time.sleep(0.05)
for trainer in trainers:
    trainer.iso.finish()
    trainer.iso.close()
