"""What our own corpus promises: enough of everything, twins that only their deed tells apart, nothing borrowed."""

from __future__ import annotations

import importlib
import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

TRAINING = Path(__file__).resolve().parents[2] / "models" / "training"
SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
Text = Any
"""A row of the corpus (`corpus.OwnText`): the training code is outside the packages, and loaded by the tests alone."""

SHINGLE_WORDS = 5
MOST_SHARED = 0.5
"""Share of the shorter text's runs of five words that two texts of different pairs may have in common."""
FEWEST_SHINGLES = 8
LANGUAGES = {"de", "fr", "es", "pt", "it", "nl", "pl", "tr", "hi", "zh", "ja", "ar"}


@pytest.fixture(scope="module")
def training() -> Iterator[dict[str, Any]]:
    """The modules of the training code, by name."""
    sys.path.insert(0, str(TRAINING))
    yield {name: importlib.import_module(name) for name in ("corpus", "giveaways", "sources")}
    sys.path.remove(str(TRAINING))


@pytest.fixture(scope="module")
def corpus(training: dict[str, Any]) -> list[Text]:
    texts: list[Text] = training["corpus"].read_corpus(TRAINING / "corpus")
    return texts


@pytest.fixture(scope="module")
def bank(training: dict[str, Any]) -> list[Text]:
    texts: list[Text] = training["corpus"].read_corpus(TRAINING / "bank")
    return texts


def test_there_are_eight_thousand_texts(corpus: list[Text], bank: list[Text]) -> None:
    assert len(corpus) + len(bank) >= 8000


def test_every_tactic_has_150_violating_texts(training: dict[str, Any], corpus: list[Text]) -> None:
    counts = Counter(tactic for text in corpus for tactic in text.tactics)
    assert {tactic: counts[tactic] for tactic in training["sources"].TACTICS if counts[tactic] < 150} == {}


def test_there_are_1500_texts_in_twelve_other_languages(corpus: list[Text]) -> None:
    counts = Counter(text.language for text in corpus if text.language != "en")
    assert set(counts) == LANGUAGES
    assert sum(counts.values()) >= 1500


def test_every_form_and_both_channels_are_there(corpus: list[Text]) -> None:
    forms = Counter(text.form for text in corpus)
    for form in ("sms", "mail", "chat", "voice", "dating", "marketplace", "workplace", "assistant", "companion",
                 "document", "shop", "letter", "social"):  # fmt: skip
        assert forms[form] >= 40, form
    assert min(Counter(text.channel for text in corpus).values()) >= 2000


def test_long_conversations_are_there(corpus: list[Text]) -> None:
    turns = [len(re.findall(r"(?m)^[^:\n]{1,30}: ", text.text)) for text in corpus]
    assert sum(count >= 8 for count in turns) >= 200


def test_ids_are_unique_and_a_pair_has_one_of_each(corpus: list[Text], bank: list[Text]) -> None:
    ids = Counter(text.id for text in (*corpus, *bank))
    assert [name for name, count in ids.items() if count > 1] == []
    labels: dict[str, list[int]] = defaultdict(list)
    for text in corpus:
        if text.twin:
            labels[text.twin].append(text.label)
    assert [twin for twin, both in labels.items() if sorted(both) != [0, 1]] == []


def test_a_pair_shares_voice_channel_and_language(training: dict[str, Any], corpus: list[Text]) -> None:
    for violating, harmless in training["giveaways"].pairs_of(corpus):
        assert (violating.voice, violating.channel, violating.language) == (
            harmless.voice,
            harmless.channel,
            harmless.language,
        )


def test_every_violating_text_has_its_words_marked(corpus: list[Text]) -> None:
    assert [text.id for text in corpus if text.label and not text.evidence] == []


def test_no_voice_is_on_both_sides_of_the_split(training: dict[str, Any], corpus: list[Text], bank: list[Text]) -> None:
    assert {text.voice for text in (*corpus, *bank)} >= training["corpus"].HELD_OUT_VOICES
    trained = {text.voice for text in corpus if not text.is_held_out}
    assert trained.isdisjoint({text.voice for text in corpus if text.is_held_out})


