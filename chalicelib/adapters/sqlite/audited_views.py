"""How far the views of a file have come, read for an audit."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from ...eventlog.ports import Damaged
from .auditing import read_only
from .file import FAILURES

_REACHED = "SELECT view, position FROM generations WHERE state = 'live' ORDER BY view"


def reached(path: Path) -> Sequence[tuple[str, int]]:
    """Views and their checkpoints; none without the file. Raises Unavailable, Damaged."""
    if not path.is_file():
        return ()
    try:
        with closing(read_only(path)) as db:
            return db.execute(_REACHED).fetchall()
    except FAILURES as error:
        raise Damaged(
            f"{path} cannot be read ({error}): remove it, and it is made again from the log"
        ) from error
