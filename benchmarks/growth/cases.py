"""
Whole cases to fill a store with: told once, by the real commands, and then copied.

A copy is another case, of another person, some weeks earlier or later: its id, number, dates,
certificate and people are its own, all else is what the deciders made of it. A million commands
would take an hour where a million copied events take a minute.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import NamedTuple

from chalicelib.cases.application import cases
from chalicelib.cases.domain import commands as c
from chalicelib.cases.domain.guards import application_of
from chalicelib.codes.numbers import case_number, certificate_id
from chalicelib.codes.parties import IdKind
from chalicelib.kernel.actor import SYSTEM
from chalicelib.people.application.identity import reference
from chalicelib.platform.platform import Platform
from tests.stories import cases as stories
from tests.stories.world import World, world

from ..people import resident_id

# The weeks by which copies lie apart: all of them begin and end in 2026.
WEEKS = range(-8, 20)
DIVISION = "440800"
CITIZEN = "citizen-zhang"
CITIZENS_ID = "440802195503071232"
_DAY = re.compile(rb"2026-\d\d-\d\d")
_CERTIFICATE = re.compile(rb"1\.2\.156\.3005\.2\.(\w+)\.(\w+)\.\w+\.001\.\w")


class Step(NamedTuple):
    """One commit of a case."""

    command: str
    length: int
    body: bytes


class ToldStory(NamedTuple):
    """A case as it was told; `holder` is whom it is for."""

    case_id: str
    number: str
    day: date
    holder: str
    steps: tuple[Step, ...]


class Copy(NamedTuple):
    """Whose the copy is: its `serial` is its own, `account` that of who applies."""

    serial: int
    account: str
    id_number: str
    holder: str


def granted(here: World) -> None:
    """What most citizens live through."""
    stories.zhang_was_at_the_counter(here)
    stories.submitted(here, "05-06")
    here.at("05-07").do("clerk-chen", c.Accept)
    here.at("05-08").do("clerk-civil", c.StartStep, step="handle-1")
    here.at("05-08", "11:10").do("clerk-civil", c.FinishStep, step="handle-1", opinion="属实。")
    here.at("05-11").do("approver-civil", c.Grant, opinion="同意。")
    application = application_of(cases.get(here.platform, SYSTEM, here.case_id).state)
    kind = application.plan.certificate
    assert kind is not None
    identifier = certificate_id(kind.type, kind.issuer, application.number[:-1], 1)
    here.at("05-11", "09:31").do("system", c.IssueCertificate, identifier=identifier)
    here.at("05-12").do("clerk-chen", c.Deliver, method="pick_up", recipient="张三")
    here.at("05-20").do("clerk-chen", c.Archive)


# With how many of a hundred cases go this way: ours, and no statistic.
STORIES: tuple[tuple[Callable[[World], None], int], ...] = (
    (granted, 66),
    (stories.the_card, 8),
    (stories.withdrawn, 6),
    (stories.refused_at_the_window, 5),
    (stories.nobody_answers, 5),
    (stories.the_venue, 7),
    (stories.voided_after_a_stop, 3),
)


def told(data: Path) -> tuple[list[ToldStory], list[int]]:
    """Every story in every week, a story's weeks in order; and how often each is to be copied."""
    here = world(data)
    stories.the_items(here)
    originals = [(_told(here, story), often) for story, often in STORIES]
    here.platform.store.close()  # type: ignore[attr-defined]  # a port has no end; this one has
    dated = [(_later(one, week), often) for one, often in originals for week in WEEKS]
    return [one for one, _ in dated], [often for _, often in dated]


def _told(here: World, story: Callable[[World], None]) -> ToldStory:
    story(here)
    commits = here.platform.store.load(cases.stream(here.case_id)).commits
    application = application_of(cases.get(here.platform, SYSTEM, here.case_id).state)
    assert application.holder is not None
    steps = tuple(Step(one.command.id, one.length, one.body) for one in commits)
    return ToldStory(
        here.case_id, application.number, application.submitted_on, application.holder, steps
    )


def _later(one: ToldStory, weeks: int) -> ToldStory:
    by = timedelta(weeks=weeks)

    def moved(day: re.Match[bytes]) -> bytes:
        return (date.fromisoformat(day[0].decode()) + by).isoformat().encode()

    steps = tuple(step._replace(body=_DAY.sub(moved, step.body)) for step in one.steps)
    return one._replace(day=one.day + by, steps=steps)


def person(platform: Platform, serial: int, account: str) -> Copy:
    """A copy for one person of many; `account` is who applies for them."""
    number = resident_id(serial)
    holder = f"person:{reference(platform, IdKind.RESIDENT_ID, number)}"
    return Copy(serial, account, number, holder)


def copied(one: ToldStory, copy: Copy) -> tuple[str, Iterator[Step]]:
    """The stream of the copy, and its commits in order. Companies stay who they are."""
    case_id = f"{copy.serial:026x}"
    number = case_number(DIVISION, one.day, copy.serial)
    named = {one.case_id: case_id, one.number: number}
    if one.holder.startswith("person:"):
        named |= {CITIZEN: copy.account, CITIZENS_ID: copy.id_number, one.holder: copy.holder}
    words = [(old.encode(), new.encode()) for old, new in named.items()]
    certificate = partial(_certificate, number[:-1])
    return cases.stream(case_id), (_copied(step, copy, words, certificate) for step in one.steps)


def _copied(
    step: Step,
    copy: Copy,
    words: Iterable[tuple[bytes, bytes]],
    certificate: Callable[[re.Match[bytes]], bytes],
) -> Step:
    body = _CERTIFICATE.sub(certificate, step.body)
    for old, new in words:
        body = body.replace(old, new)
    return step._replace(command=f"{step.command}-{copy.serial}", body=body)


def _certificate(serial: str, found: re.Match[bytes]) -> bytes:
    return certificate_id(found[1].decode(), found[2].decode(), serial, 1).encode()
