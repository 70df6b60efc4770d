"""Wall 1: `Screened` can only be made inside the gate, and sinks take nothing else."""

from __future__ import annotations

import copy
import importlib
import inspect
import pickle
import pkgutil
import re
import subprocess
import sys
import textwrap
import typing
from collections.abc import Iterator
from pathlib import Path

import pytest

import guardian
import guardian.sinks
from guardian import gate
from guardian.gate import Gate, Screened
from guardian.message import Message
from guardian.service.answer import Answer
from guardian.verdict import Action, Coverage, Outcome, Verdict

ROOT = Path(__file__).parent.parent


def a_verdict() -> Verdict:
    return Verdict(
        id="",
        channel="incoming",
        outcome=Outcome.CLEAN,
        action=Action.NONE,
        risk=0.0,
        scores={},
        policies=(),
        findings=(),
        vetoes=(),
        coverage=Coverage(0, 0),
        model_name="m",
        model_sha256="0",
        policy_set="sha256:0",
        wall="netns",
        elapsed_ms=0.0,
    )


def a_screened() -> Screened:
    """Made with the gate's own seal: what only a test may do, and only here."""
    return Screened(gate._SEAL, Message(b""), a_verdict())


def test_a_screened_cannot_be_made_without_the_seal() -> None:
    for pretended in (None, object(), "seal", gate._Seal()):
        with pytest.raises(TypeError, match="only the gate"):
            Screened(pretended, Message(b"x"), a_verdict())  # type: ignore[arg-type]


def test_a_screened_made_behind_the_constructor_holds_nothing() -> None:
    empty = object.__new__(Screened)
    with pytest.raises(AttributeError):
        _ = empty.message
    with pytest.raises(AttributeError):
        _ = empty.verdict


def test_a_screened_does_not_change() -> None:
    screened = a_screened()
    with pytest.raises(AttributeError):
        screened._message = Message(b"other")
    with pytest.raises(AttributeError):
        del screened._verdict


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, pickle.dumps])
def test_a_screened_is_not_copied(copied: typing.Callable[[Screened], object]) -> None:
    with pytest.raises(TypeError):
        copied(a_screened())


def test_screened_has_no_subclasses() -> None:
    with pytest.raises(TypeError):
        type("Forged", (Screened,), {})


@pytest.mark.long
def test_the_type_checker_refuses_a_screened_from_outside(tmp_path: Path) -> None:
    forged = tmp_path / "forged.py"
    forged.write_text(
        textwrap.dedent(
            """
            from guardian.gate import Screened
            from guardian.message import Message
            from guardian.sinks.ndjson import json_line

            def forge(verdict: object) -> None:
                Screened(None, Message(b""), verdict)
                json_line("a text")
            """
        )
    )
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), str(forged)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    errors = [line for line in done.stdout.splitlines() if "forged.py" in line and "error" in line]
    assert any('Argument 1 to "Screened"' in line for line in errors), done.stdout
    assert any('Argument 1 to "json_line"' in line for line in errors), done.stdout


def _modules(package: typing.Any) -> Iterator[typing.Any]:
    for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        yield importlib.import_module(found.name)


def test_every_sink_takes_screened_or_an_answer_and_no_bare_text_first() -> None:
    walked = 0
    for module in _modules(guardian.sinks):
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if name.startswith("_") or function.__module__ != module.__name__:
                continue
            first = next(iter(inspect.signature(function).parameters))
            hints = typing.get_type_hints(function, localns={"Path": Path})  # what a thin client does not import
            assert hints[first] in (Screened, Answer), f"{module.__name__}.{name} takes {hints[first]} first"
            walked += 1
    assert walked >= 8


def test_only_the_gate_names_the_seal() -> None:
    users = [
        path.relative_to(ROOT)
        for folder in ("guardian", "tui", "scripts")
        for path in (ROOT / folder).rglob("*.py")
        if re.search(r"\b_SEAL\b", path.read_text(encoding="utf-8")) and path != ROOT / "guardian" / "gate.py"
    ]
    assert users == []


def test_no_function_offers_to_skip_screening() -> None:
    words = ("skip", "bypass", "unsafe", "trusted", "no_screen", "noscreen", "dry_run")
    for method in (Gate.screen, Gate.screen_all, Gate.__init__):
        names = " ".join(inspect.signature(method).parameters)
        assert not any(word in names for word in words)


@pytest.mark.long
@pytest.mark.parametrize(
    ("leaving_out", "unwanted"),
    [
        (
            ("guardian.proxy", "guardian.talking.server", "guardian.talking.child"),
            ("tui", "textual", "rich", "llama_cpp"),
        ),
        (("nothing",), ("tui", "textual", "llama_cpp")),  # httpx loads rich for a command line of its own
    ],
)
def test_the_core_knows_no_screen(leaving_out: tuple[str, ...], unwanted: tuple[str, ...]) -> None:
    """Wall 2: a process that imports all of guardian has loaded neither tui, nor textual, nor rich, nor llama_cpp."""
    script = textwrap.dedent(
        f"""
        import importlib, pkgutil, sys
        import guardian
        for found in pkgutil.walk_packages(guardian.__path__, "guardian."):
            if found.name in ("guardian.__main__", "guardian.inference.llama_binding"):
                continue
            if not found.name.startswith({leaving_out!r}):
                importlib.import_module(found.name)
        print([name for name in {unwanted!r} if name in sys.modules])
        """
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


def test_exactly_one_file_imports_llama_cpp() -> None:
    users = [
        path.relative_to(ROOT).as_posix()
        for folder in ("guardian", "tui")
        for path in (ROOT / folder).rglob("*.py")
        if "import llama_cpp" in path.read_text(encoding="utf-8")
        or "from llama_cpp" in path.read_text(encoding="utf-8")
    ]
    assert users == ["guardian/inference/llama_binding.py"]
