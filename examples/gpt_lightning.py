"""A small GPT, balanced in Lightning by one callback.

$ python examples/gpt_lightning.py
"""

import argparse

import lightning as L  # noqa: N812 - as everybody writes it
import small_gpt
import torch
from torch.utils.data import DataLoader

import isotherm


class Gpt(L.LightningModule):
    """The model of :mod:`small_gpt` with AdamW and one cycle of its learning rate."""

    def __init__(self, steps: int) -> None:
        super().__init__()
        self.steps = steps
        self.model = small_gpt.model()

    def training_step(self, batch: dict[str, torch.Tensor], index: int) -> torch.Tensor:
        """The loss of a batch; ``input_ids`` and ``labels`` are [batch, time]."""
        loss = self.model(**batch).loss
        self.log("perplexity", loss.detach().exp())
        return loss

    def configure_optimizers(self) -> dict:
        """Rates rise and fall once, step by step."""
        optimizer = torch.optim.AdamW(self.parameters(), 1e-3)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 1e-3, self.steps)
        return {
            "optimizer": optimizer,
            "lr_scheduler": {"scheduler": schedule, "interval": "step"},
        }


def main() -> None:
    """Trains."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--name", default="gpt-lightning")
    options = parser.parse_args()

    trainer = L.Trainer(
        max_steps=options.steps,
        log_every_n_steps=10,
        logger=False,
        enable_checkpointing=False,
        callbacks=[
            isotherm.lightning.Balance(options.name, every=50, title="Small GPT in Lightning")
        ],
    )
    trainer.fit(
        Gpt(options.steps), DataLoader(small_gpt.Documentation(), batch_size=8, shuffle=True)
    )


if __name__ == "__main__":
    main()
