"""Promises of the command line: the tree, its help, its one-line errors and its exit codes."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import os
import pty
import re
import subprocess
import sys
import textwrap
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import guardian
from guardian.cli import build_parser, command_parsers, parse
from guardian.errors import CellError, GuardianError, InputError, ModelError, OutputError, PolicyError, UsageError
from guardian.exits import ExitCode, exit_code_for

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]


def every_parser(parser: ArgumentParser | None = None) -> Iterator[ArgumentParser]:
    parser = parser or build_parser()
    yield parser
    for each in command_parsers(parser).values():
        yield from every_parser(each)


def every_command() -> list[list[str]]:
    return [parser.prog.split()[1:] for parser in every_parser() if not command_parsers(parser)]


def one_line(done: subprocess.CompletedProcess[bytes]) -> str:
    """What a failed command said: one line, named and without a traceback."""
    words = done.stderr.decode()
    assert words.startswith("guardian: "), words
    assert words.count("\n") == 1, words
    return words.removeprefix("guardian: ").rstrip("\n")


# --- the tree ---------------------------------------------------------------------------------------------------


def test_the_commands_are_those_of_the_contract() -> None:
    # design.md section 7, as far as issue 7 goes.
    assert {" ".join(words) for words in every_command()} == {
        *(
            "filter",
            "scan",
            "ask",
            "calibrate",
            "adapt",
            "feedback",
            "verify-receipt",
            "doctor",
            "paths",
            "config show",
            "config set",
            "config unset",
            "completion",
        ),
        "health",
        *("hook claude-code", "hook exec"),
        "serve",
        *("clipboard once", "clipboard selection", "clipboard watch"),
        "digest",
        "watch",
        *("source add", "source list", "source test", "source remove"),
        *("policy list", "policy show", "policy new", "policy edit", "policy check", "policy test", "policy explain"),
        *("policy why", "policy preview", "policy review", "policy amend", "policy history", "policy restore"),
        *("policy mute", "policy unmute", "policy schema"),
        *("pack verify", "pack show", "pack install", "pack update", "pack remove", "pack export"),
        *("pack trust", "pack trusted"),
        *("journal list", "journal show", "journal search", "journal stats", "journal export", "journal summary"),
        "journal mark",
        *("journal verify", "journal checkpoint", "journal prove", "journal forget"),
        *("key show", "key move", "key rotate", "key phrase", "key recover"),
        *("model list", "model verify", "model card", "model add", "model use", "model test", "model remove"),
        *("proxy sessions", "proxy goal"),
    }


@pytest.mark.parametrize("name", sorted(command_parsers(build_parser())))
def test_each_command_is_one_file_with_one_run(name: str) -> None:
    run = importlib.import_module(f"guardian.commands.{name.replace('-', '_')}").run
    assert list(inspect.signature(run).parameters) == ["args", "settings"]


@pytest.mark.parametrize("parser", list(every_parser()), ids=lambda parser: parser.prog)
def test_every_command_and_every_option_has_help(parser: ArgumentParser) -> None:
    assert parser.description
    for action in parser._actions:
        assert action.help or command_parsers(parser), f"{parser.prog} {action.option_strings or action.dest}"


@pytest.mark.parametrize("parser", list(every_parser()), ids=lambda parser: parser.prog)
def test_help_fits_a_terminal(parser: ArgumentParser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "82")  # argparse keeps two columns free
    assert [line for line in parser.format_help().splitlines() if len(line) > 80] == []


@pytest.mark.parametrize("name", ["filter", "scan"])
def test_screening_commands_say_their_exit_codes(name: str) -> None:
    text = command_parsers(build_parser())[name].format_help()
    said = {int(code) for code in re.findall(r"^  (\d+) ", text, re.MULTILINE)}
    assert said == set(ExitCode) - {ExitCode.TRY_AGAIN}
    assert ("75" in text) is (name == "filter")


def test_options_are_never_abbreviated() -> None:
    for parser in every_parser():
        assert not parser.allow_abbrev


ERRORS: list[tuple[type[GuardianError], int]] = [
    (GuardianError, 2),
    (UsageError, 2),
    (PolicyError, 2),
    (ModelError, 2),
    (CellError, 2),
    (InputError, 74),
    (OutputError, 74),
]


@pytest.mark.parametrize(("kind", "code"), ERRORS)
def test_each_error_has_its_exit_code(kind: type[GuardianError], code: int) -> None:
    assert exit_code_for(kind("what")) == code


# What was typed -> what the one line must say.
USAGE_ERRORS = [
    (["filtr"], "unknown command filtr; did you mean filter? (see guardian --help)"),
    (["zzz"], "unknown command zzz (see guardian --help)"),
    (["\x1b]0;title\x07"], r"unknown command \x1b]0;title\x07"),
    (["--frobnicate"], "guardian --help"),
    (["filter", "--frobnicate"], "unknown option --frobnicate (see guardian filter --help)"),
    (["filter", "--ann"], "unknown option --ann (see guardian filter --help)"),
    (["filter", "file.txt"], "unexpected word file.txt (see guardian filter --help)"),
    (["filter", "--as", "human"], "--as"),
    (["filter", "--json", "--check"], "not allowed with"),
    (["filter", "--fail-on", "clean"], "--fail-on"),
    (["filter", "--threads", "0"], "--threads must be a whole number from 1 to 256, not 0"),
    (["filter", "--threads"], "--threads"),
    (["filter", "--judge-timeout", "soon"], '--judge-timeout must be a number from 0 to 600, not "soon"'),
    (["scan", "--judge-timeout", "601", "x"], "--judge-timeout must be a number from 0 to 600, not 601"),
    (["scan"], "nothing to scan: name a PATH, or give --ndjson (see guardian scan --help)"),
    (["policy"], "see guardian policy --help"),
    (["policy", "lsit"], "see guardian policy --help"),
    (["policy", "show"], "see guardian policy show --help"),
    (["policy", "list", "extra"], "unexpected word extra (see guardian policy list --help)"),
    (["completion", "fish"], "bash"),
    (["config"], "see guardian config --help"),
]


@pytest.mark.parametrize(("words", "says"), USAGE_ERRORS, ids=[" ".join(words) for words, _ in USAGE_ERRORS])
def test_a_usage_error_is_one_line_and_exit_2(words: list[str], says: str, run_guardian: Run) -> None:
    done = run_guardian(*words)
    assert done.returncode == 2
    assert done.stdout == b""
    assert says in one_line(done)


def test_what_the_commands_find_in_args() -> None:
    parser = build_parser()
    args = parse(parser, ["scan", "a", "b", "--as", "ai", "--all-policies", "--no-journal"])
    assert (args.command, args.paths, args.channel) == ("scan", ["a", "b"], "ai")
    assert (args.ndjson, args.json, args.all_policies, args.no_journal) == (False, False, True, True)
    args = parse(parser, ["filter", "--mail", "--check"])
    assert (args.channel, args.mail, args.check, args.annotate, args.json) == (None, True, True, False, False)
    assert (args.fail_closed, args.verbose) == (False, False)
    args = parse(parser, ["policy", "check", "x.toml", "--json"])
    assert (args.command, args.action, args.path, args.json) == ("policy", "check", "x.toml", True)
    assert parse(parser, ["policy", "show", "some-id"]).policy_id == "some-id"


# --- answers ----------------------------------------------------------------------------------------------------


def test_version_is_the_packages(run_guardian: Run) -> None:
    done = run_guardian("--version")
    assert (done.returncode, done.stdout.decode(), done.stderr) == (0, f"guardian {guardian.__version__}\n", b"")


def test_guardian_alone_without_a_terminal_prints_help(run_guardian: Run) -> None:
    done = run_guardian()
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout == run_guardian("--help").stdout
    for name in command_parsers(build_parser()):
        assert f"    {name} " in done.stdout.decode() or f"    {name}\n" in done.stdout.decode()


def on_terminal(words: list[str], env: dict[str, str]) -> tuple[str, int]:
    """What a command prints on a terminal of its own, and its exit code."""
    parent, child = pty.openpty()
    done = subprocess.Popen(
        [sys.executable, *words], stdin=child, stdout=child, stderr=child, env={**os.environ, **env}
    )
    os.close(child)
    printed = b""
    while True:
        try:
            piece = os.read(parent, 65536)
        except OSError:  # how Linux says that the other end is closed
            break
        if not piece:
            break
        printed += piece
    os.close(parent)
    return printed.decode(), done.wait(300)


def test_guardian_alone_on_a_terminal_becomes_the_app_and_no_folder_can_pose_as_it(tmp_path: Path) -> None:
    # An app that says which one it is, installed ahead of ours, and another in the working directory.
    for place, name in (("installed", "installed"), ("here", "planted")):
        folder = tmp_path / place / "tui"
        folder.mkdir(parents=True)
        (folder / "__init__.py").write_text("")
        (folder / "__main__.py").write_text(f"print('this is the {name} app')")
    path = os.pathsep.join([str(tmp_path / "installed"), os.environ["PYTHONPATH"]])
    start = ["-P", "-c", f"import os, sys; os.chdir({str(tmp_path / 'here')!r}); sys.argv = ['guardian']\n"
             "from guardian.__main__ import main; sys.exit(main())"]  # fmt: skip
    printed, code = on_terminal(start, {"PYTHONPATH": path})
    assert (printed.strip(), code) == ("this is the installed app", 0)


def test_the_core_starts_the_app_without_importing_it() -> None:
    source = Path(guardian.__file__).parent
    for file in source.rglob("*.py"):
        assert not re.search(r"^\s*(import|from) tui\b", file.read_text("utf-8"), re.MULTILINE), file


LIGHT = [["--version"], ["--help"], [], ["filter", "--help"], ["paths"], ["config", "show"]]
HEAVY = {"numpy", "pydantic", "re2", "keyring", "llama_cpp", "selectolax", "cryptography", "textual", "rich", "tui"}


@pytest.mark.parametrize("words", LIGHT, ids=" ".join)
def test_light_commands_import_nothing_heavy(words: list[str]) -> None:
    code = textwrap.dedent(
        f"""\
        import sys
        from guardian.__main__ import main
        sys.argv = ["guardian", *{words!r}]
        code = main()
        print(*{{name.partition(".")[0] for name in sys.modules}}, file=sys.stderr)
        sys.exit(code)
        """
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300, check=True)
    assert HEAVY.isdisjoint(done.stderr.split())
    assert "guardian" in done.stderr.split()


def test_broken_settings_stop_every_command_but_those_that_help_to_mend_them(
    run_guardian: Run, guardian_home: Path
) -> None:
    (guardian_home / "config").mkdir()
    (guardian_home / "config" / "settings.toml").write_text("[limits]\nmax_window = 3\n")
    for words in (["filter"], ["scan", "."], ["config", "show"], ["model", "card"], ["policy", "list"]):
        done = run_guardian(*words)
        assert done.returncode == 2
        assert "settings.toml:2:1: unknown key" in one_line(done)
    for words in (["paths"], ["completion", "bash"], ["--version"], ["filter", "--help"]):
        assert run_guardian(*words).returncode == 0
