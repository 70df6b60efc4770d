"""What a policy file may say of scope, and what is said, with its place, of what it may not; and what check tells."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest
from policy_builders import REPOSITORY, a_manifest

from guardian.policy.base import Day, Hours, Mute, Turns
from guardian.policy.lint import lint_file
from guardian.policy.load import load_policy_file, parse_policy
from guardian.policy.schema import policy_schema

GOOD = 'id = "a"\ntitle = "A"\nwhy = "B"\nsince = 2026-11-21\nchannels = ["incoming"]\nmatch.tactics = ["urgency"]\n'
HINT = 'write "billing@bank.example", "@bank.example" for everybody there, or * for any characters'
WHOLE = """\
[senders]
except = [" Billing-*@X.example "]
only = ["@x.example", "*@*.Bank.example"]

[when]
hours = ["22:00-07:00", "12:00-24:00"]
days = ["sat", "sun"]

[conversation]
turns = "ongoing"

[[mutes]]
tactic = "urgency"
sender = "Sister@X.example"
since = 2026-11-21
until = 2027-02-19
why = " She is always late. "

[[mutes]]
since = 2026-11-21
until = 2026-11-21
"""


def test_every_key_of_scope_is_read() -> None:
    policy, problems = parse_policy(GOOD + WHOLE, Path("a.toml"))
    assert problems == []
    assert policy is not None
    assert policy.senders_except == ("billing-*@x.example",)
    assert policy.senders_only == ("@x.example", "*@*.bank.example")
    assert policy.hours == (Hours(22 * 60, 7 * 60), Hours(12 * 60, 24 * 60))
    assert [str(hours) for hours in policy.hours] == ["22:00-07:00", "12:00-24:00"]
    assert policy.days == (Day.SAT, Day.SUN)
    assert policy.conversation is Turns.ONGOING
    day = date(2026, 11, 21)
    assert policy.mutes == (
        Mute("urgency", "sister@x.example", day, date(2027, 2, 19), "She is always late."),
        Mute("", "", day, day),
    )


def test_what_is_left_out_limits_nothing() -> None:
    policy, _ = parse_policy(GOOD, Path("a.toml"))
    assert policy is not None
    assert (policy.senders_only, policy.hours, policy.days, policy.conversation, policy.mutes) == ((), (), (), None, ())


# what stands below the good lines (the first of these is line 7), and what is said of it
@pytest.mark.parametrize(
    ("more", "said"),
    [
        (
            '[senders]\nonly = ["bank.example"]',
            f'8:9: error: "senders.only[1]" must be an address or an @domain [bad-sender] ({HINT})',
        ),
        (
            '[senders]\nonly = ["a?@bank.example"]',
            f'8:9: error: "senders.only[1]" must have no wildcard but * [bad-sender] ({HINT})',
        ),
        (
            '[senders]\nonyl = ["@bank.example"]',
            '8:1: error: unknown key "onyl" in [senders] [unknown-key] (did you mean "only"?)',
        ),
        (
            '[when]\nhours = ["7-9"]',
            '8:10: error: "when.hours[1]" must be a span of the day [bad-hours]'
            ' (write "22:00-07:00", with two digits each; the day ends at 24:00)',
        ),
        (
            '[when]\nhours = ["09:00-09:00"]',
            '8:10: error: "when.hours[1]": begins when it ends [bad-hours] (write "00:00-24:00" for the whole day)',
        ),
        (
            '[when]\nhours = ["09:00-10:00", "09:00-10:00"]',
            '8:9: error: "when.hours": names something twice [named-twice]',
        ),
        (
            '[when]\ndays = ["saturday"]',
            '8:9: error: "when.days[1]" must be one of mon, tue, wed, thu, fri, sat, sun [bad-value]',
        ),
        ("when = 3", '7:8: error: "when" must be a table [bad-value]'),
        (
            '[conversation]\nturns = "frist"',
            '8:9: error: "conversation.turns" must be one of first, ongoing [bad-value] (did you mean "first"?)',
        ),
        ("[conversation]", '7:1: error: "turns" is missing in [conversation] [missing-key]'),
        (
            "[[mutes]]\nsince = 2026-11-21\nuntil = 2027-02-20",
            '9:9: error: "mutes[1].until" must be at most 90 days after since [mute-too-long]'
            " (change the rule instead: its match, its senders or its status)",
        ),
        (
            "[[mutes]]\nsince = 2026-11-21\nuntil = 2026-11-20",
            '9:9: error: "mutes[1].until" must not be before since [mute-ends-before-it-begins]',
        ),
        ("[[mutes]]\nsince = 2026-11-21", '7:1: error: "until" is missing in [mutes[1]] [missing-key]'),
        (
            '[[mutes]]\ntactic = "urgncy"\nsince = 2026-11-21\nuntil = 2026-11-22',
            '8:10: error: "mutes[1].tactic": unknown tactic "urgncy" [unknown-tactic] (did you mean "urgency"?)',
        ),
        (
            '[[mutes]]\nsince = "2026-11-21"\nuntil = 2026-11-22',
            '8:9: error: "mutes[1].since" must be a day [bad-value] (write it without quotes, such as 2026-11-21)',
        ),
        (
            "[[mutes]]\nsender = 3\nsince = 2026-11-21\nuntil = 2026-11-22",
            '8:10: error: "mutes[1].sender" must be a text [bad-value] (put it in quotes)',
        ),
        ("mutes = 3", '7:9: error: "mutes" must be a list [bad-value] (put it in square brackets)'),
        (
            'review_by = "soon"',
            '7:13: error: "review_by" must be a day [bad-value] (write it without quotes, such as 2026-11-21)',
        ),
    ],
)
def test_a_mistake_is_told_once_with_its_place(more: str, said: str) -> None:
    policy, problems = parse_policy(f"{GOOD}{more}\n", Path("a.toml"))
    assert policy is None
    assert [problem.to_line().removeprefix("a.toml:") for problem in problems] == [said]


def test_an_hour_of_the_schema_is_an_hour_of_the_check() -> None:
    """Editors know the pattern alone; it lets through what the check lets through."""
    pattern = re.compile(policy_schema()["$defs"]["WhenTable"]["properties"]["hours"]["items"]["pattern"])
    for span in (
        "22:00-07:00",
        "00:00-24:00",
        "24:00-01:00",
        "7:00-9:00",
        "09:60-10:00",
        "09:00-25:00",
        "x09:00-10:00",
    ):
        more = f"[when]\nhours = {json.dumps([span])}\n"
        assert (pattern.search(span) is not None) == (parse_policy(GOOD + more, Path("a.toml"))[0] is not None), span


# what stands below the good lines, and level, code, line and column of what check tells on 25 November 2026
@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("[[mutes]]\nsince = 2026-11-01\nuntil = 2026-11-25", []),
        ("[[mutes]]\nsince = 2026-12-01\nuntil = 2026-12-02", []),
        ("[[mutes]]\nsince = 2026-11-01\nuntil = 2026-11-24", [("info", "mute-is-over", 9, 9)]),
        ('[[mutes]]\ntactic = "pressure"\nsince = 2026-11-01\nuntil = 2026-12-01', []),
        ('[[mutes]]\ntactic = "threat"\nsince = 2026-11-01\nuntil = 2026-12-01', [("warning", "unused-mute", 8, 10)]),
        ('[senders]\nexcept = ["@x.example", "*@*"]', [("warning", "never-matches", 8, 25)]),
        ('[senders]\nexcept = ["@*.example"]', []),
        (
            '[senders]\nexcept = ["@x.example"]\nonly = ["a@x.example", "@x.example"]',
            [("warning", "only-is-excepted", 9, 24)],
        ),
    ],
)
def test_check_tells_what_is_over_and_what_does_nothing(
    tmp_path: Path, more: str, expected: list[tuple[str, str, int, int]]
) -> None:
    path = tmp_path / "a.toml"
    path.write_text(f"{GOOD}{more}\n", encoding="utf-8")
    path.chmod(0o600)
    problems = lint_file(load_policy_file(path), a_manifest(), date(2026, 11, 25))
    assert [(p.level.value, p.code, p.line, p.column) for p in problems] == expected


def test_the_lines_that_the_guide_shows_load_and_check_has_nothing_to_say_of_them(tmp_path: Path) -> None:
    guide = (REPOSITORY / "docs" / "guide" / "policies.md").read_text(encoding="utf-8")
    whole, scope, mute = re.findall(r"```toml\n(.*?)```", guide, re.DOTALL)[:3]
    path = tmp_path / "a.toml"
    path.write_text(whole.partition("[senders]")[0] + scope + mute, encoding="utf-8")
    path.chmod(0o600)
    loaded = load_policy_file(path)
    assert loaded.problems == ()
    assert loaded.policy is not None
    assert str(loaded.policy.mutes[0]) == "urgency from sister@x.example until 2026-12-21"
    assert lint_file(loaded, None, date(2026, 11, 25)) == []
