"""Asks several models the judge's canaries and prints what each is worth: the canary report.

Usage: `.venv/bin/python scripts/judge/three_models.py [FILE.gguf ...] [--frame ID] [--json]`. Without a file, three
tiny models are made: one that knows the canaries by words that only they have, one that says yes to whatever holds a
certain word, and one whose weights are random, which is useless on purpose. They show the report, and nothing about how
good real models are; for those, name their files.

Invariants: every question goes the judge's own road, in the walled process; nothing is written into a home.
"""

from __future__ import annotations

import argparse
import datetime
import hashlib
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).resolve().parent
TESTS: Final = HERE.parents[1] / "tests"
sys.path[:0] = [str(TESTS), str(TESTS / "judge")]  # test helpers are no installed packages

from knowing_model import knowing_model  # noqa: E402
from tiny_gguf import keyword_model, random_model  # noqa: E402

from guardian.added_models.shelf import AddedModel  # noqa: E402
from guardian.commands.model_test import trial_lines, trial_to_json  # noqa: E402
from guardian.errors import GuardianError  # noqa: E402
from guardian.gguf.check import read_facts  # noqa: E402
from guardian.judge.prompt_frames import choose_frame  # noqa: E402
from guardian.judge.register import JudgeRegister  # noqa: E402
from guardian.judge.trial import Trial, try_model  # noqa: E402
from guardian.settings import Settings, load_settings  # noqa: E402

KEYWORD: Final = "euros"


def tiny_models(folder: Path) -> Iterator[Path]:
    """The three."""
    yield knowing_model(folder / "knows-the-canaries.gguf", name="tiny: knows the canaries")
    yield keyword_model(folder / "goes-by-one-word.gguf", KEYWORD, name="tiny: goes by one word")
    yield random_model(folder / "useless-on-purpose.gguf", "qwen2", name="tiny: useless on purpose")


def on_no_shelf(path: Path, frame: str) -> AddedModel:
    """The file as if it were added. Raises ModelFileError."""
    facts, found = read_facts(path), path.stat()
    fitting = choose_frame(facts)
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return AddedModel(
        name=path.stem,
        path=path.resolve(),
        sha256=sha256,
        size_bytes=found.st_size,
        modified_ns=found.st_mtime_ns,
        architecture=facts.architecture,
        context_tokens=facts.context_tokens,
        frame=frame or (fitting.id if fitting is not None else ""),
        added=datetime.date.today(),
    )


def report(paths: Sequence[Path], frame: str, settings: Settings, *, as_json: bool) -> bool:
    """Print one model after the other; whether all files could be tried."""
    could_all = True
    for path in paths:
        try:
            model = on_no_shelf(path, frame)
            trial: Trial = try_model(model, settings, JudgeRegister(None, model.sha256))
        except GuardianError as error:
            print(f"{path.name}: {error.line()}", file=sys.stderr)
            could_all = False
            continue
        print(json.dumps(trial_to_json(trial)) if as_json else "\n".join([*trial_lines(trial), ""]), flush=True)
    return could_all


def main() -> int:
    """Print the report. Exit code 2 where a file could not be tried."""
    parser = argparse.ArgumentParser(description="Ask models the judge's canaries.")
    parser.add_argument("files", metavar="FILE", nargs="*", type=Path, help="GGUF files (default: three tiny ones)")
    parser.add_argument("--frame", default="", help="prompt frame of all files (default: by what each says)")
    parser.add_argument("--json", action="store_true", help="print JSON, one object a line")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="guardian-three-models-") as folder:
        settings = load_settings({"GUARDIAN_HOME": f"{folder}/home"}, {})
        paths = args.files or list(tiny_models(Path(folder)))
        return 0 if report(paths, args.frame, settings, as_json=args.json) else 2


if __name__ == "__main__":
    sys.exit(main())
