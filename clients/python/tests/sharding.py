"""What torch shards with, where the torch at hand has it."""

from __future__ import annotations

try:
    from torch.distributed.fsdp import fully_shard
except ImportError:  # before torch 2.6
    from torch.distributed._composable.fsdp import fully_shard
try:
    from torch.distributed.tensor import DTensor, Replicate, Shard
except ImportError:  # before torch 2.5
    from torch.distributed._tensor import DTensor, Replicate, Shard

__all__ = ["DTensor", "Replicate", "Shard", "fully_shard"]
