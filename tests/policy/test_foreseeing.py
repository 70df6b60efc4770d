"""What a change would do is told before it is made, and what can't be told is said."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from test_survey import house, put

from guardian.errors import PolicyError
from guardian.policy.effects.foreseeing import effect_lines, foresee, foreseen_lines
from guardian.policy.life.standing import policies_in_force
from guardian.policy.one_value import with_value
from guardian.settings import Settings

__all__ = ["house"]


def told(settings: Settings, path: Path, status: str, *, why_milder: str | None = "") -> list[str]:
    text = with_value(path.read_text(), "status", status)
    found = foresee(settings, "calm", text, bench=None, compare=lambda _before, _after: why_milder, journal=None)
    assert f'+status = "{status}"' in found.diff
    return [*foreseen_lines(found), *effect_lines(found)]


def test_each_status_is_told_in_words_and_nothing_is_written(house: Settings) -> None:
    path = put(house, "calm")
    policies_in_force(house)
    before = path.read_text()
    assert told(house, path, "test") == [
        "It is on trial then: it looks, and gives notices at most.",
        "It takes force at once.",
        "no preview: the model is not there yet, or is down",
    ]
    assert told(house, path, "retired")[0] == (
        "It looks at nothing then (status retired): no message is told by it any more."
    )
    assert path.read_text() == before


@pytest.mark.parametrize(
    ("why", "line"),
    [
        ("", "It makes the policy no milder, so it takes force at once."),
        ("it looks no more", "Your cooling-off lets it wait 24 hours: it looks no more."),
        (None, "Your cooling-off lets it wait 24 hours: it can't be told now whether it makes the policy milder."),
    ],
)
def test_under_a_cooling_off_it_is_told_how_long_a_change_waits(house: Settings, why: str | None, line: str) -> None:
    waiting = replace(house, policies=replace(house.policies, cooling_off_hours=24))
    path = put(waiting, "calm")
    policies_in_force(waiting)
    assert told(waiting, path, "retired", why_milder=why)[1] == line


def test_a_text_that_is_no_policy_is_refused(house: Settings) -> None:
    put(house, "calm")
    with pytest.raises(PolicyError, match=r"calm\.toml:1:"):
        foresee(house, "calm", "nonsense", bench=None, compare=None, journal=None)
