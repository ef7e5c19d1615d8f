"""Who may do what to which case. The default is no; who may not see a case is told of none."""

import pytest

from chalicelib.cases import domain as case
from chalicelib.cases.application import access
from chalicelib.cases.domain.events import CaseImported
from chalicelib.codes.parties import Agent
from chalicelib.kernel.actor import Actor, Role
from chalicelib.kernel.errors import NotAllowed, NotFound

from .domain.givens import (
    ACCEPTED,
    AGREED,
    APPLICANT,
    APPROVER,
    APPROVING,
    AT_ONCE,
    CLERK,
    FIRE,
    FRI,
    GRANTED,
    HEALTH,
    ITEM,
    JOINT_REVIEW,
    LATER,
    MON,
    REVIEWER,
    REVIEWING,
    SUPERVISOR,
    SYSTEM,
    THU,
    WED,
    ZHAO,
    a_case,
    accept,
    archive,
    ask_extension,
    ask_recusal,
    ask_supplement,
    correct,
    deem_accepted,
    deliver,
    deny,
    discard_draft,
    finish,
    grant,
    grant_at_once,
    grant_extension,
    issue,
    lapse,
    pass_pre_check,
    receive,
    recuse,
    refuse,
    refuse_extension,
    refuse_recusal,
    resubmit,
    resume,
    return_submission,
    save_draft,
    staff,
    start,
    submit,
    supplement,
    suspend,
    transfer,
    void,
    withdraw,
)

COMPANY, RIVAL = "91440800MA4UKB1X0A", "91440800MA4UKB2X3B"

# Who there is

STRANGER = Actor(account="citizen-wang", role=Role.APPLICANT, level=3)
AGENT = Actor(account="agent-chen", role=Role.AGENT, entity=COMPANY, level=3)
# The same people in another hat.
NEIGHBOUR = AGENT.model_copy(update={"entity": None})
OF_A_COMPANY = APPLICANT.model_copy(update={"role": Role.AGENT, "entity": AGENT.entity})
COLLEAGUE = Actor(account="agent-he", role=Role.AGENT, entity=COMPANY, level=3)
OF_A_RIVAL = Actor(account="agent-wei", role=Role.AGENT, entity=RIVAL, level=3)
LEFT = AGENT.model_copy(update={"entity": RIVAL})
HALL = staff("hall-jiang", Role.CLERK, "440800-hall")
ELSEWHERE = staff("clerk-shen", Role.CLERK, "440800-schools")
HEAD_ELSEWHERE = staff("head-han", Role.APPROVER, "440800-fire")
FIRE_CLERK = staff("fire-yang", Role.CLERK, "440800-fire")
OF_THE_PROVINCE = Actor(account="supervisor-zhu", role=Role.SUPERVISOR, division="440000")
OF_THE_DISTRICT = Actor(account="supervisor-qin", role=Role.SUPERVISOR, division="440802")
OF_ANOTHER_CITY = Actor(account="supervisor-you", role=Role.SUPERVISOR, division="440100")
OF_NOWHERE = Actor(account="supervisor-xu", role=Role.SUPERVISOR)
AUDITOR = Actor(account="auditor-hua", role=Role.AUDITOR, division="000000")
CITY_AUDITOR = Actor(account="auditor-bai", role=Role.AUDITOR, division="440800")
AUDITOR_ELSEWHERE = Actor(account="auditor-xie", role=Role.AUDITOR, division="440100")
AUDITOR_OF_NOWHERE = Actor(account="auditor-zou", role=Role.AUDITOR)
ITEM_MANAGER = staff("items-jin", Role.ITEM_MANAGER)
ADMINISTRATOR = Actor(account="admin-wei", role=Role.SYSTEM_ADMINISTRATOR)
SECURITY = Actor(account="security-tao", role=Role.SECURITY_ADMINISTRATOR)

# What cases there are: that of a citizen, and that of a company, which a hall of its own takes in

