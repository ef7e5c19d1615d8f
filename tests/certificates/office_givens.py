"""Cases that hand in the certificate that they ask to renew or to change."""

from typing import Any

from chalicelib import bootstrap
from chalicelib.cases import domain as case
from chalicelib.cases.application import cases
from chalicelib.cases.domain import commands as c
from chalicelib.cases.domain.guards import application_of
from chalicelib.cases.domain.state import certificate_of
from chalicelib.certificates.application import certificates
from chalicelib.certificates.application import uses as certificate_uses
from chalicelib.certificates.application.uses import Handing
from chalicelib.certificates.domain import certificate
from chalicelib.clock.calendar import legal_day
from chalicelib.codes.numbers import case_number
from chalicelib.eventlog.consumers import catch_up
from chalicelib.eventlog.feed import Feed
from chalicelib.eventlog.transact import transact
from chalicelib.items.application import items
from chalicelib.items.domain.definition import ItemMaterial
from chalicelib.kernel.actor import Actor
from chalicelib.people.application import accounts, proofs
from chalicelib.people.application.accounts import Registration
from chalicelib.people.application.proofs import CounterCheck
from chalicelib.serving.illustration import pdf

from ..office import CITIZEN, CLERK, HALL, HEAD, MANAGER, Office

LAW: dict[str, Any] = {"basis": "行政许可法第六十九条", "document": "湛民决〔2026〕5号"}


def issued(office: Office) -> str:
    """The identifier of a certificate that was issued to a citizen, with its file."""
    case_id = office.granted()
    office.catch_up()
    return identifier_of(office, case_id)


def identifier_of(office: Office, case_id: str) -> str:
    found = certificate_of(office.state(case_id))
    assert found is not None
    return str(found.identifier)


def known(office: Office, identifier: str) -> certificate.Known:
    return certificate.known(certificates.state_of(office.platform, identifier))


def status(office: Office, identifier: str) -> str:
    today = legal_day(office.now())
    return certificate.standing(known(office, identifier), today).status


def run_only(office: Office, name: str) -> None:
    for one in bootstrap.consumers(office.platform):
        if one.name == name:
            catch_up(one, Feed(office.platform.source), office.platform.views)


def handing(office: Office, identifier: str, case_id: str = "c-1", **changes: Any) -> Handing:
    told = Handing(
        holder=known(office, identifier).record.created.holder,
        material=ItemMaterial(id="card", name="原优待证", may_come_from=identifier.split(".")[5]),
        identifier=identifier,
        case_id=case_id,
        on=legal_day(office.now()),
    )
    return told._replace(**changes)


def seen_at_the_counter(office: Office, by: Actor = HALL) -> None:
    """The holder came to the counter of the clerk's department with the card."""
    told: dict[str, Any] = {"name": "张三", "id_number": "44080219500101123X"}
    accounts.register(office.platform, office.caller(CITIZEN), Registration(**told))
    scan = office.platform.blobs.put(by.account, pdf("identity card"))
    check = CounterCheck(**told, document=scan)
    proofs.check_at_counter(office.platform, office.caller(by), CITIZEN.account, check)


def again(office: Office, identifier: str, variant: str | None = "renewal") -> str:
    """Another case for the same item, with the certificate among its materials."""
    case_id = f"again-{office.sent}"
    before = known(office, identifier).record.created
    application = application_of(office.state(before.case_id))
    day = legal_day(office.now())
    told = handing(office, identifier, case_id)
    material = certificate_uses.as_material(office.platform, CITIZEN, told)
    certificate_uses.record(office.platform, CITIZEN, told)
    command = c.SubmitCase(
        at=office.now(),
        by=HALL,
        case_id=case_id,
        number=case_number("440800", day, office.platform.serials.take("440800", day)),
        query_code_digest=application.query_code_digest,
        item=application.item,
        plan=application.plan,
        division=application.division,
        department=application.department,
        intake=application.intake,
        applicant=application.applicant,
        form=application.form,
        materials=(material,),
        variant=variant,
        holder=application.holder,
    )
    request = office.caller(HALL).request(office.now(), "SubmitCase", {"id": case_id})
    transact(
        office.platform.store,
        cases.decider(office.platform),
        cases.stream(case_id),
        request,
        lambda state: case.decide(command, state, office.platform.calendar()),
    )
    return case_id


def grant(office: Office, case_id: str) -> None:
    office.do(HALL, case_id, c.Accept)
    office.do(CLERK, case_id, c.FinishStep, step="handle-1")
    office.do(HEAD, case_id, c.Grant)


def months(office: Office, number: int) -> None:
    """The item's certificate is valid for so long from now on."""
    kind = office.definition.certificate
    assert kind is not None
    limited = kind.model_copy(update={"months": number})
    changed = office.definition.model_copy(update={"certificate": limited})
    items.publish(office.platform, office.caller(MANAGER), changed)
