"""Stories (invented people, real commands) in which every event type happens at least once."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from chalicelib.cases.application import cases
from chalicelib.cases.domain import commands as c
from chalicelib.cases.domain.guards import application_of
from chalicelib.clock.calendar import CalendarYear
from chalicelib.codes.numbers import certificate_id
from chalicelib.eventlog import skipping as consumer
from chalicelib.eventlog.codec import events
from chalicelib.eventlog.envelope import Recorded
from chalicelib.eventlog.transact import Decider, transact
from chalicelib.importing.files.import_log import run_import
from chalicelib.items.application import items
from chalicelib.items.files.item_files import read_item
from chalicelib.kernel.actor import SYSTEM
from chalicelib.people.application import accounts, proofs
from chalicelib.people.application.accounts import Registration
from chalicelib.platform import calendars
from chalicelib.serving import signin
from chalicelib.serving.illustration import pdf
from chalicelib.submissions.application import drafts, submissions
from chalicelib.submissions.application.submissions import Applying, Submission

from . import certificates as stories_certificates
from . import documents as stories_documents
from . import items as stories_items
from . import organisations as stories_organisations
from . import people as stories_people
from . import ratings as stories_ratings
from .access import an_auditor_begins
from .ratings import an_old_rating
from .world import World, world

ROOT = Path(__file__).resolve().parents[2]
ITEMS = ROOT / "examples" / "items"

REMEDIES = {
    "reconsideration": "可以自收到本决定书之日起六十日内向湛江市人民政府申请行政复议。",
    "litigation": "可以自收到本决定书之日起六个月内向有管辖权的人民法院提起行政诉讼。",
}


def told(data: Path) -> list[Recorded]:
    """Every event of every story, as the log has them."""
    here = world(data)
    for story in (
        the_items,
        the_venue,
        the_card,
        refused_at_the_window,
        nobody_answers,
        discarded,
        withdrawn,
        voided_after_a_stop,
        a_clerk_is_recused,
        another_systems_case,
        the_platform,
        an_auditor_begins,
        *stories_organisations.STORIES,
        *stories_items.STORIES,
        *stories_people.STORIES,
        *stories_certificates.STORIES,
        *stories_ratings.STORIES,
        *stories_documents.STORIES,
    ):
        story(here)
    return list(events(here.platform.codec, here.platform.log.read(0, 1_000_000)))


def the_items(here: World) -> None:
    """Two items are published; one is suspended, resumed, and another retired."""
    for name in ("entertainment-venue-joint", "senior-card", "social-insurance-proof"):
        definition = read_item(ITEMS / f"{name}.yaml")
        items.publish(here.platform, here.caller("items-sun"), definition)
    card = read_item(ITEMS / "senior-card.yaml").code
    reason = "系统切换，2月28日暂停办理。"
    items.suspend(here.platform, here.caller("items-sun"), card, reason)
    here.at("02-28")
    items.resume(here.platform, here.caller("items-sun"), card)
    proof = read_item(ITEMS / "social-insurance-proof.yaml").code
    why = "改由省统一平台提供，市级事项取消。"
    items.retire(here.platform, here.caller("items-sun"), proof, why)


# A company opens an entertainment venue

VENUE_FORM = {
    "venue_name": "星海量贩歌厅",
    "address": "湛江市赤坎区示例路88号2-3层",
    "business": "歌舞娱乐",
    "floor_area": 860.5,
    "floors": "2-3",
    "capacity": 180,
    "catering": True,
    "opening_hours": "12:00-02:00",
    "contact_phone": "13800000000",
}
VENUE_MATERIALS = (
    "application",
    "business-licence",
    "premises",
    "floor-plan",
    "fire-design",
    "noise-report",
    "fire-safety",
    "investors",
)


def venue(here: World, *materials: str) -> Submission:
    return Submission(
        item=read_item(ITEMS / "entertainment-venue-joint.yaml").code,
        applicant=Applying(
            kind="company",  # type: ignore[arg-type]  # as a body has it
            name=signin.COMPANY,
            id_kind="credit_code",  # type: ignore[arg-type]
            id_number=signin.COMPANY_CODE,
            phone="13800000000",
        ),
        form=VENUE_FORM,
        materials=here.hand_in("agent-li", *materials),
        mandate="授权李四办理湛江示例建设有限公司公共娱乐场所开办事宜。",
    )


def the_venue(here: World) -> None:
    """From draft to archive: a supplement, an expert review, an extension, a bad rating."""
    here.at("03-02")
    draft = submissions.save_draft(
        here.platform, here.caller("agent-li"), venue(here, "application")
    )
    here.case_id = draft.state.draft.case_id  # type: ignore[union-attr]
    here.at("03-03", "14:20")
    whole = venue(here, *VENUE_MATERIALS)
    submissions.submit(here.platform, here.caller("agent-li"), whole, here.case_id)
    here.at("03-04").do("clerk-chen", c.PassPreCheck, opinion="材料种类齐全，同意收件。")
    here.at("03-04", "10:05").do("clerk-chen", c.Receive)
    _supplemented(here, "03-05", "03-09")
    here.at("03-10").do("clerk-chen", c.Accept)
    here.at("03-11").do("clerk-housing", c.StartStep, step="handle-1")
    here.at("03-13").do(
        "clerk-housing", c.FinishStep, step="handle-1", opinion="已现场核查，材料与现场一致。"
    )
    _reviewed(here)
    here.at("04-17").do(
        "reviewer-housing", c.RequestExtension, days=10, reason="专家意见需要申请人整改后复核。"
    )
    here.at("04-20").do("approver-housing", c.RefuseExtension, reason="剩余期限足以完成复核。")
    here.at("04-27").do(
        "reviewer-housing", c.RequestExtension, days=5, reason="申请人整改尚未完成，需复核。"
    )
    here.at("04-28").do("approver-housing", c.GrantExtension)
    here.at("05-11").do("reviewer-housing", c.FinishStep, step="review-1", opinion="拟同意。")
    _corrected(here)
    here.at("05-13").do(
        "approver-housing", c.Grant, conditions="核定人数不得超过180人。", opinion="同意。"
    )
    _afterwards(here)


def _supplemented(here: World, asked: str, answered: str) -> None:
    missing = [{"material": "floor-plan", "reason": "平面布置图没有标明疏散通道。"}]
    here.at(asked).do("clerk-chen", c.RequestSupplement, missing=missing)
    here.at(answered, "16:40").do(
        "agent-li", c.SubmitSupplement, materials=here.materials("agent-li", "floor-plan")
    )


def _reviewed(here: World) -> None:
    """The parallel review stands still for the experts; one reviewer hands on the step."""
    here.at("03-16").do(
        "clerk-housing",
        c.Suspend,
        procedure="expert_review",
        reason="采用特殊消防设计，需组织专家评审。",
        expected_days=15,
    )
    here.at("04-02").do("clerk-housing", c.Resume, result="专家评审通过，附两条整改意见。")
    here.at("04-03").do(
        "reviewer-environment",
        c.Transfer,
        kind="lateral",
        to_department="440802-environment",
        to_division="440802",
        reason="场所位于赤坎区，由赤坎分局审查噪声与油烟。",
    )
    for account, step, outcome, opinion in (
        ("reviewer-fire", "440800-fire", "agreed", None),
        (
            "reviewer-housing",
            "440800-housing",
            "agreed_with_conditions",
            "整改两条专家意见后同意。",
        ),
        ("reviewer-chikan", "440800-environment>1", "agreed", None),
    ):
        where = f"joint-review-1:{step}"
        fields = {"step": where, "outcome": outcome, "opinion": opinion}
        here.at("04-15").do(account, c.FinishStep, **fields)


def _corrected(here: World) -> None:
    application = application_of(cases.get(here.platform, SYSTEM, here.case_id).state)
    for at, source, field, now, reason in (
        ("09:30", "applicant", "applicant.phone", "13900000000", "申请人来电更正联系电话。"),
        (
            "11:00",
            "pause-1.until",
            "pause-1.until",
            "2026-04-01",
            "专家评审意见于4月1日出具，录入有误。",
        ),
    ):
        mistake = application.sources[source]
        fields = {"mistake": mistake, "field": field, "now": now, "reason": reason}
        here.at("05-12", at).do("approver-housing", c.CorrectMistake, **fields)


def _afterwards(here: World) -> None:
    """The certificate, its delivery, and what the applicant thinks of it all."""
    application = application_of(cases.get(here.platform, SYSTEM, here.case_id).state)
    kind = application.plan.certificate
    assert kind is not None
    identifier = certificate_id(kind.type, kind.issuer, application.number[:-1], 1)
    here.at("05-13", "09:31").do("system", c.IssueCertificate, identifier=identifier)
    here.at("05-15").do("clerk-chen", c.Deliver, method="pick_up", recipient="李四")
    an_old_rating(here)
    here.at("06-01").do("clerk-chen", c.Archive)


# A citizen asks for a senior citizen's card


def card(here: World, *materials: str) -> Submission:
    return Submission(
        item=read_item(ITEMS / "senior-card.yaml").code,
        applicant=Applying(name="张三", id_number="440802195503071232", phone="13700000000"),
        form={"born_on": "1955-03-07", "residence": "湛江市霞山区示例村3号"},
        materials=here.hand_in("citizen-zhang", *materials),
    )


def zhang_was_at_the_counter(here: World) -> None:
    here.at("03-05")
    naming: dict[str, Any] = {"name": "张三", "id_number": "440802195503071232"}
    accounts.register(here.platform, here.caller("citizen-zhang"), Registration(**naming))
    scan = here.platform.blobs.put("clerk-chen", pdf("identity card of Zhang"))
    check = proofs.CounterCheck(**naming, document=scan)
    proofs.check_at_counter(here.platform, here.caller("clerk-chen"), "citizen-zhang", check)


def submitted(here: World, day: str, *, insist: bool = False) -> None:
    here.at(day, "20:15")
    caller = here.caller("citizen-zhang")
    body = card(here, "identity").model_copy(update={"insist": insist})
    outcome = submissions.submit(here.platform, caller, body)
    here.case_id = application_of(outcome.state).case_id


def the_card(here: World) -> None:
    """Returned, sent again, left lying, deemed accepted, and denied."""
    zhang_was_at_the_counter(here)
    submitted(here, "03-06")
    here.at("03-09").do("clerk-chen", c.ReturnSubmission, reason="身份证照片不清晰，请重新上传。")
    here.at("03-10", "19:05").do(
        "citizen-zhang",
        c.Resubmit,
        form={"born_on": "1955-03-07", "residence": "湛江市霞山区示例村3号"},
        materials=here.materials("citizen-zhang", "identity", "photo"),
    )
    here.at("03-18", "00:01").do("system", c.DeemAccepted)
    here.at("03-19").do("clerk-civil", c.FinishStep, step="handle-1", opinion="户籍不在本市。")
    here.at("03-20").do(
        "approver-civil", c.Deny, reasons="申请人不是本市常住老年人。", remedies=REMEDIES
    )


def refused_at_the_window(here: World) -> None:
    submitted(here, "03-23")
    here.at("03-24").do(
        "clerk-chen",
        c.RefuseAcceptance,
        reason="申请人未满六十周岁，不属于本事项的受理范围。",
        remedies=REMEDIES,
    )


def nobody_answers(here: World) -> None:
    """A supplement is asked for, and the time for it passes."""
    submitted(here, "03-25")
    missing = [{"material": "identity", "reason": "身份证已过有效期。"}]
    here.at("03-26").do("clerk-chen", c.RequestSupplement, missing=missing)
    here.at("05-29").do("clerk-chen", c.LapseSupplement)


def discarded(here: World) -> None:
    """A draft that came to nothing."""
    here.at("04-03")
    who = here.caller("citizen-zhang")
    draft = submissions.save_draft(here.platform, who, card(here, "identity"))
    here.at("04-06")
    case_id = draft.state.draft.case_id  # type: ignore[union-attr]
    drafts.discard(here.platform, here.caller("citizen-zhang"), case_id)


def withdrawn(here: World) -> None:
    submitted(here, "04-01")
    here.at("04-02").do("citizen-zhang", c.Withdraw, reason="已在居住地办理，不再需要。")


def voided_after_a_stop(here: World) -> None:
    """A second notice during the review, beside a hearing; then the case is declared void."""
    here.at("06-02")
    whole = venue(here, *VENUE_MATERIALS)
    outcome = submissions.submit(here.platform, here.caller("agent-li"), whole)
    here.case_id = application_of(outcome.state).case_id
    here.at("06-03").do("clerk-chen", c.Accept)
    missing = [{"material": "noise-report", "reason": "缺少低频噪声的计算。"}]
    here.at("06-04").do("clerk-housing", c.RequestSupplement, missing=missing)
    here.at("06-05").do(
        "clerk-housing",
        c.Suspend,
        procedure="hearing",
        reason="利害关系人申请听证。",
        expected_days=20,
    )
    here.at("06-08").do(
        "agent-li", c.SubmitSupplement, materials=here.materials("agent-li", "noise-report")
    )
    here.at("06-26").do("clerk-housing", c.Resume, result="听证会已于6月25日举行。")
    here.at("06-29").do("approver-housing", c.Void, reason="同一场所重复申报。")


def a_clerk_is_recused(here: World) -> None:
    """The applicant asks for it twice: a head finds no reason, and then one."""
    submitted(here, "06-29")
    here.at("06-30").do("clerk-chen", c.Accept)
    here.do("clerk-civil", c.StartStep, step="handle-1")
    here.at("06-30", "11:00").do(
        "citizen-zhang", c.RequestRecusal, account="clerk-civil", reason="与经办人相识。"
    )
    here.at("06-30", "14:30").do(
        "approver-civil",
        c.RefuseRecusal,
        account="clerk-civil",
        reason="仅系相识，不影响公正办理。",
    )
    here.at("06-30", "15:10").do(
        "citizen-zhang",
        c.RequestRecusal,
        account="clerk-civil",
        reason="与经办人有未了结的债务纠纷。",
    )
    here.at("06-30", "16:40").do(
        "clerk-civil", c.Recuse, reason="与申请人有债务纠纷，可能影响公正办理。"
    )


# What comes from elsewhere

LOG = """case,department,activity,time,person,group,responsible,deadline,end
A-2019-0042,综合窗口,登记,2019-05-06T10:12:00+08:00,何经办,综合窗口,何经办,2019-06-03T17:00:00+08:00,2019-05-20T17:00:00+08:00
A-2019-0042,综合窗口,审核,2019-05-08T15:40:00+08:00,刘审核,审批科,何经办,2019-06-03T17:00:00+08:00,2019-05-20T17:00:00+08:00
"""
MAPPING = """
source: example-archive
division: "440800"
item: {code: legacy-permit, name: 旧系统许可}
columns: {case: case, activity: activity, time: time, person: person, group: group}
case: {department: department, responsible: responsible, deadline: deadline, end: end}
defaults: {channel: window}
departments: {综合窗口: "{division}-hall", 审批科: "{division}-housing"}
activities:
  登记: {event: received}
  审核: {kind: review}
