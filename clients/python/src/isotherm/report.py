"""What ``print`` shows of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isotherm.kafka import LOG
from isotherm.layers import NOT_TRAINED, ModelLayers, some

if TYPE_CHECKING:
    from isotherm.run import Run


def report(run: Run, servers: str) -> str:
    """Layers with factors and rates, what was left out, and what was assumed."""
    found = run.model_layers
    lines = [
        f"isotherm run {run.name}, incarnation {run.incarnation}, {run.steps} steps trained, "
        f"broker {servers}",
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
