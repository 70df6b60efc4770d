"""Which exit code says what: a mail is tried again only where that can help."""

from __future__ import annotations

import pytest

from guardian.commands.outcome_codes import exit_code, may_pass
from guardian.exits import ExitCode, for_mail_agent
from guardian.outcome import Outcome


@pytest.mark.parametrize(
    ("reasons", "expected"),
    [
        ([], False),
        (["model-down: the model is not running: it was killed"], True),
        (["too-large: only a part was read", "model-down: the model is not running"], True),
        (["language: it is in a language that the model does not read"], False),
        (["images-only: pictures were not read"], False),
        (["model-refused: the model gave numbers that are not finite"], False),
    ],
)
def test_only_a_model_that_does_not_run_may_be_over_soon(reasons: list[str], expected: bool) -> None:
    assert may_pass(reasons) is expected


@pytest.mark.parametrize(
    ("outcome", "plain", "again"),
    [
        (Outcome.CLEAN, ExitCode.CLEAN, ExitCode.CLEAN),
        (Outcome.NOTICE, ExitCode.CLEAN, ExitCode.CLEAN),
        (Outcome.FLAGGED, ExitCode.FLAGGED, ExitCode.FLAGGED),
        (Outcome.UNSURE, ExitCode.NOT_SCREENED, ExitCode.TRY_AGAIN),
        (Outcome.UNSCREENED, ExitCode.NOT_SCREENED, ExitCode.TRY_AGAIN),
    ],
)
def test_what_was_not_judged_is_no_success(outcome: Outcome, plain: ExitCode, again: ExitCode) -> None:
    assert exit_code([outcome], "flagged") is plain
    assert exit_code([outcome], "flagged", try_again=True) is again


@pytest.mark.parametrize(
    ("words", "code", "expected"),
    [
        (["filter", "--mail"], 2, 75),
        (["filter", "--annotate", "--mail"], 74, 75),
        (["filter", "--mail"], 0, 0),
        (["filter", "--mail"], 1, 1),
        (["filter", "--mail"], 3, 3),
        (["filter", "--mail"], 130, 130),
        (["filter"], 2, 2),
        (["scan", "--mail"], 2, 2),
        ([], 2, 2),
    ],
)
def test_a_failure_of_a_mail_filter_asks_the_agent_to_try_again(words: list[str], code: int, expected: int) -> None:
    assert for_mail_agent(code, words) == expected
