"""What a training loop holds."""

from __future__ import annotations

import atexit
import functools
import os
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from types import TracebackType
from typing import Any, Concatenate, ParamSpec

import torch
from torch import nn

from isotherm.agreement import agree, without
from isotherm.decisions import DecisionGate
from isotherm.exchange import Exchange
from isotherm.factors import Rates, Target
from isotherm.forward import ForwardPass
from isotherm.inforce import FactorsInForce
from isotherm.kafka import LOG, Kafka
from isotherm.layers import ModelLayers, find_layers
from isotherm.messages import RunDescription
from isotherm.progress import Metrics, pending_number
from isotherm.ranks import Ranks
from isotherm.receiver import Receiver
from isotherm.report import report, warn_of_untrained
from isotherm.sender import Sender
from isotherm.settings import RunSettings
from isotherm.shards import reshard
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
        trained: Collection[nn.Parameter] | None,
        settings: RunSettings,
        kafka: Kafka,
    ) -> None:
        self._ranks = Ranks()
        self.name = settings.name
        self._settings = settings
        self._kafka = kafka

        def find(observed: ForwardPass | None = None) -> ModelLayers:
            reshard(model)
            return find_layers(
                model,
                include=settings.include,
                exclude=settings.exclude,
                layouts=settings.layouts,
                trained=trained,
                observed=observed,
            )

        agreement = agree(self._ranks, settings, find)
        self._find: Callable[[ForwardPass], ModelLayers] = lambda observed: without(
            find(observed), agreement.unpublished
        )
        self.incarnation = agreement.incarnation
        self.model_layers = agreement.layers
        if self._ranks.leads:
            warn_of_untrained(self.name, self.model_layers)
        self._stager = Stager(agreement.parts, settings.buffers)
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
        self._exchange: Exchange | None = None
        self._registered: ModelLayers | None = None
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
        step on. Never waits, not for a device either. All ranks call it, with the same steps;
        what the first one tells is shown.

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
        together = self._come_together()
        every = self._settings.interval
        due = isinstance(every, int) and self._step % every == 0
        if not self._has_begun:
            self._begin()
        elif due:
            self._snapshot()
        now = time.monotonic()
        if due or now >= self._next_progress:
            self._next_progress = now + _PROGRESS_SECONDS
            self._tell()
        received = self._receiver.newest if self._receiver is not None else None
        self._in_force.advance(received if self._exchange is None else together, self._step)
        if self._exchange is not None:
            self._exchange.give(received, self._counted(), room=self._stager.has_room)

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
        if self._ended or not self._has_begun:
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
        """What this process's client has done so far; times in nanoseconds."""
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

        Factors outside of ``bounds`` are not believed: the run then starts with 1. All ranks call
        it with the same state.

        Raises:
            ValueError: if the state is another run's or none, or if a step has been trained; on all
                ranks, if it is so on one, or if they have different states
        """
        ours, *others = self._ranks.together(lambda: self._read(state))
        for rank, theirs in enumerate(others, 1):
            if theirs != ours:
                raise ValueError(
                    "all ranks must load the same state, but that of rank 0 is of step "
                    f"{ours[1]} and incarnation {ours[3]}, and that of rank {rank} of step "
                    f"{theirs[1]} and incarnation {theirs[3]}"
                    + (", with other factors" if theirs[1:] == ours[1:] else "")
                )
        rates, self._step, self._epoch, previous = ours
        self.incarnation = max(self.incarnation, previous + 1)
        self._in_force.start_with(rates, self.name)

    def _read(self, state: Mapping[str, Any]) -> tuple[Rates, int, int, int]:
        if self._has_begun:
            raise ValueError("load_state_dict must be called before the first step")
        if state.get("run") != self.name:
            raise ValueError(
                f"run '{self.name}' cannot go on from a state of run '{state.get('run')}'"
            )
        try:
            rates = Rates.from_state(state["rates"])
            step, epoch, incarnation = (int(state[k]) for k in ("step", "epoch", "incarnation"))
        except (KeyError, TypeError) as e:
            raise ValueError(f"not the state of a run: {type(e).__name__}: {e}") from e
        return rates, step, epoch, incarnation

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
        if self._closed:
            return
        self._closed = True
        if self._receiver is not None:
            self._receiver.stop()
        if self._sender is None:
            return
        told = self._sender.close(timeout)
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
            if not self._has_begun and self._forward.complete:
                self._begin()
            if not self._in_force.captured:
                self._stager.before_update()
        except Exception as e:  # noqa: BLE001 - training goes on
            self._mishap(e)

    def _begin(self) -> None:
        """Describes the run and takes the first snapshot, once the order of layers is known."""
        if self._has_begun or self._ended:
            return
        self._forward.stop()
        registered = self.model_layers
        if self._forward.complete:
            self.model_layers = self._find(self._forward)
            self._stager.reorder([layer.name for layer in self.model_layers.layers])
        if self._ranks.size == 1:
            self._in_force.adopt(self.model_layers.owner())
        else:
            self._registered = registered
            self._exchange = Exchange(
                self._ranks, self.name, _followers(self.model_layers), list(self.counters())
            )
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
        if self._ranks.leads:
            gate = DecisionGate(
                self.name,
                self.incarnation,
                self._names(),
                self._settings.bounds,
                self._in_force.rates,
                lambda: self._step,
            )
            self._receiver = Receiver(self.name, self.incarnation, gate, self._kafka)
            self._receiver.start()
        if self._ranks.leads or self._stager.parts:
            self._sender = Sender(description, self._stager, self._kafka, speaks=self._ranks.leads)
            self._sender.start()
        self._first_step = time.perf_counter_ns()
        self._snapshot()

    @property
    def _has_begun(self) -> bool:
        return self._first_step is not None

    def _come_together(self) -> Target | None:
        """What all ranks put in force now; the first time, also which norm layers follow which."""
        if self._exchange is None:
            return None
        decided = self._exchange.take()
        registered = self._registered
        if registered is None or self._exchange.alike is None:
            return decided
        self._registered = None
        if self._exchange.alike:
            self._in_force.adopt(self.model_layers.owner())
        else:
            self.model_layers = registered
            LOG.warning(
                "norm layers found by the forward pass have no factors run=%s "
                'reason="its order differs between ranks"',
                self.name,
            )
        return decided

    def _names(self) -> list[str]:
        return [name for layer in self.model_layers.layers for name in layer.names()]

    def _snapshot(self) -> None:
        if not self._stager.parts:
            return
        if self._exchange is not None and not self._exchange.room:
            self._stager.give_up()  # all ranks or none: one without its shards is worth nothing
            return
        self._stager.take(self._step, self._epoch)
        if not self._in_force.act or self._in_force.captured:
            # No hook runs before what changes the weights next.
            self._stager.before_update()

    def _note_loss(self, loss: Any) -> None:
        if loss is not None:  # without what it was computed from
            self._loss = loss.detach() if isinstance(loss, torch.Tensor) else loss

    def _tell(self) -> None:
        if self._sender is None or not self._ranks.leads:
            return
        counters = self.counters() if self._exchange is None else self._of_all_ranks()
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
        if not self._has_begun:
            return
        self._last_step = time.perf_counter_ns()
        # A rank that fails lets the others find out: it must not wait for them, nor they for it.
        if self._exchange is not None and phase["name"] == "finished":
            self._exchange.leave(self._counted())
        if self._sender is None or self._receiver is None:
            return
        self._tell()
        # The topic keeps the last record of each run: that of the incarnation that goes on.
        if not self._receiver.superseded:
            self._sender.end(phase)

    def _counted(self) -> dict[str, int]:
        """What this rank adds to the counters of all: decisions are counted by the first."""
        counters = self.counters()
        if not self._ranks.leads:
            counters["decisionsApplied"] = 0
        return counters

    def _of_all_ranks(self) -> dict[str, int]:
        """The counters of all ranks a step ago; times are means."""
        assert self._exchange is not None
        totals = dict(self._exchange.totals)
        for name in ("stallNanos", "trainingNanos"):
            totals[name] //= self._ranks.size
        return totals

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


def _followers(found: ModelLayers) -> str:
    """Which norm layers take which layer's factor, in an order that is the same on all ranks."""
    return "; ".join(
        sorted(f"{layer.name}: {sorted({n for _, n in layer.owned()})}" for layer in found.layers)
    )
