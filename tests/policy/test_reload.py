"""A program that goes on running is in step with the files, whatever way they are saved, and never with half of one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from policy_builders import REPOSITORY, a_bank, a_manifest, a_policy, unit_rows
from test_examples import MODEL, SeededEncoder

from guardian.events import Event, Observer, PoliciesChanged, PolicyProblem, ignore
from guardian.explanation import Explainer
from guardian.gate import Gate, Rules
from guardian.message import Message
from guardian.policy.base import Policy
from guardian.policy.examples import ExampleRows
from guardian.policy.load import PolicySet, load_policy_file, policy_set_sha256
from guardian.policy.match import Matcher
from guardian.policy.reload import Reloader
from guardian.policy.standing import policies_in_force
from guardian.policy.starter import MARKER
from guardian.policy.watch import folders_of
from guardian.reading.limits import Limits
from guardian.recording import NoRecord
from guardian.settings import Settings, load_settings

LONGEST_WAIT_S = 30
"""Ends a wait that will never end; measures nothing."""
LONGER_THAN_A_DEBOUNCE_S = 0.5


def text_of(title: str, *, id: str = "mine", examples: int = 3) -> str:
    """A policy whose every part names its title: cut off between two examples it would be a policy still."""
    rows = "".join(f'\n[[examples]]\ntext = "{title} {n} {"x" * 80}"\nflag = true\n' for n in range(examples))
    return (
        f'id = "{id}"\ntitle = "{title}"\nwhy = "{title}"\nsince = 2026-11-21\nchannels = ["incoming"]\n'
        f'severity = "low"\naction = "warn"\nstatus = "active"\n{rows}'
    )


class Following:
    """What a program that follows the policies has seen."""

    def __init__(self, settings: Settings) -> None:
        self.settings, self.folder = settings, settings.policies_dir
        self.used: list[PolicySet] = []
        self.events: list[Event] = []

    def use(self, policies: PolicySet, _observer: Observer) -> None:
        self.used.append(policies)

    @property
    def titles(self) -> list[str]:
        return sorted(policy.title for policy in self.used[-1].policies)

    @property
    def problems(self) -> tuple[str, ...]:
        told = [event.problems for event in self.events if isinstance(event, PoliciesChanged)]
        return told[-1] if told else ()

    @contextmanager
    def running(self) -> Iterator[Following]:
        reloader = Reloader(self.settings, self.events.append)
        self.used.append(reloader.read())
        with reloader.following(self.use, lambda: None):
            yield self

    def until(self, is_so: Callable[[], object], what: str) -> None:
        give_up = time.monotonic() + LONGEST_WAIT_S
        while not is_so():
            assert time.monotonic() < give_up, f"never came: {what}; in force: {self.titles}; {self.problems}"
            time.sleep(0.01)

    def until_titles(self, *titles: str) -> None:
        self.until(lambda: self.titles == sorted(titles), f"{titles}")


@pytest.fixture(params=["own", "borrowed"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """The owner's own folder, with its state; and one that was named for this run, without."""
    home, folder = tmp_path / "home", tmp_path / "named"
    flags = {"policies_dir": str(folder)} if request.param == "borrowed" else {}
    made = load_settings({"GUARDIAN_HOME": str(home)}, flags)
    made.policies_dir.mkdir(parents=True)
    (made.policies_dir / MARKER).touch()  # no starter policies
    (made.policies_dir / "mine.toml").write_text(text_of("first"))
    return made


@pytest.fixture
def own(tmp_path: Path) -> Settings:
    made = load_settings({"GUARDIAN_HOME": str(tmp_path / "home")}, {})
    made.policies_dir.mkdir(parents=True)
    (made.policies_dir / MARKER).touch()  # no starter policies
    (made.policies_dir / "mine.toml").write_text(text_of("first"))
    return made


def truncate_and_write(path: Path, text: str) -> None:
    path.write_text(text)


def rename_over(path: Path, text: str) -> None:
    (path.parent / f".{path.name}.new").write_text(text)
    (path.parent / f".{path.name}.new").replace(path)


def backup_and_write(path: Path, text: str) -> None:
    """As vim does: for a moment there is no such file."""
    path.rename(f"{path}~")
    path.write_text(text)
    Path(f"{path}~").unlink()


def in_place(path: Path, text: str) -> None:
    with path.open("r+") as file:
        file.write(text)
        file.truncate()


def slowly(path: Path, text: str) -> None:
    """Held open, half of it written, for longer than the files are waited for to be quiet."""
    with path.open("w") as file:
        file.write(text[: text.index("\n[[examples]]", 300)])
        file.flush()
        time.sleep(LONGER_THAN_A_DEBOUNCE_S)
        file.write(text[text.index("\n[[examples]]", 300) :])


