"""A small GPT whose weights are sharded over several processes (FSDP2), balanced in a plain loop.

$ torchrun --nproc-per-node 2 examples/gpt_fsdp2.py

Each process publishes its own shards of the weights; nothing is gathered.
"""

import argparse

import small_gpt
import torch
import torch.distributed as dist
from torch.distributed.fsdp import fully_shard
from torch.utils.data import DataLoader, DistributedSampler

import isotherm


def main() -> None:
    """Trains."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--name", default="gpt-fsdp2")
    options = parser.parse_args()

    cuda = torch.cuda.is_available()
    dist.init_process_group("nccl" if cuda else "gloo")
    device = torch.device("cuda", dist.get_node_local_rank()) if cuda else torch.device("cpu")
    if cuda:
        torch.cuda.set_device(device)

    model = small_gpt.model().to(device)
    for block in model.transformer.h:
        fully_shard(block)
    fully_shard(model)
    optimizer = torch.optim.AdamW(model.parameters(), 1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 1e-3, options.steps)
    data = small_gpt.Documentation()
    batches = iter(DataLoader(data, batch_size=8, sampler=DistributedSampler(data)))

    with isotherm.balance(
        model,
        optimizer,
        run=options.name,
        total_steps=options.steps,
        every=50,
        title="Small GPT, sharded over several processes",
    ) as iso:
        for step in range(options.steps):
            batch = {name: part.to(device) for name, part in next(batches).items()}
            loss = model(**batch).loss
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
            schedule.step()
            iso.step(loss)
            if step % 10 == 9 and dist.get_rank() == 0:
                print(f"step {step + 1}: loss {loss.item():.3f}")
    dist.destroy_process_group()


if __name__ == "__main__":
    main()
