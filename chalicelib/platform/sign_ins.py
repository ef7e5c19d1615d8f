"""
Which account somebody has who signs in at an identity provider: a row by provider and subject.

Rows and no stream, because a subject can be a phone or an id: a row can be erased, and is found by
a keyed digest alone.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import NamedTuple, Protocol


class Subject(NamedTuple):
    """
    Who signed in, as the provider has it. `personal` is who acts as applicant or agent in this
    request, `staff` whose token gives a role in an office, `keeps_names` whose provider's subjects
    were account names in an earlier release. `person` is the reference of whom the token names.
    """

    issuer: str
    sub: str
    personal: bool
    staff: bool
    person: str | None = None
    keeps_names: bool = False


# The account of a subject. Raises StoreError.
Names = Callable[[Subject], str]


class SignIn(NamedTuple):
    """
    `person` is the reference of the person whom the provider last named, on level 3 or more;
    `staff` whether it ever gave a role in an office.
    """

    account: str
    person: str | None = None
    staff: bool = False


class SignIns(Protocol):
    """Rows by the digest of a subject. All of it raises StoreError."""

    def find(self, subject: str, /) -> SignIn | None: ...

    def put(self, subject: str, row: SignIn, before: SignIn | None, /) -> SignIn:
        """
        Put the row where nothing stands, or a row of the account of `before`; the row that stands
        then.
        """
        ...

    def person(self, account: str, /) -> str | None:
        """Whom the provider last named as the account's person."""
        ...

    def erase(self, account: str, /) -> None:
        """Every row of the account; who has none is left alone."""
        ...

    def rows(self) -> Iterator[tuple[str, SignIn]]:
        """All of them, to be copied to another place."""
        ...

    def first(self, key: str, by: str, until: datetime, now: datetime, /) -> bool:
        """
        Whether `by` uses what `key` stands for as the first, or again itself. Remembered at least
        until then.
        """
        ...


def copied(source: SignIns, to: SignIns) -> int:
    """Put every row of the one place into the other, where it is not yet; how many there are."""
    count = 0
    for subject, row in source.rows():
        to.put(subject, row, None)
        count += 1
    return count


class NoSignIns:
    """For a platform that nobody signs in to: it knows nobody, and keeps nothing."""

    def find(self, _subject: str, /) -> SignIn | None:
        return None

    def put(self, _subject: str, row: SignIn, _before: SignIn | None, /) -> SignIn:
        return row

    def person(self, _account: str, /) -> str | None:
        return None

    def erase(self, _account: str, /) -> None:
        pass

    def rows(self) -> Iterator[tuple[str, SignIn]]:
        return iter(())

    def first(self, _key: str, _by: str, _until: datetime, _now: datetime, /) -> bool:
        return True
