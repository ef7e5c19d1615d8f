"""Who asks, what there is to ask for, and what the words of docs/access.md mean between them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from chalicelib.codes.divisions import COUNTRY
from chalicelib.kernel.actor import APPLICANTS, Role
from chalicelib.serving.signin import COMPANY_CODE, Persona

from .table import NOBODY

RIVAL: Final = "91440800MA0EXAMP2D"
EVERY_ONE: Final = APPLICANTS | {Role.AUDITOR}
HALL, CIVIL, SECTION = "440800-hall", "440800-civil", "440800-civil.cards"
SCHOOLS, FAR = "440800-schools", "440100-civil"


def _staff(account: str, role: Role, department: str) -> Persona:
    return Persona(account, account, role, department, department[:6])


def _over(account: str, division: str) -> Persona:
    return Persona(account, account, Role.SUPERVISOR, None, division)


def _audits(account: str, division: str) -> Persona:
    return Persona(account, account, Role.AUDITOR, None, division)


PEOPLE: Final[tuple[Persona | None, ...]] = (
    Persona("zhang", "张三", Role.APPLICANT),
    Persona("wang", "王五", Role.APPLICANT),
    Persona("li", "李四", Role.AGENT, entity=COMPANY_CODE),
    Persona("rival", "赵六", Role.AGENT, entity=RIVAL),
    _staff("hall", Role.CLERK, HALL),
    _staff("civil", Role.CLERK, CIVIL),
    _staff("section", Role.CLERK, SECTION),
    _staff("schools", Role.CLERK, SCHOOLS),
    _staff("far", Role.CLERK, FAR),
    _staff("civil-reviewer", Role.REVIEWER, CIVIL),
    _staff("schools-reviewer", Role.REVIEWER, SCHOOLS),
    _staff("civil-head", Role.APPROVER, CIVIL),
    _staff("civil-deputy", Role.APPROVER, CIVIL),
    _staff("schools-head", Role.APPROVER, SCHOOLS),
    _over("of-the-city", "440800"),
    _over("of-the-province", "440000"),
    _over("of-the-district", "440802"),
    _over("of-another-city", "440100"),
    Persona("auditor", "郑审计", Role.AUDITOR, None, COUNTRY),
    _audits("auditor-of-the-city", "440800"),
    _audits("auditor-of-another-city", "440100"),
    Persona("auditor-of-nowhere", "白审计", Role.AUDITOR),
    Persona("items", "孙事项", Role.ITEM_MANAGER, None, "440800"),
    Persona("items-of-civil", "王事项", Role.ITEM_MANAGER, CIVIL, "440800"),
    Persona("items-of-the-school", "李事项", Role.ITEM_MANAGER, SCHOOLS, "440800"),
    Persona("items-of-another-city", "周事项", Role.ITEM_MANAGER, None, "440100"),
    Persona("items-of-nowhere", "吴事项", Role.ITEM_MANAGER),
    Persona("system", "钱系统", Role.SYSTEM_ADMINISTRATOR),
    Persona("security", "冯安全", Role.SECURITY_ADMINISTRATOR),
    None,  # no token
)


def askers(thing: "Thing") -> tuple[Persona | None, ...]:
    """Everybody; of what belongs to no department one of each role, all citizens and auditors."""
    if thing.departments:
        return PEOPLE
    roles = {role_of(one): one for one in reversed(PEOPLE)}
    citizens = (one for one in PEOPLE if one is not None and one.role in EVERY_ONE)
    return (*dict.fromkeys((*citizens, *roles.values())),)


def role_of(person: Persona | None) -> str:
    return NOBODY if person is None else str(person.role)


def name_of(person: Persona | None) -> str:
    return NOBODY if person is None else person.account


@dataclass(frozen=True)
class Thing:
    """
    What a route is about. `owner` is an account, or `*` of what is always the asker's own;
    `departments` are involved in it, `charge` is in charge, `window` takes
    it in, `desks` have or had a step of it, `steps` have one open and `approval` has the one that
    approves; `named` is the department that its owner lets use it; `hands` are the accounts of
    staff that did something in it.
    """

    label: str
    owner: str | None = None
    entity: str | None = None
    division: str = ""
    departments: frozenset[str] = frozenset()
    charge: str = ""
    window: str = ""
    desks: frozenset[tuple[Role, str]] = frozenset()
    steps: frozenset[tuple[Role, str]] = frozenset()
    approval: frozenset[tuple[Role, str]] = frozenset()
    named: str = ""
    hands: frozenset[str] = frozenset()
    confidential: bool = False


def _owns(person: Persona, thing: Thing) -> bool:
    return thing.owner in {person.account, "*"} or (
        thing.entity is not None and person.entity == thing.entity
    )


def _of_department(person: Persona, thing: Thing) -> bool:
    own = person.department
    return own is not None and any(f"{one}.".startswith(f"{own}.") for one in thing.departments)


def _of_division(person: Persona, thing: Thing) -> bool:
    division = person.division or "------"
    while division.endswith("00"):
        division = division[:-2]
    return thing.division.startswith(division)


def _has_step(person: Persona, thing: Thing) -> bool:
    return (person.role, person.department) in thing.steps


def _department_has_step(person: Persona, thing: Thing) -> bool:
    return person.department in {department for _, department in thing.steps}


def _keeps(person: Persona, thing: Thing) -> bool:
    return _of_division(person, thing) and (
        person.department is None or _of_department(person, thing)
    )


MEANING: Final[Mapping[str, Callable[[Persona, Thing], bool]]] = {
    "yes": lambda *_: True,
    "no": lambda *_: False,
    "own": _owns,
    "window": lambda person, thing: person.department in {thing.window, thing.charge},
    "charge": lambda person, thing: person.department == thing.charge,
    "department": _of_department,
    "step": _has_step,
    "approval": lambda person, thing: (person.role, person.department) in thing.approval,
    "step's department": _department_has_step,
    "head": lambda person, thing: (
        person.department == thing.charge and person.account not in thing.hands
    ),
    "desk": lambda person, thing: (person.role, person.department) in thing.desks,
    "division": _of_division,
    "named": lambda person, thing: thing.named in {person.department, person.account},
    # The registry that world.publish puts there names one.
    "counter": lambda person, _: person.department == HALL,
    "kept": _keeps,
    "kept by another": lambda person, thing: (
        _keeps(person, thing) and thing.owner != person.account
    ),
    "country": lambda person, _: person.division == COUNTRY,
    "same division": lambda person, thing: person.division == thing.division,
}
