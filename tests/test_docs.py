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
GUIDE = sorted((REPOSITORY / "docs" / "guide").glob("*.md"))
DOCUMENTS = [README, *sorted((REPOSITORY / "docs").rglob("*.md"))]

MUST_BE_QUOTED = ["filter", "journal", "key"]
"""Commands whose help stands in the README in full."""
IN_THE_GUIDE = ["journal", "key", "feedback", "verify-receipt"]
"""Commands whose help, and that of each of their actions, stands in a page of the guide."""


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


@pytest.mark.parametrize("name", IN_THE_GUIDE)
def test_the_guide_quotes_the_help_of_a_command_and_its_actions(name: str) -> None:
    quoted = set(re.findall(r"<!-- help:([a-z -]+) -->", "".join(page.read_text("utf-8") for page in GUIDE)))
    actions = command_parsers(command_parsers(build_parser())[name])
    assert {name, *(f"{name} {action}" for action in actions)} - quoted == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_links_within_the_documents_lead_somewhere(document: Path) -> None:
    broken = []
    for link in re.findall(r"\]\(([^)\s]+)\)", document.read_text("utf-8")):
        if re.match(r"[a-z]+:", link):
            continue  # to the network: not looked up in a test
        path, _, anchor = link.partition("#")
        target = document.parent / path if path else document
        if not target.exists() or (anchor and target.suffix == ".md" and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


def anchors(document: Path) -> set[str]:
    """The anchors that GitHub gives a document's headings: small letters, hyphens for spaces, no punctuation."""
    prose = re.sub(r"^```.*?^```", "", document.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)
    headings = re.findall(r"^#+ (.+)$", prose, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


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
