"""A GPT-2 of 0.8 million parameters that reads Isotherm's documentation byte by byte.

What the three examples of language models share.
"""

from pathlib import Path

import torch
from torch.utils.data import Dataset
from transformers import GPT2Config, GPT2LMHeadModel

LENGTH = 128


class Documentation(Dataset):
    """Windows of the text: each item has ``input_ids`` [LENGTH] and the same as ``labels``."""

    def __init__(self) -> None:
        pages = sorted(Path(__file__).parents[1].glob("docs/*.md"))
        text = b"".join(page.read_bytes() for page in pages)
        self.bytes = torch.frombuffer(bytearray(text), dtype=torch.uint8).long()

    def __len__(self) -> int:
        """Windows begin at every fourth byte."""
        return (len(self.bytes) - LENGTH) // 4

    def __getitem__(self, i: int) -> dict[str, torch.Tensor]:
        """The i-th window."""
        window = self.bytes[4 * i : 4 * i + LENGTH]
        return {"input_ids": window, "labels": window}


def model() -> GPT2LMHeadModel:
    """Four blocks; the head is tied to the embedding. The same weights each time."""
    torch.manual_seed(0)
    return GPT2LMHeadModel(
        GPT2Config(
            vocab_size=256,
            n_positions=LENGTH,
            n_embd=128,
            n_layer=4,
            n_head=4,
            bos_token_id=0,
            eos_token_id=0,
        )
    )
