"""Accounts of citizens, a company with its operator, and mandates."""

from datetime import timedelta
from typing import Final

from benchmarks.people import resident_id
from chalicelib.clock.calendar import legal_day
from chalicelib.kernel.actor import Role
from chalicelib.people.application import registry_load
from chalicelib.people.application.registry_table import Library, TableRegistry
from chalicelib.serving.illustration import pdf
from chalicelib.serving.signin import COMPANY, COMPANY_CODE, Persona

from .people import HALL, Thing
from .world import ONES_OWN, PERSON, Json, Probe, World, person

ZHAO: Final = Persona("zhao", "赵七", Role.APPLICANT)
WHO: Final = {
    "zhang": PERSON,
    "wang": {"name": "王五", "id_number": resident_id(7_001)},
    "li": {"name": "李四", "id_number": resident_id(7_002)},
    "rival": {"name": "赵六", "id_number": resident_id(7_003)},
    "zhao": {"name": "赵七", "id_number": resident_id(7_004)},
}


def register(world: World) -> None:
    """All of them came to a counter; the registry knows the company as li's."""
    for account, its in WHO.items():
        who = ZHAO if account == ZHAO.account else person(account)
        world.done(who, "PUT", "/account", json=its)
        check = {**its, "document": scan(world, its["name"])}
        world.done(person("hall"), "POST", f"/accounts/{account}/counter-check", json=check)
    _load(world)
    company = {"credit_code": COMPANY_CODE, "name": COMPANY}
    world.done(person("li"), "POST", "/entities", json=company)


def scan(world: World, of: str) -> str:
    """Of that person's card, handed in by the clerk of the hall."""
    sent = {"content": pdf(of), "headers": {"Content-Type": "application/pdf"}}
    return str(world.done(person("hall"), "POST", "/documents", **sent)["sha256"])


def _load(world: World) -> None:
    file, li = world.data / "companies.csv", WHO["li"]
    file.write_text(
        "credit_code,name,status,representative_name,representative_id_number\n"
        f"{COMPANY_CODE},{COMPANY},active,{li['name']},{li['id_number']}\n",
        encoding="utf-8",
    )
    now, registry = world.platform.now(), world.platform.registry
    assert isinstance(registry, TableRegistry)
    checked = registry_load.check(file, Library.COMPANIES, legal_day(now))
    registry_load.load(registry.table, registry.keys, checked, now)


def _operated(world: World) -> Json:
    path = f"/entities/{COMPANY_CODE}/operators"
    world.done(person("li"), "POST", path, json={"account": ZHAO.account})
    return {"credit_code": COMPANY_CODE, "account": ZHAO.account}


def _mandate(world: World) -> Json:
    given = {"agent": {"account": ZHAO.account}, "until": until(world)}
    made = world.done(person("zhang"), "POST", "/mandates", json=given)
    return {"mandate_id": made["mandate_id"]}


def until(world: World) -> str:
    return (legal_day(world.platform.now()) + timedelta(days=30)).isoformat()


# All clerks are asked, not just one of them: counters are some of theirs.
COUNTERS: Final = frozenset({HALL})
# What nobody shall lose, because others ask for it later: stale, it is judged and not done.
KEPT: Final = {"If-Match": '"999999"'}
OWN_ACCOUNT = (Probe(ONES_OWN, lambda _: {"headers": KEPT}),)
ACCOUNTS = (
    Probe(
        Thing("zhang's account", owner="zhang", departments=COUNTERS),
        lambda _: {"account": "zhang", "headers": KEPT, "body": PERSON},
    ),
)
COMPANIES = (
    Probe(
        Thing("the company", entity=COMPANY_CODE, departments=COUNTERS, division="440800"),
        lambda _: {
            "credit_code": COMPANY_CODE,
            "body": {"credit_code": COMPANY_CODE, "name": COMPANY, "account": ZHAO.account},
        },
    ),
)
OPERATORS = (
    Probe(Thing("the company's operator", entity=COMPANY_CODE, departments=COUNTERS), _operated),
)
MANDATES = (Probe(Thing("zhang's mandate", owner="zhang", departments=COUNTERS), _mandate),)
# Supervised by the division that the clerk of the hall is in.
CHECKED = (
    Probe(
        Thing("the city's counter checks", division="440800", departments=COUNTERS),
        lambda _: {"?": {"division": "440800"}},
    ),
)
NEW_MANDATE = (
    Probe(
        ONES_OWN,
        lambda world: {"body": {"agent": {"account": ZHAO.account}, "until": until(world)}},
    ),
)
