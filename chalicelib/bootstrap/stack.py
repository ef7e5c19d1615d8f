"""A platform on AWS, as the environment names its parts. Clients are made once and late."""

import json
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ..eventlog.memory import Memory
from ..eventlog.ports import Signer
from ..eventlog.telemetry import Silent, Telemetry
from ..eventlog.views.port import Bell
from ..kernel.keyed import Keyring
from ..organisations.application.registry import Organisations
from ..people.application.registry_table import TableRegistry
from ..platform import calendars
from ..platform.case_claims import CaseClaims, NoCaseClaims
from ..platform.platform import Platform
from ..platform.quotas import Tally, Uncounted
from ..platform.rate_limits import Limiter, Split
from ..platform.serials import Serials
from ..platform.sign_ins import NoSignIns, SignIns
from . import people, signing
from .codec import CODEC
from .directory import now
from .settings import gate, quotas, scanner, seal_minutes, setting, value

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from ..adapters.dynamodb.filling import DynamoItems
    from ..adapters.dynamodb.ledger import DynamoLedger
    from ..adapters.dynamodb.registry import DynamoRegistry
    from ..adapters.dynamodb.store import DynamoStore
    from ..adapters.dynamodb.views import DynamoViews
    from ..adapters.s3.blobs import S3Blobs
    from ..adapters.s3.segment_log import SegmentLog
    from ..adapters.s3.segments import S3Segments
    from ..adapters.watching.watch import Watch
    from ..eventlog.auditing.verifying import Place
    from ..eventlog.sequencing.ports import Sequencer
    from ..eventlog.sequencing.recovery import Names

# A function of Lambda holds few numbers in its short life.
SERIALS_AT_ONCE = 20
# Bytes of stored events that a function remembers.
REMEMBERED = 16_000_000


def aws(watch: Telemetry | None = None, *, now: Callable[[], datetime] = now) -> Platform:
    """On AWS, as the environment says, watched or not. Raises StoreError, ValueError."""
    from ..adapters.watching.watch import ObservedStore

    store = ObservedStore(events(), watch or Silent())
    return Platform(
        store=store,
        log=log(ledger(), segments()),
        views=views(),
        blobs=documents(),
        codec=CODEC,
        calendar=calendars.cached(store, CODEC),
        now=now,
        serials=Serials(store, CODEC, now, SERIALS_AT_ONCE),
        committed=Bell(),
        secret=secret(),
        memory=Memory(REMEMBERED),
        gate=gate(limiter()),
        quotas=quotas(tally()),
        organisations=Organisations(store, CODEC),
        registry=TableRegistry(registry_table(), Keyring(secret())),
        wechat=people.wechat(),
        attester=people.attester(),
        token_signer=token_signer,
        scanner=scanner(),
        signer=signing.in_kms,
        renderer=signing.renderer,
        public_url=signing.public_url(),
        case_claims=case_claims(),
        telemetry=watch or Silent(),
        sign_ins=sign_ins(),
        audited=audited,
        seal_minutes=seal_minutes(),
    )


def audited() -> "AbstractContextManager[Place]":
    """Imported when it is asked for: one function alone is (cold start)."""
    from ..adapters.dynamodb.views import DynamoViews
    from .audited_stack import Parts, opened

    views = DynamoViews(client("dynamodb"), setting("BANJIAN_VIEWS_TABLE"))
    parts = Parts(events(), log(ledger(), segments()), views, documents(), streams, signing.in_kms)
    return opened(parts)


def client(service: str) -> Any:
    from ..adapters.aws import clients as aws

    return aws.client(service)


def events() -> "DynamoStore":
    from ..adapters.dynamodb.store import DynamoStore

    return DynamoStore(client("dynamodb"), setting("BANJIAN_EVENTS_TABLE"))


def views() -> "DynamoViews":
    from ..adapters.dynamodb.views import DynamoViews

    return DynamoViews(client("dynamodb"), setting("BANJIAN_VIEWS_TABLE"))


def ledger(table: str | None = None) -> "DynamoLedger":
    from ..adapters.dynamodb.ledger import DynamoLedger

    return DynamoLedger(client("dynamodb"), table or setting("BANJIAN_LOG_TABLE"))


def segments(bucket: str | None = None) -> "S3Segments":
    from ..adapters.s3.segments import S3Segments

    return S3Segments(client("s3"), bucket or setting("BANJIAN_BUCKET"))


