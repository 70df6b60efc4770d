"""Fine-tunes the network on the shared data and our own corpus; `make train` runs this, then `evaluate.py`.

Invariants: seeds are fixed; rows are split by group before anything is learned; each source is drawn in a bounded
share, so that no source outweighs the others; the checkpoint that is written holds everything that `evaluate.py` needs.

The objective, over the outputs that a row knows:
  binary cross-entropy with label smoothing, rarer outputs weighted up (square root of the imbalance, at most 5);
  twins: softplus(harmless - violating) on `risk`, so that what differs inside a pair is what is learned;
  embedding: the base model's similarities are kept (mean squared error), twins and tactics pulled apart.
"""

from __future__ import annotations

import argparse
import copy
import hashlib
import random
import re
import time
from collections import Counter, defaultdict
from pathlib import Path

import torch
from network import GuardianNet, load_tokenizer, pad, teacher_embeddings
from sources import LABELS, NAN, Row, own_rows, shared_rows
from torch import Tensor, nn

SEED = 20261121
FIRST_EPOCHS, FIRST_RATE = 5, 6e-5
SECOND_EPOCHS, SECOND_RATE = 2, 4e-5
CROP_CHARS = 800
"""Long texts are seen through a random window of this size, as the encoder sees them in use."""
SHARE = {
    "sms_spam_uci": 650,
    "spamassassin_a": 350,
    "robocall_ftc": 250,
    "ec_darkpattern": 400,
    "persusafety_dialogues": 250,
    "darkpatterns_llm_train": 700,
    "darkbench_sft": 400,
    "bipia_email_train": 220,
    "inthewild_jailbreaks": 250,
    "jailbreakbench_artifacts": 150,
    "persuasionforgood_a": 120,
    "taskmaster4": 250,
    "transactional_otp": 66,
}  # fmt: skip
"""Rows drawn from each shared source per epoch; our own corpus is always seen whole."""
SECOND_SHARE = {
    "sms_spam_uci": 250,
    "spamassassin_a": 100,
    "robocall_ftc": 100,
    "ec_darkpattern": 120,
    "persusafety_dialogues": 100,
    "darkpatterns_llm_train": 1000,
    "darkbench_sft": 0,
    "bipia_email_train": 100,
    "inthewild_jailbreaks": 100,
    "jailbreakbench_artifacts": 60,
    "persuasionforgood_a": 60,
    "taskmaster4": 100,
    "transactional_otp": 66,
}
"""The second stage's shares: twins and pairs above all, and nothing of `darkbench_sft`. It has one class only, so the
first stage learns its prose as a sign of manipulation (measured: 1 in 5 ordinary answers of other assistants over the
thresholds of the AI outputs)."""
LEAST_EXAMPLES = 36
"""A tactic with fewer training examples gets no output of its own; its group answers for it."""
LEAST_HELD_OUT = 8
"""Nor does a tactic with fewer positives in the held-out voices: it could not be measured."""


def held_out(row: Row) -> bool:
    """Whether a row's group belongs to the 15 % that training never reads (by hash, so that it never moves)."""
    return hashlib.sha256(row.group.encode()).digest()[0] < 38


def count_positives(rows: list[Row]) -> Counter[str]:
    """Positive examples per output."""
    return Counter(label for row in rows for label, value in row.labels.items() if value == 1.0)


def choose_labels(rows: list[Row], tests: list[Row]) -> tuple[str, ...]:
    """`risk`, the groups, and the tactics with enough examples to learn from and to be measured on."""
    learned, measured = count_positives(rows), count_positives(tests)
    return tuple(label for label in LABELS if learned[label] >= LEAST_EXAMPLES and measured[label] >= LEAST_HELD_OUT)


def crop(text: str, rng: random.Random) -> str:
    """A random run of a long text, beginning at a word."""
    if len(text) <= CROP_CHARS:
        return text
    start = rng.choice((0, rng.randrange(len(text) - CROP_CHARS), len(text) - CROP_CHARS))
    piece = text[start : start + CROP_CHARS]
    return piece if start == 0 else piece.split(" ", 1)[-1]


