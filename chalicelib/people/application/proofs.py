"""
Prove who an account is: by the registry, by an outside service's attestation, at a counter, by the
word of who the account signs in with.

But for the registry's, which shows no person, the claim is taken first (claims.py), so that of two
accounts of one person only one counts.
"""

from contextlib import suppress
from datetime import timedelta
from typing import NamedTuple
from uuid import uuid4

from ...codes.parties import Method
from ...codes.phones import canonical_phone
from ...documents.application import discarding, documents
from ...eventlog.transact import Outcome, transact
from ...kernel.actor import Actor, Channel, plain
from ...kernel.base import Sha256, Text
from ...kernel.errors import Invalid, Rejected
from ...platform.attester import Attestation
from ...platform.platform import Caller, Platform
from ...platform.registry import Match, RegistryUnavailable
from ..domain import account, claim
from ..domain.account_events import Person
from . import access as people_access
from . import accounts, claims, counter_today, counters, identity, tries

SCAN_REMEMBERED = timedelta(days=10 * 366)


def prove_by_registry(platform: Platform, caller: Caller) -> Outcome[account.State]:
    """
    Level 2: name and id are those of the population registry. That takes nothing from anybody, and
    keeps nobody out. Raises Invalid (they are not), Elsewhere (somebody has shown in another
    account, in person, to be that one), RegistryUnavailable, ProofsUsedUp.
    """
    name = people_access.own_account(caller.actor)
    its = account.person_of(claims.account_state(platform, name))
    tries.count(platform, caller, its)
    try:
        answer = platform.registry.match(its.id_kind, its.id_number, its.name)
    except RegistryUnavailable:
        tries.give_back(platform, caller, its)
        raise
    if answer.match is not Match.MATCH:
        raise _unmatched()
    if claims.holder(platform, "person", its.reference) not in (None, name):
        raise _elsewhere()
    proof = _Proof(Method.REGISTRY, answer.evidence, its)
    return accounts.run(platform, caller, name, _command(platform, caller, proof), _told(proof))


def _elsewhere() -> claim.Elsewhere:
    return claim.Elsewhere(
        "identity-of-another-account",
        "another account stands for this already: sign in to that one; a "
        "person can also prove who they are with their face, or at a "
        "counter",
    )


# One text for both: which ids there are is not to be found out here.
def _unmatched() -> Invalid:
    return Invalid(
        "person-not-in-registry",
        "the registry has no such name with such an id: compare both with the card; who is newly "
        "registered proves it at a counter",
    )


def prove_by_attestation(platform: Platform, caller: Caller, token: str) -> Outcome[account.State]:
    """
    Level 1 or 3, as an outside service attests. Raises Invalid (it is not good, or about somebody
    else), Elsewhere, AttestationUnavailable.
    """
    name = people_access.own_account(caller.actor)
    told = platform.attester(token)
    if told.account != name:
        raise Invalid(
            "attestation-for-another-account", "the attestation was made for another account"
        )
    if told.method is Method.PHONE:
        phone = canonical_phone(told.phone or "")
        command = account.ProveIdentity(
            **caller.about(platform.now()),
            method=told.method,
            evidence=told.evidence,
            phone=phone,
        )
        _use(platform, caller, told)
        return accounts.run(platform, caller, name, command, {"evidence": told.evidence})
    its = account.person_of(claims.account_state(platform, name))
    if identity.reference(platform, told.id_kind, _id_of(told)) != its.reference:
        raise Invalid(
            "attestation-about-another-person",
            "the attestation is about another person than the account is registered for",
        )
    _use(platform, caller, told)
    return _proven(platform, caller, name, _Proof(told.method, told.evidence, its))


def _use(platform: Platform, caller: Caller, told: Attestation) -> None:
    """
    For this request, and its retries: who lost an identity does not take it back with what proved
    it before. Raises Invalid.
    """
    if told.jti is None or told.until is None:
        return
    key = platform.keyed("attestation", told.jti).hex()
    by = platform.keyed("attestation-used-by", caller.command_id).hex()
    if not platform.sign_ins.first(key, by, told.until, platform.now()):
        raise Invalid("attestation-used", "the attestation was used before: have another one made")


def _id_of(told: Attestation) -> str:
    if told.id_number is None:
        raise Invalid(
            "attestation-without-subject",
            "the attestation does not say whose face or bank card it was",
        )
    return told.id_number


class CounterCheck(accounts.Naming):
    """
    What the clerk read from the card that was shown, and what it was; `document` is the SHA-256 of
    its scan, which the clerk has handed in.
    """

    shown: Text = "居民身份证原件"
    document: Sha256


