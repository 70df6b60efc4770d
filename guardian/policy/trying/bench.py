"""What policies are tried and explained on: the gate's own eyes, and matchers made under the thresholds in force.

Invariant: what is inspected goes through `Gate.inspect_all`, which reads and judges as every message is; nothing here
is recorded, and no policy tried here is in force by it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from guardian.calibration.bank import ReferenceBank
from guardian.calibration.thresholds import Thresholds
from guardian.inference.base import Floats
from guardian.inference.manifest import Manifest
from guardian.inspection import Inspection
from guardian.message import Message
from guardian.policy.base import Policy
from guardian.policy.examples import ExampleRows
from guardian.policy.match import Matcher


@dataclass(frozen=True, slots=True, repr=False)
class Bench:
    """Opened by `guardian.workbench.open_bench`, or made round a gate that is open."""

    inspect_all: Callable[[Iterable[Message]], Iterator[Inspection]]
    """What policies look at, for each message, in order: `Gate.inspect_all`."""
    rows: ExampleRows
    manifest: Manifest
    bank: ReferenceBank
    thresholds: Thresholds

    def embeddings(self, policies: Sequence[Policy]) -> Mapping[str, Floats]:
        """Unit vector for each example and each side of the prose of the policies that are in force, by text; one that
        the model could not judge is not there."""
        found = self.rows.of(policies)
        self.rows.save()
        return found

    def matcher(self, policies: Sequence[Policy], embeddings: Mapping[str, Floats]) -> Matcher:
        """A matcher of these policies."""
        return Matcher(policies, self.manifest, self.bank, embeddings, self.thresholds)
