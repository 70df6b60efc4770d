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
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from baseline import bag_of_words_scores
from card import Measured, Report, write_card, write_manifest
from export import NAME, export
from network import GuardianNet, predict
from numpy.typing import NDArray
from sources import GROUPS, LABELS, Row, nothing, own_rows, shared_rows
from train import held_out

from guardian.reading.base import ViewKind, exact_view
from guardian.reading.limits import Limits
from guardian.reading.windows import cut_windows

ALARM_RATE = 0.01
"""Share of the reference bank that one output may exceed its threshold on. The bank is hard on purpose (trigger words,
honest quarrels, warm goodbyes, long assistant answers), so everyday text exceeds it far less often; the card says how
often, on texts that had no part in it."""
THRESHOLD = 0.8
"""The score that every output's threshold is moved to, so that 0.8 says the same of each: rarer than ALARM_RATE."""
LEAST_POSITIVES = 8
"""An output with fewer held-out positives is not measured, and so not shipped."""
WEIGHTS = "BF16"

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Judged:
    """Rows with the network's numbers: the worst window's logits, and the embedding of the window with most risk."""

    rows: list[Row]
    logits: Array
    embeddings: Array


def judge(net: GuardianNet, rows: list[Row]) -> Judged:
    """Judge rows as the product does: in windows, the worst one deciding."""
    texts: list[str] = []
    owner: list[int] = []
    for index, row in enumerate(rows):
        windows, _ = cut_windows((exact_view(ViewKind.VISIBLE, "text", row.text),), Limits())
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
    return Judged(rows, worst, chosen)


def bank_rows(folder: Path) -> list[Row]:
    """The reference bank's texts."""
    rows = []
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            raw = json.loads(line)
            rows.append(Row(raw["text"], nothing(), f"bank:{raw['voice']}", raw["id"], raw["channel"]))
    return rows


def wilson(hits: int, total: int) -> tuple[float, float]:
    """95 % Wilson score interval of a share. Source: E. B. Wilson, JASA 22 (1927), 209-212."""
    if total == 0:
        return 0.0, 1.0
    z, share = 1.96, hits / total
    centre = (share + z * z / (2 * total)) / (1 + z * z / total)
    half = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total)) / (1 + z * z / total)
    return max(0.0, centre - half), min(1.0, centre + half)


def area(positive: Array, negative: Array) -> float:
    """Area under the ROC curve (Mann-Whitney), ties counted half."""
    if not len(positive) or not len(negative):
        return math.nan
    order = np.sort(negative)
    below = np.searchsorted(order, positive, "left")
    equal = np.searchsorted(order, positive, "right") - below
    return float((below + equal / 2).mean() / len(order))


def rarity_thresholds(bank: Judged) -> Array:
    """The logit of each output that at most ALARM_RATE of the bank exceeds (split conformal quantile)."""
    total = len(bank.rows)
    allowed = int(ALARM_RATE * (total + 1))
    ordered = np.sort(bank.logits, axis=0)[::-1]
    return np.asarray((ordered[max(allowed - 1, 0)] + ordered[allowed]) / 2)


def measure(
    net: GuardianNet, thresholds: Array, tests: Judged, ordinary: Judged, trained_on: dict[str, int]
) -> list[Measured]:
    """Recall and false alarms of each output on held-out rows that know the output."""
    result = []
    for column, label in enumerate(net.labels):
        known = np.array([row.labels.get(label, math.nan) for row in tests.rows])
        hits = tests.logits[:, column] >= thresholds[column]
        positives, found = int((known == 1).sum()), int((hits & (known == 1)).sum())
        alarms = int((ordinary.logits[:, column] >= thresholds[column]).sum())
        low, high = wilson(found, positives)
        kind = "risk" if label == "risk" else "group" if label in GROUPS else "tactic"
        covers = list(GROUPS[label]) if kind == "group" else [label] if kind == "tactic" else []
        auc = area(tests.logits[known == 1, column], ordinary.logits[:, column])
        result.append(
            Measured(
                label=label,
                kind=kind,
                covers=covers,
                bias=float(math.log(THRESHOLD / (1 - THRESHOLD)) - thresholds[column]),
                threshold=THRESHOLD,
                trained_on=trained_on[label],
                positives=positives,
                found=found,
                recall_low=low,
                recall_high=high,
                ordinary=len(ordinary.rows),
                alarms=alarms,
                auc=auc,
            )
        )
    return result


