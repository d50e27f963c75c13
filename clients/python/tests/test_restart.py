"""A rank dies, and torchrun starts all of them again."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from conftest import Broker

from isotherm.messages import RUNS


def test_a_restarted_job_is_a_new_incarnation_with_the_factors_of_its_checkpoint(
    broker: Broker, tmp_path: Path
) -> None:
    script = Path(__file__).with_name("restarted.py")
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    command += ["--max-restarts=1", "--monitor-interval=0.1", str(script), broker.servers]
    subprocess.run([*command, str(tmp_path)], check=True, timeout=300)
    starts = [
        [json.loads((tmp_path / f"start-{n}-{rank}.json").read_text()) for rank in (0, 1)]
        for n in (0, 1)
    ]
    (first, other), (again, other_again) = starts
    assert first == other
    assert again == other_again
    assert again["incarnation"] > first["incarnation"]
    assert again["step"] == 3
    assert again["factors"] == {"0": 0.5, "1": 1.0}
    bodies = [json.loads(value) for _, value in broker.records(RUNS, "restarted")]
    assert [b["incarnation"] for b in bodies if b["phase"]["name"] == "finished"] == [
        again["incarnation"]
    ]
