"""
Every environment variable of Banjian: what its value should be, and what reads it.

All of them are read at the start, before anything is opened or listened on, so that a mistake is
told then and by its name, and not as a 500 to whoever comes first. On AWS the same is asked when a
stack is deployed: a function that starts has no time for it.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from . import variable_checks as read
from .variable_checks import Read

PREFIX: Final = "BANJIAN_"
# What the tests of this repository are told, and no service.
OF_TESTS: Final = ("BANJIAN_BUILD_IMAGE", "BANJIAN_LONG", "BANJIAN_TEST_CLAMD")
_SHOWN: Final = 100  # characters


class Variable(NamedTuple):
    """
    `read` raises for a value that is not as `should` says; `on_aws` where it is another there, for
    functions have no files. One that is not `shown` is never repeated: where a reference to a
    secret is wrong, the secret itself may stand there.
    """

    name: str
    should: str
    read: Read = read.text
    on_aws: Read | None = None
    shown: bool = True


class Mistake(NamedTuple):
    """What is wrong with the variable `name`, in words that follow its name."""

    name: str
    told: str

    def __str__(self) -> str:
        return f"{self.name} {self.told}"


_KEYS: Final = "a file, an https address, or the JSON of a JWK set (RFC 7517)"
_SECRET: Final = "ssm:/name or secretsmanager:name"  # noqa: S105 - where it is, not what
_NETWORKS: Final = "networks, as 10.0.0.0/8, ::1"
_RESOURCE: Final = "the name of a resource on AWS"

VARIABLES: Final = (
    Variable("BANJIAN_DATA", "a directory, or one that is still to be made", read.directory),
    Variable("BANJIAN_ISSUER", "`iss` of the provider's tokens", read.issuer, read.text),
    Variable("BANJIAN_AUDIENCE", "`aud` of the provider's tokens"),
    Variable("BANJIAN_JWKS", _KEYS, read.jwks, read.jwks_on_aws),
    Variable(
        "BANJIAN_ISSUERS",
        "a file (TOML, JSON) or JSON, as docs/sign-in.md",
        read.issuers,
        read.issuers_on_aws,
    ),
    Variable("BANJIAN_WECHAT_APP", "the AppID of a mini-program"),
    Variable("BANJIAN_WECHAT_SECRET", f"file:/path, {_SECRET}", read.secret, shown=False),
    Variable("BANJIAN_WECHAT_URL", "an address, as https://wechat.example", read.url),
    Variable("BANJIAN_ATTESTER", "`iss` of what the service attests"),
    Variable("BANJIAN_ATTESTER_JWKS", _KEYS, read.jwks, read.jwks_on_aws),
    Variable("BANJIAN_CLAMD", "host:port or unix:/path", read.clamd),
    Variable("BANJIAN_LIMITS", "as usual.account=500/10, query.address=off", read.limits),
    Variable("BANJIAN_QUOTAS", "as applicants.megabytes=500, drafts.days=60", read.quotas),
    Variable("BANJIAN_CONNECTIONS", "as by_address=200, idle=30"),
    Variable("BANJIAN_PUBLIC_URL", "an address, as https://banjian.city.example", read.url),
    Variable("BANJIAN_SIGNATURE", "ecdsa or sm2", read.signature),
    Variable("BANJIAN_FONTS", "TrueType files, a colon between two", read.fonts),
    Variable("BANJIAN_SEALS", "a folder, s3://bucket/prefix, or off", read.seals),
    Variable("BANJIAN_SEAL_MINUTES", "a number of minutes from 1 to 1440", read.seal_minutes),
    Variable("BANJIAN_LOG_FILE", "a file, or - for standard output", read.text),
    Variable("BANJIAN_LOG", "as days=400, megabytes=256, addresses=all", read.log),
    Variable("BANJIAN_METRICS", "HOST:PORT, as 127.0.0.1:9464", read.metrics),
    Variable("BANJIAN_METRICS_TOKEN", "16 characters or more", read.metrics_token, shown=False),
    Variable("BANJIAN_TRUSTED_PROXIES", _NETWORKS, read.networks),
    Variable("BANJIAN_COUNTERS", _NETWORKS, read.networks),
    Variable("BANJIAN_CORS_ORIGINS", "origins, as https://www.city.example", read.origins),
    Variable("BANJIAN_SIGNING_KEY", "the ARN or the id of a key of KMS", read.word),
    # Of a stack on AWS, which sets them.
    Variable("BANJIAN_EVENTS_TABLE", _RESOURCE, read.word),
    Variable("BANJIAN_LOG_TABLE", _RESOURCE, read.word),
    Variable("BANJIAN_VIEWS_TABLE", _RESOURCE, read.word),
    Variable("BANJIAN_LIMITS_TABLE", _RESOURCE, read.word),
    Variable("BANJIAN_SIGN_INS_TABLE", _RESOURCE, read.word),
    Variable("BANJIAN_BUCKET", _RESOURCE, read.word),
    Variable("BANJIAN_TOPIC", "the ARN of a topic", read.word),
    Variable("BANJIAN_REBUILDS", "the URL of a queue", read.url),
    Variable("BANJIAN_SECRET", _SECRET, read.secret_of_aws, shown=False),
    Variable("BANJIAN_TOKEN_KEY", "the ARN of a key of KMS", read.word),
    Variable("BANJIAN_LANES", "a number from 1 to 64", read.lanes),
    Variable("BANJIAN_TRACING", "xray", read.one_of("xray")),
    Variable("BANJIAN_STANDBY", "on", read.one_of("on", "off")),
    Variable("BANJIAN_STAGE", "the dimension of every metric", read.word),
)
NAMES: Final = frozenset(one.name for one in VARIABLES)

# Where one is set, the others must be: half of them is nobody's intention.
TOGETHER: Final = (
    ("BANJIAN_ISSUER", "BANJIAN_AUDIENCE", "BANJIAN_JWKS"),
    ("BANJIAN_WECHAT_APP", "BANJIAN_WECHAT_SECRET"),
    ("BANJIAN_ATTESTER", "BANJIAN_ATTESTER_JWKS"),
)
# The first says nothing without the second.
NEEDS: Final = (
    ("BANJIAN_WECHAT_URL", "BANJIAN_WECHAT_APP"),
    ("BANJIAN_METRICS_TOKEN", "BANJIAN_METRICS"),
)
# A service on one machine keeps all of it in a directory.
STACK: Final = (
    *("BANJIAN_EVENTS_TABLE", "BANJIAN_LOG_TABLE", "BANJIAN_VIEWS_TABLE", "BANJIAN_LIMITS_TABLE"),
    *("BANJIAN_SIGN_INS_TABLE", "BANJIAN_BUCKET", "BANJIAN_TOPIC", "BANJIAN_REBUILDS"),
    *("BANJIAN_SECRET", "BANJIAN_TOKEN_KEY"),
)


def mistakes_here(environ: Mapping[str, str], outside: Mapping[str, Read] = {}) -> list[Mistake]:
    """
    What is wrong for a service on one machine; an empty variable is as good as none. `outside` has
    what reads the variables of whoever is built on this.
    """
    told = _set(environ)
    return [
        *_unreadable(told, [(one, outside.get(one.name, one.read)) for one in VARIABLES]),
        *_halves(told),
        *(_without(one, other) for one, other in NEEDS if one in told and other not in told),
        *(_of_a_stack(name) for name in STACK if name in told),
    ]


def mistakes_on_aws(environ: Mapping[str, str]) -> list[Mistake]:
    """
    What is wrong with what the functions of a stack are told. There are no files of ours; and a
    parameter that is derived, such as where WeChat's secret is, may be there without its first.
    """
    told = _set(environ)
    reads = [(one, one.on_aws or one.read) for one in VARIABLES]
    return [*_unreadable(told, reads), *_halves(told, by_first=True)]


def unknown_variables(environ: Mapping[str, str]) -> list[Mistake]:
    """Variables that look like ours and are not, each with the nearest name that is."""
    return [
        Mistake(name, f"is no setting of Banjian{_nearest(name)}")
        for name in sorted(environ)
        if name.startswith(PREFIX) and name not in NAMES and name not in OF_TESTS
    ]


def _nearest(name: str) -> str:
    from difflib import get_close_matches

    found = get_close_matches(name, sorted(NAMES), 1, 0.8)
    return f"; {found[0]} is" if found else ""


def _set(environ: Mapping[str, str]) -> dict[str, str]:
    return {name: environ[name] for name in NAMES if environ.get(name)}


def _unreadable(
    told: Mapping[str, str], reads: Iterable[tuple[Variable, Read]]
) -> Iterator[Mistake]:
    for one, function in reads:
        if one.name in told:
            why = read.fault(function, told[one.name])
            if why is not None:
                yield _misread(one, told[one.name], why)


def _misread(one: Variable, was: str, why: str) -> Mistake:
    # Where the reason repeats what may not be shown, there is none.
    because = f" ({why})" if one.shown and why else ""
    return Mistake(one.name, f"is {_was(one, was)}: it should be {one.should}{because}")


def _was(one: Variable, was: str) -> str:
    if not one.shown:
        return "not readable, and is not shown here"
    if was.lstrip().startswith("{"):  # keys, of which one may be private
        return f"JSON of {len(was):,} characters"
    return repr(was) if len(was) <= _SHOWN else f"{was[:_SHOWN]!r}..."


def _halves(told: Mapping[str, str], *, by_first: bool = False) -> Iterator[Mistake]:
    for group in TOGETHER:
        there = [name for name in group if name in told]
        missing = [name for name in group if name not in told]
        if missing and there and (group[0] in told or not by_first):
            for name in missing:
                yield Mistake(name, f"is not set, and {' and '.join(there)} says nothing without")


def _without(one: str, other: str) -> Mistake:
    return Mistake(one, f"is set, and says nothing without {other}")


def _of_a_stack(name: str) -> Mistake:
    return Mistake(
        name, "is of a stack on AWS, and this serves a directory: start it from another shell"
    )
