"""Writes hill.json: Hill's estimator on the tensors of estimators.json, computed with numpy alone.

Nothing of Isotherm is used: singular values by LAPACK's dgesdd on the weights, the tail by sorting,
alpha and distance by their formulas. B. M. Hill, Annals of Statistics 3 (1975) 1163-1174; the tail
includes its own start, as in the published codes that the other files come from. Run it here, in
this folder, with numpy 2.4.
"""

import json
import math

import numpy

MODES = {"0.1": (0.1, False), "0.25": (0.25, False), "0.5": (0.5, False), "0.1+fz": (0.1, True)}
FILTER = 1e-5

# Below these, rounding decides: the answer is a reason and not a number.
RELATIVE_XMIN = 1e-10
RELATIVE_SPREAD = 1e-5


def eigenvalues(name, shape):
    weights = numpy.fromfile(f"weights/{name}.bin", dtype="<f4").astype(float).reshape(shape)
    if len(shape) == 2:
        return numpy.sort(numpy.linalg.svd(weights, compute_uv=False) ** 2)
    slices = numpy.moveaxis(weights.reshape(shape[0], shape[1], -1), 2, 0)
    return numpy.sort((0.5 * numpy.linalg.svd(slices, compute_uv=False) ** 2).ravel())


def estimate(values, fraction, filtered):
    kept = values[values > FILTER] if filtered and (values > FILTER).any() else values
    size = math.floor(fraction * len(kept) + 0.5)
    if size < 2 or kept[-size] <= RELATIVE_XMIN * kept[-1]:
        return {"compare": "noise_limited"}
    tail = kept[-size:]
    xmin = tail[0]
    if tail[-1] / xmin - 1 < RELATIVE_SPREAD:
        return {"compare": "noise_limited"}
    alpha = 1 + size / numpy.log(tail / xmin).sum()
    fitted = 1 - (tail / xmin) ** (1 - alpha)
    return {
        "compare": "exact",
        "f64": {
            "alpha": float(alpha),
            "D": float(numpy.abs(fitted - numpy.arange(size) / size).max()),
            "spectral_norm": float(values[-1]),
            "norm": float(values.sum()),
            "eigs_num": len(values),
            "xmin_index": len(kept) - size,
            "xmin": float(xmin),
        },
    }


def main():
    with open("estimators.json") as file:
        shapes = {name: tensor["shape"] for name, tensor in json.load(file).items()}
    result = {}
    for name, shape in shapes.items():
        values = eigenvalues(name, shape)
        result[name] = {
            "shape": shape,
            "modes": {mode: estimate(values, *setting) for mode, setting in MODES.items()},
        }
    with open("hill.json", "w") as file:
        json.dump(result, file, separators=(",", ":"))
        file.write("\n")


main()
