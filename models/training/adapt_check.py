"""Writes `models/adapt-check.npz`: what the shipped model says of held-out texts, for the test of `guardian adapt`.

Whoever fits a head of their own must be told what it does to recall, without our texts being shipped. So the file holds
numbers alone: the rows (embedding, logits) of each window of texts that training, thresholds and bank never read, and
what the text is.

Invariants: texts of our own corpus alone, held-out voices alone; they go through the product's own gate; which texts
are taken depends on their ids alone; the manifest pins the file's hash.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from corpus import OwnText, read_corpus
from sources import GROUP_OF

from guardian.assembly import MANIFEST_NAME
from guardian.inspection import Inspection
from guardian.message import Channel, Message
from guardian.settings import default_settings
from guardian.tactics import GROUPS
from guardian.workbench import open_bench

NAME = "adapt-check.npz"
MANIPULATIVE = 1500
"""Texts that are to be found, at most."""
ORDINARY = 1700
"""Texts that are not, at most; more of both would not fit into two megabytes."""
_LINK = "deceptive_link"


def chosen(texts: Sequence[OwnText]) -> list[OwnText]:
    """The held-out texts that are taken, in the order of a hash of their ids: in the language that the model reads."""
    held_out = (text for text in texts if text.is_held_out and text.language == "en")
    ranked = sorted(held_out, key=lambda text: hashlib.sha256(_name(text)).digest())
    manipulative = [text for text in ranked if text.label][:MANIPULATIVE]
    return manipulative + [text for text in ranked if not text.label][:ORDINARY]


def message_of(text: OwnText) -> Message:
    """The text as the product gets it."""
    return Message(text.text.encode(), channel=Channel(text.channel), id=text.id, context=text.context)


def write_rows(path: Path, texts: Sequence[OwnText], found: Sequence[Inspection]) -> None:
    """The numbers of the texts that the model judged; see `guardian.adapt.check_rows` for the arrays."""
    pairs = [(text, each.evidence, each.evidence.encoding) for text, each in zip(texts, found, strict=True)]
    judged = [(text, evidence) for text, evidence, encoding in pairs if encoding is not None and len(encoding.logits)]
    encodings = [encoding for _, _, encoding in pairs if encoding is not None and len(encoding.logits)]
    counts = [len(encoding.logits) for encoding in encodings]
    groups = list(GROUPS)
    np.savez_compressed(
        path,
        embeddings=np.concatenate([encoding.embeddings for encoding in encodings]).astype(np.float16),
        logits=np.concatenate([encoding.logits for encoding in encodings]).astype(np.float16),
        message=np.repeat(np.arange(len(judged)), counts).astype(np.uint16),
        label=np.array([text.label for text, _ in judged], dtype=np.uint8),
        channel=np.array([text.channel == "ai_output" for text, _ in judged], dtype=np.uint8),
        length=np.array([evidence.stratum.length for _, evidence in judged], dtype=np.uint8),
        link=np.array([evidence.scores.get(_LINK, 0.0) > 0 for _, evidence in judged], dtype=np.uint8),
        groups=np.array(
            [sum(1 << groups.index(each) for each in {GROUP_OF[t] for t in text.tactics}) for text, _ in judged],
            dtype=np.uint16,
        ),
    )


def pin(manifest: Path, path: Path) -> None:
    """Write the file's hash into the manifest."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    lines = [line for line in manifest.read_text(encoding="utf-8").split("\n") if not line.startswith("check_")]
    after = next(number for number, line in enumerate(lines) if re.match("bank_sha256", line)) + 1
    lines[after:after] = [f'check_file = "{path.name}"', f'check_sha256 = "{digest}"']
    manifest.write_text("\n".join(lines), encoding="utf-8")


def _name(text: OwnText) -> bytes:
    return f"{text.file}/{text.id}".encode()


def main() -> None:
    """The last step of `make train`."""
    here = Path(__file__).resolve().parent
    texts = chosen(read_corpus(here / "corpus"))
    with tempfile.TemporaryDirectory() as home:
        settings = default_settings({"GUARDIAN_HOME": home})
        with open_bench(settings) as bench:
            found = list(bench.inspect_all(message_of(text) for text in texts))
    path = here.parent / NAME
    write_rows(path, texts, found)
    pin(here.parent / MANIFEST_NAME, path)
    print(f"{path.name}: {len(texts):,} texts, {os.path.getsize(path):,} bytes")


if __name__ == "__main__":
    main()
