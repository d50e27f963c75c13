"""What torch shards with, where the torch at hand has it."""

from __future__ import annotations

import pytest
import torch.distributed.fsdp

#: Before torch 2.6 fully_shard makes CUDA streams on the CPU, too.
needs_fsdp = pytest.mark.skipif(
    not hasattr(torch.distributed.fsdp, "fully_shard"), reason="FSDP2 of this torch needs a GPU"
)

try:
    from torch.distributed.fsdp import fully_shard
except ImportError:  # before torch 2.6
    from torch.distributed._composable.fsdp import fully_shard
try:
    from torch.distributed.tensor import DTensor, Replicate, Shard
except ImportError:  # before torch 2.5
    from torch.distributed._tensor import DTensor, Replicate, Shard

__all__ = ["DTensor", "Replicate", "Shard", "fully_shard", "needs_fsdp"]
