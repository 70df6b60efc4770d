"""The manifest: complete and consistent, or one line that says where it is not."""

from __future__ import annotations

import contextlib
import math
from pathlib import Path

import numpy as np
import pytest
from cell_rig import MODELS_DIR, shipped, steady
from hypothesis import given, settings
from hypothesis import strategies as st

from guardian.errors import ModelError
from guardian.inference.manifest import Manifest, load_manifest
from guardian.inference.outputs import OutputKind
from guardian.inference.strata import Length, Stratum, stratum_of
from guardian.message import Channel

SHA = "0" * 64
SHORT = Stratum(Channel.INCOMING, Length.SHORT)
TEXT = f"""\
[model]
name = "test-1"
file = "test.gguf"
sha256 = "{SHA}"
size_bytes = 10
embedding = 2
positions = 512
max_window_tokens = 256
weights = "BF16"
licence = "Apache-2.0"
bank_file = "bank.npz"
bank_sha256 = "{SHA}"

[[output]]
label = "risk"
kind = "risk"
covers = []
scale = 2
bias = -1.0
threshold = 0.5
trained_on = 100
recall = 0.5
recall_low = 0.4
recall_high = 0.6
false_alarm_rate = 0.01

[[output]]
label = "pressure"
kind = "group"
covers = ["urgency", "threat"]
scale = 1.0
bias = 0.0
threshold = 0.8
trained_on = 100
recall = 0.5
recall_low = 0.4
recall_high = 0.6
false_alarm_rate = 0.01
notice_only = true

[[output]]
label = "urgency"
kind = "tactic"
covers = ["urgency"]
scale = 1.0
bias = 0.0
threshold = 0.8
trained_on = 100
recall = 0.5
recall_low = 0.4
recall_high = 0.6
false_alarm_rate = 0.01
"""


def load(folder: Path, text: str) -> Manifest:
    path = folder / "manifest.toml"
    path.write_text(text)
    return load_manifest(path)


def test_a_manifest_is_read_with_its_outputs_in_their_order(tmp_path: Path) -> None:
    manifest = load(tmp_path, TEXT)
    assert manifest.labels == ("risk", "pressure", "urgency")
    assert [output.kind for output in manifest.outputs] == [OutputKind.RISK, OutputKind.GROUP, OutputKind.TACTIC]
    assert [output.notice_only for output in manifest.outputs] == [False, True, False]
    assert manifest.outputs[0].scale == 2.0
    assert manifest.max_window_tokens == 256


