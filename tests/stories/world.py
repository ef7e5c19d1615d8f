"""A platform for stories: its clock stands where the story sets it, its people are invented."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any

from chalicelib import bootstrap
from chalicelib.cases.application import cases
from chalicelib.kernel.actor import SYSTEM, Actor, Channel, Role
from chalicelib.platform.platform import Caller, Platform
from chalicelib.serving import signin
from chalicelib.serving.illustration import pdf
from chalicelib.submissions.application import materials
from chalicelib.submissions.application.materials import HandedIn

CIVIL = "440800-civil"
CHANNELS = {
    Role.APPLICANT: Channel.MINI_PROGRAM,
    Role.AGENT: Channel.WEB,
    Role.ITEM_MANAGER: Channel.INTERNAL,
    Role.SYSTEM_ADMINISTRATOR: Channel.INTERNAL,
    Role.SYSTEM: Channel.SYSTEM,
}
OTHERS = {
    "clerk-civil": Actor(
        account="clerk-civil", role=Role.CLERK, department=CIVIL, division=signin.ZHANJIANG
    ),
    "approver-civil": Actor(
        account="approver-civil", role=Role.APPROVER, department=CIVIL, division=signin.ZHANJIANG
    ),
    "deputy-civil": Actor(
        account="deputy-civil", role=Role.APPROVER, department=CIVIL, division=signin.ZHANJIANG
    ),
    "reviewer-chikan": Actor(
        account="reviewer-chikan",
        role=Role.REVIEWER,
        department="440802-environment",
        division="440802",
    ),
    "citizen-wang-2": Actor(account="citizen-wang-2", role=Role.APPLICANT),
    "citizen-zhao": Actor(account="citizen-zhao", role=Role.APPLICANT),
    "system": SYSTEM,
}

# Whom the tokens of some of them name.
PERSONS = {
    account: sha256(account.encode()).hexdigest()[:26]
    for account in ("clerk-civil", "approver-civil", "clerk-housing", "reviewer-housing")
}


def actor(account: str) -> Actor:
    if account in OTHERS:
        return OTHERS[account]
    who = signin.PERSONAS[account]
    return Actor(
        account=who.account,
        role=who.role,
        department=who.department,
        division=who.division,
        entity=who.entity,
        level=who.level,
    )


@dataclass
class World:
    """A platform whose clock is set by the story; `happened` are the stories' cases."""

    platform: Platform
    clock: list[datetime]
    number: Iterator[int]
    case_id: str = ""

    def at(self, day: str, hour: str = "09:30") -> "World":
        self.clock[:] = [datetime.fromisoformat(f"2026-{day}T{hour}:00+08:00").astimezone(UTC)]
        return self

    def caller(self, account: str) -> Caller:
        number, who = next(self.number), actor(account)
        channel = CHANNELS.get(who.role, Channel.WINDOW)
        request = f"request-{number:06d}"
        person = PERSONS.get(account)
        return Caller(who, f"key-{number:06d}", channel, correlation_id=request, person=person)

    def hand_in(self, account: str, *ids: str) -> tuple[HandedIn, ...]:
        """Documents, each of its own content."""
        return tuple(
            HandedIn(
                id=one,
                sha256=self.platform.blobs.put(account, pdf(f"{one} of {account}")),
                media_type="application/pdf",
                title=f"{one}.pdf",
            )
            for one in ids
        )

    def do(self, account: str, what: Any, /, **fields: Any) -> None:
        caller = self.caller(account)
        at = self.platform.now()
        command = what(at=at, by=caller.actor, channel=caller.channel, **fields)
        cases.execute(self.platform, caller, self.case_id, command)

    def materials(self, account: str, *ids: str) -> tuple[Any, ...]:
        handed_in = self.hand_in(account, *ids)
        return materials.of_case(self.platform, actor(account), self.case_id, handed_in)


def world(data: Path) -> World:
    """An empty platform in `data`; its secret and its numbers are always the same."""
    clock: list[datetime] = []
    platform = bootstrap.embedded(data, now=lambda: clock[0], synchronous="OFF")
    fixed = replace(platform, secret=bytes(range(32)))
    return World(fixed, clock, count(1)).at("02-27")
