"""`guardian model add PATH|FOLDER`: put language models of the owner's on the list, checked and pinned.

Invariants: nothing is downloaded, copied or loaded; each file is told of in words, the refused ones too.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any, Final

from guardian.added_models.adding import Added, add_file, model_files
from guardian.commands.model_words import hashing_shown, machine_memory_bytes, size_words
from guardian.errors import ModelError, UsageError
from guardian.exits import ExitCode
from guardian.gguf.errors import ModelFileError
from guardian.judge.prompt_frames import FRAMES
from guardian.safe_text import safe_line
from guardian.settings import Settings

_JSON_VERSION: Final = 1


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Add a file, or every model right in a folder. Raises ModelError, UsageError, InputError or OutputError.

    `args`: path, name, frame, json.
    """
    if not args.path:  # as from a variable that is not set; it would mean the working directory
        raise UsageError("no path is given")
    path = Path(os.path.expanduser(args.path))  # Path's own way raises for a user that there is not
    if not os.path.isdir(path):
        added = _add(path, args, settings)
        print(json.dumps(_listed(added, settings)) if args.json else _words(added, settings))
        return ExitCode.CLEAN
    if args.name:
        raise UsageError("--name is for one file, and this is a folder", hint="name a file")
    files = model_files(path)
    if not files:
        raise ModelError(f"there is no .gguf file right in {path}", hint="folders inside it are not looked into")
    count = sum(_add_one_of_many(file, args, settings) for file in files)
    return ExitCode.CLEAN if count else ExitCode.USAGE


def _add(path: Path, args: argparse.Namespace, settings: Settings) -> Added:
    try:
        size_bytes = path.stat().st_size
    except (OSError, ValueError):
        size_bytes = 0  # the check says what is wrong
    with hashing_shown(size_bytes, sys.stderr) as advance:
        return add_file(settings, path, name=args.name or "", frame=args.frame or "", advance=advance)


def _add_one_of_many(path: Path, args: argparse.Namespace, settings: Settings) -> bool:
    """Add one file and say so in a line; where it is refused, that. Raises ModelError for what all files would meet."""
    try:
        added = _add(path, args, settings)
    except ModelFileError as error:
        if args.json:
            print(json.dumps({"v": _JSON_VERSION, "ok": False, "file": str(path), "problem": safe_line(error.line())}))
        else:
            print(f"guardian: {safe_line(error.line())}", file=sys.stderr)
        return False
    model = added.model
    if args.json:
        print(json.dumps(_listed(added, settings)))
    else:
        print(f"{_done(added)} {model.name}: frame {model.frame}, {size_words(model.size_bytes)}, {_file(added)}")
    return True


def _listed(added: Added, settings: Settings) -> dict[str, Any]:
    model, facts = added.model, added.facts
    return {
        "v": _JSON_VERSION,
        "ok": True,
        "name": model.name,
        "file": str(model.path),
        "sha256": model.sha256,
        "size_bytes": model.size_bytes,
        "architecture": model.architecture,
        "context_tokens": model.context_tokens,
        "frame": model.frame,
        "weights": facts.file_type,
        "layers": facts.layers,
        "vocabulary": facts.vocabulary,
        "memory_bytes": _weights_and_prompt(added, settings)[0],
    }


def _words(added: Added, settings: Settings) -> str:
    model, facts = added.model, added.facts
    frame = FRAMES[model.frame]
    called = f', calls itself "{facts.name}"' if facts.name else ""
    chosen = "as you said" if added.is_frame_named else "by what the file says of itself"
    rows = [
        (_done(added), model.name),
        ("file", f"{_file(added)} (it stays there)"),
        ("sha-256", model.sha256),
        ("size", f"{size_words(model.size_bytes)}, weights mostly in {facts.file_type}"),
        ("kind", f"{model.architecture}, {facts.layers} layers, {facts.vocabulary:,} tokens{called}"),
        ("context", f"made for texts of up to {facts.context_tokens:,} tokens"),
        ("frame", f"{frame.id} ({frame.title}), {chosen}"),
        ("memory", _memory(added, settings)),
    ]
    if added.can_others_write:
        rows.append(("note", "other accounts can write to the file; it is not used any more once it is changed"))
    if not frame.can_converse:
        rows.append(("note", "it was made as a guard: it can be your judge, and can't talk"))
    rows.append(("next", f"guardian model test {model.name}"))
    return "\n".join(f"{name:<8} {value}" for name, value in rows)


def _done(added: Added) -> str:
    if added.before is None:
        return "added"
    return "kept" if added.before.sha256 == added.model.sha256 else "pinned"


def _file(added: Added) -> str:
    return safe_line(str(added.model.path))


def _weights_and_prompt(added: Added, settings: Settings) -> tuple[int, int, int]:
    """Bytes of both together and tokens of the prompt, and the bytes that the prompt has of these."""
    tokens = min(settings.judge.context_tokens, added.facts.context_tokens)
    prompt = added.facts.cache_bytes(tokens)
    return added.facts.tensor_bytes + prompt, tokens, prompt


def _memory(added: Added, settings: Settings) -> str:
    need, tokens, prompt = _weights_and_prompt(added, settings)
    words = f"about {size_words(need)}, of which {size_words(prompt)} for a prompt of {tokens:,} tokens"
    there = machine_memory_bytes()
    if there is None:
        return words
    return f"{words}; this machine has {size_words(there)}" + (", which is not enough" if need > there else "")
