"""Which layer's factor a norm layer takes."""

from __future__ import annotations

from collections.abc import Sequence

from torch import nn

from isotherm.forward import ForwardPass
from isotherm.weights import Weight, is_norm


def norms_by_wire(forward: ForwardPass, weights: Sequence[Weight]) -> dict[str, list[nn.Module]]:
    """The norm layers of each layer, by what a forward pass has shown, in its order.

    A norm layer that a layer feeds directly belongs to that layer. One that is fed otherwise, as
    with a sum or by an embedding, belongs to the layer that it feeds directly: the largest, if
    there are several.

    Args:
        forward: the pass
        weights: of the layers, in forward order
    """
    of_module: dict[nn.Module, list[Weight]] = {}
    for weight in weights:
        of_module.setdefault(weight.module, []).append(weight)

    def inside(module: nn.Module) -> list[Weight]:
        if isinstance(
            module, nn.MultiheadAttention
        ):  # whose last projection is a module of its own
            return [w for part in module.modules() for w in of_module.get(part, ())]
        return of_module.get(module, [])

    fed: dict[nn.Module, list[Weight]] = {}
    for module, feeder in forward.fed_by.items():
        if is_norm(feeder):
            fed.setdefault(feeder, []).extend(inside(module))
    norms: dict[str, list[nn.Module]] = {}
    for norm in filter(is_norm, forward.ran()):
        feeder_of = forward.fed_by.get(norm)
        before = inside(feeder_of) if feeder_of is not None else []
        before = [weight for weight in before if weight.kind != "embedding"]
        behind = fed.get(norm, [])
        if before:
            norms.setdefault(before[-1].name, []).append(norm)
        elif behind:
            largest = max(behind, key=lambda weight: weight.parameter.numel())
            norms.setdefault(largest.name, []).append(norm)
    return norms


def norms_by_registration(
    model: nn.Module, weights: Sequence[Weight]
) -> dict[str, list[nn.Module]]:
    """Batch norms of the right width that are registered right behind their layers."""
    layers = {weight.module: weight.name for weight in weights}
    norms: dict[str, list[nn.Module]] = {}
    before: nn.Module | None = None
    for module in model.modules():
        if next(module.parameters(recurse=False), None) is None:
            continue
        if isinstance(module, nn.modules.batchnorm._BatchNorm) and before in layers:
            width = getattr(before, "out_channels", getattr(before, "out_features", None))
            if width == module.num_features:
                norms[layers[before]] = [module]
        before = module
    return norms