COMPANY_ITSELF = ZHAO.model_copy(
    update={"account": None, "entity": COMPANY, "id_number": COMPANY, "kind": 2}
)
COMPANYS = submit(applicant=COMPANY_ITSELF, agent=Agent(account="agent-chen"), intake="440800-hall")
FOR_A_NEIGHBOUR = submit(
    applicant=ZHAO.model_copy(update={"account": None}), agent=Agent(account="agent-chen")
)
AT_A_COUNTER = submit(
    applicant=ZHAO.model_copy(update={"account": None}), agent=Agent(account=ELSEWHERE.account)
)
HALLS = (submit(intake="440800-hall"), accept())


def may(actor: Actor, command: case.CaseCommand, *history: case.CaseCommand) -> str:
    """`yes`, `no` (it is seen, but this is not for the actor to do) or `none` (there is none)."""
    try:
        access.check(actor, command, a_case(*history).state)
    except NotAllowed:
        return "no"
    except NotFound:
        return "none"
    return "yes"


# Seeing


@pytest.mark.parametrize(
    ("actor", "history", "sees"),
    [
        (APPLICANT, (submit(),), True),
        (STRANGER, (submit(),), False),
        (AGENT, (submit(),), False),
        (AGENT, (COMPANYS,), True),
        (COLLEAGUE, (COMPANYS,), True),
        (OF_A_RIVAL, (COMPANYS,), False),
        (LEFT, (COMPANYS,), False),
        (AGENT, (FOR_A_NEIGHBOUR,), False),
        (NEIGHBOUR, (FOR_A_NEIGHBOUR,), True),
        (NEIGHBOUR, (COMPANYS,), False),
        (APPLICANT, (FOR_A_NEIGHBOUR,), False),
        (OF_A_COMPANY, (submit(),), False),
        (COLLEAGUE, (FOR_A_NEIGHBOUR,), False),
        (CLERK, (submit(),), True),
        (HALL, (submit(),), False),
        (HALL, HALLS, True),
        (ELSEWHERE, (submit(),), False),
        (ELSEWHERE, (AT_A_COUNTER,), True),
        (FIRE, ACCEPTED, False),
        (FIRE, JOINT_REVIEW, True),
        (FIRE, REVIEWING, True),
        (CLERK, (*ACCEPTED, transfer()), True),
        (staff("clerk-feng", Role.CLERK, "440802-water"), (*ACCEPTED, transfer()), True),
        (staff("clerk-feng", Role.CLERK, "440802-water"), ACCEPTED, False),
        (SUPERVISOR, (submit(),), True),
        (OF_THE_PROVINCE, (submit(),), True),
        (OF_THE_DISTRICT, (submit(),), False),
        (OF_THE_DISTRICT, (*ACCEPTED, transfer()), True),
        (OF_ANOTHER_CITY, (submit(),), False),
        (OF_NOWHERE, (submit(),), False),
        (AUDITOR, (submit(),), True),
        (CITY_AUDITOR, (submit(),), True),
        (AUDITOR_ELSEWHERE, (submit(),), False),
        (AUDITOR_OF_NOWHERE, (submit(),), False),
        (ITEM_MANAGER, (submit(),), False),
        (ADMINISTRATOR, (submit(),), False),
        (SECURITY, (submit(),), False),
        (SYSTEM, (submit(),), True),
    ],
)
def test_who_sees_a_case(actor, history, sees):
    assert access.may_see(actor, a_case(*history).state) is sees


SECRET = submit(confidential=True)
SECRET_AT_THE_HALL = submit(confidential=True, intake="440800-hall")
SECRETLY_ACCEPTED = (SECRET, accept())
SECRET_REVIEW = (SECRET, *JOINT_REVIEW[1:])


