"""Submit a case, or save the draft of one."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any, NamedTuple

from pydantic import Field, ValidationInfo, field_validator

from ...cases import domain as case
from ...cases.application import access, recusal
from ...cases.application.acting import identified
from ...cases.application.cases import decider, done_by, query_code, query_digest, stream
from ...cases.domain import commands as c
from ...cases.domain.state import Absent, Drafted
from ...cases.domain.values import ItemRef
from ...clock.calendar import legal_day
from ...codes.codes import ApplicantKind
from ...codes.ids import Warned, check_id, check_party, written
from ...codes.names import Name, as_person_name
from ...codes.numbers import case_number
from ...codes.parties import Agent, Applicant, IdKind
from ...codes.phones import GivenPhone
from ...eventlog.envelope import Decided
from ...eventlog.transact import Outcome, transact
from ...items.application import items
from ...items.application.forms.check import Finding, form_findings
from ...items.domain.definition import in_variant
from ...items.domain.item import ItemDefinition
from ...kernel.actor import Actor, Identifier, Role
from ...kernel.base import Code, Frozen, Text
from ...kernel.errors import Invalid, NotAllowed, OutOfOrder
from ...kernel.formats import IdNumber
from ...kernel.reasons import at
from ...people.application import accounts, entities, identity, mandates, persons
from ...platform.platform import Caller, Platform, derived_id
from . import drafts, duplicates
from .claiming import Claiming
from .materials import Materials, Taking, materials, shown, use


class FormInvalid(Invalid):
    """The form does not fit the item's schema."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        wrong = tuple(at(one.pointer or "/", one.why) for one in findings)
        super().__init__("form-does-not-fit", "{wrong:;}", wrong=wrong)
        self.findings = findings


class Applying(Frozen):
    """Who applies, as the caller tells it; the account comes from the token."""

    kind: ApplicantKind = ApplicantKind.NATURAL_PERSON
    name: Name
    id_kind: IdKind = IdKind.RESIDENT_ID
    id_number: IdNumber
    phone: GivenPhone | None = None

    @field_validator("name")
    @classmethod
    def _of_a_person(cls, name: str, info: ValidationInfo) -> str:
        natural = info.data.get("kind") is ApplicantKind.NATURAL_PERSON
        return as_person_name(name) if natural else name


class Submission(Frozen):
    """
    The body of a submission or a draft: the item, in which `variant` of it, who applies, the form,
    the materials. An agent acts on a `mandate` in words, or on the one of `mandate_id`. Who has an
    open case for the same item is told of it, unless they `insist`.
    """

    item: Annotated[str, Field(min_length=1, max_length=64)]
    applicant: Applying
    form: Annotated[dict[str, Any], Field(default_factory=dict)]
    materials: Materials = ()
    mandate: Text | None = None
    mandate_id: Identifier | None = None
    variant: Code | None = None
    insist: bool = False


class _Case(NamedTuple):
    """The case that a submission makes; `actor` is the caller, with whom it acts for."""

    case_id: str
    actor: Actor
    at: datetime


def save_draft(
    platform: Platform, caller: Caller, body: Submission, case_id: str | None = None
) -> Outcome[case.State]:
    """
    Save a draft, new or the draft `case_id` again; nothing of it is checked against the form yet.
    Raises NotFound for a draft that there is not: nobody chooses the id of a case; QuotaExceeded.
    """
    draft = case_id
    case_id = case_id or derived_id(caller)
    now = platform.now()
    request = caller.request(now, "SaveDraft", body.model_dump(mode="json"))

    def decide(state: case.State) -> Decided:
        if draft is not None or not isinstance(state, Absent):
            access.seen(identified(platform, caller.actor, state), state)
        drafts.check(platform, caller.actor, draft)
        actor = _drafting(platform, caller.actor, body, legal_day(now))
        command = _draft(platform, caller, body, _Case(case_id, actor, caller.at(now)))
        access.check(identified(platform, caller.actor, state), command, state)
        decided = case.decide(command, state, platform.calendar())
        return done_by(actor, caller, command.at, decided)

    return transact(platform.store, decider(platform), stream(case_id), request, decide)


