"""A service is rated badly, verified, answered, appealed against and reviewed."""

from datetime import date
from typing import Any

from chalicelib.cases.application import cases
from chalicelib.cases.domain import commands as c
from chalicelib.cases.domain import events as e
from chalicelib.cases.domain.guards import application_of
from chalicelib.cases.domain.steps import desk
from chalicelib.cases.domain.values import StepOutcome
from chalicelib.eventlog.transact import transact
from chalicelib.kernel.actor import SYSTEM
from chalicelib.kernel.base import Frozen
from chalicelib.ratings.application import ratings
from chalicelib.ratings.domain import rating

from .world import World


def as_the_release_before_did(here: World, account: str, *recorded: Frozen) -> None:
    """Into the stream of the case, where nothing is recorded of a rating any more."""
    caller = here.caller(account)
    request = caller.request(here.platform.now(), "Rate", {})
    where = cases.stream(here.case_id)
    transact(here.platform.store, cases.decider(here.platform), where, request, lambda _: recorded)


def an_old_rating(here: World) -> None:
    """It was a step of its case, and is hidden from who handled that."""
    application = application_of(cases.get(here.platform, SYSTEM, here.case_id).state)
    opened = desk(application, "delivery", date(2026, 5, 18), 15).model_copy(
        update={"kind": "rating", "planned": "rating", "step": "rating-1"}
    )
    told = e.CaseRated(rating=4, comment="三个部门分别来看现场，时间太长。")
    as_the_release_before_did(here.at("05-18"), "agent-li", told, opened)
    as_the_release_before_did(
        here.at("05-25"),
        "supervisor-zhou",
        e.StepStarted(step="rating-1", handler="supervisor-zhou"),
        e.StepFinished(step="rating-1", outcome=StepOutcome.PASSED, handler="supervisor-zhou"),
        e.BadRatingAnswered(
            justified=True,
            finding="三次现场核查相隔四周，属实。",
            remedy="自6月1日起并联审查统一现场核查一次。",
        ),
    )


def do(here: World, account: str, what: type[Any], **fields: Any) -> None:
    caller = here.caller(account)
    command = what(**caller.about(here.platform.now()), **fields)
    ratings.run(here.platform, caller, ratings.id_of(here.platform, here.case_id), command)


def a_service_is_rated_badly(here: World) -> None:
    """The card that was denied: its applicant thinks little of how that was done."""
    from . import cases as stories

    stories.submitted(here, "08-03", insist=True)
    here.at("08-04").do("clerk-chen", c.Accept)
    here.at("08-05").do("clerk-civil", c.FinishStep, step="handle-1", opinion="不属实。")
    denial = {"reasons": "申请人不是本市常住老年人。", "remedies": stories.REMEDIES}
    here.at("08-06").do("approver-civil", c.Deny, **denial)
    caller = here.at("08-07").caller("citizen-zhang")
    ratings.rate(here.platform, caller, here.case_id, 5, "窗口没有解释为什么不予办理。")
    do(
        here.at("08-10"),
        "deputy-civil",
        rating.Verify,
        justified=True,
        finding="已电话回访，窗口未说明不予办理的理由，属实。",
        called_back=True,
    )
    do(
        here.at("08-11"),
        "deputy-civil",
        rating.Answer,
        answer="向您致歉，现将理由书面说明如下。",
        remedy="窗口人员重新培训，不予办理的一律当面说明理由。",
    )
    do(here.at("08-12"), "citizen-zhang", rating.Appeal, reason="没有收到书面说明。")
    reviewed = {"upheld": True, "answer": "书面说明已于8月13日补寄。"}
    do(here.at("08-13"), "supervisor-zhou", rating.Review, **reviewed)


STORIES = (a_service_is_rated_badly,)