@pytest.mark.parametrize(
    ("actor", "history", "sees"),
    [
        (APPLICANT, (SECRET,), True),
        (STRANGER, (SECRET,), False),
        (AGENT, (submit(confidential=True, applicant=COMPANY_ITSELF),), True),
        (COLLEAGUE, (submit(confidential=True, applicant=COMPANY_ITSELF),), True),
        (OF_A_RIVAL, (submit(confidential=True, applicant=COMPANY_ITSELF),), False),
        (CLERK, (SECRET,), True),
        (HALL, (SECRET_AT_THE_HALL,), True),
        (CLERK, (SECRET_AT_THE_HALL,), False),
        (CLERK, (SECRET_AT_THE_HALL, accept()), True),
        (HALL, (SECRET_AT_THE_HALL, accept()), True),
        (REVIEWER, SECRETLY_ACCEPTED, False),
        (APPROVER, SECRETLY_ACCEPTED, False),
        (FIRE, SECRETLY_ACCEPTED, False),
        (FIRE, SECRET_REVIEW, True),
        (FIRE_CLERK, SECRET_REVIEW, False),
        (FIRE, (*SECRET_REVIEW, *REVIEWING[len(JOINT_REVIEW) :]), True),
        (SUPERVISOR, (SECRET,), True),
        (OF_THE_PROVINCE, (SECRET,), False),
        (OF_THE_DISTRICT, (SECRET,), False),
        (OF_NOWHERE, (SECRET,), False),
        (AUDITOR, (SECRET,), True),
        (CITY_AUDITOR, (SECRET,), True),
        (AUDITOR_ELSEWHERE, (SECRET,), False),
        (AUDITOR_OF_NOWHERE, (SECRET,), False),
        (ITEM_MANAGER, (SECRET,), False),
        (ADMINISTRATOR, (SECRET,), False),
        (SECURITY, (SECRET,), False),
        (SYSTEM, (SECRET,), True),
    ],
)
def test_who_sees_a_confidential_case(actor, history, sees):
    assert access.may_see(actor, a_case(*history).state) is sees


def test_who_may_not_see_a_confidential_case_is_told_of_none_whatever_they_may_do_to_others():
    assert may(APPROVER, void(), *ACCEPTED) == "yes"
    assert may(APPROVER, void(), *SECRETLY_ACCEPTED) == "none"
    assert may(CLERK, pass_pre_check(), SECRET_AT_THE_HALL) == "none"


# Sections

SECTION = staff("section-lin", Role.CLERK, "440800-fire.prevention")
FIRE_HEAD = staff("head-han", Role.APPROVER, "440800-fire")
NEARLY = staff("clerk-tan", Role.CLERK, "440800-fir")
OF_THE_SECTION = submit(intake="440800-fire.prevention")


@pytest.mark.parametrize(
    ("actor", "history", "sees"),
    [
        (SECTION, (OF_THE_SECTION,), True),
        (FIRE_HEAD, (OF_THE_SECTION,), True),
        (NEARLY, (OF_THE_SECTION,), False),
        (SECTION, (submit(intake="440800-fire"),), False),
        (SECTION, JOINT_REVIEW, False),
    ],
)
def test_a_section_is_seen_from_above_and_not_the_other_way_round(actor, history, sees):
    assert access.may_see(actor, a_case(*history).state) is sees


def test_what_waits_for_a_section_is_not_for_the_department_to_do():
    assert may(SECTION, receive(), OF_THE_SECTION) == "yes"
    assert may(FIRE_CLERK, receive(), OF_THE_SECTION) == "no"


