"""Times the same training (a) without Isotherm, (b) with it, (c) with the decomposition inside.

(b) has a broker and the services as processes, started for this. (c) is TempBalance as published:
the training thread decomposes all layers whenever (b) takes a snapshot, and sets their rates.

(a) and (b) take turns step by step, and so do (a) and (c) afterwards, on one thread of one core:
what disturbs a shared machine meets both of a pair alike. Everything else, the client's own threads
and its process that publishes included, runs on the other cores, where it slows both of a pair
alike, too: what it costs a training that has no core to spare is not in the table. Times are of one
step: forward, backward, the optimizer, and what watches over it, snapshots included. (b) - (a) is
the median of the differences of pairs, of all and of those with a snapshot; intervals hold nineteen
of twenty results of pairs that are drawn again from the measured ones. The stall is the time in the
client's own code on the training thread, by its own clock, as part of the training's.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import json
import os
import random
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import torch
import torch.nn.functional as F  # noqa: N812
from gpt import Gpt
from torch import nn

import isotherm
from isotherm.layers import Layer, find_layers

ROOT = Path(__file__).resolve().parents[3]
Batch = Callable[[], torch.Tensor]
Pairs = Sequence[tuple[float, float]]


def mlp() -> tuple[nn.Module, Batch]:
    """Four dense layers; batches of 128 vectors of 784."""
    sizes = (784, 1024, 1024, 512, 10)
    layers = [part for i, o in itertools.pairwise(sizes) for part in (nn.Linear(i, o), nn.ReLU())]
    model = nn.Sequential(*layers[:-1])
    x, y = torch.randn(128, 784), torch.randint(0, 10, (128,))
    return model, lambda: F.cross_entropy(model(x), y)


def cnn() -> tuple[nn.Module, Batch]:
    """Five convolutions with batch norms and a dense layer; batches of 32 images of 3x32x32."""
    widths = (3, 32, 64, 64, 128, 128)
    layers: list[nn.Module] = []
    for n, (i, o) in enumerate(itertools.pairwise(widths)):
        layers += [nn.Conv2d(i, o, 3, padding=1, bias=False), nn.BatchNorm2d(o), nn.ReLU()]
        layers += [nn.MaxPool2d(2)] if n % 2 == 0 else []
    model = nn.Sequential(*layers, nn.Flatten(), nn.Linear(128 * 16, 10))
    x, y = torch.randn(32, 3, 32, 32), torch.randint(0, 10, (32,))
    return model, lambda: F.cross_entropy(model(x), y)


def gpt() -> tuple[nn.Module, Batch]:
    """Four blocks of width 192, vocabulary 512; batches of 8 texts of 64 tokens."""
    model = Gpt(512, 192, 4, 4, 64)
    tokens = torch.randint(0, 512, (8, 64))
    return model, lambda: F.cross_entropy(model(tokens).flatten(0, 1), tokens.flatten())


NETWORKS = {"mlp": mlp, "cnn": cnn, "gpt": gpt}


class Inside:
    """TempBalance's own way, from its formulas: everything on the training thread."""

    def __init__(self, optimizer: torch.optim.Optimizer, layers: tuple[Layer, ...]) -> None:
        owner = {p: layer.name for layer in layers for p in layer.parameters}
        base = optimizer.param_groups[0]
        by_layer: dict[str, list[nn.Parameter]] = {}
        for parameter in base["params"]:
            by_layer.setdefault(owner.get(parameter, ""), []).append(parameter)
        optimizer.param_groups[:] = [{**base, "params": some} for some in by_layer.values()]
        self._group = dict(zip(by_layer, optimizer.param_groups, strict=True))
        self._lr = base["lr"]
        self._weights = {layer.name: layer.weight for layer in layers}

    def rebalance(self) -> None:
        """Alphas of all layers, and from them the rates of all but the first and the last."""
        alphas = {name: alpha(weight) for name, weight in self._weights.items()}
        inner = list(alphas)[1:-1]
        low = min(alphas[name] for name in inner)
        high = max(alphas[name] for name in inner)
        for name in inner:
            factor = 0.5 + (alphas[name] - low) / (high - low)
            self._group[name]["lr"] = factor * self._lr


