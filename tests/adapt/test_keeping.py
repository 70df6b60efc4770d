"""What is in force is on disk and on record before it speaks, no number is used twice, and there is a way back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from adapt_journal import a_message, a_verdict, begun, settings_in
from adapt_rig import check_rows, manifest, scaled_rows

from guardian.adapt.effects import Change, Effects, HeldBack
from guardian.adapt.head import Anchors, PersonalHead
from guardian.adapt.keeping import apply_draft, go_back, head_key, head_records, switch_off, told_in_force
from guardian.adapt.learning import Draft, Learned
from guardian.adapt.versions import digest_of, load_version, read_in_force, save_version, versions_on_disk
from guardian.calibration.thresholds import fingerprint
from guardian.errors import AdaptError, OutputError
from guardian.journal.journal import Journal
from guardian.journal.record import Kind, Record
from guardian.journal.reports.past_verdict import past_verdict
from guardian.journal.verdict_record import verdict_record
from guardian.policy.life.amendments import read_amendments, versions_in

NAME = fingerprint(manifest())
EFFECTS = Effects(HeldBack(True, Change(1, 1, 0), Change(0, 0, 0)), None, Change(10, 1, 1))
LEARNED = Learned(6, 2, 5, 38, 42, {})


def a_head(version: int = 0) -> PersonalHead:
    anchors = Anchors(check_rows().embeddings[:2], scaled_rows()[:2], np.zeros(2, dtype=np.int32))
    return PersonalHead(version, anchors, np.array([-1.0, 0.5], dtype=np.float32))


A_DRAFT = Draft(a_head(), digest_of(a_head(), NAME), LEARNED, EFFECTS)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "heads"


def applied(folder: Path, journal: Journal, times: int = 1) -> None:
    for number in range(times):
        apply_draft(folder, journal, A_DRAFT, manifest(), f"reason {number + 1}")


def test_what_is_applied_is_in_force_and_on_record_with_its_reason_hash_and_effect(
    guardian_home: Path, folder: Path
) -> None:
    with begun(settings_in(guardian_home)) as journal:
        assert apply_draft(folder, journal, A_DRAFT, manifest(), "family jokes") == 1
        record = journal.entry(journal.size - 1).record
        head = load_version(folder, 1, NAME, head_key(journal))
    assert read_in_force(folder) == 1
    assert digest_of(head, NAME) == A_DRAFT.sha256
    assert isinstance(record, Record)
    assert record.kind is Kind.AMENDMENT
    facts = {name: record.body[name] for name in ("n", "how", "why", "sha256")}
    assert facts == {"n": 1, "how": "adapted", "why": "family jokes", "sha256": A_DRAFT.sha256}
    assert record.body["effects"] == EFFECTS.to_json()
    assert record.body["learned"] == LEARNED.to_json()


def test_a_change_of_the_head_is_no_change_of_a_policy(guardian_home: Path, folder: Path) -> None:
    with begun(settings_in(guardian_home)) as journal:
        applied(folder, journal)
        assert read_amendments(journal) == []
        assert versions_in(journal) == ({}, None)


def test_the_way_back_is_the_version_before_and_forward_again(guardian_home: Path, folder: Path) -> None:
    with begun(settings_in(guardian_home)) as journal:
        applied(folder, journal, 3)
        assert go_back(folder, journal, manifest(), None, "") == 2
        assert go_back(folder, journal, manifest(), None, "") == 3
        assert go_back(folder, journal, manifest(), 1, "the first was best") == 1
        assert switch_off(folder, journal, "") is True
        assert switch_off(folder, journal, "") is False
        assert go_back(folder, journal, manifest(), None, "") == 1  # what spoke last
        said = [(record.how, record.version) for record in head_records(journal)]
    assert said == [
        *(("adapted", version) for version in (1, 2, 3)),
        *(("adapted-back", version) for version in (2, 3, 1)),
        ("adapted-off", 0),
        ("adapted-back", 1),
    ]


def test_there_is_no_way_back_to_what_cannot_be_used(guardian_home: Path, folder: Path) -> None:
    with begun(settings_in(guardian_home)) as journal:
        with pytest.raises(AdaptError, match="no earlier version"):
            go_back(folder, journal, manifest(), None, "")
        applied(folder, journal, 2)
        with pytest.raises(AdaptError, match="in force already"):
            go_back(folder, journal, manifest(), 2, "")
        with pytest.raises(AdaptError, match="there is no version 9 of your head"):
            go_back(folder, journal, manifest(), 9, "")
        (folder / "head-0001.sealed").write_bytes(b"\0" * 99)
        with pytest.raises(AdaptError, match="damaged"):
            go_back(folder, journal, manifest(), None, "")
        assert read_in_force(folder) == 2
        assert len(head_records(journal)) == 2  # what did not happen is not on record


def test_a_number_is_not_used_again_though_its_file_is_deleted(guardian_home: Path, folder: Path) -> None:
    with begun(settings_in(guardian_home)) as journal:
        applied(folder, journal, 2)
        (folder / "head-0002.sealed").unlink()
        assert apply_draft(folder, journal, A_DRAFT, manifest(), "again") == 3


def test_what_was_killed_between_the_file_and_the_record_is_not_in_force_and_in_nobodys_way(
    guardian_home: Path, folder: Path
) -> None:
    with begun(settings_in(guardian_home)) as journal:
        save_version(folder, a_head(1), NAME, head_key(journal))
        assert read_in_force(folder) == 0
        with pytest.raises(AdaptError, match="no earlier version"):
            go_back(folder, journal, manifest(), 1, "")  # nobody was told of it
        assert apply_draft(folder, journal, A_DRAFT, manifest(), "the next one") == 2
        with pytest.raises(AdaptError, match="there is no version 1"):
            go_back(folder, journal, manifest(), 1, "")


def test_a_way_back_leads_to_the_very_numbers_that_the_journal_tells_of(guardian_home: Path, folder: Path) -> None:
    """Another head under the same number and the same key, as a journal that was put back from a backup leaves it."""
    with begun(settings_in(guardian_home)) as journal:
        applied(folder, journal, 2)
        first = folder / "head-0001.sealed"
        kept = first.read_bytes()
        first.unlink()
        other = PersonalHead(1, a_head().anchors, np.array([-1.0, 0.25], dtype=np.float32))
        save_version(folder, other, NAME, head_key(journal))
        with pytest.raises(AdaptError, match="not the one that your journal tells of"):
            go_back(folder, journal, manifest(), 1, "")
        assert (read_in_force(folder), len(head_records(journal))) == (2, 2)
        first.write_bytes(kept)
        assert go_back(folder, journal, manifest(), 1, "") == 1
    assert first.read_bytes() == kept


def test_of_many_who_learn_at_once_each_gets_a_number_and_the_journal_ends_with_what_is_in_force(
    guardian_home: Path, folder: Path
) -> None:
    with begun(settings_in(guardian_home)):
        pass

    def learn_one(reason: str) -> int:
        with begun(settings_in(guardian_home)) as journal:
            return apply_draft(folder, journal, A_DRAFT, manifest(), reason)

    with ThreadPoolExecutor(6) as pool:
        versions = list(pool.map(learn_one, map(str, range(12))))
    assert sorted(versions) == list(range(1, 13))
    with begun(settings_in(guardian_home)) as journal:
        records = head_records(journal)
        assert [record.version for record in records] == list(range(1, 13))
        assert read_in_force(folder) == told_in_force(records) == 12
        assert all(load_version(folder, number, NAME, head_key(journal)) for number in versions)
    assert {path.name for path in folder.iterdir()} == {
        "in-force.json",
        *(f"head-{number:04}.sealed" for number in versions),
    }


def test_a_folder_that_cannot_be_written_leaves_no_record(guardian_home: Path, folder: Path) -> None:
    folder.parent.mkdir(exist_ok=True)
    folder.write_bytes(b"a file is in the way")
    with begun(settings_in(guardian_home)) as journal:
        size = journal.size
        with pytest.raises(OutputError):
            applied(folder, journal)
        assert journal.size == size
    assert versions_on_disk(folder) == []


def test_a_damaged_pointer_is_put_right_by_going_back_and_by_switching_off(guardian_home: Path, folder: Path) -> None:
    with begun(settings_in(guardian_home)) as journal:
        applied(folder, journal)
        (folder / "in-force.json").write_bytes(b"{")
        assert go_back(folder, journal, manifest(), None, "") == 1  # what spoke last
        assert read_in_force(folder) == 1
        (folder / "in-force.json").write_bytes(b"{")
        assert switch_off(folder, journal, "") is True
    assert read_in_force(folder) == 0


@pytest.mark.parametrize("version", [0, 3])
def test_a_record_says_which_head_spoke_and_comes_back_with_it(guardian_home: Path, version: int) -> None:
    verdict = a_verdict(head=version)
    with begun(settings_in(guardian_home)) as journal:
        stream = {"scores": {}, "senders": [], "fingerprint": "", "ordinary": False}
        record = verdict_record(a_message(), verdict, at_ms=1, program="test", why_not_text="", stream=stream)
        seq = journal.append(record).seq
        again = journal.entry(seq).record
    assert isinstance(again, Record)
    assert again.body["verdict"]["model"].get("head", 0) == version
    assert past_verdict(again).head == version
