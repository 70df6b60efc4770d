"""The judge's desk: nobody waits longer than they said, what is late is handed on once, and trouble is told."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest
from weighing_rig import JUDGE, Measured, SayingJudge, a_policy

from guardian.errors import ModelError
from guardian.events import Event, JudgeMended, JudgeProblem
from guardian.judge.base import Case, Label, Opinion
from guardian.judge.desk import JudgeDesk
from guardian.judge.ticket import Ticket
from guardian.judge.weighing import Agreed
from guardian.message import Channel

CASE = Case("Buy me a gift card.", Channel.INCOMING)
POLICIES = (a_policy("one"), a_policy("two"))
LONG_S = 30.0
"""Ends a hang; nothing here takes so long."""


class Told:
    """An observer, and what it was told."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.has_some = threading.Event()

    def __call__(self, event: Event) -> None:
        assert isinstance(event, JudgeProblem | JudgeMended)
        self.lines.append(event.line)
        self.has_some.set()


DeskOf = Callable[..., JudgeDesk]


@pytest.fixture
def desk_of() -> Iterator[DeskOf]:
    """A desk round a judge, closed behind the test."""
    desks: list[JudgeDesk] = []

    def make(open_judge: Callable[[], Measured], **more: object) -> JudgeDesk:
        name, sha256 = JUDGE
        desks.append(JudgeDesk(open_judge, name=name, sha256=sha256, patience_s=5.0, **more))  # type: ignore[arg-type]
        return desks[-1]

    yield make
    for desk in desks:
        desk.close()


def judge_threads() -> int:
    return sum(thread.name == "guardian-judge" for thread in threading.enumerate())


def test_without_a_question_there_is_neither_thread_nor_model(desk_of: DeskOf) -> None:
    opened: list[Measured] = []

    def open_judge() -> Measured:
        opened.append(Measured(SayingJudge()))
        return opened[-1]

    before = judge_threads()
    desk_of(open_judge)
    assert judge_threads() == before
    assert opened == []


def test_an_opinion_comes_for_each_policy_in_order(desk_of: DeskOf) -> None:
    judge = SayingJudge({"one": Label.NO})
    found = desk_of(lambda: Measured(judge)).opinions(CASE, POLICIES, LONG_S)
    assert [(opinion.policy, opinion.label) for opinion in found] == [("one", Label.NO), ("two", Label.YES)]
    assert judge.asked == [(CASE, ("one", "two"))]


def test_what_is_late_is_handed_on_once_and_whole(desk_of: DeskOf) -> None:
    let_go, late, has_come = threading.Event(), [], threading.Event()
    desk = desk_of(lambda: Measured(SayingJudge(wait=let_go)))

    def take(opinions: tuple[Opinion, ...]) -> None:
        late.append(opinions)
        has_come.set()

    assert desk.opinions(CASE, POLICIES, 0.0, take) == ()
    assert late == []
    let_go.set()
    assert has_come.wait(LONG_S)
    assert [[opinion.policy for opinion in opinions] for opinions in late] == [["one", "two"]]


def test_what_came_between_the_wait_and_the_asking_is_not_lost(desk_of: DeskOf) -> None:
    desk = desk_of(lambda: Measured(SayingJudge()))
    ticket = desk.ask(CASE, POLICIES)
    assert ticket.wait(LONG_S) is not None
    late: list[tuple[Opinion, ...]] = []
    ticket.when_late(late.append)
    assert len(late) == 1


def test_who_finds_the_queue_full_is_told_so_at_once(desk_of: DeskOf) -> None:
    let_go = threading.Event()
    judge = SayingJudge(wait=let_go)
    desk = desk_of(lambda: Measured(judge), most_waiting=2)
    desk.ask(CASE, POLICIES)
    deadline = time.monotonic() + LONG_S
    while not judge.asked and time.monotonic() < deadline:
        time.sleep(0.001)  # the first is with the judge, and no longer in the queue
    waiting = [desk.ask(CASE, POLICIES) for _ in range(2)]
    refused = desk.ask(CASE, POLICIES).wait(0.0)
    assert refused is not None
    assert [opinion.failure for opinion in refused] == ["judge-busy: 2 messages wait for it already"] * 2
    let_go.set()
    assert all(ticket.wait(LONG_S) for ticket in waiting), "those before it are served"


