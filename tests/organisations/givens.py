"""Departments of divisions, published by two people."""

from itertools import count
from typing import Any

from chalicelib.eventlog.transact import Outcome
from chalicelib.kernel.actor import Actor, Channel, Role
from chalicelib.organisations.application import registry
from chalicelib.organisations.domain.registry import (
    PublishOrganisations,
    RegisteredDepartment,
    State,
)
from chalicelib.platform.platform import Caller, Platform

KEYS = count()
OFFICE = Actor(account="office", role=Role.SYSTEM_ADMINISTRATOR)


def a_department(code: str, **more: Any) -> RegisteredDepartment:
    return RegisteredDepartment.model_validate(
        {"code": code, "name": code, "name_en": code, **more}
    )


def publish(
    platform: Platform, division: str, *departments: RegisteredDepartment | str, by: Actor = OFFICE
) -> Outcome[State]:
    made = tuple(a_department(one) if isinstance(one, str) else one for one in departments)
    caller = Caller(by, f"organisations-{next(KEYS)}", Channel.INTERNAL)
    command = PublishOrganisations(
        **caller.about(platform.now()), division=division, departments=made, drafted_by="author"
    )
    return registry.publish(platform, caller, command)
