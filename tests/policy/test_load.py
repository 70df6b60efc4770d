"""Each mistake in a policy file is told with its place and its mending, and spoils no other file."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from guardian.errors import PolicyError
from guardian.message import Channel
from guardian.policy import load
from guardian.policy.base import Status, When
from guardian.policy.expression import AllOf, AnyOf, Name
from guardian.policy.load import load_policies, load_policy_file
from guardian.verdict import Action, Severity

GOOD = """\
id = "good"
title = "Good"
why = "Because."
since = 2026-11-21
channels = ["incoming"]
"""
# The sample of design.md section 6, word for word.
DESIGN_SAMPLE = """\
#:schema policy.schema.json
id = "pressure-to-pay"
title = "Pressure to pay"
why = "I lost 300 euros to a fake invoice in March 2024."
since = 2026-11-21
review_by = 2027-05-21
channels = ["incoming"]            # and/or "ai_output"
severity = "high"                  # low | medium | high
action = "warn"                    # log | notice | warn | hold
status = "active"                  # draft | test (notices only) | active | retired

prose = '''
Flag a message that presses me to send money, gift cards or crypto quickly or secretly.
It is fine when my landlord or my bank sends an ordinary invoice.
'''

[match]
tactics = ["urgency", "money_request"]      # any | all | expression over tactics
patterns = ['(?i)gift ?cards?']

[[examples]]
text = "Can you buy 4 Apple cards for a client and text me the codes? Don't tell the others."
flag = true

[[examples]]
text = "Invoice 2231 for November is attached, payable within 30 days as usual."
flag = false

[senders]
except = ["billing@my-landlord.example"]
"""


def _write(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def _lines(path: Path) -> list[str]:
    """The problems of one file, without the file's own name."""
    return [problem.to_line().removeprefix(f"{path}:") for problem in load_policy_file(path).problems]


def test_the_sample_of_the_design_page_loads_as_it_reads(tmp_path: Path) -> None:
    policy = load_policy_file(_write(tmp_path, "p.toml", DESIGN_SAMPLE)).policy
    assert policy is not None
    assert policy.id == "pressure-to-pay"
    assert policy.channels == (Channel.INCOMING,)
    assert (policy.severity, policy.action, policy.status) == (Severity.HIGH, Action.WARN, Status.ACTIVE)
    assert policy.match.tactics == AnyOf((Name("urgency"), Name("money_request")))
    assert policy.match.patterns == ("(?i)gift ?cards?",)
    assert [example.flag for example in policy.examples] == [True, False]
    assert policy.senders_except == ("billing@my-landlord.example",)
    assert policy.prose.startswith("Flag a message")
    assert policy.keep_text
    assert (policy.judge, policy.judge_may_soften) == (When.UNDECIDED, False)


def test_windows_line_ends_and_a_byte_order_mark_change_nothing(tmp_path: Path) -> None:
    plain = load_policy_file(_write(tmp_path, "a.toml", DESIGN_SAMPLE)).policy
    windows = load_policy_file(
        _write(tmp_path, "a.toml", b"\xef\xbb\xbf" + DESIGN_SAMPLE.replace("\n", "\r\n").encode())
    )
    assert windows.policy == plain