@pytest.mark.parametrize(
    ("actor", "draft", "sees"),
    [
        (APPLICANT, save_draft(), True),
        (STRANGER, save_draft(), False),
        (CLERK, save_draft(), False),
        (SUPERVISOR, save_draft(), False),
        (AUDITOR, save_draft(), False),
        (AGENT, save_draft(applicant=COMPANY_ITSELF, by=AGENT), True),
        (COLLEAGUE, save_draft(applicant=COMPANY_ITSELF, by=AGENT), True),
        (LEFT, save_draft(applicant=COMPANY_ITSELF, by=AGENT), False),
        (AGENT, save_draft(applicant=ZHAO.model_copy(update={"account": None}), by=AGENT), False),
        (
            NEIGHBOUR,
            save_draft(applicant=ZHAO.model_copy(update={"account": None}), by=AGENT),
            True,
        ),
        (NEIGHBOUR, save_draft(applicant=COMPANY_ITSELF, by=AGENT), False),
        (OF_A_COMPANY, save_draft(), False),
        (HALL, save_draft(applicant=ZHAO.model_copy(update={"account": None}), by=HALL), True),
        (CLERK, save_draft(applicant=ZHAO.model_copy(update={"account": None}), by=HALL), False),
    ],
)
def test_who_sees_a_draft(actor, draft, sees):
    assert access.may_see(actor, a_case(draft).state) is sees


def test_nobody_sees_what_is_not_there():
    assert not access.may_see(SYSTEM, case.initial)


@pytest.mark.parametrize(
    ("actor", "sees"),
    [
        (CLERK, True),
        (ELSEWHERE, False),
        (APPLICANT, False),
        (SUPERVISOR, True),
        (OF_ANOTHER_CITY, False),
        (AUDITOR, True),
        (SYSTEM, True),
    ],
)
def test_who_sees_an_imported_case(actor, sees):
    imported = CaseImported(
        case_id="c9", reference="R-9", item=ITEM, division="440800", department="440800-water"
    )
    assert access.may_see(actor, case.fold([imported])) is sees


def test_who_may_not_see_a_case_is_told_that_there_is_none():
    with pytest.raises(NotFound, match="there is no such case"):
        access.seen(STRANGER, a_case(submit()).state)


# Doing

WITH_SUPPLEMENT = (submit(), ask_supplement())
DELIVERED = (*GRANTED, deliver())
ASKED = (*ACCEPTED, ask_extension())
FIRES = finish("joint-1:440800-fire", AGREED)

