"""What an audit reads of a directory, and where seals are kept; it writes nothing."""

import os
from collections.abc import Callable
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ..eventlog.audit import BadSeal, Seal
from ..eventlog.auditing.findings import Findings
from ..eventlog.auditing.shelf import Check, NoShelf, Shelf
from ..eventlog.auditing.verifying import (
    Documents,
    OnNamed,
    Place,
    Progress,
    Scanned,
)
from ..eventlog.ports import Damaged, Unavailable
from .codec import CODEC
from .settings import setting, value

if TYPE_CHECKING:
    from collections.abc import Iterator


# As a name, for processes that begin with nothing.
NAMING: Final = "chalicelib.certificates.application.document_names:named"


def shelf(data: Path | None) -> Shelf:
    """
    BANJIAN_SEALS: a folder, or s3://bucket/prefix; `off` keeps none. If it says nothing, `seals` in
    the directory, or in the bucket of the stack. Raises Unavailable.
    """
    named = value("BANJIAN_SEALS")
    if named == "off":
        return NoShelf()
    if not named:
        named = f"s3://{setting('BANJIAN_BUCKET')}/seals" if data is None else str(data / "seals")
    if not named.startswith("s3://"):
        from ..adapters.local.seal_folder import SealFolder

        return SealFolder(Path(named))
    from ..adapters.aws.clients import client
    from ..adapters.s3.seals import S3Seals

    bucket, _, prefix = named.removeprefix("s3://").partition("/")
    if not bucket:
        raise Unavailable(f"BANJIAN_SEALS: {named!r} names no bucket")
    return S3Seals(client("s3"), bucket, f"{prefix.strip('/')}/" if prefix.strip("/") else "")


def signed(public_key: Callable[[], bytes | None]) -> Check:
    """
    That a seal was signed with our own key; on a copy that has none, with the one beside it, which
    whoever made the seal chose.
    """
    from ..platform.signatures import BadSignature, der, verify

    def check_signed(text: bytes, signature: bytes, key: bytes) -> None:
        ours = public_key()
        try:
            verify(der(key) if ours is None else ours, text, signature)
        except (BadSignature, ValueError) as error:
            raise BadSeal(f"it is not signed with the key of this platform: {error}") from error

    return check_signed


@contextmanager
def directory(data: Path) -> "Iterator[Place]":
    """Raises Unavailable where there is no log, Damaged for a file that is none."""
    from ..adapters.local import audited_documents
    from ..adapters.sqlite import audited_views, auditing, scanning
    from ..certificates.application.document_names import named
    from ..documents.application.audited import discarded

    path = data / "events.db"
    if not path.is_file():
        _check_never_was(data)
    file = auditing.AuditedFile(path)

    def scan(
        findings: Findings, sealed: Seal | None, progress: Progress, names: OnNamed
    ) -> Scanned:
        told = partial(progress, "log")
        return scanning.scan(path, findings, sealed, naming=NAMING, progress=told, named=names)

    with closing(file):
        yield Place(
            table=file,
            log=file,
            scan=scan,
            structure=lambda: auditing.structure(path),
            integrity=lambda: auditing.integrity(path),
            reached=lambda: audited_views.reached(data / "views.db"),
            documents=Documents(
                named,
                partial(audited_documents.wrong, data / "documents"),
                partial(discarded, file, CODEC),
            ),
            shelf=shelf(data),
            signed=signed(partial(_key_in, data)),
            at_once=0,
            readers=1,
        )


def _check_never_was(data: Path) -> None:
    """Raises Damaged if others know of a log that is not there."""
    from ..adapters.sqlite.audited_views import reached

    known = [
        f"{name} has read {position:,} events" for name, position in reached(data / "views.db")
    ]
    known += [f"there is the seal {name}" for name in shelf(data).names()[-1:]]
    if known:
        raise Damaged(f"there is no events.db in {data}, and {known[0]}: put back a backup")


def _key_in(data: Path) -> bytes | None:
    """Of a directory, where it has been made; on a copy for an auditor there is none."""
    from . import signing

    keys = ("signing.pem", "signing-sm2.pem")
    if "BANJIAN_SIGNING_KEY" not in os.environ and not any((data / one).is_file() for one in keys):
        return None
    return signing.in_directory(data).public_key()
