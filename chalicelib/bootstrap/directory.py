"""A platform in one directory: the embedded way to run it."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Literal

from ..eventlog.memory import Memory
from ..eventlog.ports import Unavailable
from ..eventlog.views.port import Bell
from ..kernel.keyed import Keyring
from ..organisations.application.registry import Organisations
from ..people.application.registry_table import TableRegistry
from ..platform import calendars
from ..platform.platform import Platform
from ..platform.serials import Serials
from . import auditing, people, signing
from .codec import CODEC
from .settings import gate, quotas, scanner, seal_minutes
from .watching import telling


def now() -> datetime:
    return datetime.now(UTC)


def make_private(data: Path) -> list[str]:
    """Take from other users what they may do in `data`; lines to be told. Raises Unavailable."""
    from ..adapters.local import private

    return private.make_private(data)


def write_once(path: Path, content: bytes) -> None:
    """A key file, whole and durable, unless there is one already. Raises OSError."""
    from ..adapters.local import key_file

    key_file.write_once(path, content)


def _secret(data: Path) -> bytes:
    """
    Made with the first event only: with another one nobody would be found by an id any more, and
    no query code would be right. Raises Unavailable.
    """
    path = data / "secret.key"
    if not path.exists() and (data / "events.db").exists():
        raise Unavailable(f"{path} is missing, and {data} has events: put back the one you had")
    return read_secret(path)


def read_secret(path: Path) -> bytes:
    """Made if it is not there. Raises Unavailable for what is none."""
    from ..adapters.local import key_file

    try:
        return key_file.read_or_make(path)
    except ValueError as error:
        raise Unavailable(str(error)) from error


def embedded(
    data: Path,
    *,
    now: Callable[[], datetime] = now,
    synchronous: Literal["OFF", "FULL"] = "FULL",
    committed: Bell | None = None,
) -> Platform:
    """
    Everything in one directory, which is made if it is not there. Raises StoreError, OSError;
    Misplaced where there was a log and is none. `committed` is rung by who commits elsewhere.
    """
    from ..adapters.local.files import FileBlobs
    from ..adapters.local.in_use import shared
    from ..adapters.local.local_signer import LocalSigner
    from ..adapters.local.memory_case_claims import MemoryCaseClaims
    from ..adapters.local.memory_limiter import MemoryLimiter
    from ..adapters.sqlite.registry import SqliteRegistry
    from ..adapters.sqlite.sign_ins import SqliteSignIns
    from ..adapters.sqlite.store import SqliteStore
    from ..adapters.sqlite.tally import SqliteTally
    from ..adapters.sqlite.views import SqliteViews
    from ..web.turns import lending_a_turn
    from . import belonging

    data.mkdir(parents=True, exist_ok=True)
    in_use = shared(data)
    belonging.begun(data)
    secret = _secret(data)
    token_key = LocalSigner(data / "tokens.pem")  # always ECDSA, for JOSE knows no SM2
    committed = committed or Bell()
    store = SqliteStore(
        str(data / "events.db"),
        notify=committed.ring,
        synchronous=synchronous,
        waiting=lending_a_turn,
    )
    views, tally = SqliteViews(str(data / "views.db")), SqliteTally(data / "quotas.db")
    together = belonging.Belonging(data, store, views, secret)

    def close() -> None:
        for one in (views, tally, store, in_use):
            if one is not None:
                one.close()

    return Platform(
        store=store,
        log=store,
        views=views,
        blobs=FileBlobs(data / "documents"),
        codec=CODEC,
        calendar=calendars.cached(store, CODEC),
        now=now,
        serials=Serials(store, CODEC, now),
        committed=committed,
        memory=Memory(sole=True, changes=store.changes),
        secret=secret,
        gate=gate(MemoryLimiter()),
        quotas=quotas(tally),
        organisations=Organisations(store, CODEC),
        registry=TableRegistry(SqliteRegistry(data / "registry.db"), Keyring(secret)),
        wechat=people.wechat(),
        attester=people.attester(),
        token_signer=lambda: token_key,
        scanner=scanner(),
        signer=partial(signing.in_directory, data),
        renderer=signing.renderer,
        public_url=signing.public_url(),
        case_claims=MemoryCaseClaims(),
        sign_ins=SqliteSignIns(data / "sign-ins.db"),
        audited=partial(auditing.directory, data),
        seal_minutes=seal_minutes(),
        hash_at=store.hash_at,
        belonging=together,
        close=close,
        telemetry=telling(),
    )