# command, history, then who may do it (yes), who sees it and may not (no), and for whom there is
# no such case (none)
TABLE = [
    (resubmit(), (submit(), return_submission()), (APPLICANT, CLERK), (SUPERVISOR,), (STRANGER,)),
    (pass_pre_check(), (submit(),), (CLERK,), (APPLICANT, REVIEWER), (ELSEWHERE, ADMINISTRATOR)),
    (return_submission(), (submit(),), (CLERK,), (APPLICANT, APPROVER), (HALL, STRANGER)),
    (receive(), (COMPANYS,), (HALL, CLERK), (AGENT, COLLEAGUE), (OF_A_RIVAL, APPLICANT)),
    (accept(), (submit(),), (CLERK,), (APPLICANT, REVIEWER, SUPERVISOR, SYSTEM), (ELSEWHERE,)),
    (accept(), (submit(intake="440800-hall"),), (HALL, CLERK), (APPROVER,), (ELSEWHERE,)),
    (deem_accepted(LATER), (submit(),), (SYSTEM,), (CLERK, APPROVER, APPLICANT), (STRANGER,)),
    (refuse(), (submit(),), (CLERK,), (APPLICANT, AUDITOR), (ELSEWHERE, ITEM_MANAGER)),
    (ask_supplement(), (submit(),), (CLERK, REVIEWER), (APPLICANT, AUDITOR), (FIRE,)),
    (ask_supplement(WED), JOINT_REVIEW, (CLERK, APPROVER), (FIRE, HEALTH), (ELSEWHERE,)),
    (supplement(), WITH_SUPPLEMENT, (APPLICANT, CLERK), (REVIEWER, SUPERVISOR), (STRANGER,)),
    (lapse(LATER), WITH_SUPPLEMENT, (CLERK, SYSTEM), (APPLICANT, APPROVER), (STRANGER,)),
    (start("survey-1"), ACCEPTED, (CLERK,), (REVIEWER, APPLICANT, SYSTEM), (FIRE,)),
    (finish("survey-1"), ACCEPTED, (CLERK,), (REVIEWER, APPROVER, APPLICANT), (FIRE, ELSEWHERE)),
    (FIRES, JOINT_REVIEW, (FIRE,), (HEALTH, REVIEWER, FIRE_CLERK, AUDITOR), (ELSEWHERE,)),
    (FIRES, REVIEWING, (FIRE, REVIEWER), (APPLICANT, SUPERVISOR), (ELSEWHERE,)),
    (finish("nothing-1"), ACCEPTED, (CLERK,), (APPLICANT,), (ELSEWHERE,)),
    (suspend(), ACCEPTED, (CLERK, REVIEWER, APPROVER), (APPLICANT, SUPERVISOR), (FIRE,)),
    (suspend(THU), JOINT_REVIEW, (REVIEWER,), (FIRE,), (STRANGER,)),
    (resume(), (*ACCEPTED, suspend()), (REVIEWER,), (APPLICANT, SYSTEM), (ELSEWHERE,)),
    (ask_extension(), ACCEPTED, (CLERK, REVIEWER), (APPLICANT, SUPERVISOR), (ELSEWHERE,)),
    (grant_extension(), ASKED, (APPROVER,), (CLERK, REVIEWER, APPLICANT), (HEAD_ELSEWHERE,)),
    (refuse_extension(), ASKED, (APPROVER,), (CLERK, AUDITOR), (HEAD_ELSEWHERE, ADMINISTRATOR)),
    (transfer(), ACCEPTED, (CLERK, REVIEWER), (APPLICANT, SUPERVISOR), (FIRE,)),
    (transfer(by=FIRE), JOINT_REVIEW, (FIRE, FIRE_CLERK), (APPLICANT, AUDITOR), (ELSEWHERE,)),
    (transfer(by=FIRE), REVIEWING, (CLERK,), (FIRE,), (ELSEWHERE,)),
    (transfer(), (*ACCEPTED, transfer()), (CLERK,), (APPLICANT,), (ELSEWHERE,)),
    (recuse(), ACCEPTED, (CLERK, REVIEWER, APPROVER), (APPLICANT, SUPERVISOR, SYSTEM), (FIRE,)),
    (recuse("other"), ACCEPTED, (APPROVER,), (CLERK, REVIEWER, APPLICANT), (HEAD_ELSEWHERE,)),
    (recuse("other"), JOINT_REVIEW, (APPROVER, FIRE_HEAD), (FIRE, CLERK), (ELSEWHERE,)),
    (ask_recusal(), ACCEPTED, (APPLICANT, CLERK), (REVIEWER, SUPERVISOR), (STRANGER, ELSEWHERE)),
    (
        refuse_recusal(),
        (*ACCEPTED, ask_recusal()),
        (APPROVER,),
        (CLERK, REVIEWER, APPLICANT),
        (HEAD_ELSEWHERE,),
    ),
    (correct("accepted_on", MON, 6), ACCEPTED, (APPROVER,), (CLERK, APPLICANT), (STRANGER,)),
    (grant(), APPROVING, (APPROVER,), (CLERK, REVIEWER, APPLICANT, SYSTEM), (HEAD_ELSEWHERE,)),
    (grant(), ACCEPTED, (APPROVER,), (CLERK,), (HEAD_ELSEWHERE,)),
    (grant(), GRANTED, (APPROVER,), (CLERK, SUPERVISOR), (HEAD_ELSEWHERE,)),
    (deny(), APPROVING, (APPROVER,), (CLERK, APPLICANT, AUDITOR), (ELSEWHERE,)),
    (grant_at_once(), (submit(plan=AT_ONCE),), (APPROVER,), (CLERK, APPLICANT), (ELSEWHERE,)),
    (issue(), GRANTED, (SYSTEM, CLERK, APPROVER), (APPLICANT, AUDITOR), (ELSEWHERE,)),
    (deliver(), GRANTED, (CLERK, SYSTEM), (APPLICANT, REVIEWER), (ELSEWHERE,)),
    (withdraw(), ACCEPTED, (APPLICANT, CLERK), (REVIEWER, SUPERVISOR), (STRANGER, ELSEWHERE)),
    (withdraw(), (COMPANYS,), (AGENT, COLLEAGUE, HALL), (REVIEWER,), (OF_A_RIVAL, LEFT)),
    (withdraw(), (AT_A_COUNTER,), (ELSEWHERE, CLERK), (REVIEWER,), (HALL, STRANGER)),
    (void(), GRANTED, (APPROVER,), (CLERK, APPLICANT, SYSTEM), (HEAD_ELSEWHERE, SECURITY)),
    (archive(), DELIVERED, (CLERK,), (APPLICANT, REVIEWER, AUDITOR), (ELSEWHERE,)),
    (submit(), (submit(),), (APPLICANT, CLERK), (REVIEWER, SUPERVISOR), (STRANGER,)),
    (save_draft(), (submit(),), (APPLICANT,), (CLERK,), (STRANGER,)),
    (save_draft(), (save_draft(),), (APPLICANT,), (), (STRANGER, CLERK, AUDITOR)),
    (discard_draft(), (save_draft(),), (APPLICANT, SYSTEM), (), (STRANGER, CLERK, AUDITOR)),
    (submit(), (save_draft(),), (APPLICANT,), (), (STRANGER, CLERK)),
]


