"""The documents say what the program says: quoted help is live, and every command is named."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from guardian.cli import build_parser, command_parsers

REPOSITORY = Path(__file__).resolve().parent.parent
README = REPOSITORY / "README.md"
SCRIPT = REPOSITORY / "scripts" / "help_text.py"
DOCUMENTS = [README, *sorted((REPOSITORY / "docs").rglob("*.md"))]

MUST_BE_QUOTED = ["filter"]
"""Commands whose help stands in the README in full."""


def check(document: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(SCRIPT), "--check", str(document)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_quoted_help_is_the_programs(document: Path) -> None:
    done = check(document)
    assert done.returncode == 0, f"{done.stdout}run: python scripts/help_text.py --write {document}"


@pytest.mark.parametrize("name", MUST_BE_QUOTED)
def test_the_readme_quotes_the_help_of(name: str) -> None:
    assert re.search(
        rf"^<!-- help:{name} -->\n.*?^<!-- /help -->$", README.read_text("utf-8"), re.DOTALL | re.MULTILINE
    )


def test_the_readme_names_every_command() -> None:
    text = README.read_text("utf-8")
    names = list(command_parsers(build_parser()))
    assert [name for name in names if f"guardian {name}" not in text] == []


def test_the_check_sees_what_differs(tmp_path: Path) -> None:
    document = tmp_path / "README.md"
    document.write_text("before\n<!-- help:paths -->\nold\n<!-- /help -->\nafter <!-- help:fly -->\n<!-- /help -->\n")
    done = check(document)
    assert done.returncode == 1
    assert "the help of paths is not the program's" in done.stdout
    assert "no command is named fly" in done.stdout


def test_what_was_written_passes_the_check_and_leaves_the_rest_alone(tmp_path: Path) -> None:
    document = tmp_path / "README.md"
    document.write_text("before\n<!-- help:policy list -->\n<!-- /help -->\nafter\n")
    subprocess.run([sys.executable, str(SCRIPT), "--write", str(document)], timeout=300, check=True)
    text = document.read_text()
    assert text.startswith("before\n<!-- help:policy list -->\n```text\nusage: guardian policy list")
    assert text.endswith("```\n<!-- /help -->\nafter\n")
    assert check(document).returncode == 0