def log(ledger: "DynamoLedger", segments: "S3Segments") -> "SegmentLog":
    from ..adapters.s3.segment_log import SegmentLog

    return SegmentLog(ledger, segments)


def documents(bucket: str | None = None) -> "S3Blobs":
    from ..adapters.s3.blobs import S3Blobs

    return S3Blobs(client("s3"), bucket or setting("BANJIAN_BUCKET"))


def secret() -> bytes:
    from ..adapters.aws import secrets

    return secrets.secret(setting("BANJIAN_SECRET"))


def registry_table() -> "DynamoRegistry":
    """Beside the views."""
    from ..adapters.dynamodb.registry import DynamoRegistry

    return DynamoRegistry(client("dynamodb"), setting("BANJIAN_VIEWS_TABLE"))


@lru_cache
def token_signer() -> Signer | None:
    """
    What signs our own tokens, and nothing else: always ECDSA, for JOSE knows no SM2. Only the
    function that answers calls is given the key, and makes the client when it is first needed.
    """
    key = value("BANJIAN_TOKEN_KEY")
    if not key:
        return None
    from ..adapters.aws.kms_signer import KmsSigner

    return KmsSigner(client("kms"), key)


def sign_ins() -> SignIns:
    """Only the function that answers calls, and an operator's shell, are given the table."""
    if not value("BANJIAN_SIGN_INS_TABLE"):
        return NoSignIns()
    from ..adapters.dynamodb.sign_ins import DynamoSignIns

    return DynamoSignIns(client("dynamodb"), setting("BANJIAN_SIGN_INS_TABLE"))


def limiter() -> Limiter:
    """
    What is strict is counted in a table. Only the function that answers calls is given one; the
    others are asked for nothing.
    """
    from ..adapters.local.memory_limiter import MemoryLimiter

    if not value("BANJIAN_LIMITS_TABLE"):
        return MemoryLimiter()
    from ..adapters.dynamodb.limiter import DynamoLimiter

    table = setting("BANJIAN_LIMITS_TABLE")
    return Split(MemoryLimiter(), DynamoLimiter(client("dynamodb"), table))


def tally() -> Tally:
    """In the table of the strict limits; whoever has none is asked for nothing."""
    if not value("BANJIAN_LIMITS_TABLE"):
        return Uncounted()
    from ..adapters.dynamodb.tally import DynamoTally

    return DynamoTally(client("dynamodb"), setting("BANJIAN_LIMITS_TABLE"))


def case_claims() -> CaseClaims:
    """Beside the strict limits, since the same function alone takes submissions."""
    if not value("BANJIAN_LIMITS_TABLE"):
        return NoCaseClaims()
    from ..adapters.dynamodb.case_claims import DynamoCaseClaims

    return DynamoCaseClaims(client("dynamodb"), setting("BANJIAN_LIMITS_TABLE"))


def items() -> "DynamoItems":
    from ..adapters.dynamodb.filling import DynamoItems

    return DynamoItems(client("dynamodb"), setting("BANJIAN_EVENTS_TABLE"))


@lru_cache
def telemetry() -> "Watch":
    from ..adapters.watching import json_logs
    from ..adapters.watching.watch import watch

    json_logs.install(sys.stderr)
    return watch(sys.stdout)


@lru_cache
def sequencer() -> "Sequencer":
    """What puts commits into the log; only on AWS, where there is something to put in order."""
    from ..adapters.aws.sns_bell import SnsBell
    from ..eventlog.sequencing.ports import Sequencer

    lanes = int(value("BANJIAN_LANES", "1"))
    notify = SnsBell(client("sns"), setting("BANJIAN_TOPIC")).ring
    return Sequencer(ledger(), segments(), events(), lanes, notify)


def streams() -> Iterator[str]:
    """Of the stack that the environment names, every stream's name; reads the whole table."""
    from ..adapters.dynamodb.streams import all_streams

    return all_streams(client("dynamodb"), setting("BANJIAN_EVENTS_TABLE"))


def part_of_table(at: str) -> "Names":
    """The streams of a part of its events' table, from there on, "" for the beginning."""
    from ..adapters.dynamodb.streams import some_streams

    return some_streams(client("dynamodb"), setting("BANJIAN_EVENTS_TABLE"), at)


def send_rebuild(message: dict[str, Any]) -> None:
    """To the queue of the steps of rebuilds."""
    client("sqs").send_message(
        QueueUrl=setting("BANJIAN_REBUILDS"), MessageBody=json.dumps(message)
    )
