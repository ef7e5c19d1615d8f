"""
Prove who an account is: by the registry, by an outside service's attestation, at a counter.

The claim is taken first (claims.py), so that of two accounts of one person only one counts.
"""

from typing import NamedTuple

from ...codes.ids import check_mobile
from ...codes.parties import Method
from ...eventlog.transact import Outcome, transact
from ...kernel.base import Text
from ...kernel.errors import Invalid, Rejected
from ...platform.attester import Attestation
from ...platform.platform import Caller, Platform
from ...platform.registry import Match, RegistryUnavailable
from ..domain import account, claim
from ..domain.account_events import Person
from . import access as people_access
from . import accounts, claims, identity, tries


def prove_by_registry(platform: Platform, caller: Caller) -> Outcome[account.State]:
    """
    Level 2: name and id are those of the population registry. Raises Invalid (they are not),
    Elsewhere (another account is that person), RegistryUnavailable, ProofsUsedUp.
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
    return _proven(platform, caller, name, _Proof(Method.REGISTRY, answer.evidence, its))


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
        phone = check_mobile(told.phone or "")
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
    """What the clerk read from the card that was shown, and what it was."""

    shown: Text = "居民身份证原件"


def check_at_counter(
    platform: Platform, caller: Caller, name: str, told: CounterCheck
) -> Outcome[account.State]:
    """
    Level 4: a clerk saw the person and the card, which decides who the account is. Raises
    NotAllowed, NotFound, Invalid, Elsewhere (another account was checked at a counter).
    """
    people_access.at_the_window(caller.actor)
    account.known(claims.account_state(platform, name))
    its, _ = accounts.person(platform, told)
    evidence = f"{caller.actor.department}: {told.shown}"[:200]
    command = account.CheckAtCounter(**caller.about(platform.now()), person=its, evidence=evidence)
    proof = _Proof(Method.COUNTER, evidence, its)
    return _claimed(platform, caller, name, proof, command)


# First the claim, then the account


class _Proof(NamedTuple):
    method: Method
    evidence: str
    person: Person


def _proven(platform: Platform, caller: Caller, name: str, proof: _Proof) -> Outcome[account.State]:
    command = account.ProveIdentity(
        **caller.about(platform.now()),
        method=proof.method,
        evidence=proof.evidence,
        reference=proof.person.reference,
    )
    return _claimed(platform, caller, name, proof, command)


def _claimed(
    platform: Platform,
    caller: Caller,
    name: str,
    proof: _Proof,
    command: account.AccountCommand,
) -> Outcome[account.State]:
    """First the claim, then the account, then the accounts that it was taken from."""
    reference, told = proof.person.reference, {"method": proof.method, "of": proof.person.reference}
    claims.take(platform, caller, "person", reference, name, proof.method.level)
    try:
        done = accounts.run(platform, caller, name, command, told)
    except Rejected:
        # It became somebody else meanwhile. What it is now is not touched by letting go of this.
        claims.release(platform, caller, "person", reference, name)
        raise
    for one in (*claims.earlier(platform, "person", reference, name), name):
        _lose(platform, caller, one, reference)
    if claims.holder(platform, "person", reference) != name:
        raise claim.Elsewhere(
            "identity-taken-just-now", "another account has just proven to be this person"
        )
    return done


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
