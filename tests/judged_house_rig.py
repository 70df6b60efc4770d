"""A house whose judge is a tiny model that answers by a keyword, and whose canaries were heard to be right."""

from __future__ import annotations

import datetime
import hashlib
import os
import time
from pathlib import Path

from guardian.added_models.shelf import AddedModel, add
from guardian.judge.register import JudgeRegister
from guardian.judge.tallies import RoundNumbers
from guardian.paths import ensure_private_directory
from guardian.settings import Settings, load_settings

KEYWORD = "zanzibar"
PROSE_ALONE = """\
id = "far-island"
title = "The far island"
why = "I want to know who speaks of it."
since = 2026-11-21
channels = ["incoming", "ai_output"]
action = "warn"
prose = "Flag what speaks of the far island."
"""


def write_policy(home: Path, text: str, name: str = "far-island.toml") -> Path:
    """One policy of the owner's, beside the starter policies."""
    folder = ensure_private_directory(home / "config" / "policies")
    path = folder / name
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    return path


def judged_by(model: Path, home: Path, *, is_trusted: bool = True, more: str = "") -> Settings:
    """Settings of a home whose judge is this model. `more` are lines of the section `judge`."""
    settings_file = ensure_private_directory(home / "config") / "settings.toml"
    settings_file.write_text(f'[judge]\nmodel = "tiny"\n{more}', encoding="utf-8")
    settings = load_settings({**os.environ, "GUARDIAN_HOME": str(home)}, {})
    facts, sha256 = model.stat(), hashlib.sha256(model.read_bytes()).hexdigest()
    today = datetime.date(2026, 11, 22)
    ensure_private_directory(settings.paths.added_models_file.parent)
    add(settings, AddedModel("tiny", model, sha256, facts.st_size, facts.st_mtime_ns, "llama", 2048, "chatml", today))
    if is_trusted:
        hear_good_canaries(settings, sha256)
    return settings


def hear_good_canaries(settings: Settings, sha256: str) -> None:
    """Note a good round of now, so that none is due: a model that knows one word knows no canary."""
    now_ms = time.time_ns() // 1_000_000
    register = JudgeRegister(settings.paths.judge_register, sha256)
    register.add_round(RoundNumbers(at_ms=now_ms, found=10, to_find=10, alone=10, to_leave=10))
    register.save()
