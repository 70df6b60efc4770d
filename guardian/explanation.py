"""Why: the words that carried a verdict, and what one can do now.

Invariants: deterministic (no generated text); every quote is a verbatim run of a view, with the bytes it came from;
sentences are re-scored by the same model, so a quote is evidence and not decoration. Only messages of which
something is said are re-scored: a clean message costs nothing here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from guardian.detectors.base import TOGETHER, Evidence
from guardian.finding import Finding, FindingKind, Span
from guardian.inference.base import Encoder, Encoding, Floats
from guardian.inference.manifest import Manifest
from guardian.policy.match import Matcher
from guardian.reading.base import Reading, ViewKind, Window
from guardian.reading.sentences import split_sentences
from guardian.reading.zones import zone_at, zones_of
from guardian.tactics import advice_for
from guardian.verdict import PolicyMatch

MAX_SENTENCES = 48
"""Sentences that are re-scored per message, from its worst windows; enough for two pages of text."""
MAX_QUOTES = 2
"""Quotes per finding."""
MAX_ADVICE = 3
"""Pieces of advice per verdict."""
_REPEATED = 0.5
"""Logits by which a sentence in a quotation, signature or footer must be stronger than another to be shown first."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Findings with their quotes, and advice, most useful first."""

    findings: tuple[Finding, ...]
    advice: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Sentence:
    view: int
    start: int
    end: int
    text: str


class Explainer:
    """Points at the sentences that did it."""

    def __init__(self, encoder: Encoder, manifest: Manifest, matcher: Matcher) -> None:
        self._encoder = encoder
        self._manifest = manifest
        self._matcher = matcher
        self._columns = {output.label: column for column, output in enumerate(manifest.outputs)}

    def explain(self, evidence: Evidence, findings: Sequence[Finding], matches: Iterable[PolicyMatch]) -> Explanation:
        """Findings with quotes added where the model spoke, one finding for each policy that matched by its own
        examples or patterns, and advice for what matched (or, where nothing matched, none)."""
        matched = [match for match in matches if match.matched]
        if not matched:
            return Explanation(tuple(findings), ())
        needs_quotes = any(finding.kind is FindingKind.MODEL for finding in findings) or any(
            road.startswith("example:") for match in matched for road in match.because
        )
        sentences, encoding = self._score_sentences(evidence) if needs_quotes else ([], None)
        quoted = [self._with_quotes(finding, evidence.reading, sentences, encoding) for finding in findings]
        quoted += self._policy_findings(matched, evidence, sentences, encoding)
        return Explanation(tuple(quoted), _advice(matched, findings))

    def _score_sentences(self, evidence: Evidence) -> tuple[list[_Sentence], Encoding | None]:
        if evidence.encoding is None:
            return [], None
        worst = np.argsort(
            -self._manifest.window_scores(evidence.encoding.logits, evidence.stratum).max(axis=1), kind="stable"
        )
        sentences: dict[tuple[int, int], _Sentence] = {}
        for index in worst:
            window = evidence.reading.windows[int(index)]
            for start, end in _sentences(window, evidence.reading.views[window.view].seam):
                place = (window.view, window.start + start)
                if len(sentences) < MAX_SENTENCES and end - start >= 8:
                    text = window.text[start:end]
                    sentences.setdefault(place, _Sentence(window.view, place[1], window.start + end, text))
        chosen = sorted(sentences.values(), key=lambda sentence: (sentence.view, sentence.start))
        if not chosen:
            return [], None
        answer = self._encoder.submit([sentence.text for sentence in chosen]).result()
        return (chosen, answer) if isinstance(answer, Encoding) else ([], None)

    def _with_quotes(
        self, finding: Finding, reading: Reading, sentences: list[_Sentence], encoding: Encoding | None
    ) -> Finding:
        column = self._columns.get(finding.tactic)
        if finding.kind is not FindingKind.MODEL or encoding is None or column is None:
            return finding
        choose = _best_of_both if finding.is_joint else _best
        return replace(finding, spans=choose(reading, sentences, encoding.logits[:, column]))

    def _policy_findings(
        self, matched: list[PolicyMatch], evidence: Evidence, sentences: list[_Sentence], encoding: Encoding | None
    ) -> list[Finding]:
        added = []
        for match in matched:
            roads = [road for road in match.because if road.startswith(("example:", "pattern:"))]
            spans = self._matcher.pattern_spans(match, evidence)
            if not spans and encoding is not None and roads:
                spans = _best(evidence.reading, sentences, self._matcher.example_scores(match, encoding.embeddings))
            if roads:
                kind = FindingKind.RULE if any(road.startswith("pattern:") for road in roads) else FindingKind.MODEL
                say = " and ".join(_say(road, match.title) for road in roads)
                is_joint = bool(spans) and all(span.view == ViewKind.CONVERSATION.value for span in spans)
                say = f"{say}, {TOGETHER}" if is_joint else say
                added.append(Finding("policy", f"policy:{match.id}", match.score, say, spans, kind, is_joint))
        return added


