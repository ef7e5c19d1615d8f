"""From where and to where a platform is copied: see `banjian migrate`."""

from pathlib import Path
from typing import TYPE_CHECKING

from ..eventlog.moving.moving import Destination, Place
from . import stack
from .directory import embedded, read_secret
from .settings import setting

if TYPE_CHECKING:
    from ..platform.sign_ins import SignIns


def kept(data: Path) -> Place:
    """An embedded platform, to be copied. Raises StoreError, OSError."""
    platform = embedded(data)
    platform.belonging.check()
    return Place(platform.log, platform.blobs, platform.secret, platform.belonging.log_id)


def stored(bucket: str, log_table: str) -> Place:
    """What a stack on AWS has, to be copied."""
    ledger = stack.ledger(log_table)
    log = stack.log(ledger, stack.segments(bucket))
    return Place(log, stack.documents(bucket), None, ledger.log_id() or "")


def destination(to: str, secret: bytes | None = None) -> Destination:
    """
    `aws`, the stack that the environment names, or a directory; one that has no secret yet gets
    `secret`, if that is known. Raises StoreError, OSError.
    """
    return _stack() if to == "aws" else _directory(Path(to), secret)


def sign_ins(where: str) -> "SignIns":
    """
    Who has which account at a place, as `destination` names it. Raises StoreError for a stack that
    the environment does not tell the table of.
    """
    if where == "aws":
        setting("BANJIAN_SIGN_INS_TABLE")
        return stack.sign_ins()
    from ..adapters.sqlite.sign_ins import SqliteSignIns

    return SqliteSignIns(Path(where) / "sign-ins.db")


def sign_ins_table(name: str) -> "SignIns":
    """Of a stack on AWS."""
    from ..adapters.dynamodb.sign_ins import DynamoSignIns

    return DynamoSignIns(stack.client("dynamodb"), name)


def _directory(data: Path, secret: bytes | None) -> Destination:
    from ..adapters.local import key_file
    from ..adapters.local.files import FileBlobs
    from ..adapters.sqlite.store import SqliteStore
    from ..eventlog.moving.targets import Embedded

    data.mkdir(parents=True, exist_ok=True)
    # After a power cut it is whole, but perhaps shorter: then the copying goes on from there.
    store = SqliteStore(data / "events.db", synchronous="NORMAL")
    path = data / "secret.key"
    if secret is not None:
        key_file.write_once(path, secret)
    blobs = FileBlobs(data / "documents")
    return Destination(Embedded(store, store), blobs, read_secret(path), store.continue_as)


def _stack() -> Destination:
    from ..eventlog.moving.targets import Sequenced
    from ..eventlog.sequencing.ports import Sequencer

    ledger, segments, store, items = stack.ledger(), stack.segments(), stack.events(), stack.items()
    # Nobody is told: the schedule does, a minute later, and until then there may be more to come.
    target = Sequenced(Sequencer(ledger, segments, store), stack.log(ledger, segments), items)
    return Destination(target, stack.documents(), stack.secret(), ledger.continue_as)
