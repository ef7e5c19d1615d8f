"""Citizens who are who they say: an account each, matched with the registry, and a token."""

from pathlib import Path

from chalicelib import bootstrap
from chalicelib.codes.parties import Method
from chalicelib.kernel.actor import Actor, Role
from chalicelib.people.application import accounts
from chalicelib.people.domain import account
from chalicelib.platform.platform import Caller, Platform
from chalicelib.serving import signin

from .people import resident_id

NAME = "张三"
LEVEL = 2


def signed_up(data: Path, numbers: list[int]) -> list[str]:
    """
    Their tokens of the local sign-in, in order; `numbers` are those of resident_id. What they did
    before is not what is measured: it is written at once, and the service finds it.
    """
    platform = bootstrap.embedded(data, synchronous="OFF")
    for number in numbers:
        sign_up(platform, number)
    people = [signin.Persona(name_of(one), NAME, Role.APPLICANT, level=LEVEL) for one in numbers]
    return [signin.issue(data, one) for one in people]


def sign_up(platform: Platform, number: int) -> None:
    """The citizen's account, as after PUT /account and POST /account/proofs/registry."""
    name = name_of(number)
    caller = Caller(Actor(account=name, role=Role.APPLICANT), f"registers-{name}")
    told = accounts.Registration(name=NAME, id_number=resident_id(number))
    accounts.register(platform, caller, told)
    person, _ = accounts.person(platform, told)
    proof = account.ProveIdentity(
        **caller.about(platform.now()),
        method=Method.REGISTRY,
        evidence="benchmark",
        reference=person.reference,
    )
    proves = Caller(caller.actor, f"proves-{name}")
    accounts.run(platform, proves, name, proof, {})


def name_of(number: int) -> str:
    return f"citizen-{number:08d}"