def _say(road: str, title: str) -> str:
    kind, _, number = road.partition(":")
    deed = f"is like example {number}" if kind == "example" else f"matches pattern {number}"
    return f"{deed} of your policy '{title}'"


def _sentences(window: Window, seam: int) -> list[tuple[int, int]]:
    """The sentences of a window; in the view of a conversation none goes over the seam, so that both sides can be
    quoted."""
    if not seam:
        return split_sentences(window.text)
    behind = [(seam + start, seam + end) for start, end in split_sentences(window.text[seam:])]
    return [*split_sentences(window.text[:seam]), *behind]


def _best_of_both(reading: Reading, sentences: list[_Sentence], scores: Floats) -> tuple[Span, ...]:
    """The best sentence of what was sent before and the best of this message, in this order."""
    spans = []
    for is_before in (True, False):
        places = [
            place
            for place, sentence in enumerate(sentences)
            if (seam := reading.views[sentence.view].seam) and (sentence.end <= seam) is is_before
        ]
        if places:
            best = sentences[max(places, key=lambda place: float(scores[place]))]
            spans.append(reading.views[best.view].span(best.start, best.end))
    return tuple(spans)


def _without_quotations(reading: Reading, sentences: list[_Sentence], scores: Floats) -> Floats:
    """The scores, those of sentences that a mail quotes, signs with or ends on a little lower: what is said outranks
    what is repeated where both would do. It is for choosing quotes alone; all of it was judged."""
    if reading.envelope is None:
        return scores
    zones = {view: zones_of(reading.views[view].text) for view in {sentence.view for sentence in sentences}}
    repeated = [zone_at(zones[each.view], each.start, each.end) is not None for each in sentences]
    return scores - _REPEATED * np.asarray(repeated, dtype=scores.dtype)


def _best(reading: Reading, sentences: list[_Sentence], scores: Floats) -> tuple[Span, ...]:
    """The best sentence, and the next one where it scores nearly as high (half the logit's way to zero, or above).

    A sentence that stands in two views (text and HTML of one mail) counts once.
    """
    scores = _without_quotations(reading, sentences, scores)
    order = [int(place) for place in np.argsort(-scores, kind="stable")]
    if not order:
        return ()
    least = float(scores[order[0]]) - max(abs(float(scores[order[0]])) * 0.5, 0.5)
    distinct = {" ".join(sentences[place].text.split()): place for place in reversed(order)}
    keep = [place for place in order if place in distinct.values() and scores[place] >= least][:MAX_QUOTES]
    return tuple(reading.views[sentences[i].view].span(sentences[i].start, sentences[i].end) for i in keep)


def _advice(matched: Sequence[PolicyMatch], findings: Sequence[Finding]) -> tuple[str, ...]:
    """Advice for the matched policies' tactics, strongest finding first, without repeats."""
    wanted = {tactic for match in matched for tactic in match.tactics}
    by_score = sorted(findings, key=lambda finding: -finding.score)
    ordered = [finding.tactic for finding in by_score if finding.tactic in wanted] + sorted(wanted)
    advice = dict.fromkeys(text for tactic in ordered if (text := advice_for(tactic)))
    return tuple(advice)[:MAX_ADVICE]
