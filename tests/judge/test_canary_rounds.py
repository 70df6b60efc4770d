"""A round of canaries: what it asks, what it names, what it costs, and what it leaves alone.

The judge here is a script, so that each way to be wrong can be had exactly; `test_canaries_with_models` does the same
with real models behind their walls.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import pytest

from guardian.judge.base import Case, Label, Opinion
from guardian.judge.canaries import STOP_AFTER, run_round
from guardian.judge.canary_texts import CANARIES, own_canaries
from guardian.judge.labels import SURE_MASS
from guardian.judge.register import CallRecord, JudgeRegister
from guardian.judge.tallies import LEAST_MASS
from guardian.judge.troubles import Trouble
from guardian.message import Channel
from guardian.policy.base import Example, Match, Policy, Status
from guardian.verdict import Action, Severity

SHA = "ab" * 32
Answer = tuple[Label, float, str]
"""Label, share of all probability on the labels, code of the failure."""
TRUTH = {(canary.policy.id, canary.case.text): canary.is_yes for canary in CANARIES}


class ScriptedJudge:
    """Answers by a function of policy, case and the number of questions before, and is measured as a real one is."""

    name, sha256 = "script", SHA

    def __init__(self, answer: Callable[[Policy, Case, int], Answer], register: JudgeRegister | None = None) -> None:
        self._answer = answer
        self.register = register or JudgeRegister(None, SHA)
        self.asked: list[tuple[Policy, Case]] = []

    def judge(self, case: Case, policies: Sequence[Policy], *, timeout_s: float) -> tuple[Opinion, ...]:
        """One opinion a policy."""
        return tuple(self._opinion(policy, case) for policy in policies)

    def _opinion(self, policy: Policy, case: Case) -> Opinion:
        label, mass, failure = self._answer(policy, case, len(self.asked))
        self.asked.append((policy, case))
        self.register.add(CallRecord(policy.id, label, margin=2.0, mass=mass, failure=failure))
        return Opinion(policy.id, label, margin=2.0, failure=f"{failure}: as scripted" if failure else "")

    def close(self) -> None:
        """Nothing to end."""


def right(policy: Policy, case: Case, _number: int) -> Answer:
    """As anybody would say."""
    return (Label.YES if TRUTH.get((policy.id, case.text)) else Label.NO), 0.98, ""


def always(label: Label, mass: float = 0.98, failure: str = "") -> Callable[[Policy, Case, int], Answer]:
    """The same, whatever is asked."""
    return lambda _policy, _case, _number: (label, mass, failure)


def by_text_alone(_policy: Policy, case: Case, _number: int) -> Answer:
    """A judge that looks for suspicious words, and not at the policy."""
    words = ("gift cards", "bitcoin", "PIN", "password", "genius", "brilliant", "buy")
    return (Label.YES if any(word in case.text for word in words) else Label.NO), 0.98, ""


def by_policy_alone(policy: Policy, _case: Case, _number: int) -> Answer:
    """A judge that looks at the policy, and not at the text."""
    return (Label.YES if policy.id in ("canary-pay", "canary-codes") else Label.NO), 0.98, ""


def but(wrong: Answer, when: Callable[[int], bool]) -> Callable[[Policy, Case, int], Answer]:
    """Right, but for some questions."""
    return lambda policy, case, number: wrong if when(number) else right(policy, case, number)


NO_ANSWER = Label.UNSURE, 0.0
JUDGES: dict[str, tuple[Callable[[Policy, Case, int], Answer], set[Trouble]]] = {
    "right": (right, set()),
    "always yes": (always(Label.YES), {Trouble.ALWAYS_YES}),
    "always no": (always(Label.NO), {Trouble.ALWAYS_NO}),
    "never decides": (always(Label.UNSURE), {Trouble.NEVER_DECIDES}),
    "looks at the text alone": (by_text_alone, {Trouble.OFTEN_WRONG}),
    "looks at the policy alone": (by_policy_alone, {Trouble.OFTEN_WRONG}),
    "off the labels": (always(Label.YES, mass=0.001), {Trouble.WRONG_FORMAT}),
    "half off the labels": (but((Label.YES, 0.4, ""), lambda n: n % 2 == 0), {Trouble.WRONG_FORMAT}),
    "labels are no tokens": (always(*NO_ANSWER, "bad-label"), {Trouble.WRONG_FORMAT}),
    "out of time": (always(*NO_ANSWER, "model-timeout"), {Trouble.SLOW}),
    "out of time, then down": (
        lambda _p, _c, n: (*NO_ANSWER, "model-timeout" if n == 0 else "model-down"),
        {Trouble.SLOW},
    ),
    "no room": (always(*NO_ANSWER, "too-long"), {Trouble.NO_ROOM}),
    "no room for four of ten": (but((*NO_ANSWER, "too-long"), lambda n: n % 5 < 2), {Trouble.NO_ROOM}),
    "late for four of ten": (but((*NO_ANSWER, "model-timeout"), lambda n: n % 5 < 2), {Trouble.SLOW}),
    "crashes over four of ten": (but((*NO_ANSWER, "model-crashed"), lambda n: n % 5 < 2), {Trouble.DEAD}),
    "crashes over a few and is wrong oftener": (
        lambda p, c, n: (*NO_ANSWER, "model-crashed") if n in (4, 9) else by_text_alone(p, c, n),
        {Trouble.OFTEN_WRONG},
    ),
    "crashes": (always(*NO_ANSWER, "model-crashed"), {Trouble.DEAD}),
    "is down": (always(*NO_ANSWER, "model-down"), {Trouble.DEAD}),
    "dies in the middle": (but((*NO_ANSWER, "model-crashed"), lambda n: n >= 12), {Trouble.DEAD}),
    "every other answer fails": (but((*NO_ANSWER, "model-crashed"), lambda n: n % 2 == 1), {Trouble.DEAD}),
    "no numbers": (always(*NO_ANSWER, "bad-numbers"), {Trouble.BAD_NUMBERS}),
    "no numbers, once": (but((*NO_ANSWER, "bad-numbers"), lambda n: n == 7), {Trouble.BAD_NUMBERS}),
    "one failure": (but((*NO_ANSWER, "too-long"), lambda n: n == 7), set()),
    "two wrong on each side": (
        lambda p, c, n: right(p, c, n) if n % 20 >= 4 else (_other(right(p, c, n)[0]), 0.98, ""),
        set(),
    ),
    "three wrong on each side": (
        lambda p, c, n: right(p, c, n) if n % 20 >= 6 else (_other(right(p, c, n)[0]), 0.98, ""),
        {Trouble.OFTEN_WRONG},
    ),
}


def _other(label: Label) -> Label:
    return Label.NO if label is Label.YES else Label.YES


@pytest.mark.parametrize("name", JUDGES)
def test_one_round_names_what_is_wrong_and_decides_about_trust(name: str) -> None:
    answer, troubles = JUDGES[name]
    judge = ScriptedJudge(answer)
    round_ = run_round(judge, judge.register)
    assert set(round_.troubles) == troubles
    assert round_.is_good is judge.register.is_trusted() is (not troubles)
    for trouble in troubles:
        assert trouble.value in judge.register.snapshot().why_not


@pytest.mark.parametrize("name", [name for name, (_, troubles) in JUDGES.items() if troubles])
def test_a_good_round_brings_trust_back(name: str) -> None:
    bad = ScriptedJudge(JUDGES[name][0])
    run_round(bad, bad.register)
    assert not bad.register.is_trusted()
    run_round(ScriptedJudge(right, bad.register), bad.register)
    assert bad.register.is_trusted()


def test_the_register_keeps_the_numbers_of_the_round_and_counts_no_call() -> None:
    judge = ScriptedJudge(but((Label.UNSURE, 0.9, ""), lambda n: n == 0))
    round_ = run_round(judge, judge.register, now_ms=lambda: 77)
    tallies = judge.register.snapshot().tallies
    assert tallies.last_round == round_.numbers
    assert (tallies.total.calls, tallies.rounds_made) == (0, 1)
    assert (round_.at_ms, round_.words) == (77, "9 of 10 found, 10 of 10 left alone")
    (wrong,) = round_.wrong
    assert wrong.say == "said can't tell, should be yes (2.0 nats)"


def test_what_a_round_found_is_there_for_other_processes_at_once(tmp_path: Path) -> None:
    path = tmp_path / "state" / "judge-register.json"
    judge = ScriptedJudge(always(Label.YES), JudgeRegister(path, SHA))
    run_round(judge, judge.register)
    assert "always-yes" in JudgeRegister(path, SHA).snapshot().why_not


def test_a_register_that_cannot_be_kept_costs_no_round(tmp_path: Path) -> None:
    path = tmp_path / "state" / "judge-register.json"
    path.mkdir(parents=True)
    judge = ScriptedJudge(always(Label.YES), JudgeRegister(path, SHA))
    run_round(judge, judge.register)
    assert not judge.register.is_trusted()
    path.rmdir()
    judge.register.save()
    assert "always-yes" in JudgeRegister(path, SHA).snapshot().why_not


def test_a_judge_without_answers_is_asked_a_few_times_and_no_more() -> None:
    judge = ScriptedJudge(always(*NO_ANSWER, "model-timeout"))
    round_ = run_round(judge, judge.register)
    assert len(judge.asked) == STOP_AFTER
    assert round_.not_asked == len(CANARIES) - STOP_AFTER


def test_a_round_ends_at_its_limit_and_says_what_it_did_not_reach() -> None:
    def slowly(policy: Policy, case: Case, number: int) -> Answer:
        time.sleep(0.02)
        return right(policy, case, number)

    judge = ScriptedJudge(slowly)
    round_ = run_round(judge, judge.register, limit_s=0.01)
    assert round_.troubles == (Trouble.SLOW,)
    assert round_.words.endswith("not reached")


def test_who_waits_goes_first_and_a_round_that_is_given_up_decides_nothing() -> None:
    judge = ScriptedJudge(always(Label.YES))
    served: list[int] = []

    def between() -> bool:
        judge.register.add(CallRecord("the-owners", Label.NO, mass=1.0))
        served.append(len(judge.asked))
        return len(served) < 5

    run_round(judge, judge.register, between=between)
    tallies = judge.register.snapshot().tallies
    assert served == [0, 1, 2, 3, 4]
    assert tallies.total.calls == 5, "what is answered in between is no canary"
    assert tallies.last_round is None


def test_a_judge_that_is_closed_over_its_last_canary_is_not_called_dead() -> None:
    last = len(CANARIES) - 1
    judge = ScriptedJudge(but((*NO_ANSWER, "model-down"), lambda n: n >= last))
    run_round(judge, judge.register, between=lambda: len(judge.asked) <= last)
    assert judge.register.snapshot().tallies.last_round is None


def test_the_guide_says_when_each_trouble_is_named() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "guide" / "judge.md").read_text()
    assert [trouble for trouble in Trouble if f"`{trouble.value}`" not in guide] == []


def test_an_answer_that_parses_is_one_that_may_be_sure() -> None:
    assert LEAST_MASS == SURE_MASS


# --- The texts ----------------------------------------------------------------------------------------------------


def test_neither_text_nor_policy_alone_gives_the_answer() -> None:
    by_text = Counter((canary.case.text, canary.is_yes) for canary in CANARIES)
    by_policy = Counter((canary.policy.id, canary.is_yes) for canary in CANARIES)
    for text in {canary.case.text for canary in CANARIES}:
        assert by_text[text, True] == by_text[text, False] == 1
    for policy in {canary.policy.id for canary in CANARIES}:
        assert by_policy[policy, True] == by_policy[policy, False] == 2
    assert len({canary.name for canary in CANARIES}) == len(CANARIES) == 20


def test_both_sides_are_asked_from_the_beginning_and_both_channels_are_among_them() -> None:
    assert [canary.is_yes for canary in CANARIES] == [True, False] * 10
    assert {canary.case.channel for canary in CANARIES} == set(Channel)
    assert all(canary.policy.looks_at(canary.case.channel) for canary in CANARIES)


def a_policy(id: str = "mine", examples: int = 3, status: Status = Status.ACTIVE, prose: str = "Flag it.") -> Policy:
    """A policy of the owner's."""
    return Policy(
        id=id,
        title="Mine",
        why="",
        since=date(2026, 11, 1),
        review_by=None,
        channels=(Channel.INCOMING,),
        severity=Severity.LOW,
        action=Action.WARN,
        status=status,
        prose=prose,
        match=Match(),
        examples=tuple(Example(f"{id} text {number}", flag=number % 2 == 0) for number in range(examples)),
        senders_except=(),
        keep_text=True,
        path=Path(),
    )


def test_the_owners_examples_take_turns_and_are_not_shown_beforehand() -> None:
    policies = [
        a_policy("one", 3),
        a_policy("two", 2),
        a_policy("old", 9, Status.RETIRED),
        a_policy("dumb", 9, prose=""),
    ]
    seen: Counter[str] = Counter()
    for turn in range(5):
        for canary in own_canaries(policies, turn, most=2):
            assert canary.case.text not in [example.text for example in canary.policy.examples]
            assert canary.is_own
            seen[canary.case.text] += 1
    assert seen == Counter(dict.fromkeys(["one text 0", "one text 1", "one text 2", "two text 0", "two text 1"], 2))
    assert own_canaries([], 3) == ()


def test_what_the_owners_examples_give_is_told_and_decides_nothing() -> None:
    judge = ScriptedJudge(right)  # which says no to all of them
    round_ = run_round(judge, judge.register, policies=[a_policy()])
    assert round_.is_good
    assert round_.words == "10 of 10 found, 10 of 10 left alone; 1 of 3 of your examples as you said"
    assert {answer.canary.name for answer in round_.wrong} == {
        "your policy mine, example 1",
        "your policy mine, example 3",
    }
