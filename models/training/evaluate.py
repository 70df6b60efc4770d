"""Measures the trained network and writes what ships: GGUF, manifest, reference bank, model card, golden logits.

Invariants: nothing is measured on a row that training read; thresholds come from the reference bank alone (ordinary
texts by our own hand, never trained on), recall and false alarms from other texts; an output without measured
recall is not written to the manifest; every number in the card comes from this run.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from card import Measured, Report, write_card, write_manifest
from corpus import own_rows, read_corpus
from export import NAME, export
from network import GuardianNet, predict
from numpy.typing import NDArray
from recipe import SHIPPED
from score_map import ALARM_RATE, LEVEL, THRESHOLD, ScoreMap, fit, strata_of
from sources import GROUPS, LABELS, Row, shared_rows
from train import held_out, load_network, training_rows

from guardian.inference.strata import STRATA
from guardian.reading.base import ViewKind, exact_view
from guardian.reading.limits import Limits
from guardian.reading.windows import cut_windows
from guardian.report.ranking import area
from guardian.report.shares import wilson

LICENSED = ("sms_spam_uci", "spamassassin_a", "taskmaster4", "persuasionforgood_a", "transactional_otp")
"""Shared sets whose held-out ordinary texts stand in the bank."""
LEAST_POSITIVES = 8
"""An output with fewer held-out positives is not measured, and so not shipped."""
WEIGHTS = "F16"
"""On processors without AVX512-BF16 a fifth faster at long texts than BF16, and as exact."""

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Judged:
    """Rows with the network's numbers: the worst window's logits, and the embedding of the window with most risk."""

    rows: list[Row]
    logits: Array
    embeddings: Array
    characters: list[int]
    """Of all windows of each row."""

    def take(self, places: Sequence[int]) -> Judged:
        """Some of the rows."""
        return Judged(
            [self.rows[place] for place in places],
            self.logits[places],
            self.embeddings[places],
            [self.characters[place] for place in places],
        )


def judge(net: GuardianNet, rows: list[Row]) -> Judged:
    """Judge rows as the product does: in windows, the worst one deciding."""
    texts: list[str] = []
    owner: list[int] = []
    characters = []
    for index, row in enumerate(rows):
        windows, _ = cut_windows((exact_view(ViewKind.VISIBLE, "text", row.text),), Limits())
        characters.append(sum(len(window.text) for window in windows))
        for window in windows:
            texts.append(window.text)
            owner.append(index)
    logits, embeddings = (part.numpy().astype(np.float64) for part in predict(net, texts))
    worst = np.full((len(rows), logits.shape[1]), -20.0)
    chosen = np.zeros((len(rows), embeddings.shape[1]))
    for place, index in enumerate(owner):
        if logits[place, 0] > worst[index, 0]:
            chosen[index] = embeddings[place]
        worst[index] = np.maximum(worst[index], logits[place])
    return Judged(rows, worst, chosen, characters)


def bank_rows(folder: Path, data: Path) -> list[Row]:
    """The reference bank's texts: our own everyday texts, and ordinary texts of the shared sets' held-out part."""
    own = [text.row() for text in read_corpus(folder) if not text.is_held_out]
    licensed = [row for row in shared_rows(data) if held_out(row) and row.source in LICENSED]
    return [replace(row, source=f"bank:{row.source}") for row in (*own, *licensed)]


def measured_ordinary(folder: Path) -> list[Row]:
    """Ordinary texts that neither training nor the bank reads."""
    return [text.row() for text in read_corpus(folder) if text.is_held_out]


def measure(
    net: GuardianNet, score_map: ScoreMap, tests: Judged, ordinary: Judged, trained_on: dict[str, int]
) -> list[Measured]:
    """Recall and false alarms of each output on held-out rows that know the output."""
    result = []
    lifted, ordinary_lifted = score_map.lifted(tests), score_map.lifted(ordinary)
    for column, label in enumerate(net.labels):
        known = np.array([row.labels.get(label, math.nan) for row in tests.rows])
        hits = lifted[:, column] >= LEVEL
        positives, found = int((known == 1).sum()), int((hits & (known == 1)).sum())
        alarms = int((ordinary_lifted[:, column] >= LEVEL).sum())
        low, high = wilson(found, positives)
        kind = "risk" if label == "risk" else "group" if label in GROUPS else "tactic"
        covers = list(GROUPS[label]) if kind == "group" else [label] if kind == "tactic" else []
        auc = area(lifted[known == 1, column], ordinary_lifted[:, column])
        result.append(
            Measured(
                label=label,
                kind=kind,
                covers=covers,
                scale=float(score_map.scale[column]),
                bias=float(score_map.bias[column]),
                shifts=score_map.shifts[:, column].tolist(),
                threshold=THRESHOLD,
                trained_on=trained_on[label],
                positives=positives,
                found=found,
                recall_low=low,
                recall_high=high,
                ordinary=len(ordinary.rows),
                alarms=alarms,
                auc=math.nan if auc is None else auc,
            )
        )
    return result


def write_bank(path: Path, bank: Judged) -> None:
    """The bank as the product loads it: numbers only, no text."""
    np.savez_compressed(
        path,
        embeddings=bank.embeddings.astype(np.float16),
        logits=bank.logits.astype(np.float16),
        channel=np.array([row.channel == "ai_output" for row in bank.rows], dtype=np.uint8),
        length=np.array([STRATA[place].length for place in strata_of(bank)], dtype=np.uint8),
    )


def write_golden(net: GuardianNet, rows: Sequence[Row], path: Path) -> None:
    """Twenty of our own texts with the training framework's float32 logits and embeddings."""
    mixed = sorted(rows, key=lambda row: hashlib.sha256(row.text.encode()).digest())
    texts = [row.text for row in mixed if len(row.text) < 900][:20]
    logits, embeddings = predict(net, texts)
    golden = [
        {"text": text, "logits": [round(float(x), 4) for x in left], "embedding": [round(float(x), 4) for x in right]}
        for text, left, right in zip(texts, logits, embeddings, strict=True)
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"labels": list(net.labels), "golden": golden}, ensure_ascii=False, indent=0) + "\n")


