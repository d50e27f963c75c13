"""What a training loop holds."""

from __future__ import annotations

import atexit
import functools
import os
import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Any, Concatenate, ParamSpec

import torch
from torch import nn

from isotherm.decisions import DecisionGate
from isotherm.factors import Rates
from isotherm.forward import ForwardPass
from isotherm.inforce import FactorsInForce
from isotherm.kafka import LOG, Kafka
from isotherm.layers import ModelLayers, find_layers
from isotherm.messages import RunDescription, next_incarnation
from isotherm.progress import Metrics, pending_number
from isotherm.receiver import Receiver
from isotherm.report import report, warn_of_untrained
from isotherm.sender import Sender
from isotherm.settings import RunSettings
from isotherm.staging import Stager

#: Seconds between two progress messages at least; a snapshot and the end bring one of their own.
_PROGRESS_SECONDS = 0.5

#: Layers of a run whose progress has their factors; of larger runs only decisions have them.
_MAX_TOLD = 2_000

P = ParamSpec("P")


def _never_throws(
    method: Callable[Concatenate[Run, P], None],
) -> Callable[Concatenate[Run, P], None]:
    """Keeps what goes wrong in here out of training, and counts the time that it took."""

    @functools.wraps(method)
    def guarded(self: Run, /, *args: P.args, **kwargs: P.kwargs) -> None:
        began = time.perf_counter_ns()
        try:
            method(self, *args, **kwargs)
        except Exception as e:  # noqa: BLE001 - training goes on
            self._mishap(e)
        finally:
            self._stall += time.perf_counter_ns() - began

    return guarded


