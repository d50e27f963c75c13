"""What a training loop holds: :func:`balance` and :func:`watch`."""

from __future__ import annotations

import atexit
import functools
import os
import re
import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Any, Concatenate, Literal, ParamSpec

import torch
from torch import nn

from isotherm import methods
from isotherm.decisions import DecisionGate
from isotherm.factors import FactorBounds, Rates
from isotherm.forward import ForwardPass
from isotherm.kafka import LOG, Kafka
from isotherm.layers import ModelLayers, find_layers, is_observed
from isotherm.messages import MAX_APPLIED, RunDescription, next_incarnation
from isotherm.rates import LayerRates, optimizers_of
from isotherm.receiver import RateReceiver
from isotherm.report import report
from isotherm.sender import Sender
from isotherm.staging import Stager, pending_number

_RUN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")

#: Seconds between two progress messages at least; a snapshot and the end bring one of their own.
_PROGRESS_SECONDS = 0.5

P = ParamSpec("P")


def balance(
    model: nn.Module,
    optimizer: Any,
    *,
    run: str,
    total_steps: int,
    every: int | Literal["epoch"] | None = None,
    policy: str | Mapping[str, Any] = "linear",
    estimator: str | Mapping[str, Any] = "tempbalance",
    shadows: Mapping[str, str | Mapping[str, Any]] | None = None,
    title: str = "",
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    bounds: tuple[float, float] = (0.01, 100.0),
    servers: str | None = None,
    kafka: Mapping[str, Any] | None = None,
    buffers: int = 2,
) -> Run:
    """Balances the layers of a model from here on.

    Asks no broker and copies no weight, but makes the memory for snapshots. Without a broker, or
    without Isotherm on it, training goes on with the factors that it has.

    Args:
        model: wrapped or not; its Linear, Conv2d, ConvTranspose2d and attention layers, and
            ``Conv1D`` of transformers, are measured
        optimizer: any with parameter groups, wrapped or not, or a list of them
        run: 1 to 100 letters, digits, dots, underscores and hyphens
        total_steps: planned length of the run in steps of the optimizer
        every: steps between snapshots, or ``"epoch"`` for one at each :meth:`Run.end_epoch`; by
            default a hundredth of the run
        policy: a name such as ``linear`` or ``llr``, or a dict with a name and what shall differ
        estimator: a name such as ``tempbalance`` or ``farms``, or a dict
        shadows: further policies by name, whose decisions are shown and never applied
        title: one line for the reader, which network on which data
        include: globs of layers to measure, all if empty
        exclude: globs of layers to leave alone
        bounds: smallest and largest factor that is believed
        servers: ``host:port`` of Kafka; by default ``ISOTHERM_BOOTSTRAP_SERVERS`` of the
            environment, then ``127.0.0.1:9092``
        kafka: further settings of librdkafka, as for TLS and SASL
        buffers: snapshots of all layers that are held in memory at most

    Raises:
        ValueError: with one line that says what is wrong, which value, and what would work
    """
    return Run(
        model,
        optimizers_of(optimizer),
        run=run,
        total_steps=total_steps,
        every=every,
        policy=methods.policy(policy),
        estimator=methods.estimator(estimator),
        shadows={name: methods.policy(shadow) for name, shadow in (shadows or {}).items()},
        title=title,
        include=include,
        exclude=exclude,
        bounds=FactorBounds(*bounds),
        kafka=Kafka(_run_name(run), servers, kafka),
        buffers=buffers,
    )


