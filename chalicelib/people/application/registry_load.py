"""
Load a library of the registry from CSV: every line is looked at before any is put.

    people      name, id_number; id_kind
    companies   credit_code, name, status; kind, representative_name, representative_id_number,
                representative_id_kind

What comes after the semicolon may be left out or empty: ids are resident ids then, and an entity is
a company. UTF-8, with or without a byte order mark.
"""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from hashlib import sha256
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import NamedTuple, TypeVar

from ...codes.codes import ApplicantKind
from ...codes.ids import canonical, check_id
from ...codes.parties import EntityStatus, IdKind
from ...kernel.errors import Invalid
from ...kernel.keyed import Keyed
from .registry_table import (
    CompanyRow,
    Edition,
    Library,
    PersonRow,
    RegistryTable,
    company_row,
    person_row,
)

CHUNK = 500
TOLD = 20  # bad lines; more are only counted
NEEDED: Mapping[Library, tuple[str, ...]] = {
    Library.PEOPLE: ("name", "id_number"),
    Library.COMPANIES: ("credit_code", "name", "status"),
}
KNOWN: Mapping[Library, frozenset[str]] = {
    Library.PEOPLE: frozenset({"name", "id_number", "id_kind"}),
    Library.COMPANIES: frozenset(
        {
            "credit_code",
            "name",
            "status",
            "kind",
            "representative_name",
            "representative_id_number",
            "representative_id_kind",
        }
    ),
}

E = TypeVar("E", IdKind, ApplicantKind, EntityStatus)
Progress = Callable[[int], None]
Pair = tuple[str, str]


class BadRegistryFile(Exception):
    """The file cannot be loaded; nothing of it was. `lines` are the bad ones and why."""

    def __init__(self, path: Path, lines: Sequence[tuple[int, str]], more: int = 0) -> None:
        told = [f"{path}:{number}: {why}" for number, why in lines]
        if more:
            told.append(f"... and {more:,} more")
        super().__init__("\n".join(told))
        self.lines = tuple(lines)


class Checked(NamedTuple):
    """A file that can be loaded: how many rows, and the edition that they make."""

    path: Path
    library: Library
    rows: int
    edition: str
    warnings: int


def check(path: Path, library: Library, today: date, progress: Progress | None = None) -> Checked:
    """Every line; raises BadRegistryFile, OSError."""
    bad: list[tuple[int, str]] = []
    seen: dict[bytes, int] = {}
    failed = rows = warnings = 0
    for number, line in _lines(path, library):
        try:
            row, warned = parsed(library, line, today)
            _first_time(seen, row, number)
            rows, warnings = rows + 1, warnings + warned
        except Invalid as error:
            failed += 1
            bad += [(number, str(error))] if len(bad) < TOLD else []
        if progress:
            progress(number)
    if failed:
        raise BadRegistryFile(path, bad, failed - len(bad))
    return Checked(path, library, rows, edition_of(path, library), warnings)


def _first_time(seen: dict[bytes, int], row: PersonRow | CompanyRow, number: int) -> None:
    key = row.id_number if isinstance(row, PersonRow) else row.credit_code
    kind = row.id_kind if isinstance(row, PersonRow) else ""
    # Half of a digest: a million ids at 16 bytes each, and no id is held for long.
    before = seen.setdefault(sha256(f"{kind} {key}".encode()).digest()[:16], number)
    if before != number:
        raise Invalid(
            "number-in-line-before",
            "the same number stands in line {before} already",
            before=before,
        )


def edition_of(path: Path, library: Library) -> str:
    """Named after the library and the bytes of the file."""
    with path.open("rb") as file:
        found = sha256()
        while chunk := file.read(1 << 20):
            found.update(chunk)
    return f"{library}-{found.hexdigest()[:32]}"


class Loaded(NamedTuple):
    """`resumed` rows were there from a load that broke off; `changed` is False if all was live."""

    edition: Edition
    resumed: int
    changed: bool


def load(
    table: RegistryTable,
    keys: Keyed,
    checked: Checked,
    now: datetime,
    progress: Progress | None = None,
) -> Loaded:
    """
    Put every row, then make them the live edition. Raises RegistryUnavailable: then the edition
    that was live still is, and the same load goes on where it broke off.
    """
    live = table.live(checked.library)
    if live is not None and live.id == checked.edition:
        return Loaded(live, live.rows, changed=False)
    # Not after the load: whoever asks at this moment may have been told of the edition before.
    kept = {checked.edition} | ({live.id} if live else set())
    table.forget(checked.library, frozenset(kept))
    resumed = done = table.done(checked.edition)
    for chunk in _chunks(_pairs(checked, keys, now.date()), resumed):
        done += len(chunk)
        table.put(checked.edition, chunk, done)
        if progress:
            progress(done)
    if edition_of(checked.path, checked.library) != checked.edition:
        # Or the file as it was before would find these rows under its name.
        table.forget(checked.library, frozenset({live.id} if live else ()))
        raise BadRegistryFile(checked.path, [(1, "the file changed while it was read")])
    edition = Edition(checked.library, checked.edition, checked.rows, now)
    table.activate(edition)
    return Loaded(edition, resumed, changed=True)


