"""The two ways to begin: :func:`balance` and :func:`watch`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from torch import nn

from isotherm import methods
from isotherm.factors import FactorBounds
from isotherm.kafka import Kafka
from isotherm.rates import groups_of, optimizers_of
from isotherm.run import Run
from isotherm.settings import RunSettings


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
    layouts: Mapping[str, str] | None = None,
    bounds: tuple[float, float] = (0.01, 100.0),
    servers: str | None = None,
    kafka: Mapping[str, Any] | None = None,
    buffers: int = 2,
) -> Run:
    """Balances the layers of a model from here on.

    Asks no broker and copies no weight, but makes the memory for snapshots. Without a broker, or
    without Isotherm on it, training goes on with the factors that it has.

    Where several ranks train the model, all of them call this with the same arguments, once the
    model is wrapped or sharded.

    Args:
        model: wrapped or not; its dense, convolution, attention and recurrent layers, embeddings
            and stacks of experts are measured
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
        layouts: what the dimensions of parameters are that no module of torch explains, by glob of
            names: ``{"*.experts.w1": "stack,out,in"}`` for experts in one parameter
        bounds: smallest and largest factor that is believed
        servers: ``host:port`` of Kafka; by default ``ISOTHERM_BOOTSTRAP_SERVERS`` of the
            environment, then ``127.0.0.1:9092``
        kafka: further settings of librdkafka, as for TLS and SASL
        buffers: snapshots of all layers that are held in memory at most

    Raises:
        ValueError: with one line that says what is wrong, which value, and what would work
    """
    settings = RunSettings(
        run,
        total_steps,
        every,
        methods.policy(policy),
        methods.estimator(estimator),
        {name: methods.policy(shadow) for name, shadow in (shadows or {}).items()},
        title=title,
        include=include,
        exclude=exclude,
        layouts=layouts or {},
        bounds=FactorBounds(*bounds),
        buffers=buffers,
    )
    optimizers = optimizers_of(optimizer)
    return Run(
        model, optimizers, lambda: groups_of(optimizer), settings, Kafka(run, servers, kafka)
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
    layouts: Mapping[str, str] | None = None,
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
        layouts: see :func:`balance`
        servers: see :func:`balance`
        kafka: see :func:`balance`
        buffers: see :func:`balance`

    Raises:
        ValueError: with one line that says what is wrong
    """
    settings = RunSettings(
        run,
        total_steps,
        every,
        methods.policy("constant"),
        methods.estimator(estimator),
        title=title,
        include=include,
        exclude=exclude,
        layouts=layouts or {},
        buffers=buffers,
    )
    return Run(model, [], lambda: (), settings, Kafka(run, servers, kafka))
