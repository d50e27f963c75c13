"""Balances the temperature of a network's layers while PyTorch trains it.

>>> with isotherm.balance(model, optimizer, run="r1", total_steps=1000) as iso:
...     for batch in data:
...         loss = train_on(batch)
...         optimizer.step()
...         iso.step(loss)
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from isotherm import huggingface as huggingface
    from isotherm import lightning as lightning
    from isotherm.api import balance, watch
    from isotherm.run import Run

__all__ = ["Run", "balance", "watch"]
__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    """Loads torch, transformers and Lightning when they are needed.

    The process that publishes does without.
    """
    if name in ("huggingface", "lightning"):
        return importlib.import_module(f"isotherm.{name}")
    if name in __all__:
        from isotherm import api

        return getattr(api, name)
    raise AttributeError(f"module 'isotherm' has no attribute '{name}'")
