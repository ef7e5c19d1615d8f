"""Nobody does anything as staff to a case that concerns themselves (公务员法 art. 76)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from benchmarks.people import resident_id
from chalicelib import bootstrap
from chalicelib.cases import domain as case
from chalicelib.cases.application import access, cases, recusal
from chalicelib.cases.domain import commands as c
from chalicelib.cases.domain import events as e
from chalicelib.cases.domain.guards import application_of
from chalicelib.clock.calendar import legal_day
from chalicelib.codes.codes import ApplicantKind
from chalicelib.codes.parties import Agent, EntityStatus, IdKind, Registered
from chalicelib.eventlog.codec import events
from chalicelib.eventlog.envelope import Recorded
from chalicelib.eventlog.transact import transact
from chalicelib.kernel.actor import Actor, Role
from chalicelib.kernel.errors import NotAllowed, Rejected
from chalicelib.people.application import claims, entities, identity, persons
from chalicelib.people.domain import entity
from chalicelib.platform.platform import Caller
from chalicelib.submissions.application import submissions
from chalicelib.submissions.application.submissions import Applying, Submission
from tests.access.probes import KNOWN
from tests.access.samples import body
from tests.cases.domain.givens import ITEM, ZHAO, submit
from tests.office import CITIZEN, CLERK, HALL, HEAD, Office

ID = "44080219500101123X"
STAFF = (Role.CLERK, Role.REVIEWER, Role.APPROVER, Role.SUPERVISOR)
COMPANY = "91440800MA0EXAMP1A"


def staff(role: Role, account: str = "staff-li") -> Actor:
    return Actor(account=account, role=role, department="440800-civil", division="440800")


class Telemetry:
    def __init__(self) -> None:
        self.counted: list[tuple[str, dict[str, str]]] = []

    def span(self, _name: str, /, **_annotations: str) -> Any:
        raise NotImplementedError

    def count(self, metric: str, _value: float = 1, /, **dimensions: str) -> None:
        self.counted.append((metric, dimensions))


@pytest.fixture
def zhang(office: Office) -> str:
    """The reference of the person who applies in the office's cases."""
    return identity.reference(office.platform, IdKind.RESIDENT_ID, ID)


def run(
    office: Office, actor: Actor, case_id: str, command: case.CaseCommand, person: str | None
) -> None:
    caller = office.caller(actor)
    cases.execute(office.platform, Caller(actor, caller.key, person=person), case_id, command)


def made(kind: type[case.CaseCommand], actor: Actor, office: Office) -> case.CaseCommand:
    """A command that fits its model; what it means for the case is not asked any more."""
    if kind is c.SubmitCase:
        return submit().model_copy(update={"at": office.now(), "by": actor})
    name = kind.__name__[0].lower() + kind.__name__[1:]
    known = {**KNOWN.get(name, {}), **_SUPPLIED, "at": None, "by": None}
    fields = body(kind, known)
    return kind.model_validate({**fields, "at": office.now(), "by": actor})


_SUPPLIED: dict[str, Any] = {
    "identifier": "1.2.156.3005.2",
    "item": ITEM,
    "case_id": "c1",
    "applicant": ZHAO,
    "form": {},
}


def _allowed(office: Office, case_id: str) -> Iterator[tuple[Actor, case.CaseCommand]]:
    """Every command that the access table lets some member of the department's staff do."""
    state = office.state(case_id)
    for kind in case.COMMANDS:
        for role in STAFF:
            actor = staff(role)
            command = made(kind, actor, office)
            try:
                access.check(actor, command, state)
            except Rejected:
                continue
            yield actor, command


def test_no_command_that_staff_have_is_taken_from_who_applied(either_office: Office):
    office = either_office
    zhang = identity.reference(office.platform, IdKind.RESIDENT_ID, ID)
    case_id = office.submitted()
    office.do(HALL, case_id, c.Accept)
    asked = list(_allowed(office, case_id))
    leaving = {c.Recuse}
    for actor, command in asked:
        if type(command) in leaving:
            continue
        with pytest.raises(NotAllowed) as refused:
            run(office, actor, case_id, command, zhang)
        assert refused.value.reason.code == "own-case-as-staff", type(command)
    assert len({type(command) for _, command in asked} - leaving) >= 22


