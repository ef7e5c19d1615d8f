"""The documents of a directory, read for an audit: nothing is made there."""

from hashlib import file_digest
from pathlib import Path

from ...eventlog.auditing.verifying import ALTERED, MISSING, Document
from .blob_names import is_digest, owner_name


def wrong(root: Path, one: Document) -> str:
    """What is wrong with its content, "" for nothing."""
    if not is_digest(one.sha256):
        return MISSING
    try:
        with (root / owner_name(one.owner) / one.sha256).open("rb") as file:
            return "" if file_digest(file, "sha256").hexdigest() == one.sha256 else ALTERED
    except FileNotFoundError:
        return MISSING
    except OSError as error:
        return f"a document that it names cannot be read: {error.strerror or error}"