@pytest.mark.parametrize(
    ("tactics", "expected"),
    [
        ('"urgency and threat"', AllOf((Name("urgency"), Name("threat")))),
        ('["urgency"]', Name("urgency")),
        ('{ all = ["urgency", "threat"] }', AllOf((Name("urgency"), Name("threat")))),
        (
            '{ all = ["urgency"], any = ["guilt", "shame"] }',
            AllOf((Name("urgency"), AnyOf((Name("guilt"), Name("shame"))))),
        ),
    ],
)
def test_tactics_may_be_a_list_an_expression_or_a_table(tmp_path: Path, tactics: str, expected: object) -> None:
    loaded = load_policy_file(_write(tmp_path, "p.toml", f"{GOOD}match.tactics = {tactics}\n"))
    assert loaded.problems == ()
    assert loaded.policy is not None
    assert loaded.policy.match.tactics == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (GOOD.replace("title", "titel"), '2:1: error: unknown key "titel" [unknown-key] (did you mean "title"?)'),
        (GOOD.replace("title = ", "# "), '1:1: error: "title" is missing [missing-key]'),
        (GOOD + "[match]\ntactic = 1\n", '7:1: error: unknown key "tactic" in [match] [unknown-key] '
                                         '(did you mean "tactics"?)'),
        (GOOD + "[sender]\n", '6:1: error: unknown key "sender" [unknown-key] (did you mean "senders"?)'),
        (GOOD + '[[examples]]\ntext = "x"\n', '6:1: error: "flag" is missing in [examples[1]] [missing-key]'),
        (GOOD + '[[examples]]\ntext = "x"\nflag = "yes"\n',
         '8:8: error: "examples[1].flag" must be true or false [bad-value]'),
        (GOOD + '[[examples]]\ntext = " "\nflag = true\n',
         '7:8: error: "examples[1].text" must not be empty [empty-text]'),
        (GOOD + 'action = "wran"\n',
         '6:10: error: "action" must be one of log, notice, warn, hold [bad-value] (did you mean "warn"?)'),
        (GOOD.replace('"incoming"', '"incoming", "ai"'),
         '5:25: error: "channels[2]" must be one of incoming, ai_output [bad-value]'),
        (GOOD.replace('["incoming"]', "[]"), '5:12: error: "channels" must not be empty [bad-value]'),
        (GOOD.replace("2026-11-21", '"2026-11-21"'),
         '4:9: error: "since" must be a day [bad-value] (write it without quotes, such as 2026-11-21)'),
        (GOOD + "review_by = 2020-01-01\n", '6:13: error: "review_by" must not be before since [review-before-since]'),
        (GOOD.replace('"good"', '"Not Good"'),
         '1:6: error: "id" may hold only small letters, digits and hyphens, at most 64 [bad-value]'),
        (GOOD + 'match.tactics = ["urgency", "urgncy"]\n',
         '6:29: error: "match.tactics[2]": unknown tactic "urgncy" [unknown-tactic] (did you mean "urgency"?)'),
        (GOOD + 'match.tactics = "urgency and thraet"\n',
         '6:30: error: "match.tactics": unknown tactic "thraet" [unknown-tactic] (did you mean "threat"?)'),
        (GOOD + "match.tactics = 3\n",
         '6:17: error: "match.tactics" must be a list, an expression in quotes, or a table of any and all [bad-value]'),
        (GOOD + 'match.tactics = { any = ["guilt"], some = ["shame"] }\n',
         '6:36: error: unknown key "some" in [match.tactics] [unknown-key] (known here: any, all)'),
        (GOOD + "match.thresholds = { urgency = 1.5 }\n",
         '6:32: error: "match.thresholds.urgency" must be less than 1 [bad-value]'),
        (GOOD + "match.thresholds = { urgncy = 0.5 }\n",
         '6:22: error: "match.thresholds.urgncy": unknown tactic "urgncy" [unknown-tactic] (did you mean "urgency"?)'),
        (GOOD + "match.rarity = 1\n", '6:16: error: "match.rarity" must be at least 2 [bad-value]'),
        (GOOD + "match.rarity = 2.5\n", '6:16: error: "match.rarity" must be a whole number [bad-value]'),
        (GOOD + "match.patterns = ['a', '(?=b)']\n",
         '6:25: error: "match.patterns[2]": RE2 refuses this pattern: invalid perl operator: (?= [bad-pattern] '
         "(RE2 has no look-ahead; write two patterns, or an expression over tactics)"),
        (GOOD + "match.patterns = ['(a)\\1']\n",
         '6:23: error: "match.patterns[1]": RE2 refuses this pattern: invalid escape sequence: \\1 [bad-pattern] '
         "(RE2 has no back-references)"),
        (GOOD + 'senders.except = ["landlord"]\n',
         '6:19: error: "senders.except[1]" must be an address or an @domain [bad-sender] '
         '(write "billing@bank.example", "@bank.example" for everybody there, or * for any characters)'),
        (GOOD + "match = 3\n", '6:9: error: "match" must be a table [bad-value]'),
        (GOOD + "status = active\n", "6:10: error: invalid value [syntax] "
                                     "(put texts in quotes; write true, false, numbers and days as they are)"),
        (GOOD + "prose = '''\nnever closed\n", "6:9: error: expected \"'''\" [syntax] (close the text with ''')"),
        (GOOD + "x = " + "[" * 300 + "]" * 300 + "\n", "6:21: error: nested deeper than 16 levels [bad-shape]"),
        (GOOD.encode() + b'prose = "caf\xe9"\n', "6:13: error: is not UTF-8 [not-text] (save the file as UTF-8)"),
        (GOOD.encode() + b"\0", "6:1: error: holds a NUL byte, so it is no text [not-text]"),
        (b"#" * 300_000, "1:1: error: is larger than 256 KiB [too-large]"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_place_and_mending(tmp_path: Path, text: str | bytes, expected: str) -> None:
    assert _lines(_write(tmp_path, "p.toml", text)) == [expected]


def test_every_mistake_of_a_file_is_told_at_once_in_order(tmp_path: Path) -> None:
    text = GOOD.replace("why", "wy") + 'severity = "hgh"\naction = "hld"\n'
    places = [line.partition(" ")[0] for line in _lines(_write(tmp_path, "p.toml", text))]
    assert places == ["3:1:", "6:12:", "7:10:"]


def test_thousands_of_mistakes_are_counted_not_listed(tmp_path: Path) -> None:
    lines = _lines(_write(tmp_path, "p.toml", GOOD + "".join(f"k{number} = 1\n" for number in range(5_000))))
    assert len(lines) == 21
    assert "and 4,980 more problems" in lines[-1]


def test_a_broken_file_spoils_no_other(tmp_path: Path) -> None:
    _write(tmp_path, "a.toml", "id = ")
    _write(tmp_path, "b.toml", GOOD)
    loaded = load_policies(tmp_path)
    assert [policy.id for policy in loaded.policies] == ["good"]
    assert [problem.file.name for problem in loaded.problems] == ["a.toml"]


def test_only_toml_files_without_a_leading_dot_are_policies(tmp_path: Path) -> None:
    for name in (".good.toml.swp", ".#good.toml", "good.toml~", "notes.txt"):
        _write(tmp_path, name, "garbage")
    _write(tmp_path, "good.toml", GOOD)
    loaded = load_policies(tmp_path)
    assert len(loaded.policies) == 1
    assert loaded.problems == ()


def test_of_two_policies_with_one_id_the_first_file_stays_in_force(tmp_path: Path) -> None:
    _write(tmp_path, "a.toml", GOOD)
    _write(tmp_path, "b.toml", "# copied\n" + GOOD)
    loaded = load_policies(tmp_path)
    assert [policy.path.name for policy in loaded.policies] == ["a.toml"]
    (problem,) = loaded.problems
    assert (problem.file.name, problem.line, problem.code) == ("b.toml", 2, "duplicate-id")


def test_more_examples_than_the_limit_are_refused_at_the_file_that_passes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load, "MOST_EXAMPLES", 5)
    examples = '[[examples]]\ntext = "x"\nflag = true\n' * 3
    _write(tmp_path, "a.toml", GOOD + examples)
    _write(tmp_path, "b.toml", GOOD.replace('"good"', '"other"') + examples)
    _write(tmp_path, "c.toml", GOOD.replace('"good"', '"third"'))
    loaded = load_policies(tmp_path)
    assert [policy.id for policy in loaded.policies] == ["good", "third"]
    assert [(problem.file.name, problem.line) for problem in loaded.problems] == [("b.toml", 6)]


