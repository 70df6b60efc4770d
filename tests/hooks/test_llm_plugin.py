"""The plug-in for `llm`: its own command line, with a model that answers as it is asked to."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hook_rig import LONELY, LONGEST_RUN_S, ORDINARY, warm_service

PROJECT = Path(__file__).resolve().parents[2] / "pyproject.toml"
ENTRY = "guardian.integrations.llm_plugin"
MODELS = '''
"""Models that say again what they are asked, at once or asynchronously or with a key, and one that breaks off."""
import llm


class Echo(llm.Model):
    model_id = "echo"
    can_stream = True

    def execute(self, prompt, stream, response, conversation):
        for word in prompt.prompt.split(" "):
            yield word + " "


class AsyncEcho(llm.AsyncModel):
    model_id = "echo"
    can_stream = True

    async def execute(self, prompt, stream, response, conversation):
        yield prompt.prompt


class Keyed(llm.KeyModel):
    model_id = "keyed"
    needs_key = "keyed"
    key_env_var = "KEYED_KEY"

    def execute(self, prompt, stream, response, conversation, key):
        yield f"{key}: {prompt.prompt}"


class BreaksOff(llm.Model):
    model_id = "breaks-off"

    def execute(self, prompt, stream, response, conversation):
        yield "It is "
        raise RuntimeError("the line is down")


@llm.hookimpl
def register_models(register):
    register(Echo(), AsyncEcho())
    register(BreaksOff())
    register(Keyed())
'''


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    home = tmp_path_factory.mktemp("warm")
    with warm_service(home):
        yield home


@pytest.fixture
def plugins(tmp_path: Path) -> Path:
    """A distribution, as pip leaves it, that brings the models and our plug-in to `llm`."""
    facts = tmp_path / "trial_models-1.0.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: trial-models\nVersion: 1.0\n")
    (facts / "entry_points.txt").write_text(f"[llm]\nmodels = trial_models\nguardian = {ENTRY}\n")
    (tmp_path / "trial_models.py").write_text(MODELS)
    return tmp_path


def ask(plugins: Path, home: Path, *words: str, stderr_to: str = "") -> subprocess.CompletedProcess[bytes]:
    env = {
        **os.environ,
        "GUARDIAN_HOME": str(home),
        "LLM_LOAD_PLUGINS": "trial-models",
        "LLM_USER_PATH": str(plugins / "llm"),
        "PYTHONPATH": f"{plugins}{os.pathsep}{os.environ['PYTHONPATH']}",
        "KEYED_KEY": "k",
    }
    shell = ["sh", "-c", f'exec "$@" 2>{stderr_to}', "sh"] if stderr_to else []
    program = [*shell, sys.executable, "-m", "llm", *words]
    return subprocess.run(program, capture_output=True, env=env, timeout=LONGEST_RUN_S, check=False)


def test_the_package_brings_the_plug_in_to_llm() -> None:
    assert tomllib.loads(PROJECT.read_text())["project"]["entry-points"]["llm"] == {"guardian": ENTRY}


@pytest.mark.long
@pytest.mark.parametrize("options", [(), ("--no-stream",), ("--async",)])
def test_a_flagged_answer_comes_out_whole_and_is_told(plugins: Path, home: Path, options: tuple[str, ...]) -> None:
    done = ask(plugins, home, "-m", "echo", *options, LONELY)
    assert done.returncode == 0, done.stderr
    assert done.stdout.decode().split() == LONELY.split()
    assert b"guardian: flagged" in done.stderr


@pytest.mark.long
@pytest.mark.parametrize("stderr_to", ["&-", "/dev/full"])
def test_where_nobody_can_be_told_the_answer_is_still_the_answer(plugins: Path, home: Path, stderr_to: str) -> None:
    done = ask(plugins, home, "-m", "echo", LONELY, stderr_to=stderr_to)
    assert done.returncode == 0
    assert done.stdout.decode().split() == LONELY.split()


@pytest.mark.long
def test_an_ordinary_answer_passes_in_silence(plugins: Path, home: Path) -> None:
    done = ask(plugins, home, "-m", "echo", ORDINARY)
    assert (done.stdout.decode().split(), done.stderr) == (ORDINARY.split(), b"")


def test_a_model_with_a_key_still_gets_its_key(plugins: Path, home: Path) -> None:
    done = ask(plugins, home, "-m", "keyed", LONELY)
    assert done.stdout.startswith(b"k: You are")
    assert b"guardian: flagged" in done.stderr


@pytest.mark.long
def test_an_answer_that_breaks_off_is_told_as_not_screened(plugins: Path, home: Path) -> None:
    done = ask(plugins, home, "-m", "breaks-off", "hello")
    assert b"the line is down" in done.stderr
    assert b"guardian: NOT screened: the answer broke off" in done.stderr


@pytest.mark.long
def test_a_conversation_goes_on_with_its_turns_as_context(plugins: Path, home: Path) -> None:
    assert ask(plugins, home, "-m", "echo", ORDINARY).returncode == 0
    done = ask(plugins, home, "-c", LONELY)
    assert done.returncode == 0, done.stderr
    assert b"guardian: flagged" in done.stderr
    assert b"NOT screened" not in done.stderr


@pytest.mark.long
def test_where_nothing_can_be_screened_llm_answers_all_the_same_and_says_so(plugins: Path, tmp_path: Path) -> None:
    home = tmp_path / "broken"
    home.mkdir()
    (home / "run").write_bytes(b"a file where the service's folder is to be")
    (home / "state").write_bytes(b"and one where its log is to be")
    done = ask(plugins, home, "-m", "echo", LONELY)
    assert done.returncode == 0
    assert done.stdout.decode().split() == LONELY.split()
    assert b"guardian: NOT screened: " in done.stderr
