"""What the core tells is said on standard error: each trouble once, and again when it comes back."""

from __future__ import annotations

import pytest

from guardian.commands.narration import narrate
from guardian.events import PoliciesChanged, PolicyProblem


def test_a_problem_of_a_policy_is_said_once_until_it_is_mended(capsys: pytest.CaptureFixture[str]) -> None:
    tell = narrate(verbose=False)
    for event in (
        PolicyProblem("a.toml:1:1: error: broken"),
        PoliciesChanged("sha256:1", 3, ("a.toml:1:1: error: broken",)),
        PoliciesChanged("sha256:2", 4, ("a.toml:1:1: error: broken", "b.toml:1:1: error: \x1b[2J")),
        PoliciesChanged("sha256:3", 5, ()),
        PoliciesChanged("sha256:3", 5, ("a.toml:1:1: error: broken",)),
    ):
        tell(event)
    assert capsys.readouterr().err.splitlines() == [
        "guardian: a.toml:1:1: error: broken",
        "guardian: policies in force: 3",
        "guardian: policies in force: 4",
        "guardian: b.toml:1:1: error: \\x1b[2J",
        "guardian: policies in force: 5",
        "guardian: policies in force: 5",
        "guardian: a.toml:1:1: error: broken",
    ]