"""


def another_systems_case(here: World) -> None:
    """A case of 2019 is imported from the log of the system that handled it."""
    here.at("07-01")
    with TemporaryDirectory() as directory:
        log, mapping = Path(directory, "archive.csv"), Path(directory, "mapping.yaml")
        log.write_text(LOG)
        mapping.write_text(MAPPING)
        summary = run_import(here.platform, log, mapping, data=Path(directory))
    assert not summary.problems, summary.problems


def the_platform(here: World) -> None:
    """A consumer passes over an event, and a calendar year is published (an invented one)."""
    here.at("07-02")
    caller = here.caller("system-qian")
    first = here.platform.store.load(cases.stream(here.case_id)).commits[0]
    assert first.position is not None
    command = consumer.SkipEvent(
        at=here.platform.now(),
        by=caller.actor,
        position=first.position,
        stream=first.stream,
        version=first.version,
        why="演练：该事件的视图行损坏，已另行登记。",
    )
    transact(
        here.platform.store,
        Decider(here.platform.codec, consumer.initial, consumer.evolve),
        f"{consumer.CATEGORY}-process_library",
        caller.request(here.platform.now(), "SkipEvent", {"position": first.position}),
        lambda state: consumer.decide(command, state),
    )
    year = CalendarYear(
        year=2027,
        source="示例：2027年部分节假日安排（虚构，并非官方通知）",
        holidays=("2027-01-01", "2027-02-08"),  # type: ignore[arg-type]  # as a file has them
        workdays=("2027-02-14",),  # type: ignore[arg-type]
    )
    calendars.publish(here.platform, here.caller("items-sun"), year)
