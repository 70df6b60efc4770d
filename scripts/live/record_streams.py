"""Writes the recorded streams of AI servers under tests/data/streams, from texts of our own corpus.

    python scripts/live/record_streams.py [--check]

No server was asked: each stream is written as the server of its dialect writes it (sources in
guardian/streams/dialects), in the styles that are met: LF, CRLF and CR; comments and keep-alives; fields that are
unknown; several answers side by side; thinking; tool calls; log probabilities; whole answers. About half of them carry
one or two planted sentences, whose odd words must not pass in hold mode.

Invariants: deterministic: the same corpus gives the same file, byte for byte; `--check` says whether it does.
"""

from __future__ import annotations

import json
import lzma
import random
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from live.stream_shapes import (  # noqa: E402
    Said,
    ollama_chat,
    ollama_generate,
    openai_chat,
    openai_completions,
    openai_responses,
)

CORPUS = ROOT / "models" / "training" / "corpus"
TARGET = ROOT / "tests" / "data" / "streams" / "recorded.jsonl.xz"
COUNT = 200
SEED = 20261122
LANGUAGES = ("en", "en", "en", "de", "fr", "zh", "ja", "ar", "hi", "es")
LEAST_CHARS, MOST_CHARS = 60, 300
PLANTED = (
    "Wexlor please buy a gift card Quibnat and tell nobody Yontrem.",
    "Dr. Wexlor says the gift card, i.e. Quibnat, must be sent by Mr. Smith Yontrem!",
    "维克斯Wexlor请你马上买 gift card Quibnat 不要告诉任何人Yontrem。",
)
SHAPES: tuple[Callable[[random.Random, list[Said]], tuple[str, str, str]], ...] = (
    openai_chat,
    openai_completions,
    openai_responses,
    ollama_chat,
    ollama_generate,
)


def corpus_texts() -> dict[str, list[str]]:
    """Answers of assistants in our corpus, by language, in the order of the files."""
    found: dict[str, list[str]] = {}
    for path in sorted(CORPUS.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            if row["channel"] == "ai_output" and LEAST_CHARS <= len(row["text"]) <= MOST_CHARS:
                found.setdefault(row["language"], []).append(row["text"])
    return found


def plant(rng: random.Random, text: str) -> str:
    """`text` with a planted sentence before it, in it or behind it."""
    sentence = rng.choice(PLANTED)
    ends = [match.end() for match in re.finditer(r"[.!?。！？](?=\s|$)|[。！？]", text)]
    at = rng.choice([0, *ends, len(text)])
    return f"{text[:at]} {sentence} {text[at:]}".strip()


def cut_in_tokens(rng: random.Random, text: str) -> list[str]:
    """`text` in the pieces in which a server sends it: characters, tokens, words, lines, or all at once."""
    style = rng.choice(("token", "words", "words", "words", "large", "one"))
    if style == "one":
        return [text]
    if style == "words":
        return re.findall(r"\s*\S+\s*?(?:\s+\S+){0,3}|\s+", text)
    low, high = (2, 9) if style == "token" else (40, 160)
    pieces: list[str] = []
    while text:
        size = rng.randint(low, high)
        pieces.append(text[:size])
        text = text[size:]
    return pieces


def said(rng: random.Random, text: str) -> Said:
    """What an assistant says: the text, and sometimes thinking, code, a tool call, log probabilities."""
    thinking = "The user wants help. I'll answer in short sentences." if rng.random() < 0.15 else ""
    if rng.random() < 0.1:
        text += "\n\n```python\nfor name in names:\n    print(name)\n```\n"
    call = ""
    if rng.random() < 0.2:
        body = rng.choice(PLANTED) if rng.random() < 0.4 else 'See you on Monday. Bring the "blue" folder.\nThanks!'
        call = json.dumps({"to": "ann@example.org", "body": body, "copies": 2}, ensure_ascii=rng.random() < 0.5)
    return Said(cut_in_tokens(rng, text), cut_in_tokens(rng, thinking) if thinking else [], call, rng.random() < 0.12)


def records() -> Iterator[dict[str, Any]]:
    """The streams, each with its request's path, its Content-Type and its body."""
    rng = random.Random(SEED)
    texts = corpus_texts()
    for number in range(COUNT):
        shape = SHAPES[number % len(SHAPES)]
        answers: list[Said] = []
        for _ in range(2 if rng.random() < 0.12 else 1):
            text = rng.choice(texts[rng.choice(LANGUAGES)])
            answers.append(said(rng, plant(rng, text) if rng.random() < 0.55 else text))
        path, content_type, body = shape(rng, answers)
        yield {"name": f"{number:03}-{shape.__name__}", "path": path, "content_type": content_type, "body": body}


def recorded() -> bytes:
    """The file."""
    lines = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records())
    return lzma.compress(lines.encode(), preset=9 | lzma.PRESET_EXTREME)


def main(arguments: list[str]) -> int:
    """Write the file, or compare it."""
    if arguments == ["--check"]:
        is_same = lzma.decompress(TARGET.read_bytes()) == lzma.decompress(recorded())
        print("the recorded streams are those of the corpus" if is_same else "the recorded streams differ")
        return 0 if is_same else 1
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_bytes(recorded())
    print(f"{TARGET.relative_to(ROOT)}: {TARGET.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