@pytest.mark.parametrize("kind", ["missing", "file"])
def test_a_folder_that_is_none_is_an_error(tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "policies"
    if kind == "file":
        folder.write_text("")
    with pytest.raises(PolicyError, match="policy folder"):
        load_policies(folder)


def test_the_hash_is_of_what_is_in_force_and_of_nothing_else(tmp_path: Path) -> None:
    def hash_of(*texts: str) -> str:
        for old in tmp_path.glob("*.toml"):
            old.unlink()
        for number, text in enumerate(texts):
            _write(tmp_path, f"{number}.toml", text)
        return load_policies(tmp_path).sha256

    other = GOOD.replace('"good"', '"other"')
    base = hash_of(GOOD, other)
    assert base.startswith("sha256:")
    assert len(base) == len("sha256:") + 64
    assert hash_of(other, GOOD) == base, "order of files"
    assert hash_of("# comment\n" + GOOD, other) == base, "comments"
    assert hash_of(GOOD, other, GOOD.replace('"good"', '"draft"') + 'status = "draft"\n') == base, "drafts"
    assert hash_of(GOOD, other, "broken") == base, "broken files"
    for change in (
        "match.rarity = 300\n",
        'prose = "x"\n',
        "keep_text = false\n",
        'judge = "always"\n',
        "judge_may_soften = true\n",
        'match.patterns = ["x"]\n',
    ):
        assert hash_of(GOOD + change, other) != base, change
    for default in ('judge = "undecided"\n', "judge_may_soften = false\n"):
        assert hash_of(GOOD + default, other) == base, "a policy that says nothing of a judge keeps its hash"
    assert hash_of() == "sha256:" + hashlib.sha256(b"[]").hexdigest()
