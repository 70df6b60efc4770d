"""Whatever goes wrong, no message that was not fully judged is called clean. The full run: `make hostile`."""

from __future__ import annotations

import hostile_rig  # noqa: F401 - puts the scripts in reach
import pytest
from hostile.silent_clean import measure


@pytest.mark.long
def test_no_limit_and_no_unreadable_message_ends_in_clean() -> None:
    tally = measure(share=0.1, with_processes=False)
    assert len(tally.forced) >= 12, "every kind of failure came about"
    assert tally.clean == []


@pytest.mark.slow
def test_no_process_that_is_killed_stopped_or_never_starts_ends_in_clean() -> None:
    tally = measure(share=0.05)
    assert len(tally.forced) >= 18, "every kind of failure came about"
    assert tally.clean == []