@pytest.mark.parametrize("feature", ["length_feature", "shape_features", "word_features"])
def test_no_give_away_tells_the_twins_of_a_voice_apart(
    training: dict[str, Any], corpus: list[Text], feature: str
) -> None:
    """By a classifier that learnt from other pairs of the same voice; pairs marked overt are not counted as twins."""
    tools = training["giveaways"]
    features = getattr(tools, feature)
    overt = training["corpus"].overt_ids(TRAINING / "corpus")
    voices: dict[str, list[Text]] = defaultdict(list)
    for text in corpus:
        if text.twin not in overt:
            voices[text.voice].append(text)
    told_apart = {}
    for voice, texts in voices.items():
        pairs = tools.pairs_of(texts)
        if len(pairs) >= 20:
            reached = tools.area(*tools.held_out_margins(pairs, features))
            if reached > tools.MOST_AREA:
                told_apart[voice] = round(reached, 3)
    assert told_apart == {}


def shingles(text: str) -> set[str]:
    words = re.findall(r"\w+", text.lower())
    return {" ".join(words[place : place + SHINGLE_WORDS]) for place in range(len(words) - SHINGLE_WORDS + 1)}


def copies(own: Sequence[tuple[str, str]], others: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """(group of ours, group of theirs) of texts that share too many runs of words and are not of one group."""
    bags = [(group, shingles(text)) for group, text in own]
    index: dict[str, list[int]] = defaultdict(list)
    for place, (_, bag) in enumerate(bags):
        for shingle in bag:
            index[shingle].append(place)
    found = []
    for group, text in others:
        bag = shingles(text)
        shared = Counter(place for shingle in bag for place in index.get(shingle, ()))
        for place, count in shared.items():
            shorter = min(len(bag), len(bags[place][1]))
            if bags[place][0] != group and shorter >= FEWEST_SHINGLES and count > MOST_SHARED * shorter:
                found.append((bags[place][0], group))
    return found


@pytest.mark.long
def test_no_two_pairs_are_nearly_the_same(corpus: list[Text], bank: list[Text]) -> None:
    own = [(text.twin or text.id, text.text) for text in (*corpus, *bank)]
    assert copies(own, own) == []


@pytest.mark.long
def test_no_text_is_taken_from_a_set_that_we_know(corpus: list[Text], bank: list[Text]) -> None:
    """The sets under ../shared/data, which our writers never saw; where they are not, there is nothing to compare."""
    if not SHARED.is_dir():
        pytest.skip("../shared/data is not there")
    own = [(text.twin or text.id, text.text) for text in (*corpus, *bank)]
    theirs = []
    for path in sorted(SHARED.glob("*/*.jsonl")):
        for line in path.read_text(encoding="utf-8").split("\n"):
            if line:
                row = json.loads(line)
                theirs.append((f"{path.stem} {row['id']}", row["text"]))
    assert copies(own, theirs) == []


def test_a_planted_copy_is_found() -> None:
    text = "the boiler on the third floor has been making a noise like a kettle since last tuesday morning"
    assert copies([("a", text)], [("b", text.replace("kettle", "whistle"))]) == [("a", "b")]
    assert copies([("a", text)], [("a", text)]) == []


def test_custom_policies_are_enough_and_mostly_near_misses(training: dict[str, Any]) -> None:
    read_policies = training["corpus"].read_policies
    benchmark = read_policies(TRAINING / "policies", held_out=True)
    trained = read_policies(TRAINING / "policies", held_out=False)
    assert len(benchmark) >= 60
    assert {policy.id for policy in benchmark}.isdisjoint({policy.id for policy in trained})
    for policy in benchmark:
        assert len(policy.flag) >= 16, policy.id
        assert len(policy.near) >= 12, policy.id
        assert len(policy.near) > 2 * len(policy.plain), policy.id