def test_a_judge_that_cannot_be_opened_is_told_once_and_each_message_says_so(desk_of: DeskOf) -> None:
    told, tries = Told(), []

    def fail() -> Measured:
        tries.append(1)
        raise ModelError("the file is gone", hint="guardian model list")

    desk = desk_of(fail, observer=told)
    for _ in range(3):
        (one, two) = desk.opinions(CASE, POLICIES, LONG_S)
        assert one.failure == two.failure == "judge-down: the file is gone (guardian model list)"
    assert len(tries) == 1, "it is tried again later, and not with each message"
    assert told.lines == [
        "your judge tiny can't be used: the file is gone (guardian model list); verdicts go on without it"
    ]


def test_a_judge_that_breaks_its_promise_ends_nothing(desk_of: DeskOf) -> None:
    class Breaking(SayingJudge):
        def judge(self, *_: object, **__: object) -> tuple[Opinion, ...]:
            raise ZeroDivisionError("quotes a message")

    desk = desk_of(lambda: Measured(Breaking()))
    for _ in range(2):
        found = desk.opinions(CASE, POLICIES, LONG_S)
        assert {opinion.failure for opinion in found} == {"judge-failed: internal error (ZeroDivisionError)"}


def test_whoever_breaks_over_what_is_late_ends_nothing_either(desk_of: DeskOf) -> None:
    told, let_go = Told(), threading.Event()
    desk = desk_of(lambda: Measured(SayingJudge(wait=let_go)), observer=told)
    desk.opinions(CASE, POLICIES, 0.0, lambda _opinions: 1 / 0)  # type: ignore[arg-type]
    let_go.set()
    assert told.has_some.wait(LONG_S)
    assert len(desk.opinions(CASE, POLICIES, LONG_S)) == 2


def test_a_refusal_that_comes_late_and_breaks_its_hearer_ends_nothing(desk_of: DeskOf) -> None:
    opening, told = threading.Event(), Told()

    def fail() -> Measured:
        assert opening.wait(LONG_S)
        raise ModelError("the file is gone")

    desk = desk_of(fail, observer=told)
    desk.opinions(CASE, POLICIES, 0.0, lambda _opinions: 1 / 0)  # type: ignore[arg-type]
    opening.set()
    assert desk.opinions(CASE, POLICIES, LONG_S)
    assert told.lines[1] == "what your judge tiny said late was not taken: internal error (ZeroDivisionError)"


def test_canaries_come_before_the_first_message_and_what_is_wrong_is_told(desk_of: DeskOf) -> None:
    told = Told()
    measured = Measured(SayingJudge(), wrong="says yes to everything", next_round_s=0.0)
    desk = desk_of(lambda: measured, observer=told)
    assert desk.opinions(CASE, POLICIES, LONG_S)
    assert measured.rounds == 1
    assert told.lines == [
        "your judge tiny says yes to everything; what it says weighs nothing until it knows its canaries again"
    ]


def test_a_judge_that_is_well_again_is_told_once(desk_of: DeskOf) -> None:
    class Recovering(Measured):
        def run_round(self, between: Callable[[], bool]) -> str:
            self.rounds += 1
            self._next_round_s = 0.0 if self.rounds < 3 else 1e6
            return "says yes to everything" if self.rounds == 1 else ""

    told, measured = Told(), Recovering(SayingJudge(), next_round_s=0.0)
    desk = desk_of(lambda: measured, observer=told)
    deadline = time.monotonic() + LONG_S
    while measured.rounds < 3 and time.monotonic() < deadline:
        assert desk.opinions(CASE, POLICIES, LONG_S)
    assert told.lines[1:] == ["your judge tiny knows its canaries again"]


