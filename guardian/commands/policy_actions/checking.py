"""What `policy check`, `policy new` and `policy edit` have in common: every check of policies, on a bench of their own.

Invariant: where the model can't be had, what hangs on it is named as not checked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack

from guardian.errors import CellError, ModelError
from guardian.events import Observer, ignore
from guardian.policy.load import LoadedFile
from guardian.policy.trying.bench import Bench
from guardian.policy.trying.checking import Checked, check_on_bench
from guardian.settings import Settings
from guardian.workbench import open_bench


def check_files(
    files: Sequence[LoadedFile],
    settings: Settings,
    *,
    with_model: bool = True,
    others: Sequence[LoadedFile] = (),
    observer: Observer = ignore,
    advance: Callable[[], None] = lambda: None,
) -> Checked:
    """See `check_on_bench`; the bench is opened for it where the model is wanted, and there is a policy to try."""
    with ExitStack() as cells:
        bench: Bench | str = "the model was not asked"
        if with_model and any(file.policy is not None for file in files):
            try:
                bench = cells.enter_context(open_bench(settings, observer))
            except (ModelError, CellError) as error:
                bench = error.line()
        return check_on_bench(files, settings, bench, others=others, advance=advance)
