"""Writes pruning.json: shares of weights to prune, from the alphas of the other files.

Nothing of Isotherm is used: the block-wise map of AlphaPruning's and FARMS's `ww_sparsity`
(lib/prune.py of github.com/HUST-AI-HYZ/FARMS at 834612b) by its formula, in numpy: the mean metric
of each block's layers, the line onto 1 - epsilon .. 1 + epsilon, one scale for the wanted sparsity
of all weights, and what is above 1 cut. Run it here, in this folder, with numpy 2.4.
"""

import json
import math

import numpy

TARGETS = [(0.5, 0.2), (0.7, 0.15), (0.7, 0.6), (0.8, 0.3), (0.9, 0.5)]


def allocate(metrics, sizes, per_block, target, epsilon):
    means = [numpy.mean(metrics[i : i + per_block]) for i in range(0, len(metrics), per_block)]
    scores = numpy.repeat(means, per_block)
    low, high = 1 - epsilon, 1 + epsilon
    ratios = (scores - scores.min()) / (scores.max() - scores.min()) * (high - low) + low
    ratios = ratios * (sum(sizes) * target / (numpy.array(sizes) * ratios).sum())
    return [(0.99999 if target == 0.7 else 0.998) if ratio > 1 else float(ratio) for ratio in ratios]


def networks():
    for name, per_block, prefix in (("gpt_d96", 4, "transformer.h."), ("mlp_postln", 1, "blocks.")):
        network = json.load(open(f"layerset_{name}.json"))
        shapes = {layer["name"]: layer["shape"] for layer in network["layers"]}
        for source, metrics in (
            ("tempbalance fix-finger", network["estimates"]["fix-finger"]),
            ("farms", network["farms"][0]["metrics"] | {"layers": shapes}),
        ):
            inner = [
                (layer, alpha)
                for layer, alpha in zip(metrics["layers"], metrics["alpha"])
                if layer.startswith(prefix)
            ]
            yield (
                f"{name}, {source}",
                per_block,
                [alpha for _, alpha in inner],
                [math.prod(shapes[layer]) for layer, _ in inner],
            )
    tensors = json.load(open("farms_llm.json"))
    mode = "rows16_Q1_ops4|xmin_peak"
    exact = [
        (tensor["modes"][mode]["f64"]["alpha"], math.prod(tensor["shape"]))
        for tensor in tensors.values()
        if tensor["modes"].get(mode, {}).get("compare") == "exact"
    ]
    exact = exact[: len(exact) // 3 * 3]
    yield "tensors in blocks of 3, farms-llm", 3, *map(list, zip(*exact))


cases = [
    {
        "case": name,
        "layersPerBlock": per_block,
        "alphas": metrics,
        "weights": sizes,
        "sparsity": target,
        "spread": epsilon,
        "sparsities": allocate(metrics, sizes, per_block, target, epsilon),
    }
    for name, per_block, metrics, sizes in networks()
    for target, epsilon in TARGETS
]
with open("pruning.json", "w") as file:
    json.dump(cases, file, indent=0)
    file.write("\n")
