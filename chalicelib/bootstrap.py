"""Chooses the adapters from the environment; the only file that names one."""

import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from .application import calendars
from .application.catalogue import CODEC
from .application.consumers import Consumer
from .application.memory import Memory
from .application.moving import Destination, Place
from .application.platform import Platform
from .application.ports import Signer, Unavailable
from .application.serials import Serials
from .application.telemetry import Silent, Telemetry
from .application.views import Bell
from .domain.calendar import Calendar
from .http.auth import Verifier
from .http.keys import key_source
from .http.web import Web
from .projections import (
    acceptance_deadlines,
    applicant_cases,
    case_numbers,
    item_catalogue,
    process_library,
    work_list,
)
from .subscribers import certificates
from .subscribers.triggers import Cloud

if TYPE_CHECKING:
    from .adapters.dynamodb_import import DynamoItems
    from .adapters.dynamodb_ledger import DynamoLedger
    from .adapters.dynamodb_store import DynamoStore
    from .adapters.observed import Watch
    from .adapters.s3_blobs import S3Blobs
    from .adapters.s3_segments import S3Segments
    from .adapters.segment_log import SegmentLog
    from .application.sequencing_ports import Sequencer

# BANJIAN_DATA      the directory of an embedded platform
# BANJIAN_ISSUER    who signs the tokens, and for whom: `iss` and `aud`
# BANJIAN_AUDIENCE
# BANJIAN_JWKS      the issuer's keys: a file, an https address, or the JSON itself
#
# and, if the platform is on AWS:
# BANJIAN_EVENTS_TABLE, BANJIAN_LOG_TABLE, BANJIAN_VIEWS_TABLE   tables, by name
# BANJIAN_BUCKET        for segments, documents and what a large rebuild sorts
# BANJIAN_TOPIC         the ARN of the wake-ups' topic
# BANJIAN_REBUILDS      the URL of the queue of the steps of rebuilds
# BANJIAN_SECRET        ssm:/name or secretsmanager:name
# BANJIAN_SIGNING_KEY   a KMS key
# BANJIAN_LANES         how many lanes new streams go to
# BANJIAN_TRACING       xray, or nothing
# BANJIAN_STANDBY       on, while a log is moved here: nothing is served, nothing appended
# BANJIAN_STAGE         the dimension of every metric

# A function of Lambda holds few numbers in its short life.
SERIALS_AT_ONCE = 20
# Bytes of stored events that a function remembers.
REMEMBERED = 16_000_000


def now() -> datetime:
    return datetime.now(UTC)


def embedded(
    data: Path,
    *,
    now: Callable[[], datetime] = now,
    synchronous: Literal["OFF", "FULL"] = "FULL",
) -> Platform:
    """Everything in one directory, which is made if it is not there. Raises StoreError, OSError."""
    from .adapters import key_file
    from .adapters.files import FileBlobs
    from .adapters.sqlite_store import SqliteStore
    from .adapters.sqlite_views import SqliteViews

    data.mkdir(parents=True, exist_ok=True)
    committed = Bell()
    store = SqliteStore(str(data / "events.db"), notify=committed.ring, synchronous=synchronous)
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
        secret=key_file.read_or_make(data / "secret.key"),
    )


def consumers(platform: Platform, calendar: Calendar | None = None) -> Sequence[Consumer]:
    """The views, made with `calendar` (as it is now, if not given), and the subscribers."""
    calendar = calendar or platform.calendar()
    return (
        applicant_cases.projection(calendar),
        work_list.projection(calendar),
        process_library.projection(calendar),
        acceptance_deadlines.projection(calendar),
        case_numbers.PROJECTION,
        item_catalogue.PROJECTION,
        certificates.subscriber(platform),
    )


def aws(watch: Telemetry | None = None, *, now: Callable[[], datetime] = now) -> Platform:
    """On AWS, as the environment says, watched or not. Raises StoreError, ValueError."""
    from .adapters.dynamodb_views import DynamoViews
    from .adapters.observed import ObservedStore

    store = ObservedStore(_events(), watch or Silent())
    ledger, segments = _ledger(), _segments()
    return Platform(
        store=store,
        log=_log(ledger, segments),
        views=DynamoViews(client("dynamodb"), setting("BANJIAN_VIEWS_TABLE")),
        blobs=_documents(),
        codec=CODEC,
        calendar=calendars.cached(store, CODEC),
        now=now,
        serials=Serials(store, CODEC, now, SERIALS_AT_ONCE),
        committed=Bell(),
        secret=_secret(),
        memory=Memory(REMEMBERED),
    )


def setting(name: str) -> str:
    """Raises Unavailable if the environment names only a part of a stack."""
    try:
        return os.environ[name]
    except KeyError:
        raise Unavailable(f"{name} is not set: say `. build/STAGE/environment` first") from None


def client(service: str) -> Any:
    from .adapters import aws

    return aws.client(service)


def _events() -> "DynamoStore":
    from .adapters.dynamodb_store import DynamoStore

    return DynamoStore(client("dynamodb"), setting("BANJIAN_EVENTS_TABLE"))


def _ledger(table: str | None = None) -> "DynamoLedger":
    from .adapters.dynamodb_ledger import DynamoLedger

    return DynamoLedger(client("dynamodb"), table or setting("BANJIAN_LOG_TABLE"))


def _segments(bucket: str | None = None) -> "S3Segments":
    from .adapters.s3_segments import S3Segments

    return S3Segments(client("s3"), bucket or setting("BANJIAN_BUCKET"))


