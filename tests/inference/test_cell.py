"""The shipped model in its cell, in real child processes: right answers, in order, with their reasons."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from cell_rig import (
    HERE,
    MODELS_DIR,
    PATIENCE_S,
    encoder,
    eventually,
    is_running,
    is_stopped,
    judged,
    python_environment,
    shipped,
)

from guardian.events import CellStarted, Event
from guardian.inference.base import Encoding
from guardian.inference.client import CellEncoder
from guardian.inference.strata import STRATA
from guardian.walls import seccomp
from guardian.walls.wall import WallLevel

TEXTS = [
    "Lunch at one?",
    "Your parcel could not be delivered. Pay the 1.99 fee within 24 hours or it goes back to the sender.",
    "Invoice 2231 for November is attached, payable within 30 days as usual.",
    "Can you buy four gift cards for a client and text me the codes? Please do not tell the others yet.",
    "ok",
]


@pytest.fixture(scope="module")
def cell() -> Iterator[CellEncoder]:
    with encoder() as cell:
        cell.wait_started(PATIENCE_S)
        yield cell


def encode(cell: CellEncoder, *texts: str) -> Encoding:
    return judged(cell.submit(texts).result(PATIENCE_S))


def test_windows_become_one_row_of_numbers_each(cell: CellEncoder) -> None:
    manifest = shipped()
    encoding = encode(cell, *TEXTS)
    assert encoding.logits.shape == (len(TEXTS), len(manifest.outputs))
    assert encoding.embeddings.shape == (len(TEXTS), manifest.embedding)
    np.testing.assert_allclose(np.linalg.norm(encoding.embeddings, axis=1), 1, atol=1e-5)
    assert encoding.elapsed_ms > 0
    assert len(np.unique(encoding.logits.round(4), axis=0)) == len(TEXTS)


def test_the_same_text_gets_the_same_numbers_alone_in_company_and_in_any_place(cell: CellEncoder) -> None:
    together = encode(cell, *TEXTS)
    for place, text in enumerate(TEXTS):
        alone = encode(cell, text)
        # BF16 sums in another order when the batch has another shape.
        np.testing.assert_allclose(alone.logits[0], together.logits[place], atol=0.1)
        np.testing.assert_allclose(alone.embeddings[0] @ together.embeddings[place], 1, atol=0.01)
    backwards = encode(cell, *reversed(TEXTS))
    np.testing.assert_allclose(backwards.logits[::-1], together.logits, atol=0.1)


def test_many_messages_from_many_threads_each_get_their_own_answer(cell: CellEncoder) -> None:
    expected = {text: encode(cell, text).tokens[0] for text in TEXTS}
    texts = [TEXTS[at % len(TEXTS)] for at in range(60)]
    with ThreadPoolExecutor(6) as threads:
        futures = list(threads.map(lambda text: cell.submit([text, "", text]), texts))
    for text, future in zip(texts, futures, strict=True):
        encoding = judged(future.result(PATIENCE_S))
        assert encoding.tokens.tolist() == [expected[text], 2, expected[text]]


def test_windows_of_several_messages_share_batches(cell: CellEncoder) -> None:
    before = cell.register.batches
    futures = [cell.submit(["short and sweet"]) for _ in range(96)]
    for future in futures:
        judged(future.result(PATIENCE_S))
    assert cell.register.batches - before < 40


def test_special_tokens_written_in_a_message_are_ordinary_text(cell: CellEncoder) -> None:
    """`[SEP]` is three tokens: a bracket, a word, a bracket; with the real start and end, five."""
    tokens = encode(cell, "[SEP]", "[CLS]", "[UNK]", "[MASK]", "").tokens
    assert tokens[0] >= 5
    assert all(count >= 5 for count in tokens[:4])
    assert tokens[4] == 2


@pytest.mark.parametrize(
    ("name", "text", "plain"),
    [
        ("nul", "hello\x00 there", "hello there"),
        ("lone surrogate", "hel\udcfflo there", "hello there"),
        ("control characters", "hel\x01lo there\x7f", "hello there"),
    ],
)
def test_characters_that_cannot_be_seen_do_not_hide_a_word(cell: CellEncoder, name: str, text: str, plain: str) -> None:
    seen, meant = encode(cell, text), encode(cell, plain)
    np.testing.assert_allclose(seen.logits, meant.logits, atol=1e-3)
    assert seen.tokens == meant.tokens


def test_words_that_the_vocabulary_does_not_know_are_counted(cell: CellEncoder) -> None:
    encoding = encode(cell, "hello there", "hello \U0001f9ff there")
    assert encoding.unknown.tolist() == [0, 1]


def test_a_window_that_is_too_long_is_judged_whole_and_nothing_is_cut_off(cell: CellEncoder) -> None:
    before = cell.register
    harmless = "the weather is fine today and we walk " * 150
    bait = TEXTS[3]
    long = encode(cell, harmless + bait)
    assert long.logits.shape[0] == 1
    words = len((harmless + bait).split())
    assert long.tokens[0] >= words
    assert cell.register.windows_divided == before.windows_divided + 1
    np.testing.assert_allclose(np.linalg.norm(long.embeddings), 1, atol=1e-5)


def test_a_very_long_word_and_a_very_long_window_are_judged(cell: CellEncoder) -> None:
    for text in ("x" * 4_000, "word " * 1_000, "\U0001f600" * 5_000):
        assert np.isfinite(encode(cell, text).logits).all()


def test_no_windows_are_an_empty_answer(cell: CellEncoder) -> None:
    encoding = judged(cell.submit([]).result(0))
    assert encoding.logits.shape == (0, len(shipped().outputs))
    assert encoding.embeddings.shape == (0, shipped().embedding)
    assert shipped().scores(encoding.logits, STRATA[0]) == {}


def test_the_register_counts_what_the_parent_saw(cell: CellEncoder) -> None:
    before = cell.register
    encoding = encode(cell, *TEXTS)
    after = cell.register
    assert after.messages - before.messages == 1
    assert after.windows - before.windows == len(TEXTS)
    assert after.tokens - before.tokens == int(encoding.tokens.sum())
    assert after.busy_ms > before.busy_ms
    assert after.restarts == 0
    assert after.failures == {}
    assert after.threads >= 1
    assert is_running(after.process)
    assert len(after.probes) >= 10


@pytest.mark.parametrize("limit", ["netns", "seccomp", "none"])
def test_the_model_answers_behind_every_wall_and_says_which(limit: str) -> None:
    events: list[Event] = []
    with encoder(wall_limit=WallLevel(limit), observer=events.append) as cell:
        assert encode(cell, "hello").tokens.tolist() == [3]
        expected = {limit} if limit == "none" else {limit, "seccomp" if seccomp.machine() else "none"}
        assert cell.wall in expected
        assert cell.register.is_sealed is (cell.wall != "none" and bool(seccomp.machine()))
        assert [event.wall for event in events if isinstance(event, CellStarted)] == [cell.wall]
    assert cell.wall == "down"


def test_two_encoders_do_not_disturb_each_other() -> None:
    with encoder() as first, encoder() as second:
        encode(first, "hello")
        first.close()
        assert encode(second, "hello").tokens.tolist() == [3]


def test_closing_ends_the_child_and_completes_what_is_left() -> None:
    cell = encoder()
    futures = [cell.submit(TEXTS) for _ in range(100)]
    cell.wait_started(PATIENCE_S)
    process = cell.register.process
    cell.close()
    cell.close()
    assert not is_running(process)
    assert all(future.done() for future in futures)
    outcome = cell.submit(["late"]).result(0)
    assert not isinstance(outcome, Encoding)
    assert outcome.code == "model-down"


def test_closing_at_once_does_not_hang() -> None:
    encoder().close()


def test_no_descriptor_and_no_thread_is_left_behind() -> None:
    def count() -> tuple[int, int]:
        return len(os.listdir("/proc/self/fd")), threading.active_count()

    before = count()
    with encoder() as cell:
        encode(cell, "hello")
    assert count() == before


def test_the_child_has_nothing_of_the_parents_environment() -> None:
    with encoder() as cell:
        cell.wait_started(PATIENCE_S)
        try:
            environment = Path(f"/proc/{cell.register.process}/environ").read_bytes()
        except PermissionError:
            return  # the child cannot be looked into, which is better still
    names = {entry.partition(b"=")[0] for entry in environment.split(b"\0") if entry}
    assert b"GGML_NO_BACKTRACE" in names
    assert names <= {
        b"GGML_NO_BACKTRACE",
        b"MALLOC_ARENA_MAX",
        b"GOMP_SPINCOUNT",
        b"KMP_BLOCKTIME",
        b"LC_ALL",
        b"LD_LIBRARY_PATH",
    }


def test_the_child_holds_no_capability_and_no_other_descriptor() -> None:
    with encoder() as cell:
        cell.wait_started(PATIENCE_S)
        status = Path(f"/proc/{cell.register.process}/status").read_text()
        fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
        assert int(fields["CapEff"], 16) == 0
        assert fields["NoNewPrivs"] == "1"
        limits = Path(f"/proc/{cell.register.process}/limits").read_text()
        assert "Max core file size        0                    0" in limits


PARENT = """
import os, signal, sys
sys.path.insert(0, {here!r})
from cell_rig import encoder
cell = encoder()
cell.wait_started(60)
print(cell.register.process, flush=True)
sys.stdin.read(1)
os._exit(0)
"""


def test_the_child_dies_with_its_parent_even_when_it_is_stopped() -> None:
    """Stopped, so that it can't be the end of its pipe that ends it."""
    script = PARENT.format(here=str(HERE))
    parent = subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=python_environment()
    )
    with parent:
        assert parent.stdout is not None
        process = int(parent.stdout.readline())
        os.kill(process, 19)  # SIGSTOP
        eventually(lambda: is_stopped(process))
        parent.kill()
    eventually(lambda: not is_running(process))


def test_importing_the_client_imports_no_llama_and_starts_nothing() -> None:
    script = "import sys, guardian.inference.client; sys.exit(any(name.startswith('llama') for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", script], env=python_environment(), check=False).returncode == 0


def test_an_installation_elsewhere_works_too(tmp_path: Path) -> None:
    """The worker finds the package by where the parent's stands, not by the working directory or the environment."""
    (tmp_path / "guardian").mkdir()
    (tmp_path / "guardian" / "__init__.py").write_text("raise SystemExit('the wrong guardian')")
    script = f"""
import sys
sys.path[:0] = {[str(HERE.parent), str(HERE), *filter(None, sys.path)]!r}
from cell_rig import encoder
with encoder() as cell:
    print(cell.submit(["hello"]).result(60).tokens.tolist())
"""
    environment = {"PATH": "/usr/bin", "PYTHONPATH": str(tmp_path), "PYTHONHASHSEED": "0"}
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, env=environment, capture_output=True, check=False
    )
    assert done.stdout == b"[3]\n", done.stderr.decode()


def test_the_models_folder_is_the_repositorys() -> None:
    assert (MODELS_DIR / "manifest.toml").exists()
