"""Runs a program whose steps take longer until the first decision is in force.

python unhurried.py PROGRAM [ARGUMENT...]

An example of a few steps would end before a decision can reach it, as no real training does.
"""

import runpy
import sys
import time
from pathlib import Path

import isotherm

SECONDS = 1.0

step = isotherm.Run.step


def unhurried(self, *args, **kwargs):
    """Like the real one, and then what a larger network's step would take."""
    step(self, *args, **kwargs)
    if self.counters()["decisionsApplied"] == 0:
        time.sleep(SECONDS)


isotherm.Run.step = unhurried
sys.argv = sys.argv[1:]
sys.path.insert(0, str(Path(sys.argv[0]).parent))
runpy.run_path(sys.argv[0], run_name="__main__")
