"""A food licence: what it is asked for with, and the case that leads to it."""

from typing import Any

from chalicelib.cases.application import cases
from chalicelib.cases.domain import commands as c
from chalicelib.kernel.actor import Actor, Role
from chalicelib.platform.platform import Caller
from chalicelib.serving import signin

from ..city import City

Json = dict[str, Any]
FOOD = "1144080000000105493440105001000"
MARKET = "440800-market"
FOR_COMPANY: Json = {
    "kind": "company",
    "name": signin.COMPANY,
    "id_kind": "credit_code",
    "id_number": signin.COMPANY_CODE,
}
STEPS: tuple[tuple[Role, Any, Json], ...] = (
    (Role.CLERK, c.Accept, {}),
    (Role.CLERK, c.FinishStep, {"step": "handle-1"}),
    (Role.REVIEWER, c.FinishStep, {"step": "review-1"}),
    (Role.APPROVER, c.Grant, {}),
)


def granted(city: City, case_id: str) -> str:
    """The identifier of the licence that the case leads to."""
    for number, (role, kind, fields) in enumerate(STEPS):
        department = "440800-hall" if kind is c.Accept else MARKET
        who = Actor(account=f"{role}-x", role=role, department=department)
        command: Any = kind(at=city.platform.now(), by=who, **fields)
        cases.execute(city.platform, Caller(who, f"{case_id}-{number}"), case_id, command)
    for _ in range(2):  # the views come before what the subscribers do
        city.catch_up()
    issued = city.get("auditor-zheng", f"/cases/{case_id}").json()["certificate"]
    return str(issued["identifier"])
