"""
Whose tokens are taken: ours, the provider's that BANJIAN_ISSUER names, and those of the file that
BANJIAN_ISSUERS names.
"""

from collections.abc import Callable, Iterator

from ..clock.calendar import legal_day
from ..eventlog.ports import Unavailable
from ..kernel.actor import APPLICANTS
from ..people.application import account_names, identity, token_keys
from ..platform.platform import Platform
from ..platform.sign_ins import Names
from ..web.auth.keys import key_source
from ..web.auth.token_claims import Reading, Reference
from ..web.auth.verifier import LOCAL, Trusted, Verifier
from .settings import value


def verifier(platform: Callable[[], Platform]) -> Verifier:
    """Raises Unavailable for a setting that is missing, or cannot be read."""
    provided = list(_provided(platform))
    if not provided:
        raise Unavailable(
            "nobody is named who signs people in: set BANJIAN_ISSUER, BANJIAN_AUDIENCE and "
            "BANJIAN_JWKS, or BANJIAN_ISSUERS"
        )
    if sum(one.keeps_names for one in provided) > 1:
        raise Unavailable(
            "BANJIAN_ISSUERS: keeps_names is for one issuer, and BANJIAN_ISSUER has it already"
        )
    try:
        return Verifier(*provided, _own(platform))
    except ValueError as error:
        raise Unavailable(f"BANJIAN_ISSUER and BANJIAN_ISSUERS: {error}") from error


def check() -> None:
    """At the start, before anybody comes: the settings can be read. Raises Unavailable."""
    if value("BANJIAN_ISSUERS"):
        verifier(_not_yet)


def _not_yet() -> Platform:
    raise Unavailable("the settings are only looked at")


def _own(platform: Callable[[], Platform]) -> Trusted:
    """Whoever got hold of our key makes nobody a clerk."""
    return Trusted(
        token_keys.ISSUER,
        token_keys.AUDIENCE,
        token_keys.source(lambda: platform().token_signer()),
        frozenset({token_keys.ALGORITHM}),
        APPLICANTS,
        reading=Reading(reference=token_keys.PERSON_CLAIM),
    )


def _provided(platform: Callable[[], Platform]) -> Iterator[Trusted]:
    """Where the file has the provider that BANJIAN_ISSUER names, it says more of that one."""
    listed = {one.issuer: one for one in _listed(platform)}
    for named in _named(platform):
        yield listed.pop(named.issuer, named)._replace(keeps_names=named.keeps_names)
    yield from listed.values()


def _named(platform: Callable[[], Platform]) -> Iterator[Trusted]:
    """The provider of a release that knew only one: its subjects were account names."""
    issuer = value("BANJIAN_ISSUER")
    if not issuer:
        return
    audience, jwks = value("BANJIAN_AUDIENCE"), value("BANJIAN_JWKS")
    if not audience or not jwks:
        raise Unavailable("BANJIAN_ISSUER needs BANJIAN_AUDIENCE and BANJIAN_JWKS beside it")
    try:
        source = key_source(jwks)
    except ValueError as error:
        raise Unavailable(f"BANJIAN_JWKS: {error}") from error
    trusted = Trusted(issuer, audience, source)
    if issuer == LOCAL:  # whose names are ours
        yield trusted
    else:
        yield trusted._replace(names=_names(platform), keeps_names=True)


def _listed(platform: Callable[[], Platform]) -> Iterator[Trusted]:
    setting = value("BANJIAN_ISSUERS")
    if not setting:
        return
    from ..web.auth.issuer_settings import issuers

    try:
        yield from issuers(setting, _names(platform), _reference(platform))
    except ValueError as error:
        raise Unavailable(f"BANJIAN_ISSUERS: {error}") from error


def _names(platform: Callable[[], Platform]) -> Names:
    return account_names.names(platform, lambda name: _has_cases(platform(), name))


def _has_cases(platform: Platform, name: str) -> bool:
    """Whether a release before has cases of the account, which need no registration."""
    from ..cases.projections import applicant_cases

    found = platform.views.page(applicant_cases.NAME, "applicant", f"account:{name}", limit=1)
    return bool(found.rows)


def _reference(platform: Callable[[], Platform]) -> Reference:
    def told(id_kind: str, id_number: str) -> str | None:
        own = platform()
        return identity.told(own, id_kind, id_number, legal_day(own.now()))

    return told