def alpha(weight: torch.Tensor) -> float:
    """The tail exponent from the median of the eigenvalues of all slices on."""
    matrix = weight.detach()
    slices = matrix.flatten(2).permute(2, 0, 1) * 0.5**0.5 if matrix.dim() > 2 else matrix
    values = torch.linalg.svdvals(slices).square().flatten().sort().values
    tail = values[len(values) // 2 :]
    return float(1 + len(tail) / (tail.log().sum() - len(tail) * tail[0].log()))


class Arm:
    """One of the three trainings of a network, with weights and an optimizer of its own."""

    def __init__(self, arm: str, network: str, every: int, servers: str, cores: Cores) -> None:
        torch.manual_seed(0)
        model, self._loss = NETWORKS[network]()
        self._optimizer = torch.optim.AdamW(model.parameters(), 1e-3)
        self._every, self._cores, self._done = every, cores, 0
        self.seconds: list[float] = []
        self.with_snapshot: list[int] = []
        found = find_layers(model)
        self.layers, self.weights = len(found.layers), sum(x.weight.numel() for x in found.layers)
        self._inside = Inside(self._optimizer, found.layers) if arm == "inside" else None
        self.iso: isotherm.Run | None = None
        if arm == "with":
            self.iso = isotherm.balance(
                model,
                self._optimizer,
                run=f"benchmark-{network}-{every}",
                total_steps=10**6,
                every=every,
                servers=servers,
            )

    def warm_up(self) -> None:
        """Some steps that are not counted, the first of which starts the client's process."""
        with self._cores.others():  # the client's threads and its process stay there
            self._step()
        for _ in range(9):
            self._step()
        self.quiet()

    def step(self) -> None:
        """One step and its time."""
        before = self._snapshots()
        began = time.perf_counter()
        self._step()
        took = time.perf_counter() - began
        if self._snapshots() > before:
            self.with_snapshot.append(len(self.seconds))
        self.seconds.append(took)

    def _snapshots(self) -> int:
        return 0 if self.iso is None else self.iso.counters()["snapshotsTaken"]

    def quiet(self) -> None:
        """Waits until nothing of this arm goes on."""
        deadline = time.monotonic() + 10
        while self.iso is not None and time.monotonic() < deadline:
            counters = self.iso.counters()
            if (
                counters["snapshotsPublished"] + counters["snapshotsDropped"]
                >= counters["snapshotsTaken"]
            ):
                break
            time.sleep(0.05)
        time.sleep(0.5)

    def _step(self) -> None:
        loss = self._loss()
        loss.backward()
        self._optimizer.step()
        self._optimizer.zero_grad()
        self._done += 1
        if self.iso is not None:
            self.iso.step(loss)
        if self._inside is not None and self._done % self._every == 0:
            self._inside.rebalance()


class Cores:
    """The core that trains, and those for everything else."""

    def __init__(self) -> None:
        cores = sorted(os.sched_getaffinity(0))
        if len(cores) < 2:
            raise SystemExit("pytorch: needs two processor cores or more, one of them to train on")
        self.training, self.rest = {cores[0]}, set(cores[1:])

    @contextlib.contextmanager
    def others(self) -> Iterator[None]:
        """What is started in here runs on the other cores for good."""
        os.sched_setaffinity(0, self.rest)
        yield
        os.sched_setaffinity(0, self.training)


@contextlib.contextmanager
def services(cores: Cores) -> Iterator[str]:
    """A broker and the services for as long as this lasts; gives the broker's address."""
    data = tempfile.mkdtemp(prefix="isotherm-benchmark-")
    command = [str(ROOT / "isotherm"), "start", "--data", data]
    with cores.others():
        stack = subprocess.Popen(
            [*command, "--kafka-port", "0", "--http-port", "0"], stdout=subprocess.PIPE, text=True
        )
    try:
        assert stack.stdout is not None
        for line in stack.stdout:
            if found := re.match(r"\s*broker\s+(\S+:\d+)", line):
                yield found[1]
                return
        raise SystemExit(f"pytorch: {' '.join(command)} ended before its services were ready")
    finally:
        stack.terminate()
        stack.wait()
        shutil.rmtree(data, ignore_errors=True)


def measure(
    network: str, cadence: str, given: argparse.Namespace, servers: str, cores: Cores
) -> dict[str, object]:
    """One row: (a) beside (b), then (a) beside (c)."""
    every = given.epoch if cadence == "epoch" else int(cadence)
    plain, balanced = (Arm(arm, network, every, servers, cores) for arm in ("without", "with"))
    in_turns(plain, balanced, given.steps)
    assert balanced.iso is not None
    counters = balanced.iso.counters()
    balanced.iso.finish()
    balanced.iso.close()
    apart, inside = (Arm(arm, network, every, servers, cores) for arm in ("without", "inside"))
    in_turns(apart, inside, max(every, given.steps // 4))
    return {
        "network": network,
        "layers": plain.layers,
        "weights": plain.weights,
        "snapshotEverySteps": every,
        "steps": len(plain.seconds),
        "without": summary(plain.seconds),
        "with": summary(balanced.seconds),
        "inside": summary(inside.seconds),
        "median": more(median_more, plain.seconds, balanced.seconds),
        "snapshotStep": more(
            median_more,
            [plain.seconds[i] for i in balanced.with_snapshot],
            [balanced.seconds[i] for i in balanced.with_snapshot],
        ),
        "p99": more(p99_more, plain.seconds, balanced.seconds),
        "mean": more(mean_more, plain.seconds, balanced.seconds),
        "meanInside": more(mean_more, apart.seconds, inside.seconds),
        "stall": counters["stallNanos"] / 1e9 / sum(balanced.seconds),
        "decisionsApplied": counters["decisionsApplied"],
        "snapshotsDropped": counters["snapshotsDropped"],
    }


def in_turns(one: Arm, other: Arm, steps: int) -> None:
    """That many timed steps of each, the first of a pair by turns."""
    for arm in (one, other):
        arm.warm_up()
    for n in range(steps):
        for arm in (one, other) if n % 2 == 0 else (other, one):
            arm.step()


def p99(ordered: Sequence[float]) -> float:
    """Of sorted times."""
    return ordered[int(0.99 * len(ordered))]


def summary(seconds: list[float]) -> dict[str, float]:
    """Seconds of a step."""
    ordered = sorted(seconds)
    return {
        "median": statistics.median(ordered),
        "p99": p99(ordered),
        "mean": statistics.fmean(ordered),
    }


def more(of: Callable[[Pairs], float], one: list[float], other: list[float]) -> dict[str, float]:
    """A statistic of pairs of times, 0.01 for 1 %, and its interval."""
    pairs = list(zip(one, other, strict=True))
    draw = random.Random(0)
    drawn = sorted(of(draw.choices(pairs, k=len(pairs))) for _ in range(400))
    return {"value": of(pairs), "from": drawn[10], "to": drawn[-11]}


def median_more(pairs: Pairs) -> float:
    """The median difference of a pair, as part of the one's median."""
    return statistics.median(b - a for a, b in pairs) / statistics.median(a for a, _ in pairs)


def p99_more(pairs: Pairs) -> float:
    """The difference of the 99th percentiles, as part of the one's."""
    return p99(sorted(b for _, b in pairs)) / p99(sorted(a for a, _ in pairs)) - 1


def mean_more(pairs: Pairs) -> float:
    """The difference of the means, as part of the one's."""
    return sum(b for _, b in pairs) / sum(a for a, _ in pairs) - 1


def machine() -> dict[str, object]:
    """What the numbers come from."""
    with open("/proc/cpuinfo", encoding="utf-8") as lines:
        models = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    return {
        "processor": models[0] if models else "unknown",
        "cores": len(os.sched_getaffinity(0)),
        "python": sys.version.split()[0],
        "torch": torch.__version__,
        "load": os.getloadavg()[0],
    }


COLUMNS = (
    "network",
    "layers",
    "weights",
    "every",
    "(a) ms",
    "(b) - (a)",
    "from to",
    "of snapshots' steps",
    "from to",
    "p99 (a) ms",
    "(b) - (a)",
    "from to",
    "stall",
    "mean (b) - (a)",
    "mean (c) - (a)",
    "p99 (c) ms",
)


def head(here: dict[str, object]) -> str:
    """What stands above the rows in Markdown."""
    return "\n".join(
        [
            f"- command: `{' '.join(['benchmarks/pytorch', *sys.argv[1:]])}`",
            f"- machine: {here['processor']}, {here['cores']} cores, one of them trains; "
            f"Python {here['python']}, torch {here['torch']}",
            f"- load average before the start: {here['load']:.2f}",
            "",
            "| " + " | ".join(COLUMNS) + " |",
            "|:--|" + "--:|" * (len(COLUMNS) - 1),
        ]
    )


def cells(row: dict[str, object]) -> list[str]:
    """A row of the table in Markdown."""

    def ms(arm: str, statistic: str) -> str:
        return f"{1e3 * row[arm][statistic]:.2f}"

    def percent(part: float) -> str:
        return f"{100 * part:+.2f} %"

    def interval(statistic: str) -> str:
        return f"{percent(row[statistic]['from'])} to {percent(row[statistic]['to'])}"

    return [
        *(str(row["network"]), str(row["layers"]), f"{row['weights'] / 1e6:.2f} M"),
        f"{row['snapshotEverySteps']} steps",
        *(ms("without", "median"), percent(row["median"]["value"]), interval("median")),
        *(percent(row["snapshotStep"]["value"]), interval("snapshotStep")),
        *(ms("without", "p99"), percent(row["p99"]["value"]), interval("p99")),
        f"{100 * row['stall']:.2f} %",
        *(percent(row["mean"]["value"]), percent(row["meanInside"]["value"])),
        ms("inside", "p99"),
    ]


def options() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(
        prog="benchmarks/pytorch",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--networks", default="mlp,cnn,gpt", help="of these (default: all)")
    parser.add_argument(
        "--every", default="epoch,50", help="steps between snapshots, or epoch (default: both)"
    )
    parser.add_argument("--epoch", type=int, default=200, help="steps of an epoch (default: 200)")
    parser.add_argument(
        "--steps", type=int, default=1000, help="of (a) and (b); a quarter for (c) (default: 1000)"
    )
    parser.add_argument(
        "--servers", help="broker of services that run elsewhere (default: starts its own)"
    )
    parser.add_argument(
        "--quick", action="store_true", help="few steps: to see that it works, not for numbers"
    )
    parser.add_argument("--json", action="store_true", help="JSON instead of a table")
    given = parser.parse_args()
    if given.quick:
        given.epoch, given.steps = 40, 80
    for network in given.networks.split(","):
        if network not in NETWORKS:
            parser.error(f"--networks must be of {', '.join(NETWORKS)}, got: {network}")
    for cadence in given.every.split(","):
        if cadence != "epoch" and not (cadence.isdigit() and int(cadence) >= 2):
            parser.error(f"--every must be epoch or a number of steps from 2, got: {cadence}")
    return given


def main() -> None:
    """Prints the table."""
    given = options()
    # Ended from outside, it ends its services, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    here = machine()
    cores = Cores()
    torch.set_num_threads(1)
    os.sched_setaffinity(0, cores.training)
    if not given.json:
        print(head(here), flush=True)
    rows = []
    own = contextlib.nullcontext(given.servers) if given.servers else services(cores)
    with own as servers:
        for network in given.networks.split(","):
            for cadence in given.every.split(","):
                print(f"pytorch: {network}, a snapshot every {cadence}", file=sys.stderr)
                rows.append(measure(network, cadence, given, servers, cores))
                if not given.json:
                    print("| " + " | ".join(cells(rows[-1])) + " |", flush=True)
    if given.json:
        print(json.dumps({"machine": here, "rows": rows}, indent=2))


if __name__ == "__main__":
    main()