def test_nor_from_who_was_recused(office: Office):
    case_id = office.submitted()
    office.do(HALL, case_id, c.Accept)
    run(office, staff(Role.CLERK), case_id, _recuse(office, staff(Role.CLERK)), "d" * 26)
    for account, person in (("staff-li", None), ("another-account", "d" * 26)):
        for actor, command in _allowed(office, case_id):
            if isinstance(command, c.Recuse):
                continue
            who = actor.model_copy(update={"account": account})
            with pytest.raises(NotAllowed) as refused:
                run(office, who, case_id, command.model_copy(update={"by": who}), person)
            assert refused.value.reason.code == "recused-from-case", type(command)


def _recuse(office: Office, actor: Actor) -> c.Recuse:
    return c.Recuse(at=office.now(), by=actor, reason="与申请人系近亲属")


def _accept(office: Office, actor: Actor) -> c.Accept:
    return c.Accept(at=office.now(), by=actor)


def test_who_applies_may_always_say_that_they_have_nothing_to_do_with_it(
    office: Office, zhang: str
):
    case_id = office.submitted()
    run(office, staff(Role.CLERK), case_id, _recuse(office, staff(Role.CLERK)), zhang)
    assert office.state(case_id).application.recused[0].account == "staff-li"


def test_a_colleague_goes_on(office: Office, zhang: str):
    case_id = office.submitted()
    run(office, staff(Role.CLERK), case_id, _recuse(office, staff(Role.CLERK)), zhang)
    colleague = staff(Role.CLERK, "staff-wang")
    run(office, colleague, case_id, _accept(office, colleague), "e" * 26)
    assert type(office.state(case_id)).__name__ == "Accepted"


def test_the_same_account_in_another_role_is_the_same(office: Office):
    case_id = office.submitted()
    himself = staff(Role.CLERK, CITIZEN.account)
    with pytest.raises(NotAllowed, match="your own"):
        run(office, himself, case_id, _accept(office, himself), None)


def test_a_case_of_before_its_holder_was_recorded_is_the_persons_too(office: Office, zhang: str):
    old = application_of(office.state(office.submitted()))._replace(holder=None)
    caller = Caller(staff(Role.CLERK), "k" * 8, person=zhang)
    with pytest.raises(NotAllowed, match="your own"):
        recusal.check(office.platform, caller, _accept(office, caller.actor), old)


# Agents and clerks

BODY = Submission(
    item="1144080000000106243442006001000",
    applicant=Applying(name="李四", id_number=resident_id(7_002)),
    form={"born_on": "1950-01-01", "residence": "湛江市赤坎区示例路 1 号"},
)


def test_the_clerk_who_entered_it_for_somebody_handles_it_all_the_same(office: Office):
    clerk = staff(Role.CLERK)
    made = submissions.submit(office.platform, office.caller(clerk), BODY)
    application = application_of(made.state)
    assert application.agent is not None
    assert application.agent.clerk
    run(office, clerk, application.case_id, _accept(office, clerk), "a" * 26)


@pytest.mark.parametrize(("role", "may"), [(Role.CLERK, True), (Role.AGENT, False)])
def test_of_a_case_from_before_the_stream_tells_whether_an_agent_handed_it_in(
    office: Office, monkeypatch: pytest.MonkeyPatch, role: Role, *, may: bool
):
    """Who handed it in stands in the envelope; that it was a clerk is said only from now on."""
    clerk = staff(Role.CLERK)
    made = submissions.submit(office.platform, office.caller(clerk), BODY)
    application = application_of(made.state)
    assert application.agent is not None
    old = application._replace(agent=application.agent.model_copy(update={"clerk": None}))
    monkeypatch.setattr(recusal, "events", partial(_in_role, role))
    caller = Caller(clerk, "k" * 8)
    if may:
        recusal.check(office.platform, caller, _accept(office, clerk), old)
        return
    with pytest.raises(NotAllowed, match="your own"):
        recusal.check(office.platform, caller, _accept(office, clerk), old)


def _in_role(role: Role, *stored: Any) -> Iterator[Recorded]:
    for one in events(*stored):
        yield one._replace(actor=one.actor.model_copy(update={"role": role}))