def piece_by_piece(path: Path, text: str) -> None:
    """Opened and closed again for every piece."""
    path.write_text("")
    for start in range(0, len(text), len(text) // 4 + 1):
        time.sleep(0.05)
        with path.open("a") as file:
            file.write(text[start : start + len(text) // 4 + 1])


@pytest.mark.parametrize(
    "save",
    [truncate_and_write, rename_over, backup_and_write, in_place, slowly, piece_by_piece],
    ids=lambda f: f.__name__,
)
def test_whichever_way_a_file_is_saved_it_takes_force_and_no_half_of_it(
    settings: Settings, save: Callable[[Path, str], None]
) -> None:
    with Following(settings).running() as following:
        for number in range(3):
            save(settings.policies_dir / "mine.toml", text_of(f"edit {number}"))
            following.until_titles(f"edit {number}")
    seen = [policy for each in following.used for policy in each.policies]
    assert all(len(policy.examples) == 3 for policy in seen), "half a file was in force"
    assert all(len(each.policies) == 1 for each in following.used), "for a moment the policy was gone"


def test_new_renamed_and_deleted_files_are_followed(settings: Settings) -> None:
    folder = settings.policies_dir
    with Following(settings).running() as following:
        (folder / "other.toml").write_text(text_of("second", id="other"))
        following.until_titles("first", "second")
        (folder / "other.toml").rename(folder / "another.toml")
        following.until(
            lambda: {file.path.name for file in following.used[-1].files} == {"mine.toml", "another.toml"},
            "the new name",
        )
        assert following.titles == ["first", "second"]
        (folder / "another.toml").unlink()
        following.until_titles("first")


def test_a_broken_file_keeps_its_last_good_version_until_it_is_mended(settings: Settings) -> None:
    path = settings.policies_dir / "mine.toml"
    with Following(settings).running() as following:
        path.write_text("id = \n")
        following.until(lambda: following.problems, "the problem")
        assert following.titles == ["first"]
        assert "its last good version" in following.problems[0]
        assert "mine.toml:1:" in following.problems[1]
        path.write_text(text_of("mended"))
        following.until_titles("mended")
        following.until(lambda: not following.problems, "the news that it is mended")


def test_a_program_that_starts_on_a_broken_file_says_so_and_takes_it_when_it_is_mended(settings: Settings) -> None:
    (settings.policies_dir / "mine.toml").write_text("no policy")
    with Following(settings).running() as following:
        assert any(isinstance(event, PolicyProblem) for event in following.events)
        assert following.titles == []
        (settings.policies_dir / "mine.toml").write_text(text_of("mended"))
        following.until_titles("mended")


def test_what_changes_no_policy_changes_nothing(settings: Settings) -> None:
    path = settings.policies_dir / "mine.toml"
    with Following(settings).running() as following:
        path.write_text("# a remark\n" + text_of("first"))
        path.touch()
        (settings.policies_dir / "other.toml").write_text(text_of("second", id="other"))
        following.until_titles("first", "second")
        assert len(following.used) == 2


@pytest.mark.parametrize("save", [truncate_and_write, rename_over, backup_and_write], ids=lambda f: f.__name__)
def test_a_dotfile_behind_links_is_followed(
    settings: Settings, tmp_path: Path, save: Callable[[Path, str], None]
) -> None:
    real, dotfiles = tmp_path / "real", tmp_path / "dotfiles"
    real.mkdir()
    dotfiles.mkdir()
    path = real / "kept-elsewhere.txt"
    path.write_text(text_of("first"))
    (dotfiles / "mine.toml").symlink_to("../real/kept-elsewhere.txt")
    (settings.policies_dir / "mine.toml").unlink()
    (settings.policies_dir / "mine.toml").symlink_to(dotfiles / "mine.toml")
    assert {real, dotfiles, settings.policies_dir} <= folders_of(settings.policies_dir).keys()
    with Following(settings).running() as following:
        save(path, text_of("changed"))
        following.until_titles("changed")
        (real / "other.txt").write_text(text_of("retargeted"))
        (dotfiles / "new").symlink_to("../real/other.txt")
        (dotfiles / "new").replace(dotfiles / "mine.toml")
        following.until_titles("retargeted")
        save(real / "other.txt", text_of("changed again"))
        following.until_titles("changed again")


def test_a_folder_that_is_a_link_is_followed(settings: Settings, tmp_path: Path) -> None:
    aside = tmp_path / "aside"
    settings.policies_dir.rename(aside)
    settings.policies_dir.symlink_to(aside)
    with Following(settings).running() as following:
        (aside / "mine.toml").write_text(text_of("behind the link"))
        following.until_titles("behind the link")


@pytest.mark.parametrize("settings", ["borrowed"], indirect=True)
def test_a_folder_that_went_leaves_in_force_what_was_and_may_come_back(settings: Settings, tmp_path: Path) -> None:
    folder = settings.policies_dir
    with Following(settings).running() as following:
        folder.rename(tmp_path / "aside")
        following.until(lambda: following.problems, "the folder's absence")
        assert "no such file or directory" in following.problems[0]
        assert following.titles == ["first"]
        folder.mkdir()
        (folder / "mine.toml").write_text(text_of("anew"))
        following.until_titles("anew")
        (folder / "mine.toml").write_text(text_of("anew again"))
        following.until_titles("anew again")
        assert not following.problems


def test_a_failure_is_told_and_is_not_the_end(settings: Settings) -> None:
    following = Following(settings)
    failing = True

    def use(policies: PolicySet, observer: Observer) -> None:
        if failing:
            raise RuntimeError("words of a message")
        following.use(policies, observer)

    following.use = use  # type: ignore[method-assign]
    following_use = Following.use.__get__(following)
    with following.running():
        (settings.policies_dir / "mine.toml").write_text(text_of("second"))
        following.until(lambda: following.problems, "the failure")
        assert "internal error (RuntimeError)" in following.problems[0]
        assert "words of a message" not in "".join(following.problems)
        failing = False
        following.use = following_use  # type: ignore[method-assign]
        (settings.policies_dir / "mine.toml").write_text(text_of("third"))
        following.until_titles("third")


def test_a_second_terminal_has_the_same_policies(
    own: Settings, run_guardian: Callable[..., subprocess.CompletedProcess[bytes]]
) -> None:
    home = {"GUARDIAN_HOME": str(own.policies_dir.parent.parent)}
    with Following(own).running() as following:
        for number, text in enumerate((text_of("second"), "broken", text_of("third"))):
            (own.policies_dir / "mine.toml").write_text(text)
            (own.policies_dir / f"new-{number}.toml").write_text(text_of(f"new {number}", id=f"new-{number}"))
            following.until(lambda number=number: f"new {number}" in following.titles, "the new policy")  # type: ignore[misc]
            done = run_guardian("policy", "list", "--json", env=home)
            assert (
                json.loads(done.stdout)["policy_set"]
                == following.used[-1].sha256
                == policies_in_force(own).policies.sha256
            )


def test_nothing_is_missed_between_reading_and_following(settings: Settings) -> None:
    following = Following(settings)
    reloader = Reloader(settings, following.events.append)
    following.used.append(reloader.read())
    (settings.policies_dir / "mine.toml").write_text(text_of("in between"))
    with reloader.following(following.use, lambda: None):
        following.until_titles("in between")


WITHOUT_EVENTS = """
import sys, time
from pathlib import Path
from guardian.policy.reload import Reloader
from guardian.settings import load_settings
Path("/proc/sys/user/max_inotify_instances").write_text("0")
settings = load_settings({"GUARDIAN_HOME": sys.argv[1]}, {})
told = []
reloader = Reloader(settings, told.append)
print("in force:", [policy.title for policy in reloader.read().policies], flush=True)
used = []
with reloader.following(lambda policies, _: used.append(policies), lambda: None):
    while not told:
        time.sleep(0.01)
    print(told[0].line, flush=True)
    while not used:
        time.sleep(0.01)
    print("in force:", [policy.title for policy in used[-1].policies], flush=True)
"""


def test_where_the_system_gives_no_events_files_are_polled_and_that_is_said(own: Settings) -> None:
    home = str(own.policies_dir.parent.parent)
    command = ["unshare", "--user", "--map-root-user", sys.executable, "-c", WITHOUT_EVENTS, home]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=REPOSITORY)
    assert child.stdout is not None
    try:
        first = child.stdout.readline()
        if not first:
            pytest.skip("this system lets nobody have a user namespace of their own, so events can't be taken away")
        assert first == "in force: ['first']\n"
        assert "are looked for every 0.5 s: the system gives no events" in child.stdout.readline()
        (own.policies_dir / "mine.toml").write_text(text_of("polled"))
        assert child.stdout.readline() == "in force: ['polled']\n"
        assert child.wait(LONGEST_WAIT_S) == 0
    finally:
        child.kill()
        child.communicate()


def test_a_file_that_is_being_written_is_waited_for(tmp_path: Path) -> None:
    path, text = tmp_path / "mine.toml", text_of("whole")
    path.write_text(text)
    with path.open("w") as file:
        file.write(text[:300])
        file.flush()
        rest = threading.Timer(0.3, lambda: (file.write(text[300:]), file.close()))
        rest.start()
        loaded = load_policy_file(path)
        rest.join()
    assert loaded.source is not None
    assert loaded.source.text == text


def test_a_file_that_is_held_open_and_left_alone_is_read(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text_of("old"))
    with path.open("a"):
        os.utime(path, (1, 1))
        assert load_policy_file(path).policy is not None


# What a change costs


def test_one_changed_example_among_4000_costs_one_pass_and_no_work_on_the_cache(tmp_path: Path) -> None:
    def policies(changed: str) -> list[Policy]:
        texts = [[f"policy {p} example {n}" for n in range(20)] for p in range(200)]
        texts[77][3] = changed
        return [a_policy(id=f"p{number}", flag=each) for number, each in enumerate(texts)]

    encoder, cache = SeededEncoder(), tmp_path / "examples.cache"
    rows = ExampleRows(encoder, cache, ignore, model_sha256=MODEL)
    rows.of(policies("as it was"))
    rows.save()
    assert len(encoder.asked) == 4_000
    encoder.asked.clear()
    before = cache.stat()
    cache.chmod(0)  # nobody could read it now, were it read
    assert len(rows.of(policies("as it is now"))) == 4_000
    assert encoder.asked == ["as it is now"]
    assert (cache.stat().st_ino, cache.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    rows.save()
    again = SeededEncoder()
    ExampleRows(again, cache, ignore, model_sha256=MODEL).of(policies("as it is now"))
    assert again.asked == [], "what was learnt is in the file, written behind"


def test_what_is_taken_over_from_an_earlier_matcher_is_what_would_be_worked_out() -> None:
    bank, manifest = a_bank(), a_manifest()
    texts = [f"example {number}" for number in range(12)]
    rows = dict(zip(texts, unit_rows(len(texts), 3), strict=True))
    before = [a_policy(id=f"p{n}", flag=texts[n : n + 2], fine=texts[6 + n : 7 + n]) for n in range(5)]
    after = [
        before[0],
        a_policy(id="p1", flag=texts[3:5]),
        a_policy(id="p2", flag=texts[2:4], fine=texts[8:9], rarity=50),
        a_policy(id="p3", flag=texts[3:5], fine=texts[9:10], title="Another title"),
        a_policy(id="new", flag=texts[:1]),
    ]
    earlier = Matcher(before, manifest, bank, rows)
    taken, fresh = Matcher(after, manifest, bank, rows, earlier=earlier), Matcher(after, manifest, bank, rows)
    for row in unit_rows(20, 5):
        assert taken._probe is not None
        assert fresh._probe is not None
        assert taken._probe.read(row[None]) == fresh._probe.read(row[None])
    kept = {name for name, fit in taken._probe._fits.items() if fit is earlier._probe._fits.get(name)}  # type: ignore[union-attr]
    assert kept == {"p0", "p3"}


# The switch


def rules_of(policies: Sequence[Policy], encoder: SeededEncoder) -> Rules:
    manifest = a_manifest()
    matcher = Matcher(policies, manifest, None, {})
    return Rules(matcher, Explainer(encoder, manifest, matcher), policy_set_sha256(policies))


class FiveOutputs(SeededEncoder):
    """An encoder with as many outputs as the manifest says."""

    def submit(self, texts: Sequence[str]):  # type: ignore[no-untyped-def]  # as in `SeededEncoder`
        from dataclasses import replace

        answer = super().submit(texts)
        encoding = answer.result()
        answer = type(answer)()
        answer.set_result(replace(encoding, logits=np.full((len(texts), 5), -9.0, np.float32)))
        return answer


def test_a_message_is_judged_wholly_by_one_set_and_its_verdict_names_it() -> None:
    encoder = FiveOutputs()
    sets = [
        rules_of([a_policy(id=f"{name}-{number}", patterns=["gift"]) for number in range(5)], encoder)
        for name in ("even", "odd")
    ]
    of_set = {sets[0].policy_set: "even", sets[1].policy_set: "odd"}
    gate = Gate(
        encoder=encoder,
        manifest=a_manifest(),
        detectors=(),
        vetoes=(),
        rules=sets[0],
        limits=Limits(),
        recorder=NoRecord(),
    )
    is_done = threading.Event()

    def swap() -> None:
        turn = 0
        while not is_done.is_set():
            turn += 1
            gate.use(sets[turn % 2])

    swapping = threading.Thread(target=swap)
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    swapping.start()
    try:
        verdicts = [each.verdict for each in gate.screen_all(Message(b"gift cards", id=str(n)) for n in range(300))]
    finally:
        is_done.set()
        swapping.join()
        sys.setswitchinterval(before)
    assert {of_set[verdict.policy_set] for verdict in verdicts} == {"even", "odd"}, "it was never swapped"
    for verdict in verdicts:
        name = of_set[verdict.policy_set]
        assert [match.id for match in verdict.policies] == [f"{name}-{number}" for number in range(5)]
        assert {finding.tactic for finding in verdict.findings} == {f"policy:{name}-{number}" for number in range(5)}
