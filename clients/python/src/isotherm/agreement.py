"""What all ranks settle before training: that they train the same, and who publishes what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace

from isotherm.layers import DTYPES, Layer, ModelLayers
from isotherm.messages import next_incarnation
from isotherm.ranks import Ranks
from isotherm.settings import RunSettings
from isotherm.shards import Held, Part, divide, held
from isotherm.weights import LeftOut


@dataclass(frozen=True)
class Agreement:
    """What is the same on all ranks, and this rank's share of the work.

    Attributes:
        incarnation: of the run
        layers: in the order in which the model registers them
        unpublished: why layers that a single process would measure are left out, by name
        parts: what this rank publishes
    """

    incarnation: int
    layers: ModelLayers
    unpublished: Mapping[str, str]
    parts: list[Part]


def agree(ranks: Ranks, settings: RunSettings, find: Callable[[], ModelLayers]) -> Agreement:
    """Settles it; one of the moments that all ranks must come to.

    Args:
        ranks: those that train the model
        settings: of the run
        find: the layers of this rank's model

    Raises:
        ValueError: on all ranks alike, if ``find`` raises it on one, or if they differ
    """
    found: list[ModelLayers] = []

    def ours() -> tuple[int, list[Held]]:
        found.append(find())
        known: dict[Held, Held] = {}  # so that extents that are the same travel once
        has = (held(layer.weight) for layer in found[0].layers)
        return next_incarnation(), [known.setdefault(one, one) for one in has]

    given = ranks.together(ours)
    whole = found[0]
    ranks.agree(
        {
            **{name: value for name, value in asdict(settings).items() if name != "name"},
            "run": settings.name,
            **{f"layer '{layer.name}'": _described(layer) for layer in whole.layers},
        }
    )
    parts, unpublished = divide(whole.layers, [has for _, has in given], ranks.rank)
    return Agreement(given[0][0], without(whole, unpublished), unpublished, parts)


def without(found: ModelLayers, reasons: Mapping[str, str]) -> ModelLayers:
    """Layers without those that cannot be published, by name and reason.

    Raises:
        ValueError: if no layer is left
    """
    layers = tuple(layer for layer in found.layers if layer.name not in reasons)
    if not layers:
        name, reason = next(iter(reasons.items()))
        raise ValueError(f"no layer can be published; of '{name}', {reason}")
    left_out = [*found.left_out, *(LeftOut(name, reason) for name, reason in reasons.items())]
    return replace(found, layers=layers, left_out=tuple(sorted(left_out, key=lambda out: out.name)))


def _described(layer: Layer) -> str:
    shape = list(layer.weight.shape)
    names = ", ".join(sorted({name for _, name in layer.owned()}))
    return f"{layer.kind} {shape} {DTYPES[layer.weight.dtype]} with the factors of {names}"
