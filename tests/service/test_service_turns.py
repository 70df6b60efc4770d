"""Whose question is next, and whose room."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from guardian.message import Message
from guardian.service.room import Room
from guardian.service.turns import Question, Turns


def a_question(client: int, number: int = 0) -> Question:
    return Question(client, Message(b"", id=f"{client}.{number}"), False, 0)


def taken(turns: Turns) -> list[Question]:
    return list(iter(turns.take, None))


def test_one_with_ten_thousand_questions_does_not_keep_another_waiting() -> None:
    turns = Turns()
    for number in range(10_000):
        turns.put(a_question(1, number))
    turns.put(a_question(2))
    assert [question.client for question in taken(turns)[:2]] == [1, 2]


@given(st.lists(st.integers(0, 5)))
def test_nothing_is_lost_and_each_client_keeps_its_order(clients: list[int]) -> None:
    turns, put = Turns(), []
    for number, client in enumerate(clients):
        put.append(a_question(client, number))
        turns.put(put[-1])
    came = taken(turns)
    assert len(turns) == 0
    for client in set(clients):
        assert [each for each in came if each.client == client] == [each for each in put if each.client == client]


@given(st.lists(st.integers(0, 5), min_size=1))
def test_turns_are_even(clients: list[int]) -> None:
    """At any moment, of two clients that still wait one has had at most one turn more than the other."""
    turns = Turns()
    for number, client in enumerate(clients):
        turns.put(a_question(client, number))
    left, had = Counter(clients), Counter[int]()
    while (question := turns.take()) is not None:
        had[question.client] += 1
        left[question.client] -= 1
        waiting = [had[client] for client in left if left[client]]
        assert not waiting or max(waiting) - min(waiting) <= 1


def test_what_a_client_waited_for_goes_with_it() -> None:
    turns = Turns()
    for client in (1, 2, 1):
        turns.put(a_question(client))
    assert len(turns.drop(1)) == 2
    assert turns.drop(1) == []
    assert [question.client for question in taken(turns)] == [2]


def test_after_the_end_what_waits_is_still_taken() -> None:
    turns = Turns()
    turns.put(a_question(1))
    turns.close()
    assert turns.wait() is not None
    assert turns.wait() is None


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 300)), max_size=40))
def test_room_is_never_given_twice(steps: list[tuple[bool, int]]) -> None:
    room, holds, waits = Room(200), dict[int, int](), list[tuple[int, int]]()
    for client, (asks, size) in enumerate(steps):
        if asks and room.ask(client, size):
            holds[client] = size
        elif asks:
            waits.append((client, size))
        elif holds:
            room.give_back(holds.pop(next(iter(holds))))
        for granted in room.grant():
            first, size = waits.pop(0)
            assert granted == first  # in the order in which it was asked for
            holds[granted] = size
        assert room.given_bytes == sum(holds.values())
        assert room.given_bytes <= 200 or len(holds) == 1
        assert holds or not waits  # nobody waits for ever


def test_who_went_is_not_given_room() -> None:
    room = Room(100)
    assert room.ask(1, 100)
    assert not room.ask(2, 50)
    room.forget(2)
    room.give_back(100)
    assert room.grant() == []