@pytest.mark.parametrize("is_trusted", [True, False])
def test_who_waits_is_served_between_the_canaries_of_a_judge_that_is_trusted(desk_of: DeskOf, is_trusted: bool) -> None:
    """Another has to show first that it can judge."""
    has_sung, served = threading.Event(), []  # type: ignore[var-annotated]

    class Singing(Measured):
        def run_round(self, between: Callable[[], bool]) -> str:
            ticket = desk.ask(CASE, POLICIES)
            assert between()
            served.append(ticket.wait(0.0) is not None)
            has_sung.set()
            return super().run_round(between)

    desk = desk_of(lambda: Singing(SayingJudge(), next_round_s=0.0, is_trusted=is_trusted))
    desk.start()
    assert has_sung.wait(LONG_S)
    assert served == [is_trusted]


def test_closing_ends_the_judge_and_its_thread_whatever_it_does(desk_of: DeskOf) -> None:
    judge, late = SayingJudge(wait=threading.Event()), []  # type: ignore[var-annotated]
    before = judge_threads()
    desk = desk_of(lambda: Measured(judge))
    desk.opinions(CASE, POLICIES, 0.0, late.append)
    desk.ask(CASE, POLICIES)
    desk.close()
    desk.close()
    assert judge.is_closed.is_set()
    assert judge_threads() == before
    assert late == [], "what was cut short is no opinion"
    (one, _) = desk.opinions(CASE, POLICIES, LONG_S)
    assert one.failure == "judge-down: it has been closed"


def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LONG_S
    while not is_so() and time.monotonic() < deadline:
        time.sleep(0.001)
    assert is_so()


@pytest.mark.parametrize("goes_on", [False, True])
def test_what_waits_at_the_end_is_told_to_be_lost(desk_of: DeskOf, goes_on: bool) -> None:
    """One with the judge and one behind it; a program that ends with its message is told what would help."""
    told, judge = Told(), SayingJudge(wait=threading.Event())
    desk = desk_of(lambda: Measured(judge), observer=told)
    if goes_on:
        desk.start()
    for _ in range(2):
        desk.ask(CASE, POLICIES)
    until(lambda: bool(judge.asked))
    desk.close()
    desk.close()
    line = "your judge tiny was ended at work: what it would say of 2 messages is lost"
    assert told.lines == [line if goes_on else f"{line} (guardian serve keeps it ready)"]


def test_at_the_end_it_is_told_that_the_model_was_not_there_yet(desk_of: DeskOf) -> None:
    told, opening, let_go = Told(), threading.Event(), threading.Event()

    def open_slowly() -> Measured:
        opening.set()
        assert let_go.wait(LONG_S)
        return Measured(SayingJudge())

    desk = desk_of(open_slowly, observer=told)
    desk.ask(CASE, POLICIES)
    assert opening.wait(LONG_S)
    threading.Timer(0.1, let_go.set).start()
    desk.close()
    assert told.lines == [
        "your judge tiny was ended while its model was loading: what it would say of 1 message is lost "
        "(guardian serve keeps it ready)"
    ]


def test_at_the_end_it_is_told_that_the_judge_was_still_at_its_canaries(desk_of: DeskOf) -> None:
    singing, told = threading.Event(), Told()

    class Singing(Measured):
        def run_round(self, between: Callable[[], bool]) -> str:
            singing.set()
            while between():
                time.sleep(0.001)
            return ""

    desk = desk_of(lambda: Singing(SayingJudge(), next_round_s=0.0, is_trusted=False), observer=told)
    desk.ask(CASE, POLICIES)
    assert singing.wait(LONG_S)
    desk.close()
    assert told.lines == [
        "your judge tiny was ended over its canaries: what it would say of 1 message is lost "
        "(guardian serve keeps it ready)"
    ]


def test_nothing_is_lost_where_all_were_answered_in_time_or_late(desk_of: DeskOf) -> None:
    told, late = Told(), threading.Event()
    desk = desk_of(lambda: Measured(SayingJudge()), observer=told)
    assert desk.opinions(CASE, POLICIES, LONG_S)
    desk.ask(CASE, POLICIES).when_late(lambda _opinions: late.set())
    assert late.wait(LONG_S)
    desk.close()
    assert told.lines == []


