"""A callback for the ``Trainer`` of Lightning, imported as ``lightning`` or ``pytorch_lightning``.

>>> L.Trainer(callbacks=[isotherm.lightning.Balance("r1", every=100)])
"""

from __future__ import annotations

import importlib
import math
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import torch

from isotherm.api import balance
from isotherm.options import Options, require_known
from isotherm.run import Run

if TYPE_CHECKING:
    from lightning.pytorch import Callback, LightningModule, Trainer
    from typing_extensions import Unpack
else:

    def _callback() -> type:
        """The base class of the package that the program has imported, or else of one there is.

        A program may have imported both; then theirs are both bases of this one.
        """
        names = ("lightning.pytorch", "pytorch_lightning")
        imported = [sys.modules[name] for name in names if sys.modules.get(name) is not None]
        if imported:
            return type("Callback", tuple(module.Callback for module in imported), {})
        for name in names:
            try:
                return importlib.import_module(name).Callback
            except ModuleNotFoundError:
                continue
        raise ImportError("isotherm.lightning needs Lightning: pip install 'isotherm[lightning]'")

    Callback = _callback()


class Balance(Callback):
    """Balances the layers of the module that a ``Trainer`` fits.

    A step is a training batch behind which an optimizer has stepped, so gradient accumulation
    counts its last batch, and several optimizers that step behind one batch count once. Checkpoints
    keep the factors in force, and ``fit(ckpt_path=...)`` goes on with them as a new incarnation.

    Args:
        run: 1 to 100 letters, digits, dots, underscores and hyphens
        total_steps: planned length of the run, for a Trainer that cannot know it
        options: those of :func:`isotherm.balance`
    """

    def __init__(
        self, run: str, *, total_steps: int | None = None, **options: Unpack[Options]
    ) -> None:
        require_known(options)
        self.run = run
        self.iso: Run | None = None
        self._total_steps = total_steps
        self._options = options
        self._kept: dict[str, Any] = {}
        self._optimizer_steps = 0

    @property
    def state_key(self) -> str:
        """The name under which checkpoints keep :meth:`state_dict`."""
        return "isotherm.Balance"

    # ---- what the Trainer calls

    def setup(self, trainer: Trainer, pl_module: LightningModule, stage: str) -> None:  # noqa: D102
        if stage == "fit":
            self._kept = {}  # what a checkpoint has comes behind this

    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:  # noqa: D102
        iso = balance(
            pl_module,
            trainer.optimizers,
            run=self.run,
            total_steps=self._total_steps or _planned_steps(trainer),
            **self._options,
        )
        self._optimizer_steps = trainer.global_step
        if self._kept:
            iso.load_state_dict(self._kept)
        elif trainer.global_step > 0:  # a checkpoint of a training without this callback
            step, epoch = trainer.global_step, trainer.current_epoch
            iso.load_state_dict({**iso.state_dict(), "step": step, "epoch": epoch})
        self.iso = iso

    def on_train_batch_end(  # noqa: D102
        self,
        trainer: Trainer,
        pl_module: LightningModule,
        outputs: Any,
        batch: Any,
        batch_idx: int,
    ) -> None:
        if self.iso is None or trainer.global_step == self._optimizer_steps:
            return
        self._optimizer_steps = trainer.global_step
        every = int(getattr(trainer, "log_every_n_steps", 0))
        is_logged = every > 0 and trainer.global_step % every == 0
        metrics = trainer.logged_metrics if is_logged else None
        self.iso.step(_loss(trainer, outputs), metrics=metrics)

    def on_train_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:  # noqa: D102
        if self.iso is not None:
            self.iso.end_epoch(metrics=trainer.logged_metrics)

    def on_train_end(self, trainer: Trainer, pl_module: LightningModule) -> None:  # noqa: D102
        if self.iso is not None:
            self.iso.finish()

    def on_exception(  # noqa: D102
        self, trainer: Trainer, pl_module: LightningModule, exception: BaseException
    ) -> None:
        if self.iso is not None:
            self.iso.fail(f"{type(exception).__name__}: {exception}")
        self._close()

    def teardown(self, trainer: Trainer, pl_module: LightningModule, stage: str) -> None:  # noqa: D102
        self._close()

    # ---- what checkpoints keep

    def state_dict(self) -> dict[str, Any]:
        """The steps trained, the factors in force, what a ramp lacks."""
        return self._kept if self.iso is None else self.iso.state_dict()

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Takes what a checkpoint has; training then goes on with it."""
        self._kept = state_dict

    # ---- inside

    def _close(self) -> None:
        if self.iso is not None:
            # A checkpoint may still be saved, by the program or for an exception.
            self._kept, iso = self.iso.state_dict(), self.iso
            self.iso = None
            iso.close()


def _planned_steps(trainer: Trainer) -> int:
    planned = trainer.estimated_stepping_batches
    if not math.isfinite(planned) or planned < 1:
        raise ValueError(
            "the Trainer does not know how long it will train; give it max_steps, or give Balance "
            "total_steps"
        )
    return int(planned)


def _loss(trainer: Trainer, outputs: Any) -> Any:
    """The loss of a batch as its author computed it, a tensor on its device, or None."""
    loss = outputs.get("loss") if isinstance(outputs, Mapping) else outputs
    if isinstance(loss, torch.Tensor) and trainer.lightning_module.automatic_optimization:
        # Lightning has divided it for the accumulation of gradients.
        batches = trainer.accumulate_grad_batches
        return loss.detach() * batches if batches > 1 else loss
    return loss