def test_the_shipped_manifest_is_in_order_and_names_the_shipped_file() -> None:
    manifest = shipped()
    assert (MODELS_DIR / manifest.file).stat().st_size == manifest.size_bytes
    with manifest.verify(MODELS_DIR) as model:
        assert model.sha256 == manifest.sha256


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("[model]", "[model", "not valid TOML"),
        ("[model]", "[other]", "model is missing"),
        ('name = "test-1"\n', "", "[model]: name is missing"),
        ('name = "test-1"', "name = 1", "name must be a text"),
        ('name = "test-1"', 'name = "a b"', "name must be letters"),
        ('file = "test.gguf"', 'file = "../test.gguf"', "file must be the plain name"),
        ('file = "test.gguf"', 'file = "/etc/passwd"', "file must be the plain name"),
        ('file = "test.gguf"', 'file = ""', "file must be the plain name"),
        (f'sha256 = "{SHA}"\nsize', f'sha256 = "{SHA[1:]}"\nsize', "sha256 must be 64"),
        (f'sha256 = "{SHA}"\nsize', f'sha256 = "{"A" * 64}"\nsize', "sha256 must be 64"),
        (f'bank_sha256 = "{SHA}"', 'bank_sha256 = "none"', "bank_sha256 must be 64"),
        ("size_bytes = 10", "size_bytes = 0", "size_bytes must be between"),
        ("size_bytes = 10", "size_bytes = true", "size_bytes must be a whole number"),
        ("size_bytes = 10", "size_bytes = 10.0", "size_bytes must be a whole number"),
        ("max_window_tokens = 256", "max_window_tokens = 513", "max_window_tokens must be between 8 and 512"),
        ("positions = 512", "positions = -1", "positions must be between"),
        ("embedding = 2", "embeding = 2", "embedding is missing"),
        ("embedding = 2", "embedding = 2\nembeding = 2", "did you mean 'embedding'?"),
        ("[[output]]", "[[outputs]]", "output is missing"),
        ('kind = "risk"', 'kind = "danger"', "[[output]] 1: kind must be one of risk, group, tactic"),
        ('label = "risk"', 'label = "Risk!"', "label must be"),
        ('label = "urgency"', 'label = "pressure"', "'pressure' stands there twice"),
        ('kind = "tactic"', 'kind = "risk"', "only one output may be of kind risk"),
        ('covers = ["urgency"]', "covers = [1]", "[[output]] 3: covers must be a list of tactic ids"),
        ('covers = ["urgency"]', 'covers = "urgency"', "covers must be a list"),
        ("scale = 2", "scale = 0", "scale must be between"),
        ("scale = 2", "scale = -1.0", "scale must be between"),
        ("bias = -1.0", "bias = nan", "bias must be between"),
        ("bias = -1.0", "bias = inf", "bias must be between"),
        ("threshold = 0.5", "threshold = 1.5", "threshold must be between 0 and 1"),
        ("trained_on = 100", "trained_on = -1", "trained_on must be between"),
        ("recall_low = 0.4", "recall_low = 0.55", "recall must lie between"),
        ("recall_high = 0.6", "recall_high = 0.45", "recall must lie between"),
        ("false_alarm_rate = 0.01", 'false_alarm_rate = "low"', "false_alarm_rate must be a number"),
        ("notice_only = true", "notice_only = 1", "notice_only must be true or false"),
        ("notice_only = true", "notice_onyl = true", "did you mean 'notice_only'?"),
    ],
)
def test_every_fault_is_one_line_with_the_file_and_the_place(tmp_path: Path, old: str, new: str, why: str) -> None:
    assert old in TEXT
    with pytest.raises(ModelError) as caught:
        load(tmp_path, TEXT.replace(old, new, 1) if old != "[[output]]" else TEXT.replace(old, new))
    line = caught.value.line()
    assert why in line
    assert str(tmp_path / "manifest.toml") in line
    assert "\n" not in line
    assert caught.value.hint