def _log(ledger: "DynamoLedger", segments: "S3Segments") -> "SegmentLog":
    from .adapters.segment_log import SegmentLog

    return SegmentLog(ledger, segments)


def _documents(bucket: str | None = None) -> "S3Blobs":
    from .adapters.s3_blobs import S3Blobs

    return S3Blobs(client("s3"), bucket or setting("BANJIAN_BUCKET"))


def _secret() -> bytes:
    from .adapters import secrets

    return secrets.secret(setting("BANJIAN_SECRET"))


def on_standby() -> bool:
    return os.environ.get("BANJIAN_STANDBY", "") == "on"


def on_aws() -> bool:
    return "BANJIAN_EVENTS_TABLE" in os.environ


@lru_cache
def telemetry() -> "Watch":
    from .adapters import json_logs
    from .adapters.observed import watch

    json_logs.install(sys.stderr)
    return watch(sys.stdout)


@lru_cache
def platform() -> Platform:
    return aws(telemetry()) if on_aws() else embedded(Path(os.environ.get("BANJIAN_DATA", "var")))


@lru_cache
def sequencer() -> "Sequencer":
    """What puts commits into the log; only on AWS, where there is something to put in order."""
    from .adapters.sns_bell import SnsBell
    from .application.sequencing_ports import Sequencer

    lanes = int(os.environ.get("BANJIAN_LANES", "1"))
    notify = SnsBell(client("sns"), setting("BANJIAN_TOPIC")).ring
    return Sequencer(_ledger(), _segments(), _events(), lanes, notify)


@lru_cache
def verifier() -> Verifier:
    return Verifier(
        os.environ["BANJIAN_ISSUER"],
        os.environ["BANJIAN_AUDIENCE"],
        key_source(os.environ["BANJIAN_JWKS"]),
    )


def signer(data: Path) -> Signer:
    """What signs seals: a key of KMS, or one in `data`."""
    from .adapters.kms_signer import KmsSigner
    from .adapters.local_signer import LocalSigner

    key = os.environ.get("BANJIAN_SIGNING_KEY")
    return KmsSigner(client("kms"), key) if key else LocalSigner(data / "signing.pem")


def kept(data: Path) -> Place:
    """An embedded platform, to be copied. Raises StoreError, OSError."""
    platform = embedded(data)
    return Place(platform.log, platform.blobs, platform.secret)


def stored(bucket: str, log_table: str) -> Place:
    """What a stack on AWS has, to be copied."""
    return Place(_log(_ledger(log_table), _segments(bucket)), _documents(bucket), None)


def destination(to: str) -> Destination:
    """`aws`, the stack that the environment names, or a directory. Raises StoreError, OSError."""
    return _stack() if to == "aws" else _directory(Path(to))


def _directory(data: Path) -> Destination:
    from .adapters import key_file
    from .adapters.files import FileBlobs
    from .adapters.sqlite_store import SqliteStore
    from .application.moving_targets import Embedded

    data.mkdir(parents=True, exist_ok=True)
    # After a power cut it is whole, but perhaps shorter: then the copying goes on from there.
    store = SqliteStore(data / "events.db", synchronous="NORMAL")
    secret = key_file.read_or_make(data / "secret.key")
    return Destination(Embedded(store, store), FileBlobs(data / "documents"), secret)


def _items() -> "DynamoItems":
    from .adapters.dynamodb_import import DynamoItems

    return DynamoItems(client("dynamodb"), setting("BANJIAN_EVENTS_TABLE"))


def streams() -> Iterator[str]:
    """Of the stack that the environment names, every stream's name; reads the whole table."""
    from .adapters.dynamodb_streams import all_streams

    return all_streams(client("dynamodb"), setting("BANJIAN_EVENTS_TABLE"))


def _stack() -> Destination:
    from .application.moving_targets import Sequenced
    from .application.sequencing_ports import Sequencer

    ledger, segments, store, items = _ledger(), _segments(), _events(), _items()
    # Nobody is told: the schedule does, a minute later, and until then there may be more to come.
    target = Sequenced(Sequencer(ledger, segments, store), _log(ledger, segments), items)
    return Destination(target, _documents(), _secret())


def _step(message: dict[str, Any]) -> None:
    from .adapters.s3_shuffle import S3Shuffle
    from .subscribers.rebuilding import on_step

    its = platform()
    shuffle = S3Shuffle(client("s3"), setting("BANJIAN_BUCKET"))
    for following in on_step(its, consumers(its), shuffle, message):
        send_rebuild(following)


def send_rebuild(message: dict[str, Any]) -> None:
    """To the queue of the steps of rebuilds."""
    client("sqs").send_message(
        QueueUrl=setting("BANJIAN_REBUILDS"), MessageBody=json.dumps(message)
    )


@lru_cache
def cloud() -> Cloud:
    """What the functions on queues, streams and schedules work with."""
    from .adapters import stream_records
    from .application.sequencing_retries import heal
    from .application.sequencing_sweep import sweep
    from .subscribers.sequencer import on_records

    return Cloud(
        platform=platform,
        consumers=consumers,
        telemetry=telemetry,
        standby=on_standby,
        sequence=lambda event: on_records(sequencer(), stream_records.arrivals, event),
        heal=lambda: heal(sequencer()),
        tidy=lambda: sweep(sequencer()),
        wake=lambda: sequencer().announce(platform().log.head()),
        step=_step,
        rebuild=send_rebuild,
    )


def _watching() -> Telemetry:
    return telemetry() if on_aws() else Silent()


WEB = Web(platform, verifier, _watching, on_standby)
