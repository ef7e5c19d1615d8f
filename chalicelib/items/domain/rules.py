"""What has to hold between the parts of a service item before it may be published."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Final, NamedTuple

from ...clock.calendar import load_builtin
from ...clock.clock import JOINT_DECISION, Limit, SpecialProcedure, later_somewhere
from ...clock.legal_limits import LONGEST_DAYS
from ...codes.codes import CaseType
from ...codes.numbers import InvalidNumber, check_credit_code, parse_item_code
from ...kernel.actor import DEPARTMENT_STAFF, Channel, Role
from ...kernel.reasons import Reason
from .definition import ItemDefinition, in_variant
from .plan import DESKS, PlannedStep, StepKind
from .question_rules import question_problems

# Nobody is left out who has no smartphone (国办发〔2020〕45号: elders).
WITHOUT_DEVICE = frozenset(
    {Channel.WINDOW, Channel.KIOSK, Channel.HOTLINE, Channel.VILLAGE_POINT, Channel.POST}
)
NOT_FOR_APPLICANTS = frozenset({Channel.INTERNAL, Channel.SYSTEM})


class Misfit(NamedTuple):
    """`where` is the path to the value; `why` says what is wrong and what is allowed."""

    where: tuple[str | int, ...]
    why: Reason

    @property
    def message(self) -> str:
        return str(self.why)

    @property
    def place(self) -> str:
        return ".".join(map(str, self.where))

    def __str__(self) -> str:
        return f"{self.place}: {self.why}"


CERTIFIED: Final = 2  # the least real-name level of an item that gives a certificate


def misfits(definition: ItemDefinition) -> list[Misfit]:
    """Why the definition may not be published; empty if it may."""
    return [misfit for rule in RULES for misfit in rule(definition)]


def _codes(item: ItemDefinition) -> Iterator[Misfit]:
    try:
        level = parse_item_code(item.code).level
    except InvalidNumber as error:
        yield Misfit(("code",), error.reason)
        return
    if level != item.level.gb_code:
        yield Misfit(
            ("level",),
            Reason(
                "level-differs-from-code",
                "{level} is {code}, but the code says {other} (its 19th character)",
                level=item.level,
                code=item.level.gb_code,
                other=level,
            ),
        )


def _certificates(item: ItemDefinition) -> Iterator[Misfit]:
    kind = item.certificate
    if kind is not None:
        # What names somebody is given to nobody of whom less is known than a name and an id.
        if item.real_name_level < CERTIFIED:
            yield Misfit(
                ("real_name_level",),
                Reason(
                    "certificate-needs-level",
                    "what gives a certificate asks for real-name level {least} at least",
                    least=CERTIFIED,
                ),
            )
        yield from _credit_code(("certificate", "type"), kind.type[:18])
        yield from _credit_code(("certificate", "issuer"), kind.issuer)
    for at, material in enumerate(item.materials):
        if material.may_come_from is not None:
            yield from _credit_code(("materials", at, "may_come_from"), material.may_come_from[:18])


def _credit_code(where: tuple[str | int, ...], code: str) -> Iterator[Misfit]:
    try:
        check_credit_code(code)
    except InvalidNumber as error:
        yield Misfit(where, error.reason)


def _limits(item: ItemDefinition) -> Iterator[Misfit]:
    statutory, promised = item.limits.statutory, item.limits.promised
    accepted = later_somewhere(promised, statutory, load_builtin())
    if accepted is not None:
        words = {"promised": _words(promised), "statutory": _words(statutory)}
        yield Misfit(("limits", "promised"), _too_long(promised, statutory, accepted, words))
    if item.joint and later_somewhere(statutory, JOINT_DECISION, load_builtin()) is not None:
        yield Misfit(
            ("limits", "statutory"),
            Reason(
                "joint-limit-too-long",
                "joint handling takes at most {most} (行政许可法 art. 42)",
                most=_words(JOINT_DECISION),
            ),
        )


def _too_long(
    promised: Limit, statutory: Limit, accepted: date, words: Mapping[str, Reason]
) -> Reason:
    if promised.unit == statutory.unit:
        return Reason(
            "promised-limit-too-long",
            "{promised} is longer than the statutory {statutory}",
            **words,
        )
    return Reason(
        "promised-limit-ends-later",
        "of a case accepted on {accepted}, {promised} end later than the statutory {statutory}",
        accepted=accepted,
        **words,
    )


def _words(limit: Limit) -> Reason:
    if limit.unit == "working_days":
        return Reason("working-days", "{days} working days", days=limit.days)
    return Reason("calendar-days", "{days} calendar days", days=limit.days)


def _step_limits(item: ItemDefinition) -> Iterator[Misfit]:
    """One step follows the other, so their limits add up within the promised one."""
    total = sum(step.days or 0 for step in item.steps)
    promised = item.limits.promised
    steps = Limit(min(total, LONGEST_DAYS)) if total else None
    if steps is not None and later_somewhere(steps, promised, load_builtin()) is not None:
        yield Misfit(
            ("steps",),
            Reason(
                "step-limits-too-long",
                "the steps' limits add up to {total} working days, more than the "
                "promised {promised}",
                total=total,
                promised=_words(promised),
            ),
        )


def _steps(item: ItemDefinition) -> Iterator[Misfit]:
    last = len(item.steps) - 1
    for at, step in enumerate(item.steps):
        if (step.kind is StepKind.APPROVE) != (at == last):
            yield Misfit(
                ("steps", at, "kind"),
                Reason("last-step-is-approve", "the last step, and no other, is `approve`"),
            )
        yield from _step_role(item, at, step)
        if step.id in DESKS:  # it would be taken for one
            yield Misfit(
                ("steps", at, "id"),
                Reason(
                    "step-id-is-desk",
                    "choose another id: {names} are desks of any case",
                    names=sorted(DESKS),
                ),
            )


def _step_role(item: ItemDefinition, at: int, step: PlannedStep) -> Iterator[Misfit]:
    if step.role not in DEPARTMENT_STAFF:
        names = sorted(DEPARTMENT_STAFF)
        yield Misfit(
            ("steps", at, "role"),
            Reason("step-role-not-known", "a step is done by one of: {names}", names=names),
        )
    elif step.kind is StepKind.APPROVE and step.role is not Role.APPROVER and not _at_once(item):
        yield Misfit(
            ("steps", at, "role"),
            Reason(
                "approver-decides",
                "an approver decides; only an item done at once leaves it to a clerk",
            ),
        )


def _done_at_once(item: ItemDefinition) -> Iterator[Misfit]:
    if not _at_once(item):
        return
    if len(item.steps) != 1:
        yield Misfit(
            ("steps",),
            Reason("at-once-one-step", "an item done at once has one step, which approves"),
        )
    if item.special_procedures:
        yield Misfit(
            ("special_procedures",),
            Reason("at-once-without-interruption", "nothing interrupts an item done at once"),
        )


def _at_once(item: ItemDefinition) -> bool:
    return item.case_type is CaseType.AT_ONCE


def _joint(item: ItemDefinition) -> Iterator[Misfit]:
    if item.joint and not any(step.kind is StepKind.PARALLEL for step in item.steps):
        yield Misfit(
            ("joint",),
            Reason(
                "joint-needs-parallel-step",
                "joint handling has a `parallel` step with its departments",
            ),
        )


def _special_procedures(item: ItemDefinition) -> Iterator[Misfit]:
    for at, procedure in enumerate(item.special_procedures):
        if procedure is SpecialProcedure.SUPPLEMENT:
            yield Misfit(
                ("special_procedures", at),
                Reason(
                    "supplement-is-always-possible",
                    "leave it out: a supplement is always possible, by its own notice",
                ),
            )


def _fee(item: ItemDefinition) -> Iterator[Misfit]:
    if item.fee.amount and item.fee.basis is None:
        yield Misfit(
            ("fee",),
            Reason("fee-needs-basis", "a fee needs its `basis`: the document that sets it"),
        )


def _channels(item: ItemDefinition) -> Iterator[Misfit]:
    for at, channel in enumerate(item.channels):
        if channel in NOT_FOR_APPLICANTS:
            yield Misfit(
                ("channels", at),
                Reason(
                    "channel-not-for-applicants",
                    "{channel} is not open to applicants",
                    channel=channel,
                ),
            )
    if not WITHOUT_DEVICE & set(item.channels):
        names = sorted(WITHOUT_DEVICE)
        yield Misfit(
            ("channels",),
            Reason(
                "channel-without-device",
                "name one that needs no device of one's own: {names}",
                names=names,
            ),
        )


def _validity(item: ItemDefinition) -> Iterator[Misfit]:
    if item.valid_from and item.valid_until and item.valid_until < item.valid_from:
        yield Misfit(
            ("valid_until",),
            Reason(
                "validity-ends-before-beginning", "lies before valid_from, {on}", on=item.valid_from
            ),
        )


def _unique(item: ItemDefinition) -> Iterator[Misfit]:
    named: dict[str, Iterable[str]] = {
        "applicants": item.applicants,
        "channels": item.channels,
        "special_procedures": item.special_procedures,
        "materials": (one.id for one in item.materials),
        "steps": (one.id for one in item.steps),
    }
    for field, values in named.items():
        for value in (value for value, count in Counter(values).items() if count > 1):
            yield Misfit(
                (field,), Reason("value-repeated", "{value} is there more than once", value=value)
            )


def _questions(item: ItemDefinition) -> Iterator[Misfit]:
    for where, why in question_problems(item):
        yield Misfit(where, why)


def _variants(item: ItemDefinition) -> Iterator[Misfit]:
    """A variant's own limits and fee keep the rules of the item's."""
    for at, variant in enumerate(item.variants):
        one = in_variant(item, variant.id)
        own = {"limits": variant.limits, "steps": variant.limits, "fee": variant.fee}
        for rule in (_limits, _step_limits, _fee):
            for where, why in rule(one):
                if own[str(where[0])] is not None:
                    place = where if where[0] != "steps" else ("limits", "promised")
                    yield Misfit(("variants", at, *place), why)


RULES: tuple[Callable[[ItemDefinition], Iterator[Misfit]], ...] = (
    _codes,
    _unique,
    _channels,
    _certificates,
    _limits,
    _steps,
    _step_limits,
    _done_at_once,
    _joint,
    _special_procedures,
    _fee,
    _validity,
    _questions,
    _variants,
)
