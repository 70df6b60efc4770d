"""Rules: data that compiles, keeps its promises, and is searched completely."""

from __future__ import annotations

import random
import re

import pytest
from detector_rig import evidence

from guardian.detectors.load import load_detectors
from guardian.detectors.rulebook import MENTION, PLAIN, WEAK, Rule, RuleBook, rule_findings
from guardian.tactics import TACTICS

BOOKS = {
    detector.name: rules
    for detector in load_detectors()
    if isinstance(rules := getattr(detector, "_book", None), RuleBook)
}
assert len(BOOKS) >= 6, "the rule families keep their books in _book"
RULES = [pytest.param(rule, id=f"{name}: {rule.id}") for name, rules in BOOKS.items() for rule in rules.rules]


def book(pattern: str, **more: str) -> RuleBook:
    return RuleBook((Rule("r", "money_request", PLAIN, pattern, "a test", **more),))  # type: ignore[arg-type]


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_is_complete_and_has_a_fixed_score(rule: Rule) -> None:
    assert rule.tactic in TACTICS
    assert rule.score in (PLAIN, WEAK)
    assert rule.why
    assert rule.say == rule.say.strip()
    assert not rule.say[:1].isupper()
    bare = re.sub(r"\\.|\[[^\]]*\]", "", rule.pattern)
    assert "^" not in bare
    assert "$" not in bare


@pytest.mark.parametrize("name", BOOKS)
def test_ids_are_used_once(name: str) -> None:
    ids = [rule.id for rule in BOOKS[name].rules]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("name", BOOKS)
def test_one_pass_over_all_rules_finds_what_each_rule_finds_alone(name: str) -> None:
    """A set of RE2 patterns that runs out of memory reports nothing: over hostile word salad it must not."""
    tested = BOOKS[name]
    salad = sorted({word for rule in tested.rules for word in re.findall(r"[a-z]{2,}", rule.pattern)})
    salad += ["the", "a", ",", "to", "£5", "don't", "é", "日本", "x" * 50, "-"]
    draw = random.Random(20261121)
    for _ in range(60):
        text = " ".join(draw.choices(salad, k=draw.randint(3, 60)))[:320]
        alone = [place for place, rule in enumerate(tested.rules) if tested._compiled(rule.pattern).search(text)]
        assert list(tested._hits(text)) == alone


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("Send me the coins.", PLAIN),
        ("Don't worry, send me the coins.", PLAIN),  # another clause
        ("Never mind the noise, send me the coins.", PLAIN),
        ("Don't send me the coins.", None),
        ("We will never ask you to send me the coins.", None),
        ("No real bank says send me the coins.", None),
        ("Fraudsters tell people: send me the coins.", MENTION),
        ('The caller said "send me the coins" and hung up, the rude man.', MENTION),
        ('"Send me the coins."', PLAIN),  # all of it between marks: said, not quoted
    ],
)
def test_denials_excuse_and_reports_and_quotes_are_mentions(text: str, score: float | None) -> None:
    matches = book(r"\bsend me the coins\b").matches(text)
    assert [match.score for match in matches] == ([] if score is None else [score])


def test_what_is_needed_may_stand_two_sentences_away_and_no_further() -> None:
    rules = book(r"\bsecretly\b", needs=r"\bmoney\b")
    assert rules.matches("Do it secretly. Yes. Bring money.")
    assert not rules.matches("Do it secretly. Yes. No. Bring money.")


def test_what_excuses_counts_in_its_own_sentence_only() -> None:
    rules = book(r"\bsend it\b", unless=r"\bparty\b")
    assert not rules.matches("For the party send it.")
    assert rules.matches("The party was fine. Now send it.")


def test_words_far_apart_are_not_one_ask() -> None:
    rules = book(r"\bsend\b.*?\bcode\b")
    assert not rules.matches("send " + "word " * 40 + "code")
    assert rules.matches("send " + "word " * 40 + "send the code")


def test_a_finding_quotes_the_strongest_words_first_and_only_so_many() -> None:
    rules = RuleBook(
        (
            Rule("weak", "money_request", WEAK, r"\bplease\b", "a test"),
            Rule("plain", "money_request", PLAIN, r"\bcoins\b", "a test", say="asks for coins"),
        )
    )
    (finding,) = rule_findings("test", rules, evidence("Please. " * 9 + "Coins."))
    assert (finding.score, finding.say) == (PLAIN, "asks for coins")
    assert [span.quote for span in finding.spans] == ["Coins", *["Please"] * 5]
