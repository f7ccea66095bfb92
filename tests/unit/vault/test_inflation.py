"""How large compressed bytes would become."""

import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.vault.examination.inflation import Bomb, inflated_size


@given(data=st.binary(max_size=300_000), times=st.integers(0, 3))
def test_what_is_within_the_bound_is_measured_exactly(data, times):
    raw = data
    for _ in range(times):
        raw = zlib.compress(raw)
    assert inflated_size(raw, times, max(len(data), len(raw), 1) + 64) == len(data)
    if data:
        with pytest.raises(Bomb):
            inflated_size(raw, times, len(data) - 1)


@given(raw=st.binary(max_size=2000))
def test_what_is_no_compressed_stream_counts_as_far_as_it_goes(raw):
    inflated_size(raw, 1, 10_000_000)


def test_a_bomb_is_given_up_at_its_bound_in_little_memory():
    bomb = zlib.compress(bytes(300_000_000), 9)
    tracemalloc.start()
    with pytest.raises(Bomb):
        inflated_size(bomb, 1, 200_000_000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 3_000_000
