"""
Chooses the adapters from the environment; nothing else names one. What it chooses from is imported
when it is asked for: this is what app.py imports (cold start).
"""

from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from chalice.app import Request, Response

    from ..eventlog.ports import Signer
    from ..kernel.actor import Actor
    from ..kernel.reasons import Reason
    from ..platform.platform import Platform
    from ..triggers.cloud import Cloud
    from ..web.auth.verifier import Verifier
    from ..web.messages import Language
    from ..web.request import Web
    from .consuming import build_all, consumers, group, schedules, timers
    from .directory import embedded, make_private, now, write_once
    from .moving import destination, kept, sign_ins, sign_ins_table, stored
    from .settings import connections, on_aws, on_standby, origins, proxies, setting, value
    from .stack import (
        aws,
        client,
        part_of_table,
        send_rebuild,
        sequencer,
        streams,
        telemetry,
    )
    from .variables import mistakes_here, mistakes_on_aws, unknown_variables
    from .watching import (
        CONSUMERS,
        SERVICE,
        Place,
        Pulse,
        Served,
        Sum,
        begin_log,
        counted,
        exposition,
        from_json,
        in_json,
        log_settings,
        metrics_place,
        watchman,
        writes_lines,
    )

__all__ = [
    "CONSUMERS",
    "SERVICE",
    "Place",
    "Pulse",
    "Served",
    "Sum",
    "aws",
    "begin_log",
    "build_all",
    "client",
    "cloud",
    "connections",
    "consumers",
    "counted",
    "destination",
    "embedded",
    "exposition",
    "from_json",
    "group",
    "in_json",
    "kept",
    "log_settings",
    "make_private",
    "metrics_place",
    "mistakes_here",
    "mistakes_on_aws",
    "now",
    "on_aws",
    "on_standby",
    "origins",
    "part_of_table",
    "platform",
    "proxies",
    "schedules",
    "send_rebuild",
    "sequencer",
    "setting",
    "sign_ins",
    "sign_ins_table",
    "signer",
    "stored",
    "streams",
    "telemetry",
    "timers",
    "unknown_variables",
    "value",
    "verifier",
    "watchman",
    "web",
    "write_once",
    "writes_lines",
]

_WHERE = {
    "consuming": ("build_all", "consumers", "group", "schedules", "timers"),
    "directory": ("embedded", "make_private", "now", "write_once"),
    "moving": ("destination", "kept", "sign_ins", "sign_ins_table", "stored"),
    "settings": ("connections", "on_aws", "on_standby", "origins", "proxies", "setting", "value"),
    "variables": ("mistakes_here", "mistakes_on_aws", "unknown_variables"),
    "stack": (
        *("aws", "client", "part_of_table"),
        *("send_rebuild", "sequencer", "streams", "telemetry"),
    ),
    "watching": (
        "CONSUMERS",
        "SERVICE",
        "Place",
        "Pulse",
        "Served",
        "Sum",
        "begin_log",
        "counted",
        "exposition",
        "from_json",
        "in_json",
        "log_settings",
        "metrics_place",
        "watchman",
        "writes_lines",
    ),
}


def __getattr__(name: str) -> Any:
    for module, names in _WHERE.items():
        if name in names:
            return getattr(import_module(f".{module}", __name__), name)
    raise AttributeError(name)


@lru_cache
def platform() -> "Platform":
    from pathlib import Path

    from . import aws, embedded, on_aws, origins, telemetry
    from .settings import proxies, value

    proxies(), origins()  # a setting that cannot be read is told at the start
    if value("BANJIAN_ISSUERS"):
        from . import issuers

        issuers.check()
    return aws(telemetry()) if on_aws() else embedded(Path(value("BANJIAN_DATA", "var")))


@lru_cache
def verifier() -> "Verifier":
    from . import issuers

    return issuers.verifier(platform)


def signer(data: "Path") -> "Signer":
    """What signs seals: a key of KMS, or one in `data`."""
    from . import signing

    return signing.in_directory(data)


@lru_cache
def web() -> "Web":
    """What answers HTTP."""
    from ..web.request import Web
    from . import on_aws, on_standby, settings

    def watching() -> Any:
        if not on_aws():
            from .watching import telling

            return telling()
        from . import telemetry

        return telemetry()

    made = Web(
        platform,
        verifier,
        _answer,
        watching,
        on_standby,
        settings.proxies,
        _worded,
        _admitted,
        _headers,
    )
    if on_aws():
        from . import requests

        return made._replace(
            answered=requests.answered, condition=requests.condition, details=requests.details
        )
    from . import watchman

    return made._replace(
        condition=lambda: watchman().condition(), details=lambda: watchman().details()
    )


def _admitted(platform: "Platform", actor: "Actor") -> None:
    # Imported here because staff have no accounts.
    from ..kernel.actor import APPLICANTS

    if actor.role in APPLICANTS:
        from ..people.application.admission import admit

        admit(platform, actor)


@lru_cache
def _headers() -> "Mapping[str, str]":
    """On AWS TLS ends at our own API; on one machine at a proxy, which says this itself."""
    from ..web.problems import NOSNIFF
    from . import on_aws

    # RFC 6797; a year, as browsers ask of who wants to stay on their lists.
    return {**NOSNIFF, "Strict-Transport-Security": "max-age=31536000"} if on_aws() else NOSNIFF


def _answer(error: Exception, request: "Request") -> "Response":
    # Imported here because nothing that is not refused needs it.
    from ..refusals.answers import answer

    return answer(error, request)


def _worded(reason: "Reason", language: "Language") -> str:
    from ..refusals.words import worded

    return worded(reason, language)


@lru_cache
def cloud() -> "Cloud":
    """What answers the queues, the stream and the schedules of AWS."""
    from . import functions

    return functions.cloud()