def main() -> None:
    """The second half of `make train`, with --ship."""
    here = Path(__file__).resolve().parent
    models, root = here.parent, here.parents[1]
    parser = argparse.ArgumentParser(description="Calibrate and measure the network; with --ship write what ships.")
    parser.add_argument("--data", type=Path, default=root.parent / "shared" / "data")
    parser.add_argument("--checkpoint", type=Path, default=root / ".train" / "checkpoint.pt")
    parser.add_argument("--ship", action="store_true")
    options = parser.parse_args()
    net = load_network(options.checkpoint)
    trained = training_rows(options.data / "train", here, SHIPPED)
    own_tests = own_rows(here / "corpus", held_out=True)
    bank = judge(net, bank_rows(here / "bank", options.data / "train"))
    own = judge(net, own_tests)
    score_map = fit(bank, own, net.labels)
    apart = judge(net, measured_ordinary(here / "bank"))
    harmless = own.take([place for place, row in enumerate(own.rows) if row.labels["risk"] == 0.0])
    ordinary = Judged(
        harmless.rows + apart.rows,
        np.concatenate([harmless.logits, apart.logits]),
        np.concatenate([harmless.embeddings, apart.embeddings]),
        harmless.characters + apart.characters,
    )
    trained_on = {label: sum(row.labels.get(label) == 1.0 for row in trained) for label in LABELS}
    report = Report(
        name=NAME,
        weights=WEIGHTS,
        outputs=measure(net, score_map, own, ordinary, trained_on),
        trained_rows=len(trained),
        bank_rows=len(bank.rows),
        alarm_rate=ALARM_RATE,
        steps=SHIPPED.steps,
    )
    if options.ship:
        export(net, models / f"{NAME}.gguf", WEIGHTS)
        write_bank(models / "reference-bank.npz", bank)
        write_manifest(models, report, LEAST_POSITIVES)
        write_golden(net, own_tests, root / "tests" / "data" / "golden_logits.json")
    write_card(models / "MODEL_CARD.md" if options.ship else options.checkpoint.with_name("MODEL_CARD.md"), report)


if __name__ == "__main__":
    main()
