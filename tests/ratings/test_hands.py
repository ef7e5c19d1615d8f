"""Whoever had a hand in a case has none in its rating, under whatever account they come back."""

from itertools import count

import pytest

from chalicelib.cases.application import cases, file
from chalicelib.cases.domain import commands as c
from chalicelib.kernel.actor import SYSTEM, Actor, Identified, Role
from chalicelib.people.application import persons
from chalicelib.platform.platform import Caller
from chalicelib.ratings.application import access
from tests.cases.domain.givens import old_rating
from tests.office import CLERK, HALL, HEAD, Office
from tests.proven import came_to_a_counter
from tests.stories.ratings import as_the_release_before_did
from tests.stories.world import World

ME, ANOTHER = "a" * 26, "b" * 26
DESK = Actor(account="desk", role=Role.APPROVER, department="440800-civil", division="440800")
OVERSEER = Actor(account="overseer", role=Role.SUPERVISOR, division="440800")
AUDITOR = Actor(account="auditor", role=Role.AUDITOR, division="440800")


def known_as(actor: Actor, person: str) -> Actor:
    return Identified(**actor.model_dump(), person=person)


def sees(office: Office, case_id: str, actor: Actor) -> bool:
    about = access.matter(office.platform, case_id)
    return about is not None and access.sees(office.platform, actor, about)


@pytest.mark.parametrize("actor", [DESK, OVERSEER, AUDITOR])
def test_who_did_a_step_sees_nothing_by_another_account(office: Office, actor: Actor):
    case_id = office.submitted()
    office.do(HALL, case_id, c.Accept)
    step = c.FinishStep(at=office.now(), by=CLERK, step="handle-1")
    caller = Caller(CLERK, "finishes-handle-1", person=ME)
    cases.execute(office.platform, caller, case_id, step)
    office.do(HEAD, case_id, c.Grant)
    assert sees(office, case_id, actor)
    assert sees(office, case_id, known_as(actor, ANOTHER))
    assert not sees(office, case_id, known_as(actor, ME))


@pytest.mark.parametrize("actor", [DESK, OVERSEER, AUDITOR])
def test_who_is_proven_here_to_be_that_person_sees_nothing(office: Office, actor: Actor):
    case_id = office.granted()
    assert sees(office, case_id, actor)
    came_to_a_counter(office.platform, HEAD.account, "李四", "110101199003070310")
    person = persons.person_of(office.platform, HEAD.account)
    assert person is not None
    assert not sees(office, case_id, known_as(actor, person))


@pytest.mark.parametrize("actor", [OVERSEER, AUDITOR])
def test_an_old_rating_in_the_case_is_hidden_from_who_did_a_step(office: Office, actor: Actor):
    case_id = office.submitted()
    office.do(HALL, case_id, c.Accept)
    step = c.FinishStep(at=office.now(), by=CLERK, step="handle-1")
    cases.execute(office.platform, Caller(CLERK, "finishes-handle-1", person=ME), case_id, step)
    office.do(HEAD, case_id, c.Grant)
    world = World(office.platform, [], count(), case_id)
    as_the_release_before_did(world, "citizen-zhang", *old_rating())
    state = cases.get(office.platform, SYSTEM, case_id).state
    assert file.may_know_rating(office.platform, actor, state)
    assert file.may_know_rating(office.platform, known_as(actor, ANOTHER), state)
    assert not file.may_know_rating(office.platform, known_as(actor, ME), state)
