"""The decision is pure and never flatters: what was not fully judged is never clean."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from policy_builders import steady

from guardian.policy.decide import decide
from guardian.verdict import Action, Coverage, Outcome, PolicyMatch, Reason, Severity

COMPLETE = Coverage(bytes=10, windows=1)
PARTIAL = Coverage(bytes=10, windows=1, reasons=(Reason("too-large", "only a part was read"),))
RANK = {
    Outcome.CLEAN: 0,
    Outcome.NOTICE: 1,
    Outcome.UNSURE: 1,
    Outcome.UNSCREENED: 1,
    Outcome.FLAGGED: 2,
}
"""For one coverage: clean and notice, or one of the two unsure ones, then flagged."""


def a_match(action: Action, *, matched: bool = True) -> PolicyMatch:
    return PolicyMatch("a", "A", "Because.", Severity.LOW, action, 0.9 if matched else 0.1, 0.5, matched)


@pytest.mark.parametrize(
    ("actions", "coverage", "judged", "expected"),
    [
        ([], COMPLETE, True, (Outcome.CLEAN, Action.NONE)),
        ([Action.LOG], COMPLETE, True, (Outcome.NOTICE, Action.LOG)),
        ([Action.LOG, Action.NOTICE], COMPLETE, True, (Outcome.NOTICE, Action.NOTICE)),
        ([Action.WARN, Action.LOG], COMPLETE, True, (Outcome.FLAGGED, Action.WARN)),
        ([Action.WARN, Action.HOLD], COMPLETE, True, (Outcome.FLAGGED, Action.HOLD)),
        ([], PARTIAL, True, (Outcome.UNSURE, Action.NONE)),
        ([Action.NOTICE], PARTIAL, True, (Outcome.UNSURE, Action.NOTICE)),
        ([Action.WARN], PARTIAL, True, (Outcome.FLAGGED, Action.WARN)),
        ([], PARTIAL, False, (Outcome.UNSCREENED, Action.NONE)),
        ([Action.NOTICE], PARTIAL, False, (Outcome.UNSCREENED, Action.NOTICE)),
        ([Action.HOLD], PARTIAL, False, (Outcome.FLAGGED, Action.HOLD)),
        ([], COMPLETE, False, (Outcome.UNSCREENED, Action.NONE)),
    ],
)
def test_the_table_of_decisions(
    actions: list[Action], coverage: Coverage, judged: bool, expected: tuple[Outcome, Action]
) -> None:
    assert decide([a_match(action) for action in actions], coverage, judged) == expected


_matches = st.lists(st.builds(a_match, st.sampled_from(Action), matched=st.booleans()), max_size=5)
_coverages = st.sampled_from([COMPLETE, PARTIAL])


@steady
@given(_matches, _coverages, st.booleans(), st.sampled_from(Action), st.integers(0, 5))
def test_one_more_match_never_lowers_the_outcome(
    matches: list[PolicyMatch], coverage: Coverage, judged: bool, action: Action, place: int
) -> None:
    before, asked_before = decide(matches, coverage, judged)
    after, asked_after = decide([*matches[:place], a_match(action), *matches[place:]], coverage, judged)
    assert RANK[after] >= RANK[before]
    assert list(Action).index(asked_after) >= list(Action).index(asked_before)


@steady
@given(_matches, _coverages, st.booleans())
def test_what_was_not_fully_judged_is_flagged_or_unsure(
    matches: list[PolicyMatch], coverage: Coverage, judged: bool
) -> None:
    outcome, _ = decide(matches, coverage, judged)
    if not judged:
        assert outcome in (Outcome.UNSCREENED, Outcome.FLAGGED)
    elif not coverage.complete:
        assert outcome in (Outcome.UNSURE, Outcome.FLAGGED)


@steady
@given(_matches, _coverages, st.booleans())
def test_a_policy_that_did_not_match_decides_nothing(
    matches: list[PolicyMatch], coverage: Coverage, judged: bool
) -> None:
    matched = [match for match in matches if match.matched]
    assert decide(matches, coverage, judged) == decide(matched, coverage, judged)
