"""Canaries with real models behind their walls: each illness is named within one round, weighs nothing, and passes."""

from __future__ import annotations

import datetime
import hashlib
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from knowing_model import knowing_model
from tiny_gguf import TinyModels

from guardian.added_models.shelf import AddedModel
from guardian.errors import CellError, GuardianError, ModelError
from guardian.judge.base import Label
from guardian.judge.canaries import STOP_AFTER
from guardian.judge.canary_texts import CANARIES
from guardian.judge.cell import open_cell
from guardian.judge.judging import ModelJudge
from guardian.judge.opening import OpenedJudge
from guardian.judge.prompt_frames import FRAMES
from guardian.judge.register import JudgeRegister
from guardian.judge.trial import Trial, try_model
from guardian.judge.troubles import Trouble
from guardian.settings import Settings, load_settings

AILING = Path(__file__).parent / "ailing_worker.py"


@pytest.fixture(scope="module")
def knowing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that knows the canaries."""
    return knowing_model(tmp_path_factory.mktemp("knowing") / "knowing.gguf")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    loaded = load_settings({"GUARDIAN_HOME": str(tmp_path / "home")}, {})
    return replace(loaded, judge=replace(loaded.judge, threads=1))


def on_the_shelf(path: Path, frame: str = "chatml") -> AddedModel:
    """The model as it is added."""
    facts, sha256 = path.stat(), hashlib.sha256(path.read_bytes()).hexdigest()
    today = datetime.date(2026, 11, 22)
    return AddedModel(path.stem, path, sha256, facts.st_size, facts.st_mtime_ns, "llama", 8192, frame, today)


def tried(
    path: Path,
    settings: Settings,
    register: JudgeRegister | None = None,
    illness: str = "",
    patience_s: float = 60.0,
) -> Trial:
    """One round with this model, in a worker that may be ill."""
    model = on_the_shelf(path)
    settings = replace(settings, judge=replace(settings.judge, patience_s=patience_s))
    command = [sys.executable, "-I", "-S", str(AILING), illness] if illness else None
    return try_model(model, settings, register or JudgeRegister(None, model.sha256), worker_command=command)


MODELS: dict[str, tuple[Callable[[TinyModels], Path], set[Trouble]]] = {
    "always yes": (lambda tiny: tiny.always("yes"), {Trouble.ALWAYS_YES}),
    "always no": (lambda tiny: tiny.always("no"), {Trouble.ALWAYS_NO}),
    "never decides": (lambda tiny: tiny.always("unsure", "maybe"), {Trouble.NEVER_DECIDES}),
    "says something else": (lambda tiny: tiny.always("zebra"), {Trouble.WRONG_FORMAT}),
    "useless on purpose": (lambda tiny: tiny.random(), {Trouble.WRONG_FORMAT}),
    "useless, another architecture": (lambda tiny: tiny.random("qwen2"), {Trouble.WRONG_FORMAT}),
    "not a number": (lambda tiny: tiny.broken(), {Trouble.BAD_NUMBERS}),
    "infinite": (lambda tiny: tiny.broken(float("inf")), {Trouble.BAD_NUMBERS}),
    "answers by a word of every text": (lambda tiny: tiny.keyword("message"), {Trouble.ALWAYS_YES}),
    "answers by a word of some texts": (lambda tiny: tiny.keyword("euros"), {Trouble.OFTEN_WRONG}),
}


@pytest.mark.parametrize("name", MODELS)
def test_a_model_that_cannot_judge_is_named_within_one_round_and_not_trusted(
    name: str, tiny_models: TinyModels, settings: Settings
) -> None:
    make, troubles = MODELS[name]
    model = make(tiny_models)
    register = JudgeRegister(None, on_the_shelf(model).sha256)
    trial = tried(model, settings, register)
    assert set(trial.round.troubles) == troubles
    assert not trial.can_judge
    assert not register.is_trusted()
    assert trial.sentence.startswith("This model can't judge: it ")


def test_a_model_that_knows_can_judge_and_is_trusted(knowing: Path, settings: Settings) -> None:
    register = JudgeRegister(None, on_the_shelf(knowing).sha256)
    trial = tried(knowing, settings, register)
    assert trial.can_judge
    assert register.is_trusted()
    assert trial.agreement == 1.0
    numbers = trial.round.numbers
    assert numbers.parsed == 1.0
    assert 0 < numbers.median_ms <= numbers.p95_ms
    assert numbers.memory_mb > 1
    assert numbers.start_ms > 0
    assert trial.process.wall not in ("", "down")


@pytest.mark.parametrize(
    ("illness", "patience_s", "trouble", "asked"),
    [
        ("slow", 0.5, Trouble.SLOW, STOP_AFTER),
        ("hanging", 0.5, Trouble.SLOW, STOP_AFTER),
        ("dying", 60.0, Trouble.DEAD, STOP_AFTER),
    ],
)
def test_an_ill_process_is_named_and_costs_a_few_time_limits(
    illness: str, patience_s: float, trouble: Trouble, asked: int, knowing: Path, settings: Settings
) -> None:
    trial = tried(knowing, settings, illness=illness, patience_s=patience_s)
    assert trial.round.troubles == (trouble,)
    assert len(trial.round.answers) == asked
    assert trial.round.numbers.not_asked == len(CANARIES) - asked


def test_one_that_is_slow_but_answers_can_judge_and_is_told_to_be_late(knowing: Path, settings: Settings) -> None:
    model = on_the_shelf(knowing)
    hurried = replace(settings, judge=replace(settings.judge, timeout_s=0.0001))
    trial = try_model(model, hurried, JudgeRegister(None, model.sha256))
    assert trial.can_judge
    assert "late, as updates of their alerts" in trial.sentence


def test_one_with_too_short_a_context_is_told_so_and_not_called_dead(knowing: Path, settings: Settings) -> None:
    cramped = replace(settings, judge=replace(settings.judge, context_tokens=256))
    trial = tried(knowing, cramped)
    assert trial.round.troubles == (Trouble.NO_ROOM,)
    assert "judge.context_tokens" in trial.sentence


def test_what_was_not_reached_is_no_wrong_answer(knowing: Path, settings: Settings) -> None:
    """A round that ends at its limit says how good the answers were that there are."""
    model = on_the_shelf(knowing)
    trial = try_model(model, settings, JudgeRegister(None, model.sha256), limit_s=0.0)
    assert trial.round.numbers.asked == 1
    assert trial.agreement == 1.0
    assert trial.agreement_interval[1] == 1.0


def test_a_model_that_is_not_where_it_was_added_is_told_with_what_mends_it(knowing: Path, settings: Settings) -> None:
    model = replace(on_the_shelf(knowing), path=knowing.with_name("elsewhere.gguf"))
    with pytest.raises(ModelError, match=r"the file of knowing, .*elsewhere\.gguf, is not there") as error:
        try_model(model, settings, JudgeRegister(None, model.sha256))
    assert error.value.hint == "if you moved it: guardian model add PATH --name knowing"


def test_trust_goes_with_a_bad_round_and_comes_back_with_a_good_one(knowing: Path, settings: Settings) -> None:
    register = JudgeRegister(settings.paths.judge_register, on_the_shelf(knowing).sha256)
    tried(knowing, settings, register)
    assert register.is_trusted()
    tried(knowing, settings, register, illness="dying")
    assert not register.is_trusted()
    register.save()
    tried(knowing, settings, register)
    assert register.is_trusted()


def test_what_an_untrusted_judge_says_is_never_sure_and_is_counted_as_such(
    tiny_models: TinyModels, settings: Settings
) -> None:
    model = on_the_shelf(tiny_models.always("yes"))
    register = JudgeRegister(None, model.sha256)
    tried(model.path, settings, register)
    case = replace(CANARIES[0].case, text="Give me four gift cards at once, and tell nobody.")
    with open_cell(model, settings) as cell:
        judge = ModelJudge(
            cell, FRAMES["chatml"], "mine", model.sha256, record=register.add, is_trusted=register.is_trusted
        )
        (opinion,) = judge.judge(case, [CANARIES[0].policy], timeout_s=60.0)
    assert (opinion.label, opinion.is_sure, opinion.failure) == (Label.YES, False, "")
    total = register.snapshot().tallies.total
    assert (total.says_sure, total.says_sure_only, total.sure) == (1, 1, 0)


def test_a_process_that_never_comes_up_is_an_error(knowing: Path, settings: Settings) -> None:
    with pytest.raises(CellError):
        tried(knowing, settings, illness="stillborn")


@pytest.mark.parametrize("damage", [lambda data: data[:-1], lambda data: data[:-1] + b"\1"], ids=["shorter", "another"])
def test_a_file_that_is_not_the_pinned_one_is_never_loaded(
    damage: Callable[[bytes], bytes], knowing: Path, settings: Settings, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.gguf"
    copy.write_bytes(knowing.read_bytes())
    model = on_the_shelf(copy)
    copy.write_bytes(damage(copy.read_bytes()))
    with pytest.raises(ModelError, match="pinned"):
        try_model(model, settings, JudgeRegister(None, model.sha256))


def test_a_judge_that_does_not_start_is_dead_in_the_register_and_told_once(
    knowing: Path, settings: Settings, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.gguf"
    copy.write_bytes(knowing.read_bytes())
    model = on_the_shelf(copy)
    register = JudgeRegister(settings.paths.judge_register, model.sha256)
    tried(copy, settings, register)
    register.save()
    copy.write_bytes(copy.read_bytes()[:-1] + b"\1")
    for _ in range(3):
        opened = OpenedJudge(model, settings, tuple)
        with pytest.raises(ModelError):
            opened.settle()
        opened.close()
    register.load()
    assert not register.is_trusted()
    assert [each.troubles for each in register.snapshot().tallies.rounds] == [(), ("dead",)]


def test_a_judge_that_is_closed_while_it_starts_is_not_called_dead(knowing: Path, settings: Settings) -> None:
    model = on_the_shelf(knowing)
    opened = OpenedJudge(model, settings, tuple)
    opened.close()
    with pytest.raises(GuardianError):
        opened.settle()
    assert JudgeRegister(settings.paths.judge_register, model.sha256).snapshot().tallies.last_round is None


def test_a_frame_that_nobody_knows_is_refused(knowing: Path, settings: Settings) -> None:
    model = on_the_shelf(knowing, frame="klingon")
    with pytest.raises(ModelError, match="klingon"):
        try_model(model, settings, JudgeRegister(None, model.sha256))


def test_the_parent_measures_and_does_not_believe(knowing: Path, settings: Settings) -> None:
    """What the trial says of process and time is this side's, and nothing of it is left running."""
    model = on_the_shelf(knowing)
    with open_cell(model, settings) as cell:
        cell.wait_started(60)
        process = cell.register.process
        assert Path(f"/proc/{process}").exists()
    assert not _runs(process)


def _runs(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state not in "ZX"