@pytest.mark.parametrize(
    ("actor", "command", "history", "answer"),
    [
        pytest.param(
            actor,
            command,
            history,
            answer,
            id=f"{row}-{type(command).__name__}-{actor.account}-{answer}",
        )
        for row, (command, history, *groups) in enumerate(TABLE)
        for answer, actors in zip(("yes", "no", "none"), groups, strict=True)
        for actor in actors
    ],
)
def test_who_may_do_what(actor, command, history, answer):
    assert may(actor, command, *history) == answer


def test_every_command_is_in_the_table():
    assert {type(command) for command, *_ in TABLE} == set(case.COMMANDS)


def test_every_command_has_a_rule():
    assert set(access.RULES) == set(case.COMMANDS)


@pytest.mark.parametrize(
    ("actor", "answer"),
    [
        (APPLICANT, "yes"),
        (AGENT, "yes"),
        (ELSEWHERE, "yes"),
        (REVIEWER, "no"),
        (AUDITOR, "no"),
        (SYSTEM, "no"),
        (ADMINISTRATOR, "no"),
    ],
)
def test_who_may_begin_a_case(actor, answer):
    assert may(actor, submit()) == answer
    assert may(actor, save_draft()) == answer


@pytest.mark.parametrize("actor", [APPLICANT, CLERK, SYSTEM, AUDITOR])
def test_nobody_does_anything_to_a_case_that_is_not_there(actor):
    assert may(actor, withdraw()) == "none"


def test_whoever_has_the_approval_now_decides():
    there = staff("head-lu", Role.APPROVER, "440802-water")
    moved = (*APPROVING, transfer(THU))
    assert may(there, grant(FRI), *moved) == "yes"
    assert may(APPROVER, grant(FRI), *moved) == "no"


def test_whoever_will_have_the_approval_is_told_that_it_is_too_early():
    there = staff("head-lu", Role.APPROVER, "440802-water")
    assert may(there, grant(), *ACCEPTED, transfer()) == "yes"


def test_a_refusal_names_role_and_department():
    with pytest.raises(NotAllowed, match="reviewer of 440800-water"):
        access.check(REVIEWER, accept(), a_case(submit()).state)