def by_source(judged: Judged, thresholds: Array) -> list[tuple[str, int, int, int, int]]:
    """For each source: positives, found, ordinary, false alarms, of `risk` at its threshold."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for row, logits in zip(judged.rows, judged.logits, strict=True):
        risk = row.labels.get("risk")
        if risk is not None:
            place = 0 if risk == 1.0 else 2
            counts[row.source][place] += 1
            counts[row.source][place + 1] += int(logits[0] >= thresholds[0])
    return [(source, *numbers) for source, numbers in sorted(counts.items())]  # type: ignore[misc]


def twins_accuracy(judged: Judged) -> dict[str, tuple[int, int]]:
    """Per source: pairs in which the violating text has the higher risk, and pairs in all."""
    pairs: dict[str, dict[float, float]] = defaultdict(dict)
    source: dict[str, str] = {}
    for row, logits in zip(judged.rows, judged.logits, strict=True):
        if row.twin and "risk" in row.labels:
            pairs[row.twin][row.labels["risk"]] = float(logits[0])
            source[row.twin] = row.source
    result: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for twin, pair in pairs.items():
        if len(pair) == 2:
            result[source[twin]][0] += int(pair[1.0] > pair[0.0])
            result[source[twin]][1] += 1
    return {key: (value[0], value[1]) for key, value in sorted(result.items())}


def write_bank(path: Path, bank: Judged) -> None:
    """The bank as the product loads it: numbers only, no text."""
    np.savez_compressed(
        path,
        embeddings=bank.embeddings.astype(np.float16),
        logits=bank.logits.astype(np.float16),
        channel=np.array([row.channel == "ai_output" for row in bank.rows], dtype=np.uint8),
    )


def write_golden(net: GuardianNet, rows: Sequence[Row], path: Path) -> None:
    """Twenty of our own texts with the training framework's float32 logits and embeddings."""
    by_voice = sorted(rows, key=lambda row: hashlib.sha256(row.text.encode()).digest())
    texts = [row.text for row in by_voice if len(row.text) < 900][:20]
    logits, embeddings = predict(net, texts)
    golden = [
        {"text": text, "logits": [round(float(x), 4) for x in left], "embedding": [round(float(x), 4) for x in right]}
        for text, left, right in zip(texts, logits, embeddings, strict=True)
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"labels": list(net.labels), "golden": golden}, ensure_ascii=False, indent=0) + "\n")


def dev_rows(folder: Path) -> list[Row]:
    """The sets that may be looked at and never trained on."""
    rows = []
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            raw = json.loads(line)
            labels = {"risk": float(raw["label"])}
            rows.append(Row(raw["text"], labels, f"dev:{path.stem}", raw["id"], raw["channel"]))
    return rows


def main() -> None:
    """Command line of `make eval` (and the second half of `make train`, with --ship)."""
    here = Path(__file__).resolve().parent
    models, root = here.parent, here.parents[1]
    parser = argparse.ArgumentParser(description="Measure the embedded model; with --ship write what ships.")
    parser.add_argument("--data", type=Path, default=root.parent / "shared" / "data")
    parser.add_argument("--checkpoint", type=Path, default=root / ".train" / "checkpoint.pt")
    parser.add_argument("--ship", action="store_true")
    options = parser.parse_args()
    saved = torch.load(options.checkpoint, weights_only=True)
    net = GuardianNet(tuple(saved["labels"]))
    net.load_state_dict(saved["state"])
    net.eval()

    everything = shared_rows(options.data / "train")
    trained = [row for row in everything if not held_out(row)] + own_rows(here / "corpus", held_out=False)
    own_tests = own_rows(here / "corpus", held_out=True)
    bank = judge(net, bank_rows(here / "bank"))
    own = judge(net, own_tests)
    shared = judge(net, [row for row in everything if held_out(row)])
    dev = judge(net, dev_rows(options.data / "dev"))
    ordinary_rows = [i for i, row in enumerate(own.rows) if row.labels["risk"] == 0.0]
    ordinary = Judged([own.rows[i] for i in ordinary_rows], own.logits[ordinary_rows], own.embeddings[ordinary_rows])
    thresholds = rarity_thresholds(bank)
    trained_on = {label: sum(row.labels.get(label) == 1.0 for row in trained) for label in LABELS}
    outputs = measure(net, thresholds, own, ordinary, trained_on)
    words = bag_of_words_scores(trained, bank.rows, own.rows)
    report = Report(
        name=NAME,
        weights=WEIGHTS,
        outputs=outputs,
        sources=by_source(own, thresholds) + by_source(shared, thresholds) + by_source(dev, thresholds),
        twins=twins_accuracy(own) | twins_accuracy(shared),
        trained_rows=len(trained),
        bank_rows=len(bank.rows),
        alarm_rate=ALARM_RATE,
        words=words,
        epochs=int(saved["epoch"]),
    )
    if options.ship:
        export(net, models / f"{NAME}.gguf", WEIGHTS)
        write_bank(models / "reference-bank.npz", bank)
        write_manifest(models, report, LEAST_POSITIVES)
        write_golden(net, own_tests, root / "tests" / "data" / "golden_logits.json")
    write_card(models / "MODEL_CARD.md" if options.ship else options.checkpoint.with_name("MODEL_CARD.md"), report)


if __name__ == "__main__":
    main()
