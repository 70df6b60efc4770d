"""The workload: only the poison's message fails, every window is in at most two deaths, every job is completed."""

from __future__ import annotations

from collections import Counter

from cell_rig import steady
from hypothesis import given, settings
from hypothesis import strategies as st

from guardian.inference.base import Encoding, EncodingFailure
from guardian.inference.frames import Row
from guardian.inference.register import Tally
from guardian.inference.windows import Columns, Job, Piece, new_job
from guardian.inference.workload import BATCH_BYTES, BATCH_WINDOWS, Workload

COLUMNS = Columns(2, [0], [1])
ANSWER = Row(3, 0, bytes(8))
DEATH = EncodingFailure("model-crashed", "it died")


def added(workload: Workload, *texts: str) -> Job:
    job, pieces = new_job(texts, 10_000)
    workload.take(job, pieces)
    return job


def run(workload: Workload, deaths: Counter[int]) -> None:
    """A model that dies over every text with POISON in it, until nothing is left to do."""
    for _ in range(10_000):
        batch = workload.next_batch()
        if not batch:
            return
        if any(b"POISON" in piece.text for piece in batch):
            deaths.update(id(piece) for piece in batch)
            workload.blame(batch, DEATH)
        else:
            for piece in batch:
                workload.settle(piece, ANSWER, COLUMNS)
    raise AssertionError("it loops")


@settings(steady, max_examples=60)
@given(st.lists(st.lists(st.sampled_from(["fine", "POISON", "also fine"]), min_size=1, max_size=4), max_size=60))
def test_only_messages_with_poison_fail_and_no_window_is_in_more_than_two_deaths(messages: list[list[str]]) -> None:
    tally = Tally()
    workload = Workload(tally)
    numbered = [[f"{text} {at}" for text in texts] for at, texts in enumerate(messages)]
    jobs = [added(workload, *texts) for texts in numbered]
    deaths: Counter[int] = Counter()
    run(workload, deaths)
    for job, texts in zip(jobs, messages, strict=True):
        outcome = job.future.result(0)
        assert isinstance(outcome, EncodingFailure if "POISON" in texts else Encoding)
    assert max(deaths.values(), default=0) <= 2
    poisoned = sum("POISON" in texts for texts in messages)
    assert tally.failures["model-crashed"] == poisoned
    assert tally.messages == len(messages) - poisoned


def test_one_poison_among_many_costs_two_deaths() -> None:
    workload = Workload(Tally())
    added(workload, *[f"fine {at}" for at in range(BATCH_WINDOWS - 1)])
    added(workload, "POISON")
    deaths: Counter[int] = Counter()
    run(workload, deaths)
    assert sum(deaths.values()) == BATCH_WINDOWS + 1


def test_a_known_poison_is_refused_without_being_sent() -> None:
    workload = Workload(Tally())
    added(workload, "POISON")
    run(workload, Counter())
    job = added(workload, "something fine", "POISON")
    assert job.future.result(0) == DEATH
    assert not workload.next_batch()


def test_a_single_window_that_hangs_is_not_tried_again() -> None:
    workload = Workload(Tally())
    job = added(workload, "it hangs")
    workload.blame(workload.next_batch(), EncodingFailure("model-timeout", "too slow"), is_hang=True)
    assert isinstance(job.future.result(0), EncodingFailure)
    assert not workload.next_batch()


def test_a_batch_is_capped_in_windows_and_in_bytes() -> None:
    workload = Workload(Tally())
    added(workload, *["short"] * (BATCH_WINDOWS + 1))
    assert len(workload.next_batch()) == BATCH_WINDOWS
    assert len(workload.next_batch()) == 1
    added(workload, *["x" * 3_000] * 5)
    assert len(workload.next_batch()) == BATCH_BYTES // 3_000


def test_what_is_given_back_is_sent_again_in_its_order() -> None:
    workload = Workload(Tally())
    added(workload, *[f"text {at}" for at in range(5)])
    batch = workload.next_batch()
    workload.give_back(batch)
    assert workload.next_batch() == batch


def test_a_window_that_is_too_long_is_divided_until_it_fits_and_counted_once() -> None:
    tally = Tally()
    workload = Workload(tally)
    job = added(workload, "word " * 100)
    while batch := workload.next_batch():
        for piece in batch:
            workload.settle(piece, ANSWER if len(piece.text) < 60 else Row(0, 0, b""), COLUMNS)
    outcome = job.future.result(0)
    assert isinstance(outcome, Encoding)
    assert outcome.logits.shape == (1, 1)
    assert tally.windows_divided == 1
    assert tally.windows == 1


def test_a_character_that_is_too_long_on_its_own_is_a_failure_in_words() -> None:
    workload = Workload(Tally())
    job = added(workload, "x")
    workload.settle(workload.next_batch()[0], Row(0, 0, b""), COLUMNS)
    outcome = job.future.result(0)
    assert isinstance(outcome, EncodingFailure)
    assert outcome.code == "too-long"


def test_failing_everything_completes_every_job() -> None:
    workload = Workload(Tally())
    jobs = [added(workload, f"text {at}") for at in range(50)]
    batch: list[Piece] = workload.next_batch()
    workload.blame(batch, DEATH)
    workload.fail_all(EncodingFailure("model-down", "closing"))
    assert all(job.is_done for job in jobs)
    assert not workload
