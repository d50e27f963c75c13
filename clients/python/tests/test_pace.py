"""At which steps ranks tell each other something."""

from __future__ import annotations

import pytest

from isotherm.pace import Pace


def steps_between(micros: float) -> int:
    """How many steps of so many microseconds lie between two times."""
    pace = Pace()
    assert pace.is_due
    assert pace.lap() == 0  # nothing has been measured yet
    pace.follow(micros)
    steps = 0
    while not pace.is_due:
        pace.step()
        steps += 1
    return steps


@pytest.mark.parametrize(
    ("micros", "steps"), [(0, 0), (1_000, 64), (10_000, 40), (50_000, 8), (400_000, 1), (9e6, 1)]
)
def test_it_is_time_once_a_period_and_at_every_step_where_steps_are_longer(
    micros: float, steps: int
) -> None:
    assert steps_between(micros) == max(1, steps)


def test_a_lap_is_the_time_of_one_step() -> None:
    pace = Pace()
    pace.lap()
    one = Pace()
    one.lap()
    for _ in range(10**5):
        pace.step()
    one.step()
    assert pace.lap() < one.lap()
