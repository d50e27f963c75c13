"""What a training loop holds."""

from __future__ import annotations

import atexit
import functools
import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import TracebackType
from typing import Any, Concatenate, ParamSpec

import torch
from torch import nn

from isotherm.agreement import agree, without
from isotherm.checkpoint import Checkpoint, read_by_all
from isotherm.decisions import DecisionGate
from isotherm.exchange import Alone, Exchange
from isotherm.forward import ForwardPass
from isotherm.inforce import FactorsInForce
from isotherm.kafka import LOG, Kafka
from isotherm.layers import ModelLayers, find_layers
from isotherm.messages import RunDescription
from isotherm.ranks import Ranks
from isotherm.rates import Group
from isotherm.receiver import Receiver
from isotherm.report import log_close, place_of, report, warn_of_untrained
from isotherm.sender import Sender
from isotherm.settings import RunSettings
from isotherm.shards import reshard
from isotherm.staging import Stager
from isotherm.telling import Telling

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
        groups: Callable[[], Iterable[Group]],
        settings: RunSettings,
        kafka: Kafka,
    ) -> None:
        self._ranks = Ranks()
        self.name = settings.name
        self._settings = settings
        self._kafka = kafka
        trained = {p for group in groups() for p in group["params"]} if optimizers else None

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
            optimizers, groups, self.model_layers.owner(), settings.bounds, self._before_update
        )
        self._step = 0
        self._epoch = 0
        self._stall = 0
        self._first_step: int | None = None
        self._last_step: int | None = None
        self._telling = Telling(self.name, settings.total_steps, len(self.model_layers.layers))
        self._sender: Sender | None = None
        self._receiver: Receiver | None = None
        self._exchange: Alone | Exchange = Alone()
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
        self._telling.note(loss, accuracy, metrics, processed)
        received = self._receiver.newest if self._receiver is not None else None
        decided = self._exchange.take(received)
        self._follow_norms()
        every = self._settings.interval
        due = isinstance(every, int) and self._step % every == 0
        if not self._has_begun:
            self._begin()
        elif due:
            self._snapshot()
        if due or self._telling.is_due:
            self._tell()
        self._in_force.advance(decided, self._step)
        self._exchange.give(received, self._counted, room=self._stager.has_room, due=due)

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
        self._telling.note(loss, accuracy, metrics)
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
        """The learning rate that each layer's next step has: the optimizer's times the factor.

        Of all layers on every rank, with ZeRO-1 too, whose ranks update a share of them each.
        """
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
        return Checkpoint(
            self.name, self.incarnation, self._step, self._epoch, self._in_force.rates
        ).to_state()

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Goes on from a checkpoint, as a new incarnation; to be called before the first step.

        Factors outside of ``bounds`` are not believed: the run then starts with 1. All ranks call
        it with the same state.

        Raises:
            ValueError: if the state is another run's or none, or if a step has been trained; on all
                ranks, if it is so on one, or if they have different states
        """
        read = read_by_all(self._ranks, lambda: self._read(state))
        self._step, self._epoch = read.step, read.epoch
        self.incarnation = max(self.incarnation, read.incarnation + 1)
        self._in_force.start_with(read.rates, self.name)

    def _read(self, state: Mapping[str, Any]) -> Checkpoint:
        if self._has_begun:
            raise ValueError("load_state_dict must be called before the first step")
        return Checkpoint.from_state(state, self.name)

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
        log_close(self, told)

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
        place = place_of(self._ranks, self._stager.parts, self._exchange.goes_on)
        return report(self, self._kafka.servers, place)

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
        self._registered = registered
        if self._ranks.size > 1:
            self._exchange = Exchange(
                self._ranks,
                self.name,
                _followers(self.model_layers),
                list(self.counters()),
                self._settings.buffers,
            )
        self._follow_norms()
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

    def _follow_norms(self) -> None:
        """Once, as soon as all ranks know that they have seen the same: norm layers get factors."""
        registered = self._registered
        if registered is None or self._exchange.alike is None:
            return
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

    def _names(self) -> list[str]:
        return [name for layer in self.model_layers.layers for name in layer.names()]

    def _snapshot(self) -> None:
        if not self._exchange.has_room:
            self._stager.give_up()  # all ranks or none: one without its shards is worth nothing
            return
        self._exchange.copied()
        if not self._stager.parts:
            return
        self._stager.take(self._step, self._epoch)
        if not self._in_force.act or self._in_force.captured:
            # No hook runs before what changes the weights next.
            self._stager.before_update()

    def _tell(self) -> None:
        if self._sender is None or not self._ranks.leads:
            return
        counters = self._exchange.of_all(self.counters())
        self._sender.tell(
            self._telling.message(
                self.incarnation, self._step, self._epoch, self._in_force, counters
            )
        )

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
        if phase["name"] == "finished":
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


def _followers(found: ModelLayers) -> str:
    """Which norm layers take which layer's factor, in an order that is the same on all ranks."""
    return "; ".join(
        sorted(f"{layer.name}: {sorted({n for _, n in layer.owned()})}" for layer in found.layers)
    )
