"""Accounts that are somebody: a clerk has seen the person and the card."""

from chalicelib.kernel.actor import Actor, Role
from chalicelib.people.application import accounts, claims, proofs
from chalicelib.people.domain.account import Absent
from chalicelib.platform.platform import Caller, Platform
from chalicelib.serving.illustration import pdf

HALL = Actor(account="hall", role=Role.CLERK, department="440800-hall", division="440800")


def came_to_a_counter(platform: Platform, account: str, name: str, id_number: str) -> None:
    """The account is that person; nothing is done where it has said who it is."""
    if claims.account_state(platform, account) != Absent():
        return
    whom = Caller(Actor(account=account, role=Role.APPLICANT), f"registers-{account}")
    accounts.register(platform, whom, accounts.Registration(name=name, id_number=id_number))
    scan = platform.blobs.put(HALL.account, pdf(f"identity card of {account}"))
    check = proofs.CounterCheck(name=name, id_number=id_number, document=scan)
    proofs.check_at_counter(platform, Caller(HALL, f"checks-{account}"), account, check)
