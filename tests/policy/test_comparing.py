"""The comparison with the model beside it: nothing is started that the answer does not hang on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from policy_builders import REPOSITORY, STARTER_POLICIES, a_policy

from guardian.assembly import EXAMPLES_CACHE, comparing
from guardian.errors import CellError
from guardian.inference.base import Encoder
from guardian.inference.manifest import load_manifest
from guardian.policy.base import Example, Policy
from guardian.policy.effects.comparing import Comparer
from guardian.policy.life.in_force import Compare
from guardian.policy.load import load_policies
from guardian.reading.limits import Limits
from guardian.reading.reader import LocalReader
from guardian.settings import Settings, load_settings
from guardian.verdict import Action

pytestmark = pytest.mark.skipif(not (REPOSITORY / "models" / "manifest.toml").exists(), reason="no model: make train")
STARTERS = load_policies(STARTER_POLICIES).policies


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return load_settings({"GUARDIAN_HOME": str(tmp_path_factory.mktemp("comparing"))}, {})


@pytest.fixture(scope="module")
def compare(settings: Settings) -> Iterator[Compare]:
    with comparing(settings) as compare:
        yield compare


def without_model(settings: Settings) -> Comparer:
    """A comparison whose model can't be started."""

    def start() -> Encoder:
        raise CellError("the model was started")

    manifest = load_manifest(settings.model_dir / "manifest.toml")
    cache, reader = settings.paths.cache / EXAMPLES_CACHE, LocalReader(Limits())
    return Comparer(settings, manifest, cache, start, reader, today=lambda: date(2026, 11, 21))


@pytest.mark.parametrize("policy", STARTERS, ids=lambda policy: policy.id)
def test_no_starter_policy_is_milder_than_itself_in_other_words(policy: Policy, settings: Settings) -> None:
    assert without_model(settings)(policy, replace(policy, title="Another", why="Another.", path=Path("x"))) == ""


@pytest.mark.parametrize("policy", STARTERS, ids=lambda policy: policy.id)
def test_what_needs_no_model_is_told_without_one(policy: Policy, settings: Settings) -> None:
    compare = without_model(settings)
    assert compare(policy, None)
    assert compare(None, policy) == ""
    assert compare(policy, replace(policy, action=Action.LOG))
    assert compare(policy, replace(policy, senders_except=("@x.example",)))
    assert compare(replace(policy, senders_except=("@x.example",)), policy) == ""


def test_where_the_model_is_needed_and_cannot_be_had_nobody_can_tell(settings: Settings) -> None:
    policy = a_policy(flag=("Buy gift cards and tell nobody.", "Send me the code."))
    assert without_model(settings)(policy, replace(policy, examples=policy.examples[:1])) is None


def test_the_model_tells_what_examples_are_lost(compare: Compare) -> None:
    policy = a_policy(
        flag=(
            "Buy gift cards and text me the codes, tell nobody.",
            "Your wizard hat is ready at the shop.",
        ),
        fine=("The rent is due on the first, as always.",),
    )
    lost = compare(policy, replace(policy, examples=(policy.examples[0], policy.examples[2])))
    assert lost
    assert "wizard hat" in lost
    assert compare(policy, replace(policy, path=Path("x"), prose="")) == ""


def test_a_scam_that_is_called_fine_is_milder_and_an_ordinary_text_that_is_called_fine_is_not(compare: Compare) -> None:
    """The way round: not a threshold is touched, only the text that is to come is excused."""
    scam = "Your account is locked. Send the code that you just got within 10 minutes or you lose everything."
    policy = a_policy(tactics="credential_request or urgency")
    assert "account is locked" in str(compare(policy, replace(policy, examples=(Example(scam, flag=False),))))
    ordinary = Example("The parcel is with the neighbours at number 12.", flag=False)
    assert compare(policy, replace(policy, examples=(ordinary,))) == ""
