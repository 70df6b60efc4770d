"""Runs a pack's policies over its golden cases, and over ordinary texts, before they may be installed.

Through the one gate, with the pack's policies alone, as they would be installed but in force; nothing is recorded and
nothing is kept, the cache of examples included. Invariants: a policy that matches nothing that it must, everything
that it must not, or more than half of the ordinary texts is an all-match or none-match policy, and refuses the pack;
every other difference is counted and told, since another model may see a case another way.

The ordinary texts are the fine examples of the starter policies that Guardian ships: the pack's author did not choose
them. A golden case may be one of the policy's examples; cases tell whether a policy does here what it did for its
author, not how good it is.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from guardian.assembly import open_gate
from guardian.events import Observer, Progress, ignore
from guardian.gate import Gate
from guardian.message import Channel, Message
from guardian.packs.base import GOLDEN, PackError, refused
from guardian.packs.golden import GoldenCase
from guardian.packs.lowering import Lowered, policy_text
from guardian.packs.report import ReportCard, Score
from guardian.policy.base import Policy, Status
from guardian.policy.load import SUFFIX, load_policies
from guardian.policy.trying.bench import Bench
from guardian.settings import Origin, OriginKind, Settings

TRIED: Final = "golden cases"
"""What an observer is told the progress of."""
_TextOn = tuple[str, Channel]


@dataclass(frozen=True, slots=True)
class Trial:
    """What the policies do here."""

    report: ReportCard
    """Measured here, with the model that is here."""
    failing: tuple[int, ...]
    """Numbers of the golden cases that fail, from 1."""


def try_pack(
    settings: Settings,
    policies: Mapping[str, Lowered],
    golden: Sequence[GoldenCase],
    observer: Observer = ignore,
    bench: Bench | None = None,
) -> Trial:
    """Run the golden cases of these policies (by their id in the pack); on `bench` where a model runs already.

    Raises PackError for a policy that matches all or nothing, ModelError or CellError where there is no model.
    """
    ordinary = _ordinary_texts(settings.paths.shipped_policies)
    cases = [(number, case) for number, case in enumerate(golden, start=1) if case.policy in policies]
    wanted = [(case.text, channel) for _, case in cases for channel in policies[case.policy].policy.channels]
    wanted += [(text, channel) for channel, texts in ordinary.items() for text in texts]
    asked = list(dict.fromkeys(wanted))
    if bench is not None:
        matched = _counted(_matched_on(bench, policies.values(), asked), asked, observer)
        model_name, model_sha256 = bench.manifest.name, bench.manifest.sha256
    else:
        with tempfile.TemporaryDirectory(prefix="guardian-pack-") as folder:
            hermetic = _hermetic(settings, Path(folder), policies.values())
            with open_gate(hermetic, observer) as gate:
                matched = _counted(_matched_by(gate, asked), asked, observer)
                model = gate.screen(Message(b"")).verdict
        model_name, model_sha256 = model.model_name, model.model_sha256
    scores: dict[str, Score] = {}
    failing: list[int] = []
    for policy_id, lowered in policies.items():
        own = [(number, case) for number, case in cases if case.policy == policy_id]
        hits = {number: _is_hit(lowered.policy, case.text, matched) for number, case in own}
        failing += [number for number, case in own if hits[number] is not case.match]
        scores[policy_id] = _score(lowered.policy, own, hits, ordinary, matched)
        _check(policy_id, scores[policy_id])
    return Trial(ReportCard(model_name, model_sha256, scores), tuple(sorted(failing)))


def _hermetic(settings: Settings, folder: Path, policies: Iterable[Lowered]) -> Settings:
    """Settings under which a gate knows these policies alone, in force, and leaves nothing behind."""
    for each in policies:
        text = policy_text({**each.table, "status": Status.ACTIVE.value})
        (folder / each.file).write_text(text, encoding="utf-8")
    paths = replace(settings.paths, cache=folder / "cache")
    origins = {**settings.origins, "policies_dir": Origin(OriginKind.FLAG)}  # a folder for this run alone
    return replace(settings, policies_dir=folder, paths=paths, origins=origins)


def _matched_by(gate: Gate, asked: Sequence[_TextOn]) -> Iterator[frozenset[str]]:
    """The ids of the policies that match each text on its channel."""
    for screened in gate.screen_all(_messages(asked)):
        yield frozenset(match.id for match in screened.verdict.matched)


def _matched_on(bench: Bench, policies: Iterable[Lowered], asked: Sequence[_TextOn]) -> Iterator[frozenset[str]]:
    """The same by a model that runs; nothing is added to the rows that its owner's policies keep."""
    in_force = [replace(each.policy, status=Status.ACTIVE) for each in policies]
    matcher = bench.matcher(in_force, bench.rows.unkept(in_force))
    for inspection in bench.inspect_all(_messages(asked)):
        matches = matcher.match(inspection.evidence, inspection.findings)
        yield frozenset(match.id for match in matches if match.matched)


def _messages(asked: Iterable[_TextOn]) -> Iterator[Message]:
    return (Message(text.encode(), channel=channel, source="pack") for text, channel in asked)


def _counted(
    matched: Iterable[frozenset[str]], asked: Sequence[_TextOn], observer: Observer
) -> Mapping[_TextOn, frozenset[str]]:
    """What matched by text and channel; the observer is told how far it is."""
    found: dict[_TextOn, frozenset[str]] = {}
    for number, ids in enumerate(matched):
        found[asked[number]] = ids
        observer(Progress(number + 1, len(asked), TRIED))
    return found


def _is_hit(policy: Policy, text: str, matched: Mapping[_TextOn, frozenset[str]]) -> bool:
    return any(policy.id in matched[text, channel] for channel in policy.channels)


def _score(
    policy: Policy,
    cases: Sequence[tuple[int, GoldenCase]],
    hits: Mapping[int, bool],
    ordinary: Mapping[Channel, Sequence[str]],
    matched: Mapping[_TextOn, frozenset[str]],
) -> Score:
    must = [hits[number] for number, case in cases if case.match]
    must_not = [hits[number] for number, case in cases if not case.match]
    texts = [(text, channel) for channel in policy.channels for text in ordinary[channel]]
    hits_there = sum(policy.id in matched[each] for each in texts)
    return Score(sum(must), len(must), sum(must_not), len(must_not), hits_there, len(texts))


def _check(policy_id: str, score: Score) -> None:
    where = f"{GOLDEN}: {policy_id}"
    if not score.matched:
        raise refused(where, f"matches none of the {score.must_match} texts that it must match")
    if score.wrongly_matched == score.must_not_match:
        raise refused(where, f"matches all of the {score.must_not_match} texts that it must not match")
    if score.ordinary_matched * 2 > score.ordinary:
        raise refused(where, f"matches {score.ordinary_matched} of {score.ordinary} ordinary texts: nearly everything")


def _ordinary_texts(shipped: Path) -> Mapping[Channel, Sequence[str]]:
    """The fine examples of the shipped policies, by channel. Raises PolicyError where they are not there."""
    texts: dict[Channel, list[str]] = {channel: [] for channel in Channel}
    for policy in load_policies(shipped).policies:
        for channel in policy.channels:
            texts[channel] += [example.text for example in policy.examples if not example.flag]
    if not any(texts.values()):
        raise PackError(f"no starter policies ({SUFFIX}) in {shipped}", hint="install guardian again")
    return {channel: tuple(dict.fromkeys(each)) for channel, each in texts.items()}
