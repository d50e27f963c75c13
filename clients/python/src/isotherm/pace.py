"""When ranks tell each other something: counted in steps, so that it is at the same step on all."""

from __future__ import annotations

import time

#: Seconds from one time to the next, where steps are shorter.
_PERIOD = 0.4

#: Steps from one time to the next at most, should steps suddenly take longer.
_MOST_STEPS = 64


class Pace:
    """Every so many steps that it is once a period, or every step where steps are longer.

    How long a step takes is what all ranks say together; each measures its own.
    """

    def __init__(self) -> None:
        self._interval = 1
        self._steps = 0
        self._since: int | None = None

    def step(self) -> None:
        """A step is complete."""
        self._steps += 1

    @property
    def is_due(self) -> bool:
        """Whether it is time; so it is at first."""
        return self._since is None or self._steps >= self._interval

    def lap(self) -> int:
        """It is done now: microseconds that a step has taken since it was before, at first 0."""
        now = time.perf_counter_ns()
        before, steps = self._since, max(1, self._steps)
        self._since, self._steps = now, 0
        return 0 if before is None else (now - before) // (1000 * steps)

    def follow(self, micros: float) -> None:
        """How many microseconds a step takes in the mean over all ranks; 0 if it is not known."""
        steps = round(1e6 * _PERIOD / micros) if micros > 0 else 1
        self._interval = max(1, min(_MOST_STEPS, steps))
