"""The limits of a reading."""

from __future__ import annotations

import pytest

from guardian.errors import SettingsError
from guardian.reading.limits import Limits


@pytest.mark.parametrize(
    ("name", "value"),
    [("window_bytes", 0), ("max_windows", 0), ("max_parts", -1), ("max_bytes_read", 0), ("overlap_bytes", -1)],
)
def test_a_limit_that_would_read_nothing_is_refused_by_name(name: str, value: int) -> None:
    with pytest.raises(SettingsError, match=name):
        Limits(**{name: value})


def test_an_overlap_that_leaves_little_of_a_window_is_refused() -> None:
    assert Limits(window_bytes=400, overlap_bytes=100).overlap_bytes == 100
    with pytest.raises(SettingsError, match="overlap_bytes is 101 of window_bytes 400"):
        Limits(window_bytes=400, overlap_bytes=101)