def test_a_clerk_does_not_enter_their_own_application(office: Office):
    himself = identity.reference(office.platform, IdKind.RESIDENT_ID, resident_id(7_002))
    caller = Caller(staff(Role.CLERK), "k" * 8, person=himself)
    with pytest.raises(NotAllowed, match="your own"):
        submissions.submit(office.platform, caller, BODY)
    assert submissions.submit(office.platform, Caller(staff(Role.CLERK), "l" * 8), BODY).version


def _company(office: Office, representative: str | None) -> None:
    registered = Registered(
        name="湛江示例建设有限公司",
        kind=ApplicantKind.COMPANY,
        status=EntityStatus.ACTIVE,
        representative=representative,
    )
    now = office.now()
    command = entity.RegisterEntity(
        at=now, by=HALL, credit_code=COMPANY, name=registered.name, registered=registered
    )
    added = entity.AddOperator(
        at=now, by=HALL, account="operator-wu", name="吴九", on=date(2026, 2, 10)
    )
    for one in (command, added):
        decide = partial(entity.decide, one)
        request = office.caller(HALL).request(now, type(one).__name__, {})
        stream = entities.stream(COMPANY)
        decider = entities.decider(office.platform)
        transact(office.platform.store, decider, stream, request, decide)


@pytest.mark.parametrize(
    ("account", "person", "concerned"),
    [
        ("staff-li", "c" * 26, True),  # the legal representative
        ("operator-wu", None, True),
        ("staff-li", "f" * 26, False),
        ("staff-li", None, False),
    ],
)
def test_who_stands_for_the_company_that_applies_does_not_handle_it(
    office: Office, account: str, person: str | None, *, concerned: bool
):
    _company(office, "c" * 26)
    told = application_of(office.state(office.submitted()))
    company = told.applicant.model_copy(update={"account": None, "entity": COMPANY})
    companys = told._replace(applicant=company, holder=f"entity:{COMPANY}")
    actor = staff(Role.CLERK, account)
    caller = Caller(actor, "k" * 8, person=person)
    if not concerned:
        recusal.check(office.platform, caller, _accept(office, actor), companys)
        return
    with pytest.raises(NotAllowed, match="your own"):
        recusal.check(office.platform, caller, _accept(office, actor), companys)


def _leaves(office: Office) -> None:
    command = entity.RemoveOperator(at=office.now(), by=HALL, account="operator-wu")
    request = office.caller(HALL).request(office.now(), "RemoveOperator", {})
    decide = partial(entity.decide, command)
    decider = entities.decider(office.platform)
    transact(office.platform.store, decider, entities.stream(COMPANY), request, decide)


@pytest.mark.parametrize(("before", "concerned"), [(0, True), (9, False), (-9, False)])
def test_who_acted_for_the_company_when_it_applied_does_not_handle_it_after_leaving(
    office: Office, before: int, *, concerned: bool
):
    """The operator comes and leaves today; the company applied so many days before."""
    _company(office, "c" * 26)
    _leaves(office)
    told = application_of(office.state(office.submitted()))
    company = told.applicant.model_copy(update={"account": None, "entity": COMPANY})
    left = legal_day(office.now())
    companys = told._replace(
        applicant=company, holder=f"entity:{COMPANY}", submitted_on=left - timedelta(days=before)
    )
    actor = staff(Role.CLERK, "operator-wu")
    caller = Caller(actor, "k" * 8)
    if not concerned:
        recusal.check(office.platform, caller, _accept(office, actor), companys)
        return
    with pytest.raises(NotAllowed, match="your own"):
        recusal.check(office.platform, caller, _accept(office, actor), companys)


def test_who_closed_the_account_that_handed_it_in_does_not_handle_it(
    office: Office, monkeypatch: pytest.MonkeyPatch
):
    """By the claims of the person: what the account was stays, whatever has become of it."""
    monkeypatch.setattr(recusal, "events", partial(_in_role, Role.AGENT))
    told = application_of(office.state(office.submitted()))
    companys = told._replace(agent=Agent(account="op"), holder=f"entity:{COMPANY}")
    actor = staff(Role.CLERK)
    as_operator = Caller(Actor(account="op", role=Role.APPLICANT), "opens-op")
    himself = Caller(actor, "k" * 8, person="a" * 26)
    recusal.check(office.platform, himself, _accept(office, actor), companys)
    claims.take(office.platform, as_operator, "person", "a" * 26, "op", 3)
    claims.release(office.platform, as_operator, "person", "a" * 26, "op")
    assert claims.holder(office.platform, "person", "a" * 26) is None
    with pytest.raises(NotAllowed, match="your own"):
        recusal.check(office.platform, himself, _accept(office, actor), companys)
    other = Caller(actor, "k" * 8, person="b" * 26)
    recusal.check(office.platform, other, _accept(office, actor), companys)