def watch(
    model: nn.Module,
    *,
    run: str,
    total_steps: int = 1,
    every: int | Literal["epoch"] = 100,
    estimator: str | Mapping[str, Any] = "tempbalance",
    title: str = "",
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    servers: str | None = None,
    kafka: Mapping[str, Any] | None = None,
    buffers: int = 2,
) -> Run:
    """Measures the layers of a model and changes nothing; frozen layers are measured, too.

    Args:
        model: see :func:`balance`
        run: see :func:`balance`
        total_steps: planned length of the run, for the live page
        every: steps between snapshots, or ``"epoch"``
        estimator: see :func:`balance`
        title: see :func:`balance`
        include: see :func:`balance`
        exclude: see :func:`balance`
        servers: see :func:`balance`
        kafka: see :func:`balance`
        buffers: see :func:`balance`

    Raises:
        ValueError: with one line that says what is wrong
    """
    return Run(
        model,
        [],
        run=run,
        total_steps=total_steps,
        every=every,
        policy=methods.policy("constant"),
        estimator=methods.estimator(estimator),
        shadows={},
        title=title,
        include=include,
        exclude=exclude,
        bounds=FactorBounds(),
        kafka=Kafka(_run_name(run), servers, kafka),
        buffers=buffers,
    )


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
        *,
        run: str,
        total_steps: int,
        every: int | Literal["epoch"] | None,
        policy: Mapping[str, Any],
        estimator: Mapping[str, Any],
        shadows: Mapping[str, Mapping[str, Any]],
        title: str,
        include: Sequence[str],
        exclude: Sequence[str],
        bounds: FactorBounds,
        kafka: Kafka,
        buffers: int,
    ) -> None:
        _require_one_process()
        if total_steps < 1:
            raise ValueError(f"total_steps of run '{run}' must be 1 or more, got: {total_steps}")
        if every is not None and every != "epoch" and (not isinstance(every, int) or every < 1):
            raise ValueError(f"every must be a number of steps or 'epoch', got: {every!r}")
        self.name = run
        self.incarnation = next_incarnation()
        self.every = every if every is not None else max(1, total_steps // 100)
        self._total_steps = total_steps
        self._policy, self._estimator, self._shadows = policy, estimator, shadows
        self._title = title
        self._bounds = bounds
        self._kafka = kafka
        trained = [p for o in optimizers for g in o.param_groups for p in g["params"]]
        self._find: Callable[[ForwardPass | None], ModelLayers] = lambda observed: find_layers(
            model,
            include=include,
            exclude=exclude,
            trained=set(trained) if optimizers else None,
            observed=observed,
        )
        self.model_layers = self._find(None)
        self._stager = Stager(self.model_layers.layers, buffers)
        self._forward = ForwardPass(model, is_observed)
        owner = self.model_layers.owner()
        self._layer_rates = [LayerRates(o, owner, self._before_update) for o in optimizers]
        self._base_rate = _first_rate(optimizers)
        self._rates = Rates()
        self._revision = 0
        self._step = 0
        self._epoch = 0
        self._applied: list[dict[str, Any]] = []
        self._decisions_applied = 0
        self._stall = 0
        self._first_step: int | None = None
        self._last_step: int | None = None
        self._next_progress = 0.0
        self._sender: Sender | None = None
        self._receiver: RateReceiver | None = None
        self._has_warned = False
        self._ended = False
        self._process = os.getpid()
        atexit.register(self.close)

    # ---- what a training loop calls

    @_never_throws
    def step(
        self, loss: Any = None, *, accuracy: float | None = None, epoch: int | None = None
    ) -> None:
        """A step has been trained: to be called once after each step of the optimizer.

        Takes a snapshot when one is due, and puts newly decided factors in force from the next
        step on. Never waits, not for a device either.

        Args:
            loss: of the step, a number or a tensor with one element on any device
            accuracy: on held-out data, 0 to 1, if it was measured
            epoch: epochs completed, if the loop counts them and does not call :meth:`end_epoch`
        """
        if self._ended:
            return
        self._step += 1
        if epoch is not None:
            self._epoch = epoch
        due = isinstance(self.every, int) and self._step % self.every == 0
        if self._sender is None:
            self._begin()
        elif due:
            self._snapshot()
        now = time.monotonic()
        if due or now >= self._next_progress:
            self._next_progress = now + _PROGRESS_SECONDS
            self._tell(loss, accuracy)
        self._latch()

    @_never_throws
    def end_epoch(self, *, loss: Any = None, accuracy: float | None = None) -> None:
        """An epoch is complete: to be called behind its last :meth:`step`.

        Args:
            loss: newest, if it is to be shown
            accuracy: on held-out data, 0 to 1, if it was measured
        """
        if self._ended or self._sender is None:
            return
        self._epoch += 1
        if self.every == "epoch":
            self._snapshot()
        self._tell(loss, accuracy)

    def factors(self) -> dict[str, float]:
        """The factor in force of each layer, norm layers included; without unit."""
        return {name: self._rates.learning_rate.factor(name) for name in self._names()}

    def weight_decay_factors(self) -> dict[str, float]:
        """The factor in force on each layer's weight decay; without unit."""
        return {name: self._rates.weight_decay.factor(name) for name in self._names()}

    def effective_lrs(self) -> dict[str, float]:
        """The learning rate that each layer's next step has: the optimizer's times the factor."""
        return {name: lr for rates in self._layer_rates for name, lr in rates.effective().items()}

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
            "decisionsApplied": self._decisions_applied,
            "decisionsRejected": receiver.rejected if receiver else 0,
            "decisionsFenced": receiver.fenced if receiver else 0,
            "stallNanos": self._stall + sum(rates.nanos for rates in self._layer_rates),
            "trainingNanos": self._training_nanos(),
        }

    def state_dict(self) -> dict[str, Any]:
        """What a checkpoint keeps: the steps trained, the factors in force, what a ramp lacks."""
        return {
            "run": self.name,
            "incarnation": self.incarnation,
            "step": self._step,
            "epoch": self._epoch,
            "rates": self._rates.to_state(),
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
            previous = int(state["incarnation"])
            self._step, self._epoch = int(state["step"]), int(state["epoch"])
        except (KeyError, TypeError) as e:
            raise ValueError(f"not the state of a run: {type(e).__name__}: {e}") from e
        if not rates.believed(self._bounds):
            LOG.warning(
                'factors of the checkpoint left aside run=%s reason="factors must be %s"',
                self.name,
                self._bounds,
            )
            rates = Rates()
        self.incarnation = next_incarnation(previous)
        self._rates = rates
        self._put_in_force()

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
        if self._step >= self._total_steps:
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

    _closed = False

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

    @property
    def changes_rates(self) -> bool:
        """Whether factors act on an optimizer; a watched run's do not."""
        return bool(self._layer_rates)

    # ---- inside

    def _before_update(self) -> None:
        """At the start of a step of the optimizer, before a weight changes."""
        try:
            # Without a forward pass it is a step that trains nothing, such as the one that torch's
            # distributed checkpoints take to make an optimizer's state.
            if self._sender is None and self._forward.complete:
                self._begin()
            if not any(rates.captured for rates in self._layer_rates):
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
            for rates in self._layer_rates:
                rates.adopt(self.model_layers.owner())
            self._stager.reorder(self.model_layers.layers)
        description = RunDescription(
            self.name,
            self.incarnation,
            self._title,
            self.model_layers.layers,
            self._base_rate,
            self._policy,
            self._estimator,
            self._total_steps,
            self._shadows,
        )
        gate = DecisionGate(
            self.name,
            self.incarnation,
            self._names(),
            self._bounds,
            self._rates,
            lambda: self._step,
        )
        self._receiver = RateReceiver(self.name, gate, self._kafka)
        self._sender = Sender(description, self._stager, self._kafka)
        self._first_step = time.perf_counter_ns()
        self._receiver.start()
        self._sender.start()
        self._snapshot()

    def _names(self) -> list[str]:
        return [
            name
            for layer in self.model_layers.layers
            for name in ([layer.name] if layer.norm is None else [layer.name, layer.norm.name])
        ]

    def _snapshot(self) -> None:
        self._stager.take(self._step, self._epoch)
        if not self._layer_rates or any(rates.captured for rates in self._layer_rates):
            # No hook runs before what changes the weights next.
            self._stager.before_update()

    def _tell(self, loss: Any, accuracy: float | None) -> None:
        if self._sender is None:
            return
        counters = self.counters()
        del counters["decisionsFenced"]
        base = self._layer_rates[0].base() if self._layer_rates else 0.0
        progress: dict[str, Any] = {
            "run": self.name,
            "incarnation": self.incarnation,
            "step": self._step,
            "epoch": self._epoch,
            "totalSteps": max(self._total_steps, self._step),
            "loss": pending_number(loss),
            "accuracy": pending_number(accuracy),
            "baseLearningRate": pending_number(base),
            "factors": _changed(self._rates.learning_rate.now()),
            "applied": self._applied,
            "counters": counters,
        }
        decays = _changed(self._rates.weight_decay.now())
        if decays:
            progress["weightDecayFactors"] = decays
        self._applied = []
        self._sender.tell(progress)

    def _latch(self) -> None:
        """Puts the newest decision in force for the next step, or goes on along a ramp."""
        newest = self._receiver.newest if self._receiver is not None else None
        if newest is not None and self._revision < newest.revision:
            self._revision = newest.revision
            self._rates = self._rates.towards(newest)
            self._decisions_applied += 1
            self._applied = [
                *self._applied[-MAX_APPLIED + 1 :],
                {
                    "id": newest.decision_id,
                    "revision": newest.revision,
                    "basedOnStep": newest.based_on_step,
                    "appliedAtStep": self._step,
                },
            ]
        self._rates = self._rates.next()
        self._put_in_force()

    def _put_in_force(self) -> None:
        factors, decays = self._rates.learning_rate.now(), self._rates.weight_decay.now()
        for rates in self._layer_rates:
            rates.restore()
            rates.set(factors, decays)

    @_never_throws
    def _end(self, phase: Mapping[str, Any]) -> None:
        if self._ended:
            return
        self._ended = True
        self._forward.stop()
        for rates in self._layer_rates:
            rates.remove()
        if self._sender is None or self._receiver is None:
            return
        self._last_step = time.perf_counter_ns()
        self._tell(None, None)
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


def _run_name(run: str) -> str:
    if not isinstance(run, str) or _RUN.fullmatch(run) is None:
        raise ValueError(
            "run must be 1 to 100 letters, digits, dots, underscores and hyphens, beginning with a "
            f"letter or digit, got: {run!r}"
        )
    return run


def _first_rate(optimizers: Sequence[torch.optim.Optimizer]) -> float:
    """A positive rate for the run's description; that of a warm-up's start may be 0."""
    groups = [group for o in optimizers for group in o.param_groups]
    for name in ("initial_lr", "lr"):
        for group in groups:
            rate = float(group.get(name, 0.0))
            if rate > 0:
                return rate
    return 1.0


def _require_one_process() -> None:
    distributed = torch.distributed
    if distributed.is_available() and distributed.is_initialized():
        ranks = distributed.get_world_size()
        if ranks > 1:
            raise ValueError(
                f"this process is one of {ranks} ranks, whose factors would differ from step to "
                "step; several ranks cannot be balanced yet, train in one process"
            )