def _chunks(pairs: Iterator[Pair], skip: int) -> Iterator[list[Pair]]:
    rest = islice(pairs, skip, None)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk


def _pairs(checked: Checked, keys: Keyed, today: date) -> Iterator[Pair]:
    for _, line in _lines(checked.path, checked.library):
        row, _ = parsed(checked.library, line, today)
        yield person_row(keys, row) if isinstance(row, PersonRow) else company_row(keys, row)


# Lines


def _lines(path: Path, library: Library) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Each row with the number of its (last) line; raises BadRegistryFile for what is no table."""
    with path.open("rb") as raw:
        text = TextIOWrapper(raw, encoding="utf-8-sig", errors="strict", newline="")
        reader = csv.DictReader(text, strict=True)
        try:
            _check_header(path, library, reader.fieldnames or ())
            for row in reader:
                if any(row.values()):
                    yield reader.line_num, row
        except UnicodeDecodeError:
            told = "is not UTF-8; save the file as UTF-8"
            raise BadRegistryFile(path, [(_undecodable(path), told)]) from None
        except csv.Error as error:
            raise BadRegistryFile(path, [(reader.reader.line_num, f"is no CSV: {error}")]) from None


def _undecodable(path: Path) -> int:
    """The first line that is not UTF-8: the reader decodes by the block, and cannot tell."""
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                line.decode()
            except UnicodeDecodeError:
                return number
    return 1


def _check_header(path: Path, library: Library, names: Sequence[str]) -> None:
    missing = [one for one in NEEDED[library] if one not in names]
    strange = [one for one in names if one not in KNOWN[library]]
    if missing:
        raise BadRegistryFile(path, [(1, f"the header lacks {', '.join(missing)}")])
    if strange or len(set(names)) != len(names):
        told = ", ".join(strange) or "a column twice"
        raise BadRegistryFile(path, [(1, f"the header has {told}, which is not known here")])


def parsed(
    library: Library, line: Mapping[str, str], today: date
) -> tuple[PersonRow | CompanyRow, int]:
    """A row, and how many warnings about it; raises Invalid, which repeats no id."""
    if None in line or None in line.values():
        raise Invalid("fields-unlike-header", "has more or fewer fields than the header")
    if library is Library.PEOPLE:
        return _person(line, "", today)
    return _company(line, today)


def _person(line: Mapping[str, str], prefix: str, today: date) -> tuple[PersonRow, int]:
    kind = _one_of(IdKind, line.get(f"{prefix}id_kind", ""), IdKind.RESIDENT_ID)
    number = line.get(f"{prefix}id_number", "")
    name = line.get(f"{prefix}name", "").strip()
    if not name:
        raise Invalid("column-empty", "{column} is empty", column=f"{prefix}name")
    warnings = check_id(kind, number, today)
    return PersonRow(name, kind, canonical(kind, number)), len(warnings)


def _company(line: Mapping[str, str], today: date) -> tuple[CompanyRow, int]:
    code = line["credit_code"].strip()
    name = line["name"].strip()
    if not name:
        raise Invalid("column-empty", "{column} is empty", column="name")
    check_id(IdKind.CREDIT_CODE, code, today)
    represented = any(line.get(f"representative_{one}", "") for one in ("name", "id_number"))
    person, warnings = _person(line, "representative_", today) if represented else (None, 0)
    kind = _one_of(ApplicantKind, line.get("kind", ""), ApplicantKind.COMPANY)
    if kind is ApplicantKind.NATURAL_PERSON:
        raise Invalid("person-is-no-entity", "a natural person is no legal entity")
    return CompanyRow(
        code, name, kind, _one_of(EntityStatus, line["status"], None), person
    ), warnings


def _one_of(kind: type[E], text: str, default: E | None) -> E:
    text = text.strip()
    if not text and default is not None:
        return default
    try:
        return kind(text)
    except ValueError:
        raise Invalid(
            "word-not-known", "{text!r} is none of {known}", text=text, known=tuple(kind)
        ) from None