# People and accounts


def test_two_accounts_of_one_person_are_one_pair_of_eyes(either_office: Office):
    office = either_office
    case_id = office.submitted()
    run(office, HALL, case_id, _accept(office, HALL), None)
    handled = c.FinishStep(at=office.now(), by=CLERK, step="handle-1")
    run(office, CLERK, case_id, handled, "a" * 26)
    granted = c.Grant(at=office.now(), by=HEAD)
    with pytest.raises(NotAllowed, match="two pairs of eyes"):
        run(office, HEAD, case_id, granted, "a" * 26)
    run(office, HEAD, case_id, granted, "b" * 26)


def test_no_two_cases_tell_that_the_same_person_handled_them(office: Office):
    marks = set()
    for _ in range(2):
        case_id = office.submitted()
        run(office, HALL, case_id, _accept(office, HALL), None)
        handled = c.FinishStep(at=office.now(), by=CLERK, step="handle-1")
        run(office, CLERK, case_id, handled, "a" * 26)
        commits = office.platform.store.load(cases.stream(case_id)).commits
        finished = [one.data for one in events(office.platform.codec, commits)]
        marks |= {one.person for one in finished if isinstance(one, e.StepFinished)}
    assert len(marks - {None}) == 2
    assert "a" * 26 not in marks


def test_staff_whose_token_names_nobody_are_counted(tmp_path: Path):
    telemetry = Telemetry()
    office = Office(
        lambda **told: _watched(bootstrap.embedded(tmp_path, synchronous="OFF", **told), telemetry)
    )
    case_id = office.submitted()
    run(office, HALL, case_id, _accept(office, HALL), None)
    finished = c.FinishStep(at=office.now(), by=CLERK, step="handle-1")
    run(office, CLERK, case_id, finished, "a" * 26)
    assert telemetry.counted == [("StaffWithoutPerson", {"Role": "clerk"})]


def _watched(platform: Any, telemetry: Telemetry) -> Any:
    return replace(platform, telemetry=telemetry)


def test_an_account_that_is_known_to_be_the_same_persons_is_theirs(
    office: Office, monkeypatch: pytest.MonkeyPatch
):
    """The agent's account is another one than the clerk's; both were proven to be one person."""
    told = application_of(office.state(office.submitted()))
    companys = told._replace(agent=Agent(account="agent-li"), holder=f"entity:{COMPANY}")
    known = {"agent-li": "a" * 26}
    monkeypatch.setattr(persons, "person_of", lambda _, name: known.get(name))
    monkeypatch.setattr(recusal, "events", partial(_in_role, Role.AGENT))
    actor = staff(Role.CLERK)
    himself = Caller(actor, "k" * 8, person="a" * 26)
    with pytest.raises(NotAllowed, match="your own"):
        recusal.check(office.platform, himself, _accept(office, actor), companys)
    other = Caller(actor, "k" * 8, person="b" * 26)
    recusal.check(office.platform, other, _accept(office, actor), companys)


def test_whoever_the_head_recused_by_account_is_recused_as_a_person(
    office: Office, monkeypatch: pytest.MonkeyPatch
):
    case_id = office.submitted()
    office.do(HALL, case_id, c.Accept)
    office.do(HEAD, case_id, c.Recuse, account="clerk-wu", reason="亲属")
    monkeypatch.setattr(
        persons, "person_of", lambda _, name: "a" * 26 if name == "clerk-wu" else None
    )
    finished = c.FinishStep(at=office.now(), by=CLERK, step="handle-1")
    with pytest.raises(NotAllowed, match="recused"):
        run(office, CLERK, case_id, finished, "a" * 26)
