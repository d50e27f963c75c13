"""Times torch.linalg.svdvals as TempBalance (Zhou et al., NeurIPS 2023) calls it.

    python3 svdvals.py cuda|cpu

Answers requests on standard input, one JSON object per line, on standard output. Weights are made
on the device and stay there, as in a training loop; the squared singular values come back to the
host. A convolution is its kH * kW slices times sqrt(0.5), in one batched call.
"""

import json
import math
import os
import statistics
import sys
import time

CONV_NORM = 0.5
LONG_SECONDS = 4
DECAY = -1.5


def weights(torch, device, shape, bfloat16, decaying=False):
    made = torch.randn(shape, device=device) / math.sqrt(math.prod(shape[1:]))
    if decaying:
        inputs = torch.arange(1, shape[1] + 1, device=device) ** DECAY
        made *= inputs.reshape([1, -1] + [1] * (len(shape) - 2))
    return made.bfloat16() if bfloat16 else made


def alpha(torch, layer):
    layer = layer.float()
    if layer.dim() == 4:
        layer = (layer.flatten(start_dim=2) * math.sqrt(CONV_NORM)).permute(2, 0, 1)
    values, _ = torch.square(torch.linalg.svdvals(layer)).flatten().sort()
    tail = values[len(values) // 2 :]
    return float(1 + len(tail) / torch.log(tail / tail[0]).sum())


def timed(torch, device, work, seconds):
    """Median seconds of calls after a first one, which counts where it takes very long."""

    def once():
        begun = time.perf_counter()
        work()
        if device == "cuda":
            torch.cuda.synchronize()
        return time.perf_counter() - begun

    first = once()
    times = [first] if first > LONG_SECONDS else []
    least = 1 if first > seconds / 2 else 3
    begun = time.perf_counter()
    while len(times) < least or (not first > seconds and time.perf_counter() - begun < seconds):
        times.append(once())
    return {"seconds": statistics.median(times), "runs": len(times)}


def answer(torch, device, request):
    bfloat16, seconds = request["bfloat16"], request["seconds"]
    if "layers" in request:
        decaying = request["decaying"]
        layers = [weights(torch, device, shape, bfloat16, decaying) for shape in request["layers"]]
        return timed(torch, device, lambda: [alpha(torch, each) for each in layers], seconds)
    made = weights(torch, device, request["matrices"], bfloat16)
    return timed(
        torch, device, lambda: torch.square(torch.linalg.svdvals(made.float())).cpu(), seconds
    )


def main():
    # Libraries print what they like; only answers go to the standard output that was given.
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    import torch

    device = sys.argv[1]
    if device == "cuda":
        if not torch.cuda.is_available():
            sys.exit("torch %s sees no GPU" % torch.__version__)
        where = torch.cuda.get_device_name()
    else:
        where = "the CPU with %d threads" % torch.get_num_threads()
    torch.linalg.svdvals(torch.ones(2, 2, device=device))
    print(json.dumps({"description": "torch %s on %s" % (torch.__version__, where)}), file=answers)
    for line in sys.stdin:
        try:
            result = answer(torch, device, json.loads(line))
        except RuntimeError as error:
            result = {"error": str(error).splitlines()[0]}
        print(json.dumps(result), file=answers)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        sys.exit("%s: %s" % (type(error).__name__, error))
