"""Power-law exponents of layers, as TempBalance (Zhou et al., NeurIPS 2023) defines them.

    python3 tempbalance.py torch|numpy

Answers requests on standard input, one JSON object per line, on standard output. A convolution is
its kH * kW slices times sqrt(0.5), in one batched call; eigenvalues are the squared singular
values, pooled and sorted; alpha = 1 + n / sum(ln(x_j / xmin)) over the n values from the median up.
"""

import ctypes
import json
import math
import os
import re
import sys
import time

CONV_NORM = 0.5
XMIN_POSITION = 2


class Torch:
    """Singular values by torch.linalg.svdvals, in the type that is asked for."""

    def __init__(self):
        import torch

        self.torch = torch
        self.version = "torch " + torch.__version__
        self.threads = torch.get_num_threads()
        # Loads the library behind it, so that it can be named.
        torch.linalg.svdvals(torch.ones(2, 2))

    def library(self):
        mkl = re.search(r"Math Kernel Library Version (\S+)", self.torch.__config__.show())
        return "MKL " + mkl.group(1) if mkl else None

    def array(self, data, shape):
        return self.torch.frombuffer(data, dtype=self.torch.float32).reshape(shape)

    def alpha(self, weights, double=False):
        torch = self.torch
        if double:
            weights = weights.double()
        if weights.dim() == 4:
            weights = weights.flatten(start_dim=2) * math.sqrt(CONV_NORM)
            weights = weights.permute(2, 0, 1)
        values, _ = torch.square(torch.linalg.svdvals(weights)).double().flatten().sort()
        first = int(len(values) / XMIN_POSITION)
        tail = values[first:]
        n = len(tail)
        alpha = 1 + n / (torch.log(tail).sum() - n * torch.log(tail[0]))
        fitted = 1 - (tail / tail[0]) ** (1 - alpha)
        distance = (fitted - torch.arange(n, dtype=torch.float64) / n).abs().max()
        return float(alpha), float(distance), float(values[-1]), float(values.sum())


class NumPy:
    """Singular values by numpy.linalg.svd without vectors."""

    def __init__(self):
        import numpy

        self.numpy = numpy
        self.version = "numpy " + numpy.__version__
        self.threads = None
        numpy.linalg.svd(numpy.ones((2, 2)), compute_uv=False)

    def library(self):
        return None

    def array(self, data, shape):
        return self.numpy.frombuffer(data, dtype="<f4").reshape(shape)

    def alpha(self, weights, double=False):
        numpy = self.numpy
        if double:
            weights = weights.astype(numpy.float64)
        if weights.ndim == 4:
            weights = weights.reshape(weights.shape[:2] + (-1,))
            weights = weights * weights.dtype.type(math.sqrt(CONV_NORM))
            weights = weights.transpose(2, 0, 1)
        singular = numpy.linalg.svd(weights, compute_uv=False)
        values = numpy.sort(numpy.square(singular).astype(numpy.float64).ravel())
        first = int(len(values) / XMIN_POSITION)
        tail = values[first:]
        n = len(tail)
        alpha = 1 + n / (numpy.log(tail).sum() - n * numpy.log(tail[0]))
        fitted = 1 - (tail / tail[0]) ** (1 - alpha)
        distance = numpy.abs(fitted - numpy.arange(n) / n).max()
        return float(alpha), float(distance), float(values[-1]), float(values.sum())


def loaded_libraries():
    """Paths of the BLAS libraries in this process."""
    paths = set()
    with open("/proc/self/maps") as maps:
        for line in maps:
            path = line.split(maxsplit=5)[-1].strip()
            if re.search(r"/lib[^/]*(blas|mkl_core)[^/]*$", path):
                paths.add(path)
    return sorted(path for path in paths if "cublas" not in path)


def openblas(path):
    """Version, kernel and threads of an OpenBLAS, or None where it does not tell."""
    library = ctypes.CDLL(path)
    for prefix, suffix in (("", ""), ("scipy_", "64_"), ("scipy_", ""), ("", "64_")):
        try:
            config = getattr(library, prefix + "openblas_get_config" + suffix)
            threads = getattr(library, prefix + "openblas_get_num_threads" + suffix)
        except AttributeError:
            continue
        config.restype = ctypes.c_char_p
        words = config().decode().split()
        return " ".join(words[:2]), words[-2] if len(words) > 2 else "", threads()
    return None


def describe(engine):
    """What computes, in words: library, version, threads."""
    threads = engine.threads
    library = engine.library()
    if library is None:
        names = []
        for path in loaded_libraries():
            found = openblas(path) if "openblas" in path else None
            if found:
                names = ["%s (%s)" % found[:2]]
                threads = found[2]
                break
            names.append(os.path.basename(path))
        library = ", ".join(names) or "unknown BLAS"
    return "%s on %s, %s thread%s" % (
        engine.version,
        library,
        threads,
        "" if threads == 1 else "s",
    )


def load(engine, request):
    """Reads the layers into memory."""
    arrays = []
    with open(request["file"], "rb") as file:
        for shape in request["shapes"]:
            data = bytearray(4 * math.prod(shape))
            if file.readinto(data) != len(data):
                raise ValueError("%s ends before layer %d" % (request["file"], len(arrays)))
            arrays.append(engine.array(data, shape))
    return arrays


def run(engine, arrays, double):
    wall, cpu = time.perf_counter(), time.process_time()
    alphas = [engine.alpha(array, double)[0] for array in arrays]
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    # JSON has no NaN: what is not a number travels as null.
    return {
        "wallNanos": round(wall * 1e9),
        "cpuNanos": round(cpu * 1e9),
        "alphas": [alpha if math.isfinite(alpha) else None for alpha in alphas],
    }


def main():
    # Libraries print what they like; only answers go to the standard output that was given.
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    engine = {"torch": Torch, "numpy": NumPy}[sys.argv[1]]()
    print(json.dumps({"description": describe(engine)}), file=answers)
    arrays = []
    for line in sys.stdin:
        request = json.loads(line)
        if request["do"] == "load":
            arrays = []
            arrays = load(engine, request)
            answer = {}
        else:
            chosen = [arrays[index] for index in request["layers"]]
            answer = run(engine, chosen, request["double"])
        print(json.dumps(answer), file=answers)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        sys.exit("%s: %s" % (type(error).__name__, error))
