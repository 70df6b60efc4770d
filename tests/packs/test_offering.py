"""An offer is the same for a command and for an app whose model runs already, and leaves nothing behind."""

from __future__ import annotations

from pathlib import Path

import pytest
from pack_rig import own_settings, pack, policies_folder

from guardian.assembly import EXAMPLES_CACHE
from guardian.errors import OutputError
from guardian.packs.base import PackError
from guardian.packs.keys import MINE, read_public_key, read_trusted_keys
from guardian.packs.lowering import lower
from guardian.packs.offer_words import installed_rows, pack_rows, plan_lines, trial_lines
from guardian.packs.offering import Wanted, installed_before, offer, offer_removal, opened_pack, packs_here
from guardian.packs.origins import origins
from guardian.packs.trial import try_pack
from guardian.packs.trusting import key_to_trust, trust_key
from guardian.workbench import open_bench

pytestmark = pytest.mark.usefixtures("shared_cell")


def test_a_trial_on_a_bench_says_what_a_trial_by_a_gate_of_its_own_says(first: Path) -> None:
    settings = own_settings()
    kept = (settings.paths.cache / EXAMPLES_CACHE).read_bytes()
    found, key = opened_pack(first, settings, unsigned=False)
    lowered = lower(found, key.tier, found.manifest.channels, is_active=False)
    alone = try_pack(settings, lowered, found.golden)
    with open_bench(settings) as bench:
        before = dict(bench.rows.of(()))
        beside = try_pack(settings, lowered, found.golden, bench=bench)
        bench.rows.save()
    assert beside == alone
    assert before == {}
    # the rows of a stranger's examples are kept nowhere
    assert [path.read_bytes() for path in settings.paths.cache.glob("examples*")] == [kept]


def test_an_offer_shows_all_and_changes_nothing(first: Path) -> None:
    settings = own_settings()
    found, key = opened_pack(first, settings, unsigned=False)
    made = offer(settings, found, key, installed_before(found, settings), Wanted())
    assert [each.policy_id for each in made.plan.changes] == ["street-scams--rush"]
    assert not made.is_here_already
    assert not list(policies_folder().glob("street-scams*"))
    assert packs_here(settings) == {}
    words = [*plan_lines(made.plan), *trial_lines(found, made.trial), *(value for _, value in pack_rows(found, key))]
    assert all(line.isprintable() for line in words)
    assert "street-scams--rush.toml: new" in words


def test_what_a_pack_brought_is_told_as_the_packs_until_it_is_removed(first: Path) -> None:
    pack("install", first, "--yes")
    settings = own_settings()
    assert origins(settings)["street-scams--rush"] == "pack street-scams 1.0.0"
    assert ("policy", "street-scams--rush") in list(installed_rows(packs_here(settings)["street-scams"]))
    assert [each.policy_id for each in offer_removal("street-scams", settings).changes] == ["street-scams--rush"]
    pack("remove", "street-scams", "--yes")
    assert "street-scams--rush" not in origins(settings)
    with pytest.raises(PackError, match="no pack of the name"):
        offer_removal("street-scams", settings)


def test_a_key_is_added_once_and_behind_what_is_there(key: Path) -> None:
    settings = own_settings()
    public = key.with_suffix(".pub")
    path = trust_key(key_to_trust(public, "ada", settings), "ada", settings)
    path.write_text(path.read_text().rstrip("\n"))  # an owner's editor may leave the last line open
    with pytest.raises(PackError, match="in the list already, as ada"):
        key_to_trust(public, MINE, settings)
    assert [each.name for each in read_trusted_keys(settings.paths.config)] == ["ada"]
    path.unlink()
    path.mkdir()
    with pytest.raises(OutputError):
        trust_key(read_public_key(public), "ada", settings)
