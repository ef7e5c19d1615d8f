"""People, a company and its operators, a mandate: each event of theirs happens once."""

from dataclasses import replace
from datetime import date

from chalicelib.codes.parties import Method
from chalicelib.people.application import accounts, entities, mandates, proofs
from chalicelib.people.application.accounts import Registration, Whom
from chalicelib.people.application.entities import NewEntity, NewOperator
from chalicelib.people.application.mandates import NewMandate
from chalicelib.people.application.proofs import CounterCheck
from chalicelib.people.application.registry_table import TableRegistry
from chalicelib.people.domain.mandate import Action
from chalicelib.platform.attester import Attestation
from chalicelib.platform.platform import Platform
from chalicelib.serving import signin
from chalicelib.serving.illustration import pdf
from chalicelib.serving.registry_files import load_examples

from ..serving.outside import REGISTRY
from .world import World

ZHANG = Registration(name="张三", id_number="440802195503071232", phone="13700000000")
LI = Registration(name="李四", id_number="440803198802120452")
WANG = Registration(name="王五", id_number="440811199008150034")
HEAD = Registration(name="赵六", id_number="440802197605201017")
OPENID = "5f" * 13


def knowing(here: World) -> Platform:
    """The world's platform with the invented people in its registry, and a service that attests."""
    assert isinstance(here.platform.registry, TableRegistry)
    registry = TableRegistry(here.platform.registry.table, here.platform)
    face = Attestation("citizen-zhang", Method.FACE, "face.example 1", id_number=ZHANG.id_number)
    known = replace(here.platform, registry=registry, attester=lambda _: face)
    load_examples(known, REGISTRY)
    return known


def people_prove_who_they_are(here: World) -> None:
    """Zhang comes with a face; a face that passes for Zhao's takes Zhao's name."""
    its = knowing(here)
    here.at("07-06")
    accounts.register(its, here.caller("citizen-wang"), HEAD)
    proofs.prove_by_registry(its, here.caller("citizen-wang"))
    alike = Attestation("citizen-wang", Method.FACE, "face.example 2", id_number=HEAD.id_number)
    passing = replace(its, attester=lambda _: alike)
    proofs.prove_by_attestation(passing, here.caller("citizen-wang"), "")
    accounts.register(its, here.caller("citizen-zhang"), ZHANG)
    accounts.change_phone(its, here.caller("citizen-zhang"), "13900000000")
    accounts.bind_wechat(its, here.caller("citizen-zhang"), OPENID)
    here.at("07-06", "10:40")
    proofs.prove_by_attestation(its, here.caller("citizen-zhang"), "")


def a_company_appoints_an_operator(here: World) -> None:
    its = knowing(here)
    here.at("07-07")
    accounts.register(its, here.caller("agent-li"), LI)
    proofs.prove_by_registry(its, here.caller("agent-li"))
    scan = here.platform.blobs.put("clerk-chen", pdf("identity card of Li"))
    check = CounterCheck(name=LI.name, id_number=LI.id_number, document=scan)
    proofs.check_at_counter(its, here.caller("clerk-chen"), "agent-li", check)
    told = NewEntity(credit_code=signin.COMPANY_CODE, name=signin.COMPANY)
    entities.register(its, here.caller("clerk-chen"), told)
    accounts.register(its, here.caller("citizen-zhao"), HEAD)
    for clerk in ("clerk-chen", "clerk-huang"):  # it takes the person from another account
        scan = here.platform.blobs.put(clerk, pdf("identity card"))
        check = CounterCheck(name=HEAD.name, id_number=HEAD.id_number, document=scan)
        proofs.check_at_counter(its, here.caller(clerk), "citizen-zhao", check)
    accounts.close(its, here.caller("citizen-wang"), "冒用他人身份")
    entities.refresh(its, here.caller("clerk-chen"), signin.COMPANY_CODE)
    operator = NewOperator(account="agent-li", until=date(2027, 6, 30), appoints=True)
    entities.add_operator(its, here.caller("citizen-zhao"), signin.COMPANY_CODE, operator)
    here.at("07-31")
    left = (signin.COMPANY_CODE, "agent-li", "离职")
    entities.remove_operator(its, here.caller("citizen-zhao"), *left)


def an_old_man_gives_a_mandate(here: World) -> None:
    """It is for one item; he takes it back when his daughter is home again."""
    its = knowing(here)
    here.at("07-08")
    told = NewMandate(
        agent=Whom(account="agent-li"),
        items=("1144080000000106243442006001000",),
        actions=(Action.SUBMIT, Action.SUPPLEMENT, Action.COLLECT),
        until=date(2026, 12, 31),
    )
    mandate_id, _ = mandates.grant(its, here.caller("citizen-zhang"), told)
    here.at("08-03")
    why = "女儿已回家，自行办理。"
    mandates.revoke(its, here.caller("citizen-zhang"), mandate_id, why)
    accounts.close(its, here.caller("citizen-zhao"), None)


STORIES = (
    people_prove_who_they_are,
    a_company_appoints_an_operator,
    an_old_man_gives_a_mandate,
)