class Run:
    """One incarnation of a training run; made by :func:`balance` and :func:`watch`.

    A context manager: leaving it says that the run is finished, or has failed if an exception
    leaves it. All methods are for the training thread.
    """

    def __init__(
        self,
        model: nn.Module,
        optimizers: Sequence[torch.optim.Optimizer],
        settings: RunSettings,
        kafka: Kafka,
    ) -> None:
        _require_one_process()
        self.name = settings.name
        self.incarnation = next_incarnation()
        self._settings = settings
        self._kafka = kafka
        trained = {p for o in optimizers for g in o.param_groups for p in g["params"]}
        self._find: Callable[[ForwardPass | None], ModelLayers] = lambda observed: find_layers(
            model,
            include=settings.include,
            exclude=settings.exclude,
            layouts=settings.layouts,
            trained=trained if optimizers else None,
            observed=observed,
        )
        self.model_layers = self._find(None)
        warn_of_untrained(self.name, self.model_layers)
        self._stager = Stager(self.model_layers.layers, settings.buffers)
        self._forward = ForwardPass(model)
        self._in_force = FactorsInForce(
            optimizers, self.model_layers.owner(), settings.bounds, self._before_update
        )
        self._step = 0
        self._epoch = 0
        self._stall = 0
        self._first_step: int | None = None
        self._last_step: int | None = None
        self._next_progress = 0.0
        self._metrics = Metrics(self.name)
        self._loss: Any = None
        self._sender: Sender | None = None
        self._receiver: Receiver | None = None
        self._has_warned = False
        self._ended = False
        self._closed = False
        self._process = os.getpid()
        atexit.register(self.close)

    # ---- what a training loop calls

    @_never_throws
    def step(
        self,
        loss: Any = None,
        *,
        accuracy: Any = None,
        epoch: int | None = None,
        metrics: Mapping[str, Any] | None = None,
        processed: Mapping[str, float] | None = None,
    ) -> None:
        """A step has been trained: to be called once after each step of the optimizer.

        Takes a snapshot when one is due, and puts newly decided factors in force from the next
        step on. Never waits, not for a device either.

        Args:
            loss: of the step, a number or a tensor with one element on any device
            accuracy: on held-out data, 0 to 1, if it was measured
            epoch: epochs completed, if the loop counts them and does not call :meth:`end_epoch`
            metrics: further numbers to show by name, of the kinds that ``loss`` may have; at most
                32 names of 1 to 64 letters, digits and ``._/-``
            processed: what the step has worked through, by unit, such as
                ``{"tokens": batch.numel()}``, which is shown as ``tokensPerSecond``
        """
        if self._ended:
            return
        self._step += 1
        if epoch is not None:
            self._epoch = epoch
        self._note_loss(loss)
        self._metrics.note(accuracy, metrics, processed)
        every = self._settings.interval
        due = isinstance(every, int) and self._step % every == 0
        if self._sender is None:
            self._begin()
        elif due:
            self._snapshot()
        now = time.monotonic()
        if due or now >= self._next_progress:
            self._next_progress = now + _PROGRESS_SECONDS
            self._tell()
        newest = self._receiver.newest if self._receiver is not None else None
        self._in_force.advance(newest, self._step)

    @_never_throws
    def end_epoch(
        self,
        *,
        loss: Any = None,
        accuracy: Any = None,
        metrics: Mapping[str, Any] | None = None,
    ) -> None:
        """An epoch is complete: to be called behind its last :meth:`step`.

        Args:
            loss: newest, if it is to be shown
            accuracy: on held-out data, 0 to 1, if it was measured
            metrics: see :meth:`step`
        """
        if self._ended or self._sender is None:
            return
        self._epoch += 1
        self._note_loss(loss)
        self._metrics.note(accuracy, metrics)
        if self._settings.interval == "epoch":
            self._snapshot()
        self._tell()

    def factors(self) -> dict[str, float]:
        """The factor in force of each layer, norm layers included; without unit."""
        return {name: self._in_force.rates.learning_rate.factor(name) for name in self._names()}

    def weight_decay_factors(self) -> dict[str, float]:
        """The factor in force on each layer's weight decay; without unit."""
        return {name: self._in_force.rates.weight_decay.factor(name) for name in self._names()}

    def effective_lrs(self) -> dict[str, float]:
        """The learning rate that each layer's next step has: the optimizer's times the factor."""
        return self._in_force.effective()

    def counters(self) -> dict[str, int]:
        """What the client has done so far; times in nanoseconds."""
        sender, receiver = self._sender, self._receiver
        # Published and dropped before taken, so that they never add up to more.
        published = sender.published if sender else 0
        dropped = self._stager.dropped + (sender.dropped if sender else 0)
        return {
            "snapshotsTaken": self._stager.taken,
            "snapshotsPublished": published,
            "snapshotsDropped": dropped,
            "decisionsApplied": self._in_force.decisions_applied,
            "decisionsRejected": receiver.rejected if receiver else 0,
            "decisionsFenced": receiver.fenced if receiver else 0,
            "stallNanos": self._stall + self._in_force.nanos,
            "trainingNanos": self._training_nanos(),
        }

    def state_dict(self) -> dict[str, Any]:
        """What a checkpoint keeps: the steps trained, the factors in force, what a ramp lacks."""
        return {
            "run": self.name,
            "incarnation": self.incarnation,
            "step": self._step,
            "epoch": self._epoch,
            "rates": self._in_force.rates.to_state(),
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Goes on from a checkpoint, as a new incarnation; to be called before the first step.

        Factors outside of ``bounds`` are not believed: the run then starts with 1.

        Raises:
            ValueError: if the state is another run's or none, or if a step has been trained
        """
        if self._sender is not None:
            raise ValueError("load_state_dict must be called before the first step")
        if state.get("run") != self.name:
            raise ValueError(
                f"run '{self.name}' cannot go on from a state of run '{state.get('run')}'"
            )
        try:
            rates = Rates.from_state(state["rates"])
            previous, step, epoch = (int(state[k]) for k in ("incarnation", "step", "epoch"))
        except (KeyError, TypeError) as e:
            raise ValueError(f"not the state of a run: {type(e).__name__}: {e}") from e
        self.incarnation = next_incarnation(previous)
        self._step, self._epoch = step, epoch
        self._in_force.start_with(rates, self.name)

    def finish(self) -> None:
        """Training has ended as it should. Only the first end counts."""
        self._end({"name": "finished", "steps": self._step})

    def fail(self, cause: str) -> None:
        """Training has ended with an error; only the first end counts.

        Args:
            cause: one line for the reader
        """
        self._end({"name": "failed", "cause": " ".join(cause.split())[:500] or "unknown"})

    def close(self, timeout: float = 5.0) -> None:
        """Leaves the optimizer as it was found, and sends what waits for at most so many seconds.

        A run that was neither finished nor failed is said to have failed, unless all of its steps
        have been trained.
        """
        if os.getpid() != self._process:
            return  # a copy of this object in a process that was forked, as by a data loader
        if self._step >= self._settings.total_steps:
            self.finish()
        else:
            self.fail("training ended without saying that it was finished")
        atexit.unregister(self.close)
        sender, receiver = self._sender, self._receiver
        if sender is None or receiver is None or self._closed:
            return
        self._closed = True
        receiver.stop()
        told = sender.close(timeout)
        c = self.counters()
        log = LOG.info if told and c["snapshotsPublished"] == c["snapshotsTaken"] else LOG.warning
        log(
            'run closed run=%s incarnation=%s reason="%d layer snapshots taken, %d published, '
            '%d dropped, %d decisions applied, %d rejected, stall %.4f %%%s"',
            self.name,
            self.incarnation,
            c["snapshotsTaken"],
            c["snapshotsPublished"],
            c["snapshotsTaken"] - c["snapshotsPublished"],
            c["decisionsApplied"],
            c["decisionsRejected"],
            100 * c["stallNanos"] / max(1, c["trainingNanos"]),
            "" if told else "; the broker did not learn how the run ended",
        )

    def __enter__(self) -> Run:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self.finish()
        else:
            self.fail(f"{kind.__name__}: {error}" if str(error) else kind.__name__)
        self.close()

    def __str__(self) -> str:
        """Layers, factors, effective rates, what was left out and why, counters."""
        return report(self, self._kafka.servers)

    @property
    def steps(self) -> int:
        """Steps trained."""
        return self._step

    # ---- inside

    def _before_update(self) -> None:
        """At the start of a step of the optimizer, before a weight changes."""
        try:
            # Without a forward pass it is a step that trains nothing, such as the one that torch's
            # distributed checkpoints take to make an optimizer's state.
            if self._sender is None and self._forward.complete:
                self._begin()
            if not self._in_force.captured:
                self._stager.before_update()
        except Exception as e:  # noqa: BLE001 - training goes on
            self._mishap(e)

    def _begin(self) -> None:
        """Describes the run and takes the first snapshot, once the order of layers is known."""
        if self._sender is not None or self._ended:
            return
        self._forward.stop()
        if self._forward.complete:
            self.model_layers = self._find(self._forward)
            self._in_force.adopt(self.model_layers.owner())
            self._stager.reorder(self.model_layers.layers)
        description = RunDescription(
            self.name,
            self.incarnation,
            self._settings.title,
            self.model_layers.layers,
            self._settings.policy,
            self._settings.estimator,
            self._settings.total_steps,
            self._settings.shadows,
        )
        gate = DecisionGate(
            self.name,
            self.incarnation,
            self._names(),
            self._settings.bounds,
            self._in_force.rates,
            lambda: self._step,
        )
        self._receiver = Receiver(self.name, self.incarnation, gate, self._kafka)
        self._sender = Sender(description, self._stager, self._kafka)
        self._first_step = time.perf_counter_ns()
        self._receiver.start()
        self._sender.start()
        self._snapshot()

    def _names(self) -> list[str]:
        return [name for layer in self.model_layers.layers for name in layer.names()]

    def _snapshot(self) -> None:
        self._stager.take(self._step, self._epoch)
        if not self._in_force.act or self._in_force.captured:
            # No hook runs before what changes the weights next.
            self._stager.before_update()

    def _note_loss(self, loss: Any) -> None:
        if loss is not None:  # without what it was computed from
            self._loss = loss.detach() if isinstance(loss, torch.Tensor) else loss

    def _tell(self) -> None:
        if self._sender is None:
            return
        counters = self.counters()
        del counters["decisionsFenced"]
        self._metrics.note(metrics=self._in_force.differing_bases())
        progress: dict[str, Any] = {
            "run": self.name,
            "incarnation": self.incarnation,
            "step": self._step,
            "epoch": self._epoch,
            "totalSteps": max(self._settings.total_steps, self._step),
            "loss": pending_number(self._loss),
            "baseLearningRate": pending_number(self._in_force.base()),
            "applied": self._in_force.take_applied(),
            "counters": counters,
            **self._metrics.take(),
        }
        if len(self.model_layers.layers) <= _MAX_TOLD:
            progress["factors"] = _changed(self._in_force.rates.learning_rate.now())
            decays = _changed(self._in_force.rates.weight_decay.now())
            if decays:
                progress["weightDecayFactors"] = decays
        self._sender.tell(progress)

    @_never_throws
    def _end(self, phase: Mapping[str, Any]) -> None:
        if self._ended:
            return
        self._ended = True
        self._forward.stop()
        self._in_force.remove()
        if self._sender is None or self._receiver is None:
            return
        self._last_step = time.perf_counter_ns()
        self._tell()
        # The topic keeps the last record of each run: that of the incarnation that goes on.
        if not self._receiver.superseded:
            self._sender.end(phase)

    def _training_nanos(self) -> int:
        if self._first_step is None:
            return 0
        return (self._last_step or time.perf_counter_ns()) - self._first_step

    def _mishap(self, error: Exception) -> None:
        if not self._has_warned:
            self._has_warned = True
            LOG.warning(
                'training goes on without what failed run=%s step=%s reason="%s: %s"',
                self.name,
                self._step,
                type(error).__name__,
                " ".join(str(error).split()),
                exc_info=LOG.isEnabledFor(10),
            )


def _changed(factors: Mapping[str, float]) -> dict[str, float]:
    return {name: factors[name] for name in sorted(factors) if factors[name] != 1.0}


def _require_one_process() -> None:
    distributed = torch.distributed
    if distributed.is_available() and distributed.is_initialized():
        ranks = distributed.get_world_size()
        if ranks > 1:
            raise ValueError(
                f"this process is one of {ranks} ranks, whose factors would differ from step to "
                "step; several ranks cannot be balanced yet, train in one process"
            )
