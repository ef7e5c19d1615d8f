"""What becomes of certificates: shown, used, suspended, renewed, replaced, ended."""

from datetime import date
from pathlib import Path
from typing import Any

from chalicelib import bootstrap
from chalicelib.cases import domain as case
from chalicelib.cases.application import cases
from chalicelib.cases.domain import commands as c
from chalicelib.cases.domain.guards import application_of, lodged
from chalicelib.cases.domain.state import certificate_of
from chalicelib.certificates.application import certificates, showings
from chalicelib.certificates.application import uses as certificate_uses
from chalicelib.certificates.application.uses import Authorising, Handing, Using
from chalicelib.certificates.domain import certificate
from chalicelib.certificates.domain.events import Grantee
from chalicelib.clock.calendar import legal_day
from chalicelib.codes.numbers import case_number
from chalicelib.eventlog.consumers import catch_up
from chalicelib.eventlog.feed import Feed
from chalicelib.eventlog.transact import transact
from chalicelib.items.application import items
from chalicelib.items.domain.definition import ItemMaterial
from chalicelib.items.domain.plan import CertificateField
from chalicelib.items.files.item_files import read_item
from chalicelib.kernel.actor import Actor, Role
from chalicelib.submissions.application import submissions
from chalicelib.submissions.application.submissions import Applying, Submission

from .world import World, actor

ITEMS = Path(__file__).resolve().parents[2] / "examples" / "items"
HEAD = "approver-civil"
DOCUMENT = "湛民决〔2026〕18号"
# Illustrative: the example's card, which ends after three years and says where its holder lives.
CARD = "1144080000000106243442006001002"


def certificates_live_and_end(here: World) -> None:
    """A card for each thing that can become of one."""
    here.at("07-06")
    _publish(here)
    _shown_and_used(here, _issued(here))
    _suspended_and_revised(here, _issued(here))
    for number, (kind, basis) in enumerate(ENDS):
        _end(here, _issued(here), kind, basis, number)
    _renewed(here, _issued(here))


def _publish(here: World) -> None:
    definition = read_item(ITEMS / "senior-card.yaml")
    kind = definition.certificate
    assert kind is not None
    says = (CertificateField(label="住址", form="residence"),)
    changed = {
        "code": CARD,
        "certificate": kind.model_copy(update={"months": 36, "says": says}),
    }
    items.publish(here.platform, here.caller("items-sun"), definition.model_copy(update=changed))


def _submit(here: World) -> str:
    body = Submission(
        item=CARD,
        applicant=Applying(name="张三", id_number="440802195503071232", phone="13700000000"),
        form={"born_on": "1955-03-07", "residence": "湛江市霞山区示例村3号"},
        materials=here.hand_in("citizen-zhang", "identity"),
        insist=True,
    )
    outcome = submissions.submit(here.platform, here.caller("citizen-zhang"), body)
    return application_of(outcome.state).case_id


def _issued(here: World) -> str:
    here.case_id = _submit(here)
    return _granted(here)


def _granted(here: World) -> str:
    here.do("clerk-chen", c.Accept)
    here.do("clerk-civil", c.FinishStep, step="handle-1", opinion="材料属实。")
    here.do(HEAD, c.Grant, conditions="仅限本人使用。")
    _catch_up(here)
    issued = certificate_of(lodged(cases.get(here.platform, actor("system"), here.case_id).state))
    assert issued is not None
    return issued.identifier


def _catch_up(here: World) -> None:
    for one in bootstrap.consumers(here.platform):
        if one.name in ("certificates", "certificate_files"):
            catch_up(one, Feed(here.platform.source), here.platform.views)


def _operate(here: World, identifier: str, kind: Any, **fields: Any) -> None:
    caller = here.caller(HEAD)
    command = kind(**caller.about(here.platform.now()), **fields)
    certificates.operate(here.platform, caller, identifier, command)