@pytest.mark.parametrize("kind", ["missing", "directory", "binary", "huge", "empty", "latin-1"])
def test_a_file_that_is_no_manifest_is_one_line(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "manifest.toml"
    if kind == "directory":
        path.mkdir()
    elif kind != "missing":
        contents = {"binary": bytes(range(256)), "huge": b"#" * 2_000_000, "empty": b"", "latin-1": b'a = "\xe9"'}
        path.write_bytes(contents[kind])
    with pytest.raises(ModelError) as caught:
        load_manifest(path)
    assert str(path) in caught.value.line()
    assert "\n" not in caught.value.line()


@settings(steady, max_examples=60)
@given(st.integers(0, len(TEXT) - 1), st.characters(codec="ascii"))
def test_a_changed_character_gives_a_manifest_or_a_model_error(
    tmp_path_factory: pytest.TempPathFactory, place: int, letter: str
) -> None:
    folder = tmp_path_factory.mktemp("mutant")
    with contextlib.suppress(ModelError):
        load(folder, TEXT[:place] + letter + TEXT[place + 1 :])


def test_scores_are_calibrated_and_take_the_worst_window(tmp_path: Path) -> None:
    manifest = load(tmp_path, TEXT)
    logits = np.array([[0.5, -3, 1], [2.0, 0, -1]], np.float32)

    def sigmoid(value: float) -> float:
        return 1 / (1 + math.exp(-value))

    scores = manifest.scores(logits, SHORT)
    assert list(scores) == ["risk", "pressure", "urgency"]
    assert scores["risk"] == pytest.approx(sigmoid(2 * 2.0 - 1), abs=1e-6)
    assert scores["pressure"] == pytest.approx(0.5, abs=1e-6)
    assert scores["urgency"] == pytest.approx(sigmoid(1), abs=1e-6)
    windows = manifest.window_scores(logits, SHORT)
    assert windows.shape == (2, 3)
    assert windows.dtype == np.float32
    assert windows[0, 0] == pytest.approx(sigmoid(0), abs=1e-6)


def test_a_stratum_shifts_the_score_of_its_own_messages_alone(tmp_path: Path) -> None:
    text = TEXT + "shift = { incoming = [0.0, 0.5, -1.0], ai_output = [2.0, 0.0, 0.0] }\n"
    manifest = load(tmp_path, text)
    shifted = manifest.outputs[-1]
    logits = np.zeros((1, 3), np.float32)
    for channel, length, shift in (
        (Channel.INCOMING, Length.SHORT, 0.0),
        (Channel.INCOMING, Length.MEDIUM, 0.5),
        (Channel.INCOMING, Length.LONG, -1.0),
        (Channel.AI_OUTPUT, Length.SHORT, 2.0),
    ):
        scores = manifest.scores(logits, Stratum(channel, length))
        assert scores[shifted.label] == pytest.approx(1 / (1 + math.exp(-shifted.bias - shift)), abs=1e-6)
        assert scores["risk"] == manifest.scores(logits, SHORT)["risk"]


def test_overall_risk_counts_the_message_and_its_strongest_tactics(tmp_path: Path) -> None:
    manifest = load(tmp_path, TEXT)
    assert manifest.overall({}) == 0.0
    assert manifest.overall({"risk": 0.8}) == pytest.approx(0.8)
    assert manifest.overall({"risk": 0.5, "urgency": 0.5}) == pytest.approx(0.5)
    assert 0.5 < manifest.overall({"risk": 0.5, "urgency": 0.9}) < 0.9
    assert manifest.overall({"risk": 0.5, "urgency": 0.9, "pressure": 1.0}) == manifest.overall(
        {"risk": 0.5, "urgency": 0.9}
    )
    assert 0.999 < manifest.overall({"risk": 1.0, "urgency": 1.0}) < 1.0


@pytest.mark.parametrize(
    "shift",
    [
        "{ incoming = [0.0, 0.0] , ai_output = [0.0, 0.0, 0.0] }",
        "{ incoming = [0.0, 0.0, 0.0] }",
        "{ incoming = [0.0, 0.0, 1e9], ai_output = [0.0, 0.0, 0.0] }",
        "{ incoming = [0.0, 0.0, nan], ai_output = [0.0, 0.0, 0.0] }",
        "{ incoming = [0.0, 0.0, 0.0], ai_output = [0.0, 0.0, 0.0], sms = [0.0, 0.0, 0.0] }",
        "[0.0]",
    ],
)
def test_a_shift_that_is_not_one_number_a_stratum_is_refused(tmp_path: Path, shift: str) -> None:
    with pytest.raises(ModelError, match="shift"):
        load(tmp_path, TEXT + f"shift = {shift}\n")


@pytest.mark.parametrize(("characters", "length"), [(0, 0), (159, 0), (160, 1), (599, 1), (600, 2), (10**7, 2)])
def test_length_alone_decides_the_stratum(characters: int, length: int) -> None:
    assert stratum_of(Channel.INCOMING, characters) == Stratum(Channel.INCOMING, Length(length))


def test_scores_of_no_window_are_empty(tmp_path: Path) -> None:
    assert load(tmp_path, TEXT).scores(np.empty((0, 3), np.float32), SHORT) == {}


def test_scores_of_extreme_logits_stay_between_0_and_1(tmp_path: Path) -> None:
    scores = load(tmp_path, TEXT).window_scores(np.array([[1e30, -1e30, 0]], np.float32), SHORT)
    assert scores.tolist() == [[1, 0, 0.5]]


@pytest.mark.parametrize(
    ("tactic", "label"),
    [("urgency", "urgency"), ("threat", "pressure"), ("pressure", "pressure"), ("risk", "risk"), ("guilt", None)],
)
def test_a_tactic_is_spoken_for_by_its_own_output_else_by_its_group(
    tmp_path: Path, tactic: str, label: str | None
) -> None:
    output = load(tmp_path, TEXT).output_for(tactic)
    assert (output.label if output else None) == label


def test_columns_are_found_by_label_whatever_the_models_order(tmp_path: Path) -> None:
    manifest = load(tmp_path, TEXT)
    assert manifest.columns(["e1", "urgency", "e0", "extra", "risk", "pressure"]) == ([4, 5, 1], [2, 0])


def test_a_model_without_a_named_output_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no output 'e1'"):
        load(tmp_path, TEXT).columns(["risk", "pressure", "urgency", "e0"])
