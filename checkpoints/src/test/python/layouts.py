"""Writes src/test/resources/layouts: one small network with the axes of PyTorch, MLX and Flax, two
mixtures of experts and a Fourier neural operator, each with the alphas that numpy has for it.

Needs numpy and safetensors: python layouts.py FOLDER
"""

import json
import sys
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

FOLDER = Path(sys.argv[1])
RNG = np.random.default_rng(5)


def weights(*shape):
    """Matrices with a heavy tail; those of a kernel differ in size."""
    rows, columns, *kernel = shape
    count = int(np.prod(kernel)) if kernel else 1
    slices = []
    for _ in range(count):
        small = min(rows, columns)
        spectrum = (np.arange(1, small + 1) / small) ** -RNG.uniform(0.15, 0.6)
        left = np.linalg.qr(RNG.standard_normal((rows, small)))[0]
        right = np.linalg.qr(RNG.standard_normal((columns, small)))[0]
        slices.append((left * spectrum) @ right.T * RNG.uniform(0.3, 2))
    return np.stack(slices, -1).reshape(shape).astype(np.float32)


def alpha(matrices):
    """The Hill estimate from the median of the pooled eigenvalues on."""
    values = np.sort(
        np.concatenate(
            [np.linalg.svd(np.asarray(m).astype(np.result_type(m, np.float64)), compute_uv=False) ** 2
             for m in matrices]
        )
    )
    start = len(values) // 2
    tail = values[start:]
    return 1 + len(tail) / np.log(tail / tail[0]).sum()


def pooled(weight):
    flat = weight.reshape(*weight.shape[:2], -1)
    return [flat[:, :, k] for k in range(flat.shape[2])]


def write(name, tensors, expected, metadata=None):
    FOLDER.mkdir(parents=True, exist_ok=True)
    save_file(
        {key: np.ascontiguousarray(value) for key, value in tensors.items()},
        FOLDER / f"{name}.safetensors",
        metadata,
    )
    (FOLDER / f"{name}.json").write_text(json.dumps(expected, indent=1) + "\n")


network = {
    "encoder.conv1": weights(20, 16, 3),
    "encoder.conv2": weights(24, 20, 5),
    "encoder.dwconv": weights(24, 1, 11),
    "patch": weights(24, 12, 4, 4),
    "layer1.0.conv1": weights(16, 12, 3, 3),
    "video": weights(12, 10, 2, 3, 3),
    "blocks.0.fc1": weights(48, 24),
    "blocks.0.fc2": weights(24, 48),
}
expected = {name: alpha(pooled(weight)) for name, weight in network.items()}
write(
    "pytorch",
    {f"{name}.weight": weight for name, weight in network.items()},
    expected,
    {"format": "pt"},
)
write(
    "mlx",
    {f"{name}.weight": np.moveaxis(weight, 1, -1) for name, weight in network.items()},
    expected,
    {"format": "mlx"},
)
write(
    "flax",
    {
        f"{name}.kernel": np.moveaxis(weight, (0, 1), (-1, -2))
        for name, weight in network.items()
    },
    expected,
    {"format": "flax"},
)
# What nothing but shapes tells.
write(
    "mlx-unsaid",
    {f"{name}.weight": np.moveaxis(weight, 1, -1) for name, weight in network.items()},
    expected,
)

EXPERTS, WIDTH, INNER = 4, 12, 16
into = [weights(2 * INNER, WIDTH) for _ in range(EXPERTS)]
out = [weights(WIDTH, INNER) for _ in range(EXPERTS)]
router = weights(EXPERTS, WIDTH)
expected = {f"experts.gate_up_proj[{i}]": alpha([m]) for i, m in enumerate(into)}
expected |= {f"experts.down_proj[{i}]": alpha([m]) for i, m in enumerate(out)}
write(
    "experts-out-in",
    {"gate.weight": router, "experts.gate_up_proj": np.stack(into), "experts.down_proj": np.stack(out)},
    expected,
)
write(
    "experts-in-out",
    {
        "gate.weight": router,
        "experts.gate_up_proj": np.stack([m.T for m in into]),
        "experts.down_proj": np.stack([m.T for m in out]),
    },
    expected,
)

modes = weights(14, 12, 3, 2) + 1j * weights(14, 12, 3, 2)
write(
    "fourier",
    {"convs.0.weights1": modes.astype(np.complex64), "fc.weight": weights(20, 12)},
    {"convs.0.weights1": alpha(pooled(modes.astype(np.complex64)))},
)
