"""Other rules are ready at the cost of what changed, and are switched to as one."""

from __future__ import annotations

import sys
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

import numpy as np
from policy_builders import a_bank, a_manifest, a_policy, unit_rows
from test_examples import MODEL, SeededEncoder

from guardian.events import ignore
from guardian.explanation import Explainer
from guardian.gate import Gate
from guardian.inference.base import Encoding, EncodingFailure
from guardian.message import Message
from guardian.policy.base import Policy
from guardian.policy.examples import ExampleRows
from guardian.policy.load import policy_set_sha256
from guardian.policy.match import Matcher
from guardian.reading.limits import Limits
from guardian.reading.reader import LocalReader
from guardian.recording import NoRecord
from guardian.rules import Rules

# What a change costs


def test_one_changed_example_among_4000_costs_one_pass_and_no_work_on_the_cache(tmp_path: Path) -> None:
    def policies(changed: str) -> list[Policy]:
        texts = [[f"policy {p} example {n}" for n in range(20)] for p in range(200)]
        texts[77][3] = changed
        return [a_policy(id=f"p{number}", flag=each) for number, each in enumerate(texts)]

    encoder, cache = SeededEncoder(), tmp_path / "examples.cache"
    rows = ExampleRows(encoder, cache, ignore, model_sha256=MODEL)
    rows.of(policies("as it was"))
    rows.save()
    assert len(encoder.asked) == 4_000
    encoder.asked.clear()
    before = cache.stat()
    cache.chmod(0)  # nobody could read it now, were it read
    assert len(rows.of(policies("as it is now"))) == 4_000
    assert encoder.asked == ["as it is now"]
    assert (cache.stat().st_ino, cache.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    rows.save()
    again = SeededEncoder()
    ExampleRows(again, cache, ignore, model_sha256=MODEL).of(policies("as it is now"))
    assert again.asked == [], "what was learnt is in the file, written behind"


def test_what_is_taken_over_from_an_earlier_matcher_is_what_would_be_worked_out() -> None:
    bank, manifest = a_bank(), a_manifest()
    texts = [f"example {number}" for number in range(12)]
    rows = dict(zip(texts, unit_rows(len(texts), 3), strict=True))
    before = [a_policy(id=f"p{n}", flag=texts[n : n + 2], fine=texts[6 + n : 7 + n]) for n in range(5)]
    after = [
        before[0],
        a_policy(id="p1", flag=texts[3:5]),
        a_policy(id="p2", flag=texts[2:4], fine=texts[8:9], rarity=50),
        a_policy(id="p3", flag=texts[3:5], fine=texts[9:10], title="Another title"),
        a_policy(id="new", flag=texts[:1]),
    ]
    earlier = Matcher(before, manifest, bank, rows)
    taken, fresh = Matcher(after, manifest, bank, rows, earlier=earlier), Matcher(after, manifest, bank, rows)
    for row in unit_rows(20, 5):
        assert taken._probe is not None
        assert fresh._probe is not None
        assert taken._probe.read(row[None]) == fresh._probe.read(row[None])
    kept = {name for name, fit in taken._probe._fits.items() if fit is earlier._probe._fits.get(name)}  # type: ignore[union-attr]
    assert kept == {"p0", "p3"}


# The switch


def rules_of(policies: Sequence[Policy], encoder: SeededEncoder) -> Rules:
    manifest = a_manifest()
    matcher = Matcher(policies, manifest, None, {})
    return Rules(matcher, Explainer(encoder, manifest, matcher), policy_set_sha256(policies))


class FiveOutputs(SeededEncoder):
    """An encoder with as many outputs as the manifest says."""

    def submit(self, texts: Sequence[str]) -> Future[Encoding | EncodingFailure]:
        encoding = super().submit(texts).result()
        assert isinstance(encoding, Encoding)
        answer: Future[Encoding | EncodingFailure] = Future()
        answer.set_result(replace(encoding, logits=np.full((len(texts), 5), -9.0, np.float32)))
        return answer


def test_a_message_is_judged_wholly_by_one_set_and_its_verdict_names_it() -> None:
    encoder = FiveOutputs()
    sets = [
        rules_of([a_policy(id=f"{name}-{number}", patterns=["gift"]) for number in range(5)], encoder)
        for name in ("even", "odd")
    ]
    of_set = {sets[0].policy_set: "even", sets[1].policy_set: "odd"}
    gate = Gate(
        encoder=encoder,
        manifest=a_manifest(),
        detectors=(),
        vetoes=(),
        rules=sets[0],
        reader=LocalReader(Limits()),
        recorder=NoRecord(),
    )
    is_done = threading.Event()

    def swap() -> None:
        turn = 0
        while not is_done.is_set():
            turn += 1
            gate.use(sets[turn % 2])

    swapping = threading.Thread(target=swap)
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    swapping.start()
    try:
        verdicts = [each.verdict for each in gate.screen_all(Message(b"gift cards", id=str(n)) for n in range(300))]
    finally:
        is_done.set()
        swapping.join()
        sys.setswitchinterval(before)
    assert {of_set[verdict.policy_set] for verdict in verdicts} == {"even", "odd"}, "it was never swapped"
    for verdict in verdicts:
        name = of_set[verdict.policy_set]
        assert [match.id for match in verdict.policies] == [f"{name}-{number}" for number in range(5)]
        assert {finding.tactic for finding in verdict.findings} == {f"policy:{name}-{number}" for number in range(5)}