def _draft(platform: Platform, caller: Caller, body: Submission, made: _Case) -> c.SaveDraft:
    case_id, actor, at = made
    definition, version = items.current(platform, body.item)
    applicant = _applicant(platform, actor, body.applicant)
    holder = identity.holder(platform, applicant)
    on, by = legal_day(platform.now()), shown(body.materials)
    taking = Taking(case_id, holder, definition.materials, on, by)
    return c.SaveDraft(
        at=at,
        by=caller.actor,
        channel=caller.channel,
        case_id=case_id,
        item=ItemRef(code=definition.code, version=version, name=definition.name),
        applicant=applicant,
        form=body.form,
        materials=materials(platform, actor, body.materials, taking),
        variant=body.variant,
    )


def submit(
    platform: Platform, caller: Caller, body: Submission, case_id: str | None = None
) -> Outcome[case.State]:
    """
    Submit a case: a new one, or the draft `case_id`. The item's current version becomes the
    case's own. Raises FormInvalid, NotAllowed, NotFound (item), Invalid (a document nobody put),
    Duplicate, Underway.
    """
    draft = case_id
    case_id = case_id or derived_id(caller)
    now = platform.now()
    request = caller.request(now, "SubmitCase", body.model_dump(mode="json"))
    claim = Claiming(platform, caller.actor, insist=body.insist)

    def may(state: case.State) -> None:
        # Before anything is said about the body: a stranger learns nothing of it.
        if draft is not None:
            access.seen(identified(platform, caller.actor, state), state)

    def decide(state: case.State) -> Decided:
        may(state)
        at = caller.at(now)
        actor = _acting(platform, caller.actor, body, legal_day(at))
        command, taking = _submission(platform, caller, body, _Case(case_id, actor, at))
        access.check(identified(platform, caller.actor, state), command, state)
        if isinstance(state, Drafted) and state.draft.item.code != command.item.code:
            raise OutOfOrder(
                "draft-for-another-item", "the draft is for another item; submit a new case"
            )
        if isinstance(state, Absent | Drafted) and not body.insist:
            duplicates.check(platform, caller.actor, command)
        decided = case.decide(command, state, platform.calendar())
        if decided:
            claim.take(command)
            use(platform, actor, command.materials, taking)
        return done_by(actor, caller, command.at, decided)

    new, store = draft is None, platform.store
    with claim.kept():
        where = stream(case_id)
        return transact(store, decider(platform), where, request, decide, may=may, fresh=new)


def _drafting(platform: Platform, actor: Actor, body: Submission, on: date) -> Actor:
    """A draft may be made before there is a mandate; it is the agent's own business then."""
    if actor.role is Role.AGENT and actor.entity is None and body.mandate_id is None:
        return actor
    return _acting(platform, actor, body, on)


def _acting(platform: Platform, actor: Actor, body: Submission, on: date) -> Actor:
    """
    With whom an agent acts for, or a clerk who enters it for the agent; raises NotAllowed, which
    says what an agent needs.
    """
    if actor.role is not Role.AGENT and (actor.role is not Role.CLERK or body.mandate_id is None):
        return actor
    applicant = _applicant(platform, actor, body.applicant)
    if applicant.entity is not None:
        if actor.role is Role.CLERK:
            raise Invalid(
                "mandate-not-for-company",
                "a mandate is of a person; leave out `mandate_id` for a company",
            )
        entities.acting(platform, actor, body.item, on)
        return actor
    if body.mandate_id is None:
        raise NotAllowed(
            "mandate-needed-for-agent",
            "an agent applies for a person on a mandate that the person gave "
            "(POST /mandates); name it in mandate_id",
        )
    return mandates.acting(platform, actor, body.mandate_id, applicant, body.item, on)


