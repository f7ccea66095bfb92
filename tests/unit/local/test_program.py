"""When a crashed program starts again, and how its end is told."""

import signal

import pytest

from deploy.local.program import LONGEST_DELAY, STEADY, count_crashes, describe_exit, plan_delay


@pytest.mark.parametrize(
    ("crashes", "seconds"), [(1, 0.5), (2, 1.0), (3, 2.0), (6, 16.0), (7, 30.0), (40, LONGEST_DELAY)]
)
def test_each_crash_in_a_row_doubles_the_delay_up_to_a_limit(crashes: int, seconds: float) -> None:
    assert plan_delay(crashes) == seconds


def test_a_program_that_lived_well_starts_over_with_the_first_delay() -> None:
    assert count_crashes(before=6, lived=STEADY) == 1


def test_a_program_that_dies_young_again_counts_on() -> None:
    assert count_crashes(before=6, lived=STEADY - 1) == 7


def test_an_end_is_told_in_words() -> None:
    assert describe_exit(-signal.SIGKILL) == "ended with signal SIGKILL"
    assert describe_exit(3) == "ended with status 3"
