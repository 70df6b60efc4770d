"""Versions of a pack follow one another, never back, and what their owner changed is kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from pack_rig import (
    CASES,
    RUSH,
    SECOND,
    a_key,
    a_manifest,
    amendments,
    change,
    installed,
    own_settings,
    pack,
    pack_of,
    policies_folder,
    policy,
    refusal,
    signed,
    write_folder,
)

from guardian.exits import ExitCode
from guardian.message import Channel
from guardian.packs.base import MANIFEST, sha256_of
from guardian.packs.golden import GoldenCase
from guardian.packs.installed import read_installed
from guardian.packs.pack import open_pack
from guardian.policy.base import Status
from guardian.policy.life.standing import policies_in_force
from guardian.policy.load import load_policies
from guardian.verdict import Action

pytestmark = pytest.mark.usefixtures("shared_cell")
Capture = pytest.CaptureFixture[str]


# --- versions -----------------------------------------------------------------------------------------------------


def test_the_next_version_is_shown_as_a_difference_and_recorded(first: Path, second: Path, capsys: Capture) -> None:
    pack("install", first, "--yes")
    capsys.readouterr()
    pack("update", second, "--yes")
    shown = capsys.readouterr().out
    assert '-text = "Buy four gift cards' in shown
    assert '+text = "Buy five gift cards' in shown
    assert policy().examples[0].text.startswith("Buy five")
    assert [each.how for each in amendments()] == ["pack", "pack"]
    assert "already" in refusal("install", first, "--yes")


def test_a_pack_never_goes_back(first: Path, second: Path) -> None:
    pack("install", first, "--yes")
    pack("update", second, "--yes")
    assert "street-scams 1.1.0 is installed, and this is 1.0.0: a pack never goes back" in refusal("update", first)
    pack("remove", "street-scams", "--yes")
    assert not installed().exists()
    assert "1.1.0 was removed, and this is 1.0.0: a pack never goes back" in refusal("install", first)
    assert pack("install", second, "--yes") is ExitCode.CLEAN
    assert installed().exists()


@pytest.mark.parametrize(
    ("version", "before", "why"),
    [
        ("1.0.0", "", "a pack never goes back"),
        ("1.2.0", "", "does not follow that one"),
        ("1.2.0", "sha256:" + "0" * 64, "does not follow that one"),
        ("0.9.9", "the first", "a pack never goes back"),
    ],
)
def test_a_version_that_does_not_follow_is_refused(
    tmp_path: Path, key: Path, first: Path, version: str, before: str, why: str
) -> None:
    pack("install", first, "--yes")
    before = sha256_of((first / MANIFEST).read_bytes()) if before == "the first" else before
    files = pack_of(a_manifest(version=version, before=before), {"rush": SECOND})
    assert why in refusal("update", write_folder(tmp_path / "other", signed(files, key)), "--yes")
    assert policy().examples[0].text.startswith("Buy four")


@pytest.mark.parametrize("by", ["another key", "nobody"])
def test_the_same_version_cannot_be_taken_over_by_another_key(tmp_path: Path, first: Path, by: str) -> None:
    # Whoever signs the very same pack.toml again would else be its author from then on.
    pack("install", first, "--yes")
    files = pack_of()
    path = write_folder(tmp_path / "copy", signed(files, a_key(tmp_path, "other")) if by == "another key" else files)
    assert open_pack(path).sha256 == open_pack(first).sha256
    for action in ("install", "update"):
        line = refusal(action, path, "--unsigned", "--yes")
        assert ("signed with another key" if by == "another key" else "not signed") in line
    pack("remove", "street-scams", "--yes")
    assert "was removed, and this one is" in refusal("install", path, "--unsigned", "--yes")


@pytest.mark.parametrize("by", ["another key", "nobody"])
def test_another_key_or_none_cannot_go_on_with_a_pack(tmp_path: Path, first: Path, second: Path, by: str) -> None:
    pack("install", first, "--yes")
    files = {name: (second / name).read_bytes() for name in open_pack(second).manifest.files}
    files[MANIFEST] = (second / MANIFEST).read_bytes()
    if by == "another key":
        other = a_key(tmp_path, "other")
        pack("trust", f"{other}.pub", "--name", "bob", "--yes")  # trusted, and still not this pack's author
        files = signed(files, other)
    line = refusal("update", write_folder(tmp_path / "forged", files), "--unsigned", "--yes")
    assert ("signed with another key" if by == "another key" else "not signed") in line
    assert policy().examples[0].text.startswith("Buy four")


# --- what the owner changed ---------------------------------------------------------------------------------------


def test_what_the_owner_set_stays_and_new_words_go_on_trial_again(first: Path, second: Path, capsys: Capture) -> None:
    pack("install", first, "--yes")
    change('action = "notice"', 'action = "hold"')
    change('status = "test"', 'status = "active"')
    installed().write_text(installed().read_text() + '\n[senders]\nexcept = ["aunt@x.example"]\n')
    pack("update", second, "--yes")
    assert policy().senders_except == ("aunt@x.example",)
    assert policy().examples[0].text.startswith("Buy five")
    assert (policy().status, policy().action) == (Status.TEST, Action.NOTICE)
    shown = capsys.readouterr().out
    assert "its words change: back on trial (status test)" in shown
    assert "your action hold goes back to notice" in shown


def test_what_the_owner_set_stays_while_the_words_stay(tmp_path: Path, key: Path, first: Path) -> None:
    pack("install", first, "--yes")
    change('action = "notice"', 'action = "warn"')
    change('status = "test"', 'status = "active"')
    before = sha256_of((first / MANIFEST).read_bytes())
    same = write_folder(tmp_path / "same", signed(pack_of(a_manifest(version="1.0.1", before=before)), key))
    pack("update", same, "--yes")
    assert (policy().status, policy().action) == (Status.ACTIVE, Action.WARN)
    assert str(read_installed(own_settings().paths.config)["street-scams"].version) == "1.0.1"


@pytest.mark.parametrize("what", ["changed", "deleted", "broken"])
def test_words_of_the_owners_own_are_kept_and_told(first: Path, second: Path, capsys: Capture, what: str) -> None:
    pack("install", first, "--yes")
    if what == "deleted":
        installed().unlink()
    else:
        change("four gift cards", 'two "' if what == "broken" else "two gift cards")
    before = installed().read_text() if installed().exists() else None
    pack("update", second, "--yes")
    assert (installed().read_text() if installed().exists() else None) == before
    assert ("it stays deleted" if what == "deleted" else "your version is kept") in capsys.readouterr().out
    pack("update", second, "--replace", "--yes")
    assert policy().examples[0].text.startswith("Buy five")


def test_a_policy_whose_file_was_renamed_is_found_by_its_id(first: Path, second: Path) -> None:
    pack("install", first, "--yes")
    installed().rename(policies_folder() / "aunt.toml")
    pack("update", second, "--yes")
    assert policy().path.name == "aunt.toml"
    assert policy().examples[0].text.startswith("Buy five")


def test_a_policy_that_took_over_a_packs_file_is_its_owners(first: Path, second: Path, capsys: Capture) -> None:
    pack("install", first, "--yes")
    change('id = "street-scams--rush"', 'id = "my-own"')
    own = installed().read_text()
    capsys.readouterr()
    pack("update", second, "--yes")
    assert "holds another policy of yours, my-own: that stays" in capsys.readouterr().out
    assert installed().read_text() == own
    assert "holds another policy" in refusal("update", second, "--replace", "--yes")
    pack("remove", "street-scams", "--yes")
    assert installed().read_text() == own


def test_removing_leaves_what_its_owner_made_their_own(first: Path, capsys: Capture) -> None:
    pack("install", first, "--yes")
    change("four gift cards", "two gift cards")
    pack("remove", "street-scams", "--yes")
    assert policy().examples[0].text.startswith("Buy two")
    assert "it stays, as your own" in capsys.readouterr().out
    assert "no pack of the name" in refusal("remove", "street-scams", "--yes")


def test_a_policy_that_the_next_version_drops_goes(tmp_path: Path, key: Path) -> None:
    both = {"rush": RUSH, "other": RUSH.replace('id = "rush"', 'id = "other"')}
    cases = (*CASES, *(GoldenCase("other", case.text, case.match) for case in CASES))
    first = write_folder(tmp_path / "both", signed(pack_of(policies=both, golden=cases), key))
    pack("install", first, "--yes")
    before = sha256_of((first / MANIFEST).read_bytes())
    pack(
        "update",
        write_folder(tmp_path / "one", signed(pack_of(a_manifest(version="2.0.0", before=before)), key)),
        "--yes",
    )
    assert [each.id for each in load_policies(policies_folder()).policies if "--" in each.id] == ["street-scams--rush"]


def test_an_update_does_not_look_at_more_than_was_agreed_to(tmp_path: Path, key: Path, first: Path) -> None:
    pack("install", first, "--yes")
    before = sha256_of((first / MANIFEST).read_bytes())
    manifest = a_manifest(version="1.1.0", before=before, channels=(Channel.INCOMING, Channel.AI_OUTPUT))
    wider = RUSH.replace('["incoming"]', '["incoming", "ai_output"]')
    path = write_folder(tmp_path / "wider", signed(pack_of(manifest, {"rush": wider}), key))
    pack("update", path, "--yes")
    assert policy().channels == (Channel.INCOMING,)


def test_a_damaged_record_is_an_error_and_not_an_empty_one(first: Path) -> None:
    pack("install", first, "--yes")
    record = own_settings().paths.config / "packs.toml"
    for damage in ("x = ", "[packs.street-scams]\nversion = 1\n", "packs = 3\n", '[packs."../x"]\nversion = "1.0.0"\n'):
        record.write_text(damage)
        assert refusal("show").startswith(str(record))
        assert refusal("update", first, "--yes").startswith(str(record))


def test_a_cooling_off_holds_for_packs_too(first: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.setenv("GUARDIAN_POLICIES_COOLING_OFF_HOURS", "24")
    pack("install", first, "--yes")
    assert policies_in_force(own_settings()).pending == {}, "what is new is in force at once"
    pack("remove", "street-scams", "--yes")
    standing = policies_in_force(own_settings())
    assert "street-scams--rush" in [each.id for each in standing.policies.policies]
    assert "street-scams--rush: the earlier version stays in force" in capsys.readouterr().err


def test_a_trusted_packs_new_threshold_is_on_trial_like_new_words(tmp_path: Path, key: Path) -> None:
    pack("trust", f"{key}.pub", "--name", "ada", "--yes")
    one, two = (
        RUSH.replace("[match]", f'[match]\ntactics = ["urgency"]\nthresholds = {{ urgency = {threshold} }}')
        for threshold in (0.99, 0.98)
    )
    first = write_folder(tmp_path / "one", signed(pack_of(policies={"rush": one}), key))
    pack("install", first, "--active", "--yes")
    assert policy().status is Status.ACTIVE
    before = sha256_of((first / MANIFEST).read_bytes())
    manifest = a_manifest(version="1.1.0", before=before)
    pack("update", write_folder(tmp_path / "two", signed(pack_of(manifest, {"rush": two}), key)), "--yes")
    assert policy().match.thresholds == {"urgency": 0.98}
    assert policy().status is Status.TEST


def test_an_installation_that_was_cut_off_is_finished_by_running_it_again(first: Path) -> None:
    pack("install", first, "--yes")
    (own_settings().paths.config / "packs.toml").unlink()  # written last, so this is what is missing then
    pack("install", first, "--yes")
    assert list(read_installed(own_settings().paths.config)["street-scams"].policies) == ["rush"]
