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
from . import people, signing
from .codec import CODEC
from .settings import gate, quotas, scanner
from .watching import telling


def now() -> datetime:
    return datetime.now(UTC)


def _secret(data: Path) -> bytes:
    """
    Made with the first event only: with another one nobody would be found by an id any more, and
    no query code would be right. Raises Unavailable.
    """
    from ..adapters.local import key_file

    path = data / "secret.key"
    if not path.exists() and (data / "events.db").exists():
        raise Unavailable(f"{path} is missing, and {data} has events: put back the one you had")
    return key_file.read_or_make(path)


def embedded(
    data: Path,
    *,
    now: Callable[[], datetime] = now,
    synchronous: Literal["OFF", "FULL"] = "FULL",
) -> Platform:
    """Everything in one directory, which is made if it is not there. Raises StoreError, OSError."""
    from ..adapters.local.files import FileBlobs
    from ..adapters.local.local_signer import LocalSigner
    from ..adapters.local.memory_case_claims import MemoryCaseClaims
    from ..adapters.local.memory_limiter import MemoryLimiter
    from ..adapters.sqlite.registry import SqliteRegistry
    from ..adapters.sqlite.sign_ins import SqliteSignIns
    from ..adapters.sqlite.store import SqliteStore
    from ..adapters.sqlite.tally import SqliteTally
    from ..adapters.sqlite.views import SqliteViews
    from ..web.turns import lending_a_turn

    data.mkdir(parents=True, exist_ok=True)
    secret = _secret(data)
    token_key = LocalSigner(data / "tokens.pem")  # always ECDSA, for JOSE knows no SM2
    committed = Bell()
    store = SqliteStore(
        str(data / "events.db"),
        notify=committed.ring,
        synchronous=synchronous,
        waiting=lending_a_turn,
    )
    return Platform(
        store=store,
        log=store,
        views=SqliteViews(str(data / "views.db")),
        blobs=FileBlobs(data / "documents"),
        codec=CODEC,
        calendar=calendars.cached(store, CODEC),
        now=now,
        serials=Serials(store, CODEC, now),
        committed=committed,
        memory=Memory(sole=True, changes=store.changes),
        secret=secret,
        gate=gate(MemoryLimiter()),
        quotas=quotas(SqliteTally(data / "quotas.db")),
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
        telemetry=telling(),
    )
