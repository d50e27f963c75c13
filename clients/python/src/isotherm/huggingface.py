"""A callback for the ``Trainer`` of transformers.

>>> Trainer(..., callbacks=[isotherm.huggingface.Balance("r1", every="epoch")])
"""

from __future__ import annotations

import atexit
import sys
import traceback
from typing import TYPE_CHECKING, Any, ClassVar

from isotherm.api import balance
from isotherm.options import Options, require_known
from isotherm.run import Run

try:
    from transformers.trainer_callback import (
        ExportableState,
        TrainerCallback,
        TrainerControl,
        TrainerState,
    )
except ImportError as e:
    raise ImportError(
        "isotherm.huggingface needs transformers: pip install 'isotherm[huggingface]'"
    ) from e

if TYPE_CHECKING:
    from transformers import TrainingArguments
    from typing_extensions import Unpack

#: What the Trainer logs and a progress message has in fields of its own, or does not need.
_NOT_METRICS = frozenset({"loss", "learning_rate", "epoch", "step"})


class Balance(TrainerCallback, ExportableState):  # type: ignore[misc, no-any-unimported, unused-ignore]
    """Balances the layers of the model that a ``Trainer`` trains.

    Steps are those of the optimizer, whatever the gradient accumulation. Checkpoints of the Trainer
    keep the factors in force, and ``train(resume_from_checkpoint=...)`` goes on with them as a new
    incarnation of the run.

    Args:
        run: 1 to 100 letters, digits, dots, underscores and hyphens
        options: those of :func:`isotherm.balance`; the length of the run is the Trainer's
    """

    #: The newest callback of each run in this process, whose options one has that a Trainer makes
    #: anew from a checkpoint: settings of Kafka may hold secrets and are not kept there.
    _newest: ClassVar[dict[str, Balance]] = {}

    def __init__(self, run: str, *, _anew: bool = False, **options: Unpack[Options]) -> None:
        require_known(options)
        self.run = run
        self.iso: Run | None = None
        before = self._newest.get(run) if _anew else None
        self._options: Options = options if before is None else before._options
        self._newest[run] = self
        self._loss: float | None = None
        self._logged: dict[str, float] = {}

    # ---- what the Trainer calls

    def on_train_begin(  # noqa: D102
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **kwargs: Any,
    ) -> None:
        self._end("the Trainer has begun anew")  # as behind a batch that did not fit
        self._loss, self._logged = None, {}
        # The Trainer would miss it when it saves, had the checkpoint not been one with a callback.
        stateful: Any = state.stateful_callbacks
        kept = _kept(stateful.setdefault(type(self).__name__, self.state()))
        iso = balance(
            kwargs["model"],
            kwargs["optimizer"],
            run=self.run,
            total_steps=state.max_steps,
            **self._options,
        )
        if state.global_step > 0:  # the Trainer goes on from a checkpoint
            place = {"step": state.global_step, "epoch": int(state.epoch or 0)}
            iso.load_state_dict(kept or {**iso.state_dict(), **place})
        self.iso = iso
        atexit.register(self._end)

    def on_step_end(  # noqa: D102
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        if self.iso is not None:
            samples = args.train_batch_size * args.gradient_accumulation_steps * args.world_size
            self.iso.step(self._loss, processed={"samples": samples}, **self._news())

    def on_log(  # noqa: D102
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        numbers = {k: v for k, v in (logs or {}).items() if isinstance(v, int | float)}
        self._loss = numbers.get("loss", self._loss)
        self._logged.update({k: v for k, v in numbers.items() if k not in _NOT_METRICS})

    def on_epoch_end(  # noqa: D102
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        was_cut_short = (control.should_training_stop or control.should_epoch_stop) and not float(
            state.epoch or 0.0
        ).is_integer()
        if self.iso is not None and not was_cut_short:
            self.iso.end_epoch(loss=self._loss, **self._news())

    def on_train_end(  # noqa: D102
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        if self.iso is not None:
            self.iso.finish()
        self._end()

    # ---- what checkpoints keep

    def state(self) -> dict[str, Any]:
        """What the Trainer writes into ``trainer_state.json`` of a checkpoint."""
        attributes = {} if self.iso is None else {"kept": self.iso.state_dict()}
        return {"args": {"run": self.run, "_anew": True}, "attributes": attributes}

    # ---- inside

    def _news(self) -> dict[str, Any]:
        """What was logged since it was last told."""
        logged, self._logged = self._logged, {}
        return {"accuracy": logged.pop("eval_accuracy", None), "metrics": logged}

    def _end(self, cause: str | None = None) -> None:
        """Ends a run that is still open; at the end of the process with what has ended that."""
        iso, self.iso = self.iso, None
        atexit.unregister(self._end)
        if iso is None:
            return
        cause = cause or _what_ended_the_trainer()
        if cause is not None:
            iso.fail(cause)
        iso.close()


def _what_ended_the_trainer() -> str | None:
    """The exception that has left a Trainer and the program; callbacks are not told of it."""
    error: BaseException | None = getattr(sys, "last_value", None)
    if error is None:
        return None
    frames = traceback.walk_tb(error.__traceback__)
    if all(frame.f_globals.get("__name__") != "transformers.trainer" for frame, _ in frames):
        return None
    return f"{type(error).__name__}: {error}"


def _kept(saved: Any) -> dict[str, Any] | None:
    """What a checkpoint that the Trainer goes on from has of the callback."""
    if isinstance(saved, list):  # the Trainer appends where there were several of the name
        saved = saved[-1]
    kept: dict[str, Any] | None = saved["attributes"].get("kept")
    return kept
