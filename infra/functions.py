"""The Lambda functions of app.py: what each is told, and what each may do."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final, NamedTuple

from chalicelib.subjects import entries, function_of, minutes

from . import grants as may
from .grants import Grant

ROOT: Final = Path(__file__).parent.parent
CONFIG: Final = ROOT / ".chalice" / "config.json"

Json = dict[str, Any]

VARIABLES: Final[Json] = {
    "BANJIAN_ATTESTER": {"Ref": "Attester"},
    "BANJIAN_ATTESTER_JWKS": {"Ref": "AttesterJwks"},
    "BANJIAN_AUDIENCE": {"Ref": "Audience"},
    "BANJIAN_BUCKET": {"Ref": "Bucket"},
    "BANJIAN_CLAMD": {"Ref": "Clamd"},
    "BANJIAN_COUNTERS": {"Ref": "Counters"},
    "BANJIAN_CORS_ORIGINS": {"Ref": "CorsOrigins"},
    "BANJIAN_EVENTS_TABLE": {"Ref": "EventsTable"},
    "BANJIAN_ISSUER": {"Ref": "Issuer"},
    "BANJIAN_ISSUERS": {"Ref": "Issuers"},
    "BANJIAN_JWKS": {"Ref": "Jwks"},
    "BANJIAN_LANES": {"Ref": "Lanes"},
    "BANJIAN_LIMITS": {"Ref": "Limits"},
    "BANJIAN_LIMITS_TABLE": {"Ref": "LimitsTable"},
    "BANJIAN_LOG_TABLE": {"Ref": "LogTable"},
    "BANJIAN_PUBLIC_URL": {"Ref": "PublicUrl"},
    "BANJIAN_QUOTAS": {"Ref": "Quotas"},
    "BANJIAN_REBUILDS": {"Ref": "RebuildStepQueue"},
    "BANJIAN_SEALS": {
        "Fn::If": [
            "SealsElsewhere",
            {"Fn::Sub": "s3://${SealsBucket}/seals"},
            {"Fn::Sub": "s3://${Bucket}/seals"},
        ]
    },
    "BANJIAN_SEAL_MINUTES": {"Ref": "SealMinutes"},
    "BANJIAN_SECRET": {
        "Fn::If": [
            "OwnSecret",
            {"Fn::Sub": "secretsmanager:${Secret.Id}"},
            {"Fn::Sub": "ssm:${SecretParameter}"},
        ]
    },
    "BANJIAN_SIGN_INS_TABLE": {"Ref": "SignInsTable"},
    "BANJIAN_SIGNING_KEY": {"Fn::GetAtt": ["SigningKey", "Arn"]},
    "BANJIAN_STAGE": {"Ref": "Stage"},
    "BANJIAN_STANDBY": {"Fn::If": ["OnStandby", "on", ""]},
    "BANJIAN_TOKEN_KEY": {"Fn::GetAtt": ["TokenKey", "Arn"]},
    "BANJIAN_TOPIC": {"Ref": "CommittedTopic"},
    "BANJIAN_TRACING": {"Ref": "Tracing"},
    "BANJIAN_TRUSTED_PROXIES": {"Ref": "TrustedProxies"},
    "BANJIAN_VIEWS_TABLE": {"Ref": "ViewsTable"},
    "BANJIAN_WECHAT_APP": {"Ref": "WechatApp"},
    "BANJIAN_WECHAT_SECRET": {"Fn::Sub": "ssm:${WechatSecretParameter}"},
}
EVERYWHERE: Final = ("BANJIAN_STAGE", "BANJIAN_STANDBY", "BANJIAN_TRACING")


class Function(NamedTuple):
    """
    `name` as chalice knows it. `queue` is the kind of its queue: woken by the topic, or given work.
    `every`: the minutes between two runs of what runs by a schedule.
    """

    name: str
    grants: tuple[Grant, ...]
    queue: str = ""
    every: int = 0

    @property
    def logical(self) -> str:
        """Its name in the template, as chalice makes it."""
        if self.name == "api_handler":
            return "APIHandler"
        return "".join(part.capitalize() for part in self.name.split("_"))

    @property
    def variables(self) -> Json:
        names = {*EVERYWHERE, *(name for grant in self.grants for name in grant.variables)}
        return {name: VARIABLES[name] for name in sorted(names)}


# Whoever has the whole platform has its secret.
READ = (may.READ_EVENTS, may.READ_LEDGER, may.READ_SEGMENTS, may.READ_VIEWS, may.SECRET)
PROJECT = (*READ, may.WRITE_VIEWS, may.WAKE)
# Whoever carries out commands: a decision may store documents.
COMMAND = (may.APPEND, may.DOCUMENTS)
SEAL = (*READ, may.SIGN, may.SEALS)


def _grants(names: Iterable[str]) -> tuple[Grant, ...]:
    """Those above, and of grants.py, by the names that a wiring gives them."""
    bundles = (globals().get(name) or (getattr(may, name),) for name in names)
    return _once(grant for bundle in bundles for grant in bundle)


def _once(grants: Iterable[Grant]) -> tuple[Grant, ...]:
    return tuple({id(grant): grant for grant in grants}.values())


def _by_function(table: str, grants: int) -> dict[str, list[str]]:
    """The functions of a table of the wirings, each with the names of what it may."""
    found: dict[str, list[str]] = {}
    for entry in entries(table):
        found.setdefault(function_of(entry), []).extend(entry[grants])
    return found


CONSUMERS: Final = tuple(
    Function(name, _grants(names), queue="woken")
    for name, names in _by_function("CONSUMERS", 2).items()
)
# What tells how far it is: each consumer, though one function may serve a group of them.
WATCHED: Final = tuple(
    Function(entry[0], ()) for entry in (*entries("CONSUMERS"), *entries("TIMERS"))
)
TIMERS: Final = tuple(dict.fromkeys(grant for entry in entries("TIMERS") for grant in entry[2]))
SCHEDULES: Final = {
    function: [*grants, *(TIMERS if function == "timers" else ())]
    for function, grants in _by_function("SCHEDULES", 3).items()
}
SEQUENCER: Final = Function(
    "sequence",
    (
        may.FOLLOW_STREAM,
        may.READ_EVENTS,
        may.READ_LEDGER,
        may.ADVANCE,
        may.READ_SEGMENTS,
        may.WRITE_SEGMENTS,
        may.WAKE,
        may.LANES,
    ),
)
FUNCTIONS: Final = (
    Function(
        "api_handler",
        (
            *(*READ, *COMMAND, may.INCOMING, may.DISCARD, may.SCAN),
            *(may.TOKENS, may.SIGN_INS, may.SIGN_TOKENS, may.WECHAT, may.ATTESTED),
            *(may.COUNT, may.LIMITED, may.PUBLIC),
        ),
    ),
    SEQUENCER,
    *CONSUMERS,
    Function("rebuild_step", (*PROJECT, may.SHUFFLE, may.REBUILD), queue="worked"),
    Function(
        "heal",
        (
            *(*READ, may.WAKE, may.ADVANCE, may.WRITE_SEGMENTS, may.LANES, may.REBUILD),
            may.SCAN_EVENTS,
        ),
        every=1,
    ),
    *(
        Function(name, _grants(names), every=minutes(name))
        for name, names in SCHEDULES.items()
        if name != "sweep"
    ),
    # It also retries what is parked, so it may do what the consumers may.
    Function(
        "sweep",
        (
            *_once(grant for one in CONSUMERS for grant in one.grants),
            *(may.ADVANCE, may.SWEEP_SEGMENTS, may.LANES),
            *_grants((*SCHEDULES["sweep"], *TIMERS)),
        ),
        every=60,
    ),
    Function(
        "reconcile",
        (may.READ_EVENTS, may.READ_LEDGER, may.READ_SEGMENTS, may.NOTE),
        every=24 * 60,
    ),
)


def timeout(stage: str, name: str) -> int:
    """Seconds, from .chalice/config.json; raises KeyError for no such stage."""
    settings = json.loads(CONFIG.read_text())["stages"][stage]
    own = settings["lambda_functions"].get(name, {})
    return int(own.get("lambda_timeout", settings["lambda_timeout"]))