def vary(text: str, rng: random.Random) -> str:
    """Small honest changes that remove give-aways: no headers, no frame, typos, no final stop, capitals."""
    if rng.random() < 0.4:
        text = re.sub(r"\A(?:(?:Subject|From|To|Date):[^\n]*\n)+\n?", "", text)
    if rng.random() < 0.3 and text.startswith("User: ") and text.count("\n\nAssistant: ") == 1:
        text = text.split("\n\nAssistant: ", 1)[1]
    if rng.random() < 0.2:
        text = text.rstrip(".!")
    if rng.random() < 0.15:
        letters = list(text)
        for _ in range(max(1, len(letters) // 80)):
            place = rng.randrange(max(len(letters) - 1, 1))
            if len(letters) > place + 1 and letters[place].isalpha():
                letters[place], letters[place + 1] = letters[place + 1], letters[place]
        text = "".join(letters)
    return text


def draw_epoch(rows: list[Row], shares: dict[str, int], rng: random.Random) -> list[int]:
    """Indices of one epoch: each shared source in its share, our own corpus whole."""
    by_source: dict[str, list[int]] = defaultdict(list)
    for index, row in enumerate(rows):
        by_source[row.source].append(index)
    chosen: list[int] = []
    for source, indices in sorted(by_source.items()):
        share = shares.get(source, len(indices))
        chosen += rng.sample(indices, min(share, len(indices)))
    return chosen


def batches(rows: list[Row], chosen: list[int], size: int, rng: random.Random) -> list[list[int]]:
    """Batches of like length in which the rows of a twin pair stay together."""
    units: dict[str, list[int]] = defaultdict(list)
    for index in chosen:
        twin = rows[index].twin
        units[f"twin {twin}" if twin else f"row {index}"].append(index)
    order = list(units.values())
    rng.shuffle(order)
    result: list[list[int]] = []
    for start in range(0, len(order), 1200):
        pool = sorted(order[start : start + 1200], key=lambda unit: max(len(rows[index].text) for index in unit))
        batch: list[int] = []
        for unit in pool:
            batch += unit
            if len(batch) >= size:
                result.append(batch)
                batch = []
        if batch:
            result.append(batch)
    rng.shuffle(result)
    return result


class Objective:
    """The loss of one batch."""

    def __init__(self, rows: list[Row], labels: tuple[str, ...]) -> None:
        targets = torch.tensor([[row.labels.get(label, NAN) for label in labels] for row in rows])
        self.targets = targets
        known = ~targets.isnan()
        positives = (targets == 1).sum(0).clamp(min=1)
        negatives = (known.sum(0) - positives).clamp(min=1)
        self.positive_weight = (negatives / positives).sqrt().clamp(1.0, 5.0)
        self.part = torch.ones(len(labels))
        self.part[0] = 6.0  # `risk` decides most, so it weighs as much as several single tactics

    def labels_loss(self, logits: Tensor, indices: list[int]) -> Tensor:
        """Cross-entropy over what the rows know."""
        targets = self.targets[indices]
        known = ~targets.isnan()
        smooth = targets.nan_to_num(0.0) * 0.94 + 0.03
        raw = nn.functional.binary_cross_entropy_with_logits(
            logits, smooth, reduction="none", pos_weight=self.positive_weight
        )
        weights = known * self.part
        return (raw * weights).sum() / weights.sum()

    def twins_loss(self, logits: Tensor, rows: list[Row], indices: list[int]) -> Tensor:
        """The violating row of a pair must score higher on `risk`."""
        pairs: dict[str, dict[float, int]] = defaultdict(dict)
        for place, index in enumerate(indices):
            twin, risk = rows[index].twin, rows[index].labels.get("risk")
            if twin and risk is not None:
                pairs[twin][risk] = place
        both = [(pair[1.0], pair[0.0]) for pair in pairs.values() if len(pair) == 2]
        if not both:
            return logits.new_zeros(())
        bad, good = (list(side) for side in zip(*both, strict=True))
        return nn.functional.softplus(1.0 - (logits[bad, 0] - logits[good, 0])).mean()

    def embedding_loss(self, embedding: Tensor, teacher: Tensor, indices: list[int]) -> Tensor:
        """Keep the base model's geometry, and bring texts with the same tactics nearer than it has them."""
        wanted = teacher @ teacher.T
        targets = self.targets[indices].nan_to_num(0.0)
        names = nn.functional.normalize(targets, dim=1)
        same_tactics = names @ names.T
        one_sided = (targets[:, :1] - targets[:, :1].T).abs()
        wanted = wanted + 0.25 * same_tactics - 0.25 * one_sided
        off_diagonal = ~torch.eye(len(indices), dtype=torch.bool)
        return (embedding @ embedding.T - wanted)[off_diagonal].pow(2).mean()


def optimiser(net: GuardianNet, rate: float) -> torch.optim.Optimizer:
    """AdamW; the heads learn faster than the encoder; no decay on biases and norms."""
    heads = list(net.dense.parameters()) + list(net.output.parameters())
    decayed = [value for value in net.encoder.parameters() if value.ndim > 1]
    plain = [value for value in net.encoder.parameters() if value.ndim == 1]
    return torch.optim.AdamW(
        [
            {"params": decayed, "lr": rate, "weight_decay": 0.02},
            {"params": plain, "lr": rate, "weight_decay": 0.0},
            {"params": heads, "lr": rate * 6, "weight_decay": 0.01},
        ]
    )


def train(
    net: GuardianNet, rows: list[Row], shares: dict[str, int], epochs: int, rate: float, checkpoint: Path
) -> GuardianNet:
    """Train `net` and return it with averaged weights. Writes `checkpoint` after every epoch."""
    torch.manual_seed(SEED)
    rng = random.Random(SEED)
    labels, tokenizer = net.labels, load_tokenizer()
    average = copy.deepcopy(net)
    objective, step_rule = Objective(rows, labels), optimiser(net, rate)
    plan = [batches(rows, draw_epoch(rows, shares, rng), 32, rng) for _ in range(epochs)]
    steps = sum(len(epoch) for epoch in plan)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        step_rule, [rate, rate, rate * 6], total_steps=steps, pct_start=0.08, anneal_strategy="cos", div_factor=20
    )
    used = sorted({index for epoch in plan for batch in epoch for index in batch})
    print(f"{len(used)} rows, {steps} steps, {len(labels)} outputs; teacher ...", flush=True)
    teacher_rows = teacher_embeddings([rows[index].text[:CROP_CHARS] for index in used])
    teacher = {index: teacher_rows[place] for place, index in enumerate(used)}
    began, step = time.monotonic(), 0
    for number, epoch in enumerate(plan, start=1):
        net.train()
        sums: Counter[str] = Counter()
        for batch in epoch:
            texts = [vary(crop(rows[index].text, rng), rng) for index in batch]
            tokens, mask = pad([encoding.ids for encoding in tokenizer.encode_batch(texts)])
            with torch.autocast("cpu", torch.bfloat16):
                logits, embedding = net(tokens, mask)
            parts = {
                "labels": objective.labels_loss(logits, batch),
                "twins": 0.3 * objective.twins_loss(logits, rows, batch),
                "embedding": 2.0
                * objective.embedding_loss(embedding, torch.stack([teacher[index] for index in batch]), batch),
            }
            loss = torch.stack(list(parts.values())).sum()
            step_rule.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            step_rule.step()
            schedule.step()
            step += 1
            keep = min(0.995, step / (step + 20))
            with torch.no_grad():
                for slow, fast in zip(average.parameters(), net.parameters(), strict=True):
                    slow.lerp_(fast, 1 - keep)
            for name, part in parts.items():
                sums[name] += float(part.detach())
            if step % 50 == 0:
                print(f"  step {step}/{steps} {time.monotonic() - began:.0f} s", flush=True)
        shown = " ".join(f"{name} {value / len(epoch):.4f}" for name, value in sums.items())
        print(f"epoch {number}/{epochs}: {shown}; {time.monotonic() - began:.0f} s", flush=True)
        torch.save({"labels": labels, "state": average.state_dict(), "epoch": number}, checkpoint)
    return average


def main() -> None:
    """Command line of `make train`."""
    here = Path(__file__).resolve().parent
    parser = argparse.ArgumentParser(description="Train the embedded model.")
    parser.add_argument("--data", type=Path, default=here.parents[2] / "shared" / "data" / "train")
    parser.add_argument("--out", type=Path, default=here.parents[1] / ".train")
    parser.add_argument("--start", type=Path, help="a checkpoint of the first stage: run the second one alone")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    rows = [row for row in shared_rows(options.data) if not held_out(row)]
    rows += own_rows(here / "corpus", held_out=False)
    labels = choose_labels(rows, own_rows(here / "corpus", held_out=True))
    counts = count_positives(rows)
    print(" ".join(f"{label}:{counts[label]}" for label in labels), flush=True)
    print("no output of their own:", " ".join(f"{t}:{counts[t]}" for t in LABELS if t not in labels), flush=True)
    if options.start is None:
        net = train(GuardianNet(labels), rows, SHARE, FIRST_EPOCHS, FIRST_RATE, options.out / "first.pt")
    else:
        saved = torch.load(options.start, weights_only=True)
        net = GuardianNet(tuple(saved["labels"]))
        net.load_state_dict(saved["state"])
    train(net, rows, SECOND_SHARE, SECOND_EPOCHS, SECOND_RATE, options.out / "checkpoint.pt")


if __name__ == "__main__":
    main()