def warnings(applicant: Applicant, day: date) -> tuple[Warned, ...]:
    """What to look at of the id number of somebody whose submission was taken on that day."""
    return check_id(applicant.id_kind, applicant.id_number, day)


def _submission(
    platform: Platform, caller: Caller, body: Submission, made: _Case
) -> tuple[c.SubmitCase, Taking]:
    case_id, actor, at = made
    today = legal_day(at)
    offered, version = items.current(platform, body.item, today)
    definition = in_variant(offered, body.variant)
    _may_apply(caller, definition, body, today)
    applicant = _applicant(platform, actor, body.applicant)
    recusal.check_entering(platform, caller, applicant)
    holder = identity.holder(platform, applicant)
    persons.check_applicant(platform, caller, holder, definition.real_name_level)
    taking = Taking(case_id, holder, definition.materials, today, shown(body.materials))
    handed_in = materials(platform, actor, body.materials, taking)
    # Last: what is refused before takes no number, of which a day has so many.
    serial = platform.serials.take(definition.division, today)
    command = c.SubmitCase(
        at=at,
        by=caller.actor,
        channel=caller.channel,
        case_id=case_id,
        number=case_number(definition.division, today, serial),
        query_code_digest=query_digest(platform, case_id, query_code(platform, case_id)),
        item=ItemRef(code=definition.code, version=version, name=definition.name),
        plan=definition.plan(),
        division=definition.division,
        department=definition.department,
        intake=definition.intake or definition.department,
        applicant=applicant,
        agent=_agent(caller.actor, body),
        form=body.form,
        materials=handed_in,
        variant=body.variant,
        confidential=definition.confidential,
        holder=holder,
    )
    return command, taking


def _may_apply(caller: Caller, definition: ItemDefinition, body: Submission, today: date) -> None:
    if caller.actor.role is not Role.CLERK and caller.actor.level < definition.real_name_level:
        raise NotAllowed(
            "level-too-low",
            "this item needs real-name level {needed}; you signed in with level {has}",
            needed=definition.real_name_level,
            has=caller.actor.level,
        )
    if body.applicant.kind not in definition.applicants:
        raise Invalid(
            "applicant-kind-not-admitted",
            "a {kind} cannot ask for this item; these can: {allowed}",
            kind=body.applicant.kind,
            allowed=definition.applicants,
        )
    check_party(body.applicant.kind, body.applicant.id_kind)
    check_id(body.applicant.id_kind, body.applicant.id_number, today)
    findings = form_findings(definition, body.form)
    if findings:
        raise FormInvalid(findings)


def _applicant(platform: Platform, actor: Actor, told: Applying) -> Applicant:
    number = written(told.id_kind, told.id_number)
    entity = number if told.id_kind is IdKind.CREDIT_CODE else None
    if actor.role is Role.AGENT and entity not in (None, actor.entity):
        raise _not_for(actor, entity)
    account = actor.account if actor.role is Role.APPLICANT else None
    fields = {**told.model_dump(), "id_number": number}
    applicant = Applicant(**fields, account=account, entity=entity)
    return accounts.applying(platform, actor, applicant)


def _agent(actor: Actor, body: Submission) -> Agent | None:
    if actor.role is Role.APPLICANT:
        return None
    return Agent(
        account=actor.account,
        mandate=body.mandate,
        mandate_id=body.mandate_id,
        clerk=True if actor.role is Role.CLERK else None,
    )


def _not_for(actor: Actor, entity: str) -> NotAllowed:
    if actor.entity is None:
        return NotAllowed(
            "no-entity-acted-for", "you act for no company, not for {entity}", entity=entity
        )
    return NotAllowed(
        "entity-not-acted-for",
        "you act for {own}, not for {entity}",
        own=actor.entity,
        entity=entity,
    )
