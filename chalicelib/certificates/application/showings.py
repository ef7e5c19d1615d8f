"""
亮证: a certificate is shown by a short-lived code, and checked by anybody, without an account.

A token is 130 bits, keyed with the platform's secret: it follows from the request that it was asked
for in, so that a retry gets the same one, and only its digest is kept.
"""

from base64 import b32encode
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any, Final, NamedTuple
from uuid import uuid4

from ...clock.calendar import legal_day
from ...codes.masking import masked_name
from ...eventlog.transact import Decider, Outcome, read, transact
from ...kernel.errors import Closed, NotFound
from ...platform.platform import Caller, Platform
from ..domain import certificate, showing
from ..domain.certificate import CertificateStatus, Known, Standing
from . import access as certificate_access
from . import certificates
from .certificates import by_system

SECONDS: Final = 300
LENGTH: Final = 26
# What a state is called to those who check, and on their page.
WORDS: Final = {
    CertificateStatus.VALID: "valid",
    CertificateStatus.SUSPENDED: "suspended",
    CertificateStatus.REVOKED: "revoked",
    CertificateStatus.CANCELLED: "cancelled",
    CertificateStatus.EXPIRED: "expired",
    CertificateStatus.MOVED_OUT: "moved-out",
    CertificateStatus.WITHDRAWN: "withdrawn",
}


class Showing(NamedTuple):
    """
    What a holder shows: the token, and the address that a QR code carries; at which version of its
    own stream it is, and whether it was asked for before.
    """

    token: str
    url: str
    expires_at: datetime
    version: int
    repeated: bool


class HandingIn(NamedTuple):
    """What is taken where: the certificate, in the place of a material, under the id of the use."""

    certificate: str
    case_id: str
    material: str
    use: str


class Verdict(NamedTuple):
    """
    How the certificate of a token stands at `checked_at`. `state` is one of WORDS, "not-yet-valid"
    or "replaced"; "unknown" alone for a token that is not known, was used, or has expired. A
    person's name is masked; `valid_until` is None without end, and while a renewal is open.
    """

    state: str
    checked_at: datetime
    name: str = ""
    identifier: str = ""
    issuer: str = ""
    holder_masked: str = ""
    valid_from: date | None = None
    valid_until: date | None = None
    replaced_by: str | None = None

    @property
    def known(self) -> bool:
        return self.state != "unknown"


def url(platform: Platform, token: str) -> str:
    return f"{platform.public_url}/verify/{token}"


def printed(platform: Platform, identifier: str) -> str:
    """The token that the certificate itself carries, known from now on."""
    token = _token(platform, "printed", identifier)
    caller = by_system(f"print-{identifier}")
    command = showing.Print(**caller.about(platform.now()), certificate=identifier)
    _run(platform, caller, token, command, {"certificate": identifier})
    return token


def show(platform: Platform, caller: Caller, identifier: str) -> Showing:
    """
    A token that is good once, for SECONDS. Raises NotFound, NotAllowed, and OutOfOrder for a
    certificate that is not valid now.
    """
    state = certificates.state_of(platform, identifier)
    held = certificate_access.holds(platform, caller.actor, state)
    now = platform.now()
    certificate.usable(held, legal_day(now))
    token = _token(platform, "shown", identifier, caller.command_id)
    command = showing.Show(
        **caller.about(platform.now()),
        certificate=identifier,
        expires_at=now + timedelta(seconds=SECONDS),
    )
    done = _run(platform, caller, token, command, {"certificate": identifier})
    match done.state:
        case (
            showing.Shown(shown=shown)
            | showing.Verified(shown=shown)
            | showing.HandedIn(shown=shown)
        ):
            address = url(platform, token)
            return Showing(token, address, shown.expires_at, done.version, done.repeated)
        case _:
            raise AssertionError("a token that is shown is no other")


