"""The owner's `sources.toml`: which live sources there are.

Invariants: a broken file is problems with file, line and column, never an exception, and never a part of the sources: a
watch that silently leaves one out would look like one that finds nothing. The ids are unique.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from guardian.errors import SourcesError
from guardian.policy.load import syntax_problem
from guardian.policy.position import Place, Positions, ShapeError, check_shape
from guardian.policy.problem import Level, Problem, did_you_mean, quoted
from guardian.policy.schema_problems import problems_of
from guardian.policy.source import SourceError, read_source
from guardian.sources.live.base import Source, SourceTable
from guardian.sources.live.registry import load_kinds

TABLE: Final = "sources"
MOST_SOURCES: Final = 200


class SourcesFile(BaseModel):
    """The file itself; its tables are checked by the kind that each names."""

    model_config = ConfigDict(extra="forbid", strict=True)

    sources: list[dict[str, Any]] = []
    """One table a source."""


@dataclass(frozen=True, slots=True)
class Sources:
    """What a sources.toml says."""

    tables: tuple[SourceTable, ...] = ()
    """In the order of the file; none where there are problems."""
    problems: tuple[Problem, ...] = ()
    """Everything that is wrong with it, in the order of the file."""


def load_sources(path: Path, kinds: Mapping[str, type[Source]] | None = None) -> Sources:
    """The sources in a file; none where there is no file. Never raises for what it holds."""
    try:
        path.lstat()
    except OSError:
        return Sources()
    try:
        source = read_source(path)
    except SourceError as error:
        place = error.place
        return Sources(
            (), (Problem(path, place.line, place.column, Level.ERROR, error.code, error.message, error.hint),)
        )
    return parse_sources(source.text, path, kinds)


def parse_sources(text: str, path: Path, kinds: Mapping[str, type[Source]] | None = None) -> Sources:
    """The sources that a text describes; `path` is where it stands, or would stand."""
    try:
        check_shape(text)
        data = tomllib.loads(text)
        positions = Positions(text)
    except ShapeError as error:
        return Sources((), (Problem(path, error.place.line, error.place.column, Level.ERROR, "bad-shape", str(error)),))
    except RecursionError:
        return Sources((), (Problem(path, 1, 1, Level.ERROR, "bad-shape", "nested too deep to read"),))
    except ValueError as error:  # tomllib.TOMLDecodeError is one
        return Sources((), (syntax_problem(error, text, path),))
    return _Checked(data, positions, path, kinds if kinds is not None else load_kinds()).sources()


def required_sources(path: Path, ids: Sequence[str] = ()) -> tuple[SourceTable, ...]:
    """The sources of a file, or those of these ids. Raises SourcesError where the file or an id is wrong."""
    found = load_sources(path)
    if found.problems:
        more = f"; and {len(found.problems) - 1} more problems" if len(found.problems) > 1 else ""
        first = found.problems[0]
        raise SourcesError(first.to_line() + more)
    known = {table.id: table for table in found.tables}
    for each in ids:
        if each not in known:
            raise SourcesError(f"no source {quoted(each)}", hint=did_you_mean(each, list(known)) or _known(known))
    return tuple(known[each] for each in dict.fromkeys(ids)) if ids else found.tables


def _known(known: Mapping[str, SourceTable]) -> str:
    return f"there are {', '.join(known)}" if known else "guardian source add KIND PATH adds one"


@dataclass(slots=True)
class _Checked:
    """One pass over the parsed file."""

    data: Mapping[str, Any]
    positions: Positions
    path: Path
    kinds: Mapping[str, type[Source]]

    def sources(self) -> Sources:
        try:
            rows = SourcesFile.model_validate(self.data).sources
        except ValidationError as error:
            return self._wrong(error.errors(include_url=False, include_input=False), {(): SourcesFile})
        if len(rows) > MOST_SOURCES:
            return Sources((), (self._problem((TABLE,), "too-many", f"more than {MOST_SOURCES} sources"),))
        tables: list[SourceTable] = []
        problems: list[Problem] = []
        for number, row in enumerate(rows):
            table, wrong = self._table(number, row)
            tables += [table] if table is not None else []
            problems += wrong
        problems += self._taken(tables) if not problems else []
        return Sources((), tuple(problems)) if problems else Sources(tuple(tables))

    def _table(self, number: int, row: Mapping[str, Any]) -> tuple[SourceTable | None, Sequence[Problem]]:
        at = (TABLE, number)
        kind = row.get("kind")
        if not isinstance(kind, str) or kind not in self.kinds:
            return None, [self._no_kind(at, kind)]
        model = self.kinds[kind].Table
        try:
            return model.model_validate(dict(row)), ()
        except ValidationError as error:
            details = error.errors(include_url=False, include_input=False)
            for detail in details:
                detail["loc"] = (*at, *detail["loc"])
            return None, self._wrong(details, {(TABLE,): model}).problems

    def _no_kind(self, at: tuple[str | int, ...], kind: object) -> Problem:
        known = ", ".join(self.kinds)
        if kind is None:
            return self._problem(
                at, "missing-key", f'"kind" is missing in [{TABLE}[{int(at[1]) + 1}]]', f"one of {known}"
            )
        hint = did_you_mean(kind, list(self.kinds)) if isinstance(kind, str) else ""
        return self._problem((*at, "kind"), "bad-value", f'"kind" must be one of {known}', hint)

    def _wrong(
        self, details: Sequence[ErrorDetails], tables: Mapping[tuple[str | int, ...], type[BaseModel]]
    ) -> Sources:
        return Sources((), tuple(problems_of(details, self.data, self.positions, self.path, tables)))

    def _taken(self, tables: Sequence[SourceTable]) -> list[Problem]:
        """A problem for each id that was there before."""
        problems, first = [], set[str]()
        for number, table in enumerate(tables):
            if table.id in first:
                message = f'"id" {table.id} is taken by an earlier source'
                problems.append(
                    self._problem((TABLE, number, "id"), "duplicate-id", message, "give this source an id of its own")
                )
            first.add(table.id)
        return problems

    def _problem(self, at: tuple[str | int, ...], code: str, message: str, hint: str = "") -> Problem:
        place: Place = self.positions.value(at) if at[-1:] in (("kind",), ("id",)) else self.positions.key(at)
        return Problem(self.path, place.line, place.column, Level.ERROR, code, message, hint)
