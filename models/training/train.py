"""Fine-tunes the network on the shared data and our own corpus; `make train` runs this, then `evaluate.py`.

Invariants: seeds are fixed; rows are split by group, voice and policy before anything is learned; each source is drawn
in a bounded share, so that no source outweighs the others; the checkpoint holds everything that `evaluate.py` needs.
"""

from __future__ import annotations

import argparse
import copy
import hashlib
import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import torch
from batches import CROP_CHARS, Episode, Marked, crop, episodes, epoch_batches, marked_sentences, vary
from corpus import own_rows, read_policies
from network import GuardianNet, load_tokenizer, pad, teacher_embeddings
from objective import LabelLoss, Reversed, episode_loss, geometry_loss, twin_pairs, twins_loss
from recipe import PLAIN, SHIPPED, Recipe
from sources import LABELS, Row, shared_rows
from torch import Tensor, nn

from guardian.policy.prose import split_prose

SEED = 20261121
HEADS_FASTER = 6
LEAST_EXAMPLES = 36
"""A tactic with fewer training examples gets no output of its own; its group answers for it."""
LEAST_HELD_OUT = 8
"""Nor does a tactic with fewer positives in the held-out voices: it could not be measured."""
EVIDENCE_PAIRS = 10
"""Pairs of sentences in one pass."""
MASK_TOKEN, FIRST_WORD = 103, 999
"""Of the vocabulary: the token for a hidden word, and the first token that is no special one."""
SENTENCE_CHARS, EPISODE_CHARS = 160, 260
"""Longest sentence, and longest text of an episode; few are longer."""


def held_out(row: Row) -> bool:
    """Whether a shared row's group belongs to the 15 % that training never reads (by hash, so that it never moves)."""
    return hashlib.sha256(row.group.encode()).digest()[0] < 38


def count_positives(rows: Sequence[Row]) -> Counter[str]:
    """Positive examples per output."""
    return Counter(label for row in rows for label, value in row.labels.items() if value == 1.0)


def choose_labels(rows: Sequence[Row], tests: Sequence[Row]) -> tuple[str, ...]:
    """`risk`, the groups, and the tactics with enough examples to learn from and to be measured on."""
    learned, measured = count_positives(rows), count_positives(tests)
    return tuple(label for label in LABELS if learned[label] >= LEAST_EXAMPLES and measured[label] >= LEAST_HELD_OUT)


def training_rows(data: Path, here: Path, recipe: Recipe) -> list[Row]:
    """What a run reads."""
    shared = [] if recipe.own_only else [row for row in shared_rows(data) if not held_out(row)]
    return [row for row in shared if row.source not in recipe.left_out] + own_rows(here / "corpus", held_out=False)


def optimiser(net: GuardianNet, extra: Sequence[nn.Parameter], rate: float) -> torch.optim.Optimizer:
    """AdamW; the heads learn faster than the encoder; no decay on biases and norms."""
    heads = [*net.dense.parameters(), *net.output.parameters(), net.episode_scale, *extra]
    trained = [value for value in net.encoder.parameters() if value.requires_grad]
    return torch.optim.AdamW(
        [
            {"params": [value for value in trained if value.ndim > 1], "lr": rate, "weight_decay": 0.02},
            {"params": [value for value in trained if value.ndim == 1], "lr": rate, "weight_decay": 0.0},
            {"params": heads, "lr": rate * HEADS_FASTER, "weight_decay": 0.01},
        ],
        fused=True,
    )