def check_at_counter(
    platform: Platform, caller: Caller, name: str, told: CounterCheck
) -> Outcome[account.State]:
    """
    Level 4: a clerk saw the person and the card, which decides who the account is; where that takes
    the person from a proven account, once a second clerk has seen both. Raises NotAllowed (see
    counters.py), NotFound, Invalid, Elsewhere (another account was checked at a counter).
    """
    people_access.at_the_window(caller.actor)
    account.known(claims.account_state(platform, name))
    its, _ = accounts.person(platform, told)
    counters.check_serves(platform, caller, names=(name,), persons=(its.reference,))
    scan = caller.actor.account, told.document
    documents.checked(platform, *scan)
    _check_scan(platform, told.document, its.reference)
    discarding.use(platform, caller.actor, *scan, claims.account_stream(name))
    evidence = f"{caller.actor.department}: {told.shown}"[:200]
    seen = counters.Seen(its, evidence, told.document)
    waiting = counters.second_needed(platform, caller, name, seen)
    if waiting is not None:
        return waiting
    afresh = not any(counter_today.checks(platform, name))
    command = account.CheckAtCounter(
        **caller.about(platform.now()), **seen._asdict(), afresh=afresh
    )
    proof = _Proof(Method.COUNTER, evidence, its)
    return _claimed(platform, caller, name, proof, command)


def _check_scan(platform: Platform, digest: str, reference: str) -> None:
    """One scan is of one person's card, whoever hands it in. Raises Invalid."""
    key = platform.keyed("counter-scan", digest).hex()
    by = platform.keyed("counter-scan-of", reference).hex()
    now = platform.now()
    if not platform.sign_ins.first(key, by, now + SCAN_REMEMBERED, now):
        raise Invalid(
            "scan-of-another-person",
            "this very scan was handed in for another person: scan the card that was shown",
        )


def vouched(platform: Platform, actor: Actor, person: str) -> Outcome[account.State] | None:
    """
    Level 3: the issuer of the account's token says which person it is. It takes the claim from who
    proved less, and is entered in the account once that says the same; who showed a face or came to
    a counter with another account keeps what that one has.
    """
    name = actor.account
    caller = Caller(plain(actor), f"vouched-{uuid4().hex}", Channel.SYSTEM)
    try:
        claims.take(platform, caller, "person", person, name, Method.PROVIDER.level)
    except claim.Elsewhere:
        return None
    _losers(platform, caller, name, person)
    state = claims.account_state(platform, name)
    its = state.person if isinstance(state, account.Open) else None
    if its is None or its.reference != person:
        return None
    proof = _Proof(Method.PROVIDER, "the issuer of the account's token", its)
    with suppress(Rejected):  # it says by now that it is somebody else
        return accounts.run(platform, caller, name, _command(platform, caller, proof), _told(proof))
    return None


# First the claim, then the account


class _Proof(NamedTuple):
    method: Method
    evidence: str
    person: Person


def _proven(platform: Platform, caller: Caller, name: str, proof: _Proof) -> Outcome[account.State]:
    return _claimed(platform, caller, name, proof, _command(platform, caller, proof))


def _command(platform: Platform, caller: Caller, proof: _Proof) -> account.ProveIdentity:
    return account.ProveIdentity(
        **caller.about(platform.now()),
        method=proof.method,
        evidence=proof.evidence,
        reference=proof.person.reference,
    )


def _told(proof: _Proof) -> dict[str, str]:
    return {"method": proof.method, "of": proof.person.reference}


def _claimed(
    platform: Platform,
    caller: Caller,
    name: str,
    proof: _Proof,
    command: account.AccountCommand,
) -> Outcome[account.State]:
    """First the claim, then the account, then the accounts that it was taken from."""
    reference = proof.person.reference
    claims.take(platform, caller, "person", reference, name, proof.method.level)
    try:
        done = accounts.run(platform, caller, name, command, _told(proof))
    except Rejected:
        # It became somebody else meanwhile. What it is now is not touched by letting go of this.
        claims.release(platform, caller, "person", reference, name)
        raise
    _losers(platform, caller, name, reference)
    if claims.holder(platform, "person", reference) != name:
        raise claim.Elsewhere(
            "identity-taken-just-now", "another account has just proven to be this person"
        )
    return done


def _losers(platform: Platform, caller: Caller, name: str, reference: str) -> None:
    for one in (*claims.earlier(platform, "person", reference, name), name):
        _lose(platform, caller, one, reference)


def _lose(platform: Platform, caller: Caller, name: str, reference: str) -> None:
    """Unless the claim names this account: that is asked anew at every try."""
    command = account.LoseIdentity(**caller.about(platform.now()), reference=reference)

    def decide(state: account.State) -> list[account.Event]:
        if claims.holder(platform, "person", reference) == name:
            return []
        return account.decide(command, state)

    apart = Caller(
        caller.actor, f"{caller.key}:lost", caller.channel, correlation_id=caller.correlation_id
    )
    request = apart.request(platform.now(), "LoseIdentity", {"reference": reference})
    transact(
        platform.store,
        claims.account_decider(platform),
        claims.account_stream(name),
        request,
        decide,
    )