def _shown_and_used(here: World, identifier: str) -> None:
    shown = showings.show(here.platform, here.caller("citizen-zhang"), identifier)
    assert showings.verify(here.platform, shown.token).state == "valid"
    told = Authorising(
        grantee=Grantee(department="440800-hall"),
        purpose="核对公共交通优待资格。",
        until=_day(here),
        count=2,
    )
    caller = here.caller("citizen-zhang")
    name, _ = certificate_uses.authorise(here.platform, caller, identifier, told)
    using = Using(purpose="办理公交优待卡。")
    certificate_uses.use(here.platform, here.caller("clerk-chen"), identifier, name, using)
    caller = here.caller("citizen-zhang")
    certificate_uses.revoke(here.platform, caller, identifier, name, "已经办完。")


def _day(here: World) -> date:
    return legal_day(here.platform.now())


def _suspended_and_revised(here: World, identifier: str) -> None:
    basis = "《湛江市老年人优待证管理办法》第十条（示例）"
    why = {"reason": "涉嫌出借他人使用。", "basis": basis, "document": DOCUMENT}
    _operate(here, identifier, certificate.Suspend, **why)
    _operate(here, identifier, certificate.Restore, reason="查无实据。")
    told = certificates.Revision(reason="姓名用字有误。", holder_name="张叁")
    certificates.revise(here.platform, here.caller(HEAD), identifier, told)


ENDS = (
    (certificate.Revoke, "《中华人民共和国行政许可法》第六十九条第二款"),
    (certificate.Cancel, "《中华人民共和国行政许可法》第七十条第二项"),
    (certificate.MoveOut, "《湛江市老年人优待证管理办法》第十二条（示例）"),
    (certificate.Withdraw, "《中华人民共和国行政处罚法》第九条第三项"),
)


def _end(here: World, identifier: str, kind: Any, basis: str, number: int) -> None:
    reasons = ("以虚假材料取得。", "持证人死亡。", "户籍迁往外市。", "多次出借他人使用。")
    told = {"reason": reasons[number], "basis": basis, "document": DOCUMENT}
    _operate(here, identifier, kind, **told)


def _renewed(here: World, identifier: str) -> None:
    """A case that hands in the certificate itself asks for its renewal, and is granted it."""
    state = certificate.known(certificates.state_of(here.platform, identifier))
    own = ItemMaterial(id="card", name="原优待证", may_come_from=identifier.split(".")[5])
    clerk = Actor(account="clerk-chen", role=Role.CLERK, department="440800-hall")
    here.case_id = _submit_renewal(here, clerk, state, own)
    _catch_up(here)
    _granted(here)


def _submit_renewal(here: World, clerk: Actor, state: certificate.Known, own: ItemMaterial) -> str:
    case_id = f"renewal-{next(here.number):06d}"
    handing = Handing(
        holder=state.record.created.holder,
        material=own,
        identifier=state.record.identifier,
        case_id=case_id,
        on=_day(here),
        showing=_shown(here, state.record.identifier),
    )
    material = certificate_uses.as_material(here.platform, clerk, handing)
    certificate_uses.record(here.platform, clerk, handing)
    before = application_of(cases.get(here.platform, actor("system"), here.case_id).state)
    command = c.SubmitCase(
        **here.caller("clerk-chen").about(here.platform.now()),
        case_id=case_id,
        number=_number(here),
        query_code_digest=before.query_code_digest,
        item=before.item,
        plan=before.plan,
        division=before.division,
        department=before.department,
        intake=before.intake,
        applicant=before.applicant,
        form=before.form,
        materials=(material,),
        holder=before.holder,
    )
    _append(here, case_id, command)
    return case_id


def _shown(here: World, identifier: str) -> str:
    """Its holder stands at the window."""
    return showings.show(here.platform, here.caller("citizen-zhang"), identifier).token


def _number(here: World) -> str:
    day = _day(here)
    return case_number("440800", day, here.platform.serials.take("440800", day))


def _append(here: World, case_id: str, command: c.SubmitCase) -> None:
    request = here.caller("clerk-chen").request(here.platform.now(), "SubmitCase", {"id": case_id})
    transact(
        here.platform.store,
        cases.decider(here.platform),
        cases.stream(case_id),
        request,
        lambda state: case.decide(command, state, here.platform.calendar()),
    )


STORIES = (certificates_live_and_end,)