@dataclass
class Run:
    """One training run: the network, what it reads, and what a step does."""

    net: GuardianNet
    rows: Sequence[Row]
    recipe: Recipe
    episodes: Iterator[Episode]
    rng: random.Random
    teacher: dict[int, Tensor]
    marked: list[Marked] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.step = 0
        self.tokenizer = load_tokenizer()
        self.labels_loss = LabelLoss(self.rows, self.net.labels, self.recipe)
        self.guess = nn.Linear(self.net.encoder.config.hidden_size, len(self.labels_loss.sources))
        self.column = {label: place for place, label in enumerate(self.net.labels)}

    def forward(self, texts: Sequence[str], *, masked: float = 0.0) -> tuple[Tensor, Tensor, Tensor]:
        """Logits, embeddings and the features under both; a share `masked` of the words is hidden."""
        tokens, mask = pad([encoding.ids for encoding in self.tokenizer.encode_batch(list(texts))])
        if masked:
            hidden = (torch.rand(tokens.shape) < masked) & (tokens >= FIRST_WORD)
            tokens = tokens.masked_fill(hidden, MASK_TOKEN)
        with torch.autocast("cpu", torch.bfloat16):
            return self.net.features(tokens, mask)

    def losses(self, batch: list[int]) -> dict[str, Tensor]:
        """The weighted parts of one step's loss."""
        recipe, rng = self.recipe, self.rng
        texts = [crop(self.rows[index], rng) for index in batch]
        texts = [vary(text, rng) for text in texts] if recipe.vary else texts
        logits, embedding, features = self.forward(texts, masked=recipe.masked)
        parts = {"labels": self.labels_loss(logits, batch)}
        if recipe.twins:
            parts["twins"] = recipe.twins * twins_loss(logits[:, 0], twin_pairs(self.rows, batch))
        if recipe.geometry and len(batch) > 1:
            teacher = torch.stack([self.teacher[index] for index in batch])
            targets = self.labels_loss.targets[batch]
            parts["geometry"] = recipe.geometry * geometry_loss(embedding, teacher, targets)
        if recipe.adversary:
            guessed = self.guess(Reversed.apply(features).float())
            parts["adversary"] = recipe.adversary * nn.functional.cross_entropy(guessed, self.labels_loss.source[batch])
        self.step += 1  # sentences and episodes take turns, for each costs a pass of its own
        if self.step % 2 and recipe.evidence and self.marked:
            parts["evidence"] = recipe.evidence * self._evidence_loss()
        elif not self.step % 2 and recipe.policies:
            parts["policies"] = recipe.policies * self._policy_loss()
        return parts

    def _evidence_loss(self) -> Tensor:
        """Marked sentences over others of their texts: in `risk`, and in the outputs that the text was given."""
        marked = self.rng.sample(self.marked, min(EVIDENCE_PAIRS, len(self.marked)))
        sentences = [pair.marked for pair in marked] + [pair.other for pair in marked]
        logits = self.forward([sentence[:SENTENCE_CHARS] for sentence in sentences])[0]
        losses = [twins_loss(logits[:, 0], [(place, place + len(marked)) for place in range(len(marked))])]
        for place, pair in enumerate(marked):
            told = [column for label, column in self.column.items() if self.rows[pair.index].labels.get(label) == 1.0]
            apart = logits[place, told] - logits[place + len(marked), told]
            losses.append(nn.functional.softplus(1.0 - apart).mean() / len(marked))
        return torch.stack(losses).sum()

    def _policy_loss(self) -> Tensor:
        """One episode of a custom policy."""
        episode = next(self.episodes)
        prose = split_prose(episode.prose)
        texts = [prose.flag, prose.fine or prose.flag, *episode.flag, *episode.fine]
        rows = self.forward([text[:EPISODE_CHARS] for text in texts])[1]
        towards = rows[0] - rows[1] if prose.fine else rows[0]
        flag, fine = rows[2 : 2 + len(episode.flag)], rows[2 + len(episode.flag) :]
        return episode_loss(towards, flag, fine, self.net.episode_scale)


