"""What ``print`` shows of a run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from isotherm.kafka import LOG
from isotherm.layers import NOT_TRAINED, ModelLayers, some
from isotherm.ranks import Ranks
from isotherm.shards import Part

if TYPE_CHECKING:
    from isotherm.run import Run


def report(run: Run, servers: str, place: str) -> str:
    """Layers with factors and rates, what was left out, and what was assumed.

    Args:
        run: that is shown
        servers: of Kafka
        place: what :func:`place_of` gives
    """
    found = run.model_layers
    lines = [
        f"isotherm run {run.name}, incarnation {run.incarnation}, {run.steps} steps trained, "
        f"broker {servers}",
        *([place] if place else []),
        *_table(run),
    ]
    if found.order == "registration":
        lines.append(
            "order: as the model registers its modules, since no forward pass was seen; norm "
            "layers: batch norms registered right behind their layer"
        )
    else:
        lines.append("order: that of the first forward pass; norm layers: by what feeds what in it")
    if found.left_out:
        lines.append("left out:")
        lines += [f"  {out.name}: {out.reason}" for out in found.left_out]
    lines.append(", ".join(f"{name} {count}" for name, count in run.counters().items()))
    return "\n".join(lines)


def place_of(ranks: Ranks, parts: Sequence[Part], together: bool) -> str:
    """One line on this process's place among those that train the model; empty if it is alone.

    Args:
        ranks: those that train it
        parts: what this one publishes
        together: whether they still tell each other anything
    """
    if ranks.size == 1:
        return ""
    shards = sum(part.shard is not None for part in parts)
    return (
        f"rank {ranks.rank} of {ranks.size}, publishes {len(parts) - shards} whole layers and "
        f"{shards} shards; decisions come by rank 0, and counters are this rank's"
        + ("" if together else "; ranks do not tell each other anything any more")
    )


def warn_of_untrained(run: str, found: ModelLayers) -> None:
    """Says in one line which layers no optimizer of the run has, though they can be trained."""
    untrained = [out.name for out in found.left_out if out.reason == NOT_TRAINED]
    if untrained:
        LOG.warning(
            'layers left out run=%s count=%d reason="they can be trained, but the optimizer does '
            'not have their weights: %s; give them to it, freeze them or name them in exclude="',
            run,
            len(untrained),
            some(untrained),
        )


def log_close(run: Run, told: bool) -> None:
    """Says in one line what became of the run's snapshots and decisions.

    Args:
        run: that is closed
        told: whether the broker has all that was told, how the run has ended included
    """
    c = run.counters()
    log = LOG.info if told and c["snapshotsPublished"] == c["snapshotsTaken"] else LOG.warning
    log(
        'run closed run=%s incarnation=%s reason="%d layer snapshots taken, %d published, '
        '%d dropped, %d decisions applied, %d rejected, stall %.4f %%%s"',
        run.name,
        run.incarnation,
        c["snapshotsTaken"],
        c["snapshotsPublished"],
        c["snapshotsTaken"] - c["snapshotsPublished"],
        c["decisionsApplied"],
        c["decisionsRejected"],
        100 * c["stallNanos"] / max(1, c["trainingNanos"]),
        "" if told else "; the broker did not learn how the run ended",
    )


def _table(run: Run) -> list[str]:
    factors, decays, lrs = run.factors(), run.weight_decay_factors(), run.effective_lrs()
    rows = [("layer", "kind", "shape", "norm layer", "factor", "decay", "learning rate")]
    for layer in run.model_layers.layers:
        lr = lrs.get(layer.name)
        rows.append(
            (
                layer.name,
                layer.kind,
                "x".join(map(str, layer.shape)),
                " ".join(norm.name for norm in layer.norms),
                f"{factors[layer.name]:.4g}",
                f"{decays[layer.name]:.4g}",
                "" if lr is None else f"{lr:.4g}",
            )
        )
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return [
        "  "
        + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