def verify(platform: Platform, token: str, *, uses_up: bool = True) -> Verdict:
    """
    What is valid now. A token that was shown is used up by it, unless it is only looked at; nobody
    learns why one is not known.
    """
    now = platform.now()
    if len(token) != LENGTH or not token.isascii() or not token.isalnum():
        return Verdict("unknown", now)
    caller = by_system(f"verify-{uuid4().hex}")
    try:
        command = showing.Verify(at=now, by=caller.actor, channel=caller.channel)
        if uses_up:
            found = _run(platform, caller, token, command, {}).state
        else:
            found = read(platform.store, _decider(platform), _stream(token)).state
            showing.decide(command, found)
    except (NotFound, Closed):
        return Verdict("unknown", now)
    state = certificates.state_of(platform, _certificate(found))
    return _verdict(certificate.known(state), now)


def shows(platform: Platform, token: str, hand_in: HandingIn) -> bool:
    """Whether the token lets the certificate be taken into the case; it is not used up by that."""
    decider = Decider(platform.codec, showing.initial, showing.evolve)
    state = read(platform.store, decider, _stream(token)).state
    try:
        showing.decide(_hand_in(platform, by_system("look"), hand_in), state)
    except (NotFound, Closed):
        return False
    return True


def hand_in(platform: Platform, token: str, taken: HandingIn) -> None:
    """Uses the token up. Raises Closed for one that does not let it be taken."""
    caller = by_system(f"handed-in-{taken.use}")
    command = _hand_in(platform, caller, taken)
    _run(platform, caller, token, command, {"use": taken.use})


def _hand_in(platform: Platform, caller: Caller, taken: HandingIn) -> showing.HandIn:
    # By our clock: a clerk says when something happened, and a token is good for minutes.
    return showing.HandIn(
        at=platform.now(),
        by=caller.actor,
        channel=caller.channel,
        certificate=taken.certificate,
        case_id=taken.case_id,
        material=taken.material,
    )


def _certificate(state: showing.State) -> str:
    match state:
        case showing.Printed():
            return state.certificate
        case showing.Shown() | showing.Verified() | showing.HandedIn():
            return state.shown.certificate
        case showing.Absent():
            raise NotFound("no-such-showing-token", "no such token was given out")


def _verdict(state: Known, now: datetime) -> Verdict:
    created, standing = state.record.created, certificate.standing(state, legal_day(now))
    person = created.holder.startswith("person:")
    return Verdict(
        word(standing),
        now,
        created.face.name,
        created.identifier,
        created.face.issuer_name,
        masked_name(created.face.holder_name) if person else created.face.holder_name,
        created.face.valid_from,
        standing.until,
        standing.replaced_by,
    )


def word(standing: Standing) -> str:
    if standing.replaced_by is not None:
        return "replaced"
    if standing.status is CertificateStatus.VALID and not standing.begun:
        return "not-yet-valid"
    return WORDS[standing.status]


def plain(verdict: Verdict) -> dict[str, Any]:
    """As JSON."""
    told = verdict._asdict()
    days = {one: told[one] and told[one].isoformat() for one in ("valid_from", "valid_until")}
    return {
        **told,
        **days,
        "valid": verdict.state == "valid",
        "checked_at": verdict.checked_at.isoformat(),
    }


# Tokens


def _token(platform: Platform, *parts: str) -> str:
    raw = platform.keyed("certificate-token", *parts)[:17]
    return b32encode(raw).decode()[:LENGTH]


def _stream(token: str) -> str:
    # A token has 130 random bits: nobody finds it by trying digests.
    return f"{showing.CATEGORY}-{sha256(token.upper().encode()).hexdigest()[:32]}"


def _decider(platform: Platform) -> Decider[showing.State]:
    return Decider(platform.codec, showing.initial, showing.evolve)


def _run(
    platform: Platform,
    caller: Caller,
    token: str,
    command: showing.ShowingCommand,
    body: dict[str, Any],
) -> Outcome[showing.State]:
    request = caller.request(platform.now(), type(command).__name__, body)
    return transact(
        platform.store,
        _decider(platform),
        _stream(token),
        request,
        lambda state: showing.decide(command, state),
    )