def train(
    rows: list[Row], recipe: Recipe, labels: tuple[str, ...], checkpoint: Path, policies_folder: Path
) -> GuardianNet:
    """Train a network and return it, weights averaged. Writes `checkpoint` at the end and every 300 steps."""
    torch.manual_seed(SEED)
    rng = random.Random(SEED)
    net = GuardianNet(labels)
    _freeze(net, recipe)
    plan = _plan(rows, recipe, rng)
    used = sorted({index for batch in plan for index in batch})
    print(f"{len(used)} rows, {len(plan)} steps, {len(labels)} outputs", flush=True)
    teacher = {}
    if recipe.geometry:
        teacher = dict(zip(used, teacher_embeddings([rows[index].text[:CROP_CHARS] for index in used]), strict=True))
    policies = read_policies(policies_folder, held_out=False)
    run = Run(net, rows, recipe, episodes(policies, rows, rng), rng, teacher, marked_sentences(rows))
    rule = optimiser(net, list(run.guess.parameters()), recipe.rate)
    peaks = [recipe.rate, recipe.rate, recipe.rate * HEADS_FASTER]
    schedule = torch.optim.lr_scheduler.OneCycleLR(rule, peaks, total_steps=len(plan), pct_start=0.08, div_factor=20)
    average = copy.deepcopy(net)
    net.train()
    began, sums = time.monotonic(), Counter[str]()
    for step, batch in enumerate(plan, start=1):
        parts = run.losses(batch)
        rule.zero_grad()
        torch.stack(list(parts.values())).sum().backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        rule.step()
        schedule.step()
        _follow(average, net, min(recipe.average, step / (step + 20)) if recipe.average else 0.0)
        sums.update({name: float(part.detach()) for name, part in parts.items()})
        if step % 50 == 0:
            shown = " ".join(f"{name} {value / 50:.3f}" for name, value in sums.items())
            print(f"  step {step}/{len(plan)} {time.monotonic() - began:.0f} s: {shown}", flush=True)
            sums.clear()
        if step % 300 == 0 or step == len(plan):
            torch.save({"labels": labels, "state": average.state_dict(), "steps": step}, checkpoint)
    return average


def _plan(rows: Sequence[Row], recipe: Recipe, rng: random.Random) -> list[list[int]]:
    """The batch of every step: as many epochs as the steps take, the last one cut."""
    plan: list[list[int]] = []
    while len(plan) < recipe.steps:
        plan += epoch_batches(rows, dict(recipe.shares), recipe.batch_tokens, rng)
    return plan[: recipe.steps]


@torch.no_grad()
def _follow(average: GuardianNet, net: GuardianNet, keep: float) -> None:
    for slow, fast in zip(average.parameters(), net.parameters(), strict=True):
        if fast.requires_grad:
            slow.lerp_(fast, 1 - keep)


def _freeze(net: GuardianNet, recipe: Recipe) -> None:
    if recipe.freeze_words:
        net.encoder.embeddings.requires_grad_(False)
    for layer in net.encoder.encoder.layer[: recipe.freeze_layers]:
        layer.requires_grad_(False)


def load_network(checkpoint: Path) -> GuardianNet:
    """The network of a checkpoint, ready to measure."""
    saved = torch.load(checkpoint, weights_only=True)
    net = GuardianNet(tuple(saved["labels"]))
    net.load_state_dict(saved["state"])
    return net.eval()


def main() -> None:
    """Command line of `make train`."""
    here = Path(__file__).resolve().parent
    parser = argparse.ArgumentParser(description="Train the embedded model.")
    parser.add_argument("--data", type=Path, default=here.parents[2] / "shared" / "data" / "train")
    parser.add_argument("--out", type=Path, default=here.parents[1] / ".train")
    parser.add_argument("--plain", action="store_true", help="the plain fine-tune, as a baseline for the report")
    parser.add_argument("--steps", type=int, help="fewer steps, to try something out")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    recipe = PLAIN if options.plain else SHIPPED
    if options.steps:
        recipe = replace(recipe, steps=options.steps)
    rows = training_rows(options.data, here, recipe)
    labels = choose_labels(rows, own_rows(here / "corpus", held_out=True))
    counts = count_positives(rows)
    print(" ".join(f"{label}:{counts[label]}" for label in labels), flush=True)
    print("no output of their own:", " ".join(f"{t}:{counts[t]}" for t in LABELS if t not in labels), flush=True)
    train(rows, recipe, labels, options.out / ("plain.pt" if options.plain else "checkpoint.pt"), here / "policies")


if __name__ == "__main__":
    main()
