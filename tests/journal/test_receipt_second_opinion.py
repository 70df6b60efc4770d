"""Two verifiers that share no line of code agree on receipts, true and mutated."""

from __future__ import annotations

import ast
import copy
import json
import random
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import independent_verifier
import pytest
from receipt_rig import journal_of

from guardian.journal.fields import FIELDS
from guardian.journal.receipt import ReceiptError, verify_receipt


def both(text: str) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """What the two verifiers say; None where one refuses."""
    ours: dict[str, Any] | None
    theirs: dict[str, Any] | None
    try:
        ours = dict(verify_receipt(text).revealed)
    except ReceiptError:
        ours = None
    try:
        theirs = independent_verifier.verify(text)
    except Exception:  # whatever the other verifier raises, it refused
        theirs = None
    return ours, theirs


def test_the_other_verifier_knows_nothing_of_guardian_and_runs_alone(tmp_path: Path) -> None:
    tree = ast.parse(Path(independent_verifier.__file__).read_text("utf-8"))
    imported = {each.name for node in ast.walk(tree) if isinstance(node, ast.Import) for each in node.names}
    imported |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert imported == {
        *("base64", "hashlib", "json", "re", "sys", "typing"),
        "cryptography.hazmat.primitives.asymmetric.ed25519",
    }
    path = tmp_path / "receipt.json"
    path.write_text(journal_of(3).receipt(1, ["kind"]))
    script = [sys.executable, "-I", independent_verifier.__file__, str(path)]
    assert set(json.loads(subprocess.run(script, capture_output=True, check=True).stdout)) == {"kind"}


@pytest.fixture(scope="module")
def thousand() -> list[str]:
    """One receipt for each of 1,000 records, every kind of receipt among them."""
    journal = journal_of(1000)
    draw = random.Random(3)
    notes = {size: journal.note(size) for size in range(900, 1001, 20)}
    receipts = []
    for seq in range(1000):
        reveal = draw.sample(FIELDS, draw.randint(0, len(FIELDS)))
        size = draw.choice([size for size in notes if size > seq])
        against = notes[draw.choice([given for given in notes if given > seq])] if draw.random() < 0.4 else ""
        receipts.append(journal.receipt(seq, reveal, size=size, against=against))
    return receipts


def test_an_independent_verifier_agrees_on_a_thousand_receipts(thousand: list[str]) -> None:
    answers = [both(text) for text in thousand]
    assert all(ours == theirs and ours is not None for ours, theirs in answers)
    assert sum('"later":null' not in text for text in thousand) > 100
    assert sum('"text":null' not in text for text in thousand) > 100


def test_an_independent_verifier_agrees_on_a_thousand_mutated_receipts(thousand: list[str]) -> None:
    draw = random.Random(4)
    accepted = 0
    for text in thousand:
        mutated, is_harmless = mutate(text, draw)
        ours, theirs = both(mutated)
        assert ours == theirs, mutated
        assert (ours is not None) or not is_harmless
        if ours is not None:
            accepted += 1
            assert asdict(verify_receipt(mutated)) == asdict(verify_receipt(text))
    assert 20 < accepted < 200  # white space, order of keys, strangers' signatures, and unsigned sizes


def mutate(text: str, draw: random.Random) -> tuple[str, bool]:
    """The receipt with one value changed, and whether it must mean the same all the same."""
    value = json.loads(text)
    if draw.random() < 0.05:
        return json.dumps(dict(reversed(value.items())), indent=draw.choice([None, 1, "\t"])), True
    if draw.random() < 0.02:
        return text.replace('"checkpoint":', '"checkpoint":"","checkpoint":', 1), False
    path = draw.choice(list(paths(value)))
    place: Any = value
    for step in path[:-1]:
        place = place[step]
    if draw.random() < 0.1:
        del place[path[-1]]
    else:
        place[path[-1]] = changed(place[path[-1]], draw)
    return json.dumps(value), False


def paths(value: Any, before: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every value that holds no other."""
    if isinstance(value, dict | list) and value:
        items = value.items() if isinstance(value, dict) else enumerate(value)
        return [path for key, each in items for path in paths(each, (*before, key))]
    return [before]


def changed(value: Any, draw: random.Random) -> Any:
    if isinstance(value, int):
        return value + draw.choice([-1, 1, 256, 2**40])
    if isinstance(value, str):
        at = draw.randrange(len(value) + 1)
        kinds = [
            value[:at] + draw.choice("AZaz09+/= \n") + value[at + 1 :],
            value[:at] + value[at + 1 :],
            value[:at] + value[at : at + 1] + value[at:],
            value + "\u2014 witness.example/w AAAAAAAA\n",
            value.swapcase(),
            f"{value} ",
        ]
        return draw.choice([each for each in kinds if each != value])
    return copy.deepcopy(draw.choice([0, "", [], {}, False, {"sha256": "0" * 64, "bytes": 1}]))
