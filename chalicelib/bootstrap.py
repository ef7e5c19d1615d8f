"""Chooses the adapters from the environment; the only file that names one."""

import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Literal

from .adapters import key_file
from .adapters.files import FileBlobs
from .adapters.sqlite_store import SqliteStore
from .adapters.sqlite_views import SqliteViews
from .application import calendars
from .application.catalogue import CODEC
from .application.consumers import Consumer
from .application.platform import Platform
from .application.serials import Serials
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

# BANJIAN_DATA      the directory of an embedded platform
# BANJIAN_ISSUER    who signs the tokens, and for whom: `iss` and `aud`
# BANJIAN_AUDIENCE
# BANJIAN_JWKS      the issuer's keys: a file, an https address, or the JSON itself


def now() -> datetime:
    return datetime.now(UTC)


def embedded(
    data: Path,
    *,
    now: Callable[[], datetime] = now,
    synchronous: Literal["OFF", "FULL"] = "FULL",
) -> Platform:
    """Everything in one directory, which is made if it is not there. Raises StoreError, OSError."""
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


@lru_cache
def platform() -> Platform:
    return embedded(Path(os.environ.get("BANJIAN_DATA", "var")))


@lru_cache
def verifier() -> Verifier:
    return Verifier(
        os.environ["BANJIAN_ISSUER"],
        os.environ["BANJIAN_AUDIENCE"],
        key_source(os.environ["BANJIAN_JWKS"]),
    )


WEB = Web(platform, verifier)
