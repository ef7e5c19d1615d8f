"""
Our own registry: a table, loaded from CSV, in which a person is a keyed digest of the id and one of
the name. Whoever takes the table has no names and no ids, and cannot try them all without the
platform's secret.

Editions make a load all or nothing: rows of the next one are put beside those that are live, and
one write makes it the live one. An edition is named after the bytes that it was loaded from: a load
that broke off goes on, and one that is repeated finds that it was done.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hmac import compare_digest
from json import dumps, loads
from typing import NamedTuple, Protocol
from unicodedata import normalize

from ...codes.codes import ApplicantKind
from ...codes.names import in_characters
from ...codes.parties import EntityStatus, IdKind, Registered
from ...kernel.keyed import Keyed
from ...platform.registry import Answer, Match, RegistryUnavailable
from . import identity


class Library(StrEnum):
    PEOPLE = "people"  # 人口库
    COMPANIES = "companies"  # 法人库


class Edition(NamedTuple):
    """`id` follows from what it was loaded from; `rows` of them are in it."""

    library: Library
    id: str
    rows: int
    loaded_at: datetime


class RegistryTable(Protocol):
    """Keys and values by edition. All of it raises RegistryUnavailable."""

    def live(self, library: Library, /) -> Edition | None: ...

    def get(self, edition: str, key: str, /) -> str | None: ...

    def put(self, edition: str, rows: Sequence[tuple[str, str]], done: int, /) -> None:
        """
        Put rows, all or none or some of them; after that the first `done` are in for good. The same
        rows again are harmless.
        """
        ...

    def done(self, edition: str, /) -> int:
        """How many rows are in, as the last `put` said; 0 for an unknown edition."""
        ...

    def activate(self, edition: Edition, /) -> None:
        """From now on it is the live one of its library."""
        ...

    def forget(self, library: Library, keep: frozenset[str], /) -> None:
        """Delete every edition of the library but those; one that broke off is deleted on."""
        ...


@dataclass(frozen=True, slots=True)
class TableRegistry:
    """A Registry that answers from a table."""

    table: RegistryTable
    keys: Keyed

    def match(self, id_kind: IdKind, id_number: str, name: str, /) -> Answer:
        edition = _live(self.table, Library.PEOPLE)
        key = identity.reference(self.keys, id_kind, id_number)
        kept = self.table.get(edition.id, key)
        evidence = f"registry {edition.id}"
        # Also of who is not there: how long it takes must not tell which ids there are.
        same = compare_digest(kept or "", name_digest(self.keys, key, name))
        if kept is None:
            return Answer(Match.UNKNOWN, evidence)
        return Answer(Match.MATCH if same else Match.MISMATCH, evidence)

    def company(self, credit_code: str, /) -> Registered | None:
        edition = _live(self.table, Library.COMPANIES)
        kept = self.table.get(edition.id, credit_code)
        return None if kept is None else Registered.model_validate(loads(kept))


def _live(table: RegistryTable, library: Library) -> Edition:
    found = table.live(library)
    if found is None:
        raise RegistryUnavailable(f"no {library} were loaded yet: banjian registry load")
    return found


class PersonRow(NamedTuple):
    name: str
    id_kind: IdKind
    id_number: str


class CompanyRow(NamedTuple):
    """`representative` is the legal representative, with the id that is never kept."""

    credit_code: str
    name: str
    kind: ApplicantKind
    status: EntityStatus
    representative: PersonRow | None


def person_row(keys: Keyed, row: PersonRow) -> tuple[str, str]:
    """As the table keeps a person: two digests."""
    key = identity.reference(keys, row.id_kind, row.id_number)
    return key, name_digest(keys, key, row.name)


def company_row(keys: Keyed, row: CompanyRow) -> tuple[str, str]:
    """As the table keeps a company: what is public, and a digest of the representative's id."""
    its = row.representative
    told = Registered(
        name=row.name,
        kind=row.kind,
        status=row.status,
        representative=its and identity.reference(keys, its.id_kind, its.id_number),
    )
    return row.credit_code, dumps(
        told.model_dump(mode="json", exclude_none=True), ensure_ascii=False
    )


def name_digest(keys: Keyed, key: str, name: str) -> str:
    """With the person's key in it: two people of one name have nothing in common here."""
    return keys.keyed("registry-name", key, comparable(name)).hex()[:32]


_FULL_STOPS = dict.fromkeys(map(ord, "．."), "·")


def comparable(name: str) -> str:
    """One writing of a name: no blanks, no full-width letters, one dot between its parts (·)."""
    text = "".join(normalize("NFKC", in_characters(name).translate(_FULL_STOPS)).split())
    return text.translate(_FULL_STOPS).upper()
