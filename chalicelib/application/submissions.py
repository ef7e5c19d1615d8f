"""Submit a case, or save the draft of one."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from ..domain import case
from ..domain.actor import Actor, Identifier, Role
from ..domain.base import Code, Frozen, Line, Text
from ..domain.calendar import legal_day
from ..domain.case import commands as c
from ..domain.case.parts import Agent, Applicant, IdKind, ItemRef
from ..domain.case.state import Absent, Drafted
from ..domain.codes import ApplicantKind
from ..domain.errors import Invalid, NotAllowed, NotFound, OutOfOrder
from ..domain.item import ItemDefinition
from ..domain.numbers import case_number
from . import access, identity, items
from .cases import decider, query_code, query_digest, stream
from .forms import form_errors
from .materials import HandedIn, materials
from .platform import Caller, Platform, derived_id
from .transact import Outcome, transact


class FormInvalid(Invalid):
    """The form does not fit the item's schema; `errors` are (JSON pointer, message) pairs."""

    def __init__(self, errors: list[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{pointer or '/'}: {message}" for pointer, message in errors))
        self.errors = errors


class Applying(Frozen):
    """Who applies, as the caller tells it; the account comes from the token."""

    kind: ApplicantKind = ApplicantKind.NATURAL_PERSON
    name: Line
    id_kind: IdKind = IdKind.RESIDENT_ID
    id_number: Annotated[str, Field(min_length=4, max_length=40)]
    phone: Annotated[str, Field(pattern=r"^1[3-9]\d{9}$")] | None = None


class Submission(Frozen):
    """
    The body of a submission or a draft: the item, in which `variant` of it, who applies, the form,
    the materials. An agent acts on a `mandate` in words, or on the one of `mandate_id`. Who has an
    open case for the same item is told of it, unless they `insist`.
    """

    item: Annotated[str, Field(min_length=1, max_length=64)]
    applicant: Applying
    form: Annotated[dict[str, Any], Field(default_factory=dict)]
    materials: tuple[HandedIn, ...] = ()
    mandate: Text | None = None
    mandate_id: Identifier | None = None
    variant: Code | None = None
    insist: bool = False


def save_draft(
    platform: Platform, caller: Caller, body: Submission, case_id: str | None = None
) -> Outcome[case.State]:
    """Save a draft, new or again; nothing of it is checked against the form yet."""
    case_id = case_id or derived_id(caller)
    now = platform.now()
    request = caller.request(now, "SaveDraft", body.model_dump(mode="json"))

    def decide(state: case.State) -> list[case.Event]:
        definition, version = items.current(platform, body.item)
        command = c.SaveDraft(
            at=caller.at(now),
            by=caller.actor,
            channel=caller.channel,
            case_id=case_id,
            item=ItemRef(code=definition.code, version=version, name=definition.name),
            applicant=_applicant(caller.actor, body.applicant),
            form=body.form,
            materials=materials(platform, caller.actor, body.materials),
            variant=body.variant,
        )
        access.check(caller.actor, command, state)
        return case.decide(command, state, platform.calendar())

    return transact(platform.store, decider(platform), stream(case_id), request, decide)


def submit(
    platform: Platform, caller: Caller, body: Submission, case_id: str | None = None
) -> Outcome[case.State]:
    """
    Submit a case: a new one, or the draft `case_id`. The item's current version becomes the
    case's own. Raises FormInvalid, NotAllowed, NotFound (item), Invalid (a document nobody put).
    """
    draft = case_id
    case_id = case_id or derived_id(caller)
    now = platform.now()
    request = caller.request(now, "SubmitCase", body.model_dump(mode="json"))

    def decide(state: case.State) -> list[case.Event]:
        if draft is not None and isinstance(state, Absent):
            raise NotFound("there is no such draft")
        command = _submission(platform, caller, body, case_id, now)
        access.check(caller.actor, command, state)
        if isinstance(state, Drafted) and state.draft.item.code != command.item.code:
            raise OutOfOrder("the draft is for another item; submit a new case")
        return case.decide(command, state, platform.calendar())

    return transact(platform.store, decider(platform), stream(case_id), request, decide)


def _submission(
    platform: Platform, caller: Caller, body: Submission, case_id: str, now: datetime
) -> c.SubmitCase:
    definition, version = items.current(platform, body.item, legal_day(caller.at(now)))
    _may_apply(caller, definition, body)
    at = caller.at(now)
    serial = platform.serials.take(definition.division, legal_day(at))
    applicant = _applicant(caller.actor, body.applicant)
    return c.SubmitCase(
        at=at,
        by=caller.actor,
        channel=caller.channel,
        case_id=case_id,
        number=case_number(definition.division, legal_day(at), serial),
        query_code_digest=query_digest(platform, case_id, query_code(platform, case_id)),
        item=ItemRef(code=definition.code, version=version, name=definition.name),
        plan=definition.plan(),
        division=definition.division,
        department=definition.department,
        intake=definition.intake or definition.department,
        applicant=applicant,
        agent=_agent(caller.actor, body),
        form=body.form,
        materials=materials(platform, caller.actor, body.materials),
        variant=body.variant,
        holder=identity.holder(platform, applicant),
    )


def _may_apply(caller: Caller, definition: ItemDefinition, body: Submission) -> None:
    if caller.actor.role is not Role.CLERK and caller.actor.level < definition.real_name_level:
        raise NotAllowed(
            f"this item needs real-name level {definition.real_name_level}; "
            f"you signed in with level {caller.actor.level}"
        )
    if body.applicant.kind not in definition.applicants:
        allowed = ", ".join(definition.applicants)
        raise Invalid(f"a {body.applicant.kind} cannot ask for this item; these can: {allowed}")
    errors = form_errors(definition, body.form)
    if errors:
        raise FormInvalid(errors)


def _applicant(actor: Actor, told: Applying) -> Applicant:
    entity = told.id_number if told.id_kind is IdKind.CREDIT_CODE else None
    if actor.role is Role.AGENT and entity not in (None, actor.entity):
        raise NotAllowed(f"you act for {actor.entity or 'no company'}, not for {entity}")
    account = actor.account if actor.role is Role.APPLICANT else None
    return Applicant(**told.model_dump(), account=account, entity=entity)


def _agent(actor: Actor, body: Submission) -> Agent | None:
    if actor.role is Role.APPLICANT:
        return None
    return Agent(account=actor.account, mandate=body.mandate, mandate_id=body.mandate_id)