def test_what_another_program_found_wrong_with_the_judge_is_told_here_too(desk_of: DeskOf) -> None:
    """Its canaries failed just now, so no round is due; that its word weighs nothing must be known all the same."""
    told, measured = Told(), Measured(SayingJudge())
    measured.why_not = "its last canaries failed: always-yes"
    desk = desk_of(lambda: measured, observer=told)
    assert desk.opinions(CASE, POLICIES, LONG_S)
    assert measured.rounds == 0
    assert told.lines == [
        "your judge tiny can't be trusted now (its last canaries failed: always-yes); what it says weighs nothing"
    ]


def test_the_same_trouble_round_after_round_is_told_once(desk_of: DeskOf) -> None:
    class Failing(Measured):
        def run_round(self, between: Callable[[], bool]) -> str:
            self.rounds += 1
            self._next_round_s = 0.0 if self.rounds < 4 else 1e6
            return "says yes to everything" if self.rounds < 4 else "says no to everything"

    told, measured = Told(), Failing(SayingJudge(), next_round_s=0.0)
    desk = desk_of(lambda: measured, observer=told)
    until(lambda: bool(desk.opinions(CASE, POLICIES, LONG_S)) and measured.rounds == 4 and len(told.lines) == 2)
    assert [line.split(";")[0].removeprefix("your judge tiny ") for line in told.lines] == [
        "says yes to everything",
        "says no to everything",
    ]


def test_an_observer_that_breaks_does_not_end_the_desk(desk_of: DeskOf) -> None:
    def break_pipe(_event: Event) -> None:
        raise BrokenPipeError

    measured = Measured(SayingJudge(), wrong="says yes to everything", next_round_s=0.0)
    desk = desk_of(lambda: measured, observer=break_pipe)
    for _ in range(2):
        assert len(desk.opinions(CASE, POLICIES, LONG_S)) == 2
    assert measured.rounds == 1


def test_who_waits_for_a_judge_that_is_trusted_does_not_wait_for_its_canaries(desk_of: DeskOf) -> None:
    """It could not be opened at first, and is opened again with a message, when a round is due."""
    served: list[bool] = []
    tickets: list[Ticket] = []

    class Singing(Measured):
        def run_round(self, between: Callable[[], bool]) -> str:
            served.append(tickets[-1].wait(0.0) is not None)
            return super().run_round(between)

    tries: list[Measured] = []

    def open_judge() -> Measured:
        tries.append(Singing(SayingJudge(), next_round_s=0.0))
        if len(tries) == 1:
            raise ModelError("the disk is busy")
        return tries[-1]

    desk = desk_of(open_judge)
    assert desk.opinions(CASE, POLICIES, LONG_S)[0].failure
    desk._trouble = ("the disk is busy", 0.0)  # a minute later
    tickets.append(desk.ask(CASE, POLICIES))
    until(lambda: bool(served))
    assert served == [True]


def test_a_judge_that_is_closed_while_it_opens_is_closed_all_the_same(desk_of: DeskOf) -> None:
    opening, let_go, judge = threading.Event(), threading.Event(), SayingJudge()

    def open_slowly() -> Measured:
        opening.set()
        assert let_go.wait(LONG_S)
        return Measured(judge)

    desk = desk_of(open_slowly)
    desk.start()
    assert opening.wait(LONG_S)
    desk.close()
    let_go.set()
    assert judge.is_closed.wait(LONG_S)


def test_agreements_and_numbers_reach_the_register(desk_of: DeskOf) -> None:
    measured = Measured(SayingJudge())
    desk = desk_of(lambda: measured)
    desk.agreed([Agreed(True, None)])
    assert measured.agreements == [], "there is no judge yet that could have said anything"
    assert desk.opinions(CASE, POLICIES, LONG_S)
    desk.agreed([Agreed(True, None), Agreed(None, False)])
    assert measured.agreements == [Agreed(True, None), Agreed(None, False)]
    desk.close()
    assert measured.saves >= 1
