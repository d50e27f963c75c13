"""What test_restart.py starts under torchrun: a rank is killed, all go on from a checkpoint."""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel

import isotherm

servers, folder = sys.argv[1], Path(sys.argv[2])
restarts = int(os.environ["TORCHELASTIC_RESTART_COUNT"])
rank = int(os.environ["RANK"])
# A store of its own for each start: addresses of processes that are dead stay in torchrun's.
store = dist.FileStore(str(folder / f"store-{restarts}"), 2)
dist.init_process_group("gloo", store=store, rank=rank, world_size=2)
torch.manual_seed(0)
model = DistributedDataParallel(nn.Sequential(nn.Linear(8, 8), nn.Linear(8, 2)))
optimizer = torch.optim.SGD(model.parameters(), 0.01)
with isotherm.balance(model, optimizer, run="restarted", total_steps=6, servers=servers) as iso:
    checkpoint = folder / "checkpoint.json"
    if restarts:
        iso.load_state_dict(json.loads(checkpoint.read_text()))
    else:
        rates = {"decisionId": "d", "revision": 1, "basedOnStep": 0, "factors": {"0": 0.5}}
        iso.load_state_dict({**iso.state_dict(), "rates": rates})
    told = {"incarnation": iso.incarnation, "step": iso.steps, "factors": iso.factors()}
    (folder / f"start-{restarts}-{rank}.json").write_text(json.dumps(told))
    while iso.steps < 6:
        model(torch.ones(4, 8)).sum().backward()
        optimizer.step()
        iso.step()
        if iso.steps == 3 and not restarts:
            if rank == 0:
                checkpoint.write_text(json.dumps(iso.state_dict()))
            dist.barrier()
            if rank == 1:
                os.kill(os.getpid(), signal.SIGKILL)
dist.destroy_process_group()
