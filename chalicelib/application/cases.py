"""Submit a case, and run any other command against one: who may, then what follows."""

from datetime import datetime
from typing import Annotated, Any, NamedTuple

from pydantic import Field

from ..domain import case
from ..domain.actor import APPLICANTS, Actor, Role
from ..domain.base import Code, Frozen, Line, Sha256, Text
from ..domain.calendar import legal_day
from ..domain.case import commands as c
from ..domain.case.parts import Agent, Applicant, IdKind, ItemRef, Material, Trust
from ..domain.case.state import Absent, Drafted, Imported
from ..domain.codes import ApplicantKind
from ..domain.errors import Invalid, NotAllowed, NotFound, OutOfOrder
from ..domain.item import ItemDefinition
from ..domain.numbers import case_number
from . import access, items
from .forms import form_errors
from .platform import Caller, Platform, derived_id
from .transact import Decider, Outcome, read, transact

CODE_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # without 0 1 I O, which people mix up


class FormInvalid(Invalid):
    """The form does not fit the item's schema; `errors` are (JSON pointer, message) pairs."""

    def __init__(self, errors: list[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{pointer or '/'}: {message}" for pointer, message in errors))
        self.errors = errors


class HandedIn(Frozen):
    """A material as the caller names it: the document was put before, under its SHA-256."""

    id: Code
    sha256: Sha256
    media_type: str = "application/octet-stream"
    title: Line | None = None
    trust: Trust = Trust.UPLOADED


class Applying(Frozen):
    """Who applies, as the caller tells it; the account comes from the token."""

    kind: ApplicantKind = ApplicantKind.NATURAL_PERSON
    name: Line
    id_kind: IdKind = IdKind.RESIDENT_ID
    id_number: Annotated[str, Field(min_length=4, max_length=40)]
    phone: Annotated[str, Field(pattern=r"^1[3-9]\d{9}$")] | None = None


class Submission(Frozen):
    """The body of a submission or a draft: the item, who applies, the form, the materials."""

    item: Annotated[str, Field(min_length=1, max_length=64)]
    applicant: Applying
    form: Annotated[dict[str, Any], Field(default_factory=dict)]
    materials: tuple[HandedIn, ...] = ()
    mandate: Text | None = None


class CaseView(NamedTuple):
    """A case at a version of its stream."""

    case_id: str
    version: int
    state: case.State


def decider(platform: Platform) -> Decider[case.State]:
    return Decider(platform.codec, case.initial, case.evolve, platform.memory)


def stream(case_id: str) -> str:
    return f"{case.CATEGORY}-{case_id}"


def get(platform: Platform, actor: Actor, case_id: str) -> CaseView:
    """The case, folded from its stream. Raises NotFound, also for who may not see it."""
    history, state = read(platform.store, decider(platform), stream(case_id))
    return CaseView(case_id, history.version, access.seen(actor, state))


def execute(
    platform: Platform,
    caller: Caller,
    case_id: str,
    command: case.CaseCommand,
) -> Outcome[case.State]:
    """
    Run one command. Raises Rejected, Stale, Conflict, Reused.
    """
    body = command.model_dump(mode="json", exclude={"at", "by", "channel"})
    request = caller.request(platform.now(), type(command).__name__, body)

    def decide(state: case.State) -> list[case.Event]:
        access.check(caller.actor, command, state)
        if isinstance(state, Absent):
            raise NotFound("there is no such case")
        return case.decide(command, state, platform.calendar())

    return transact(platform.store, decider(platform), stream(case_id), request, decide)


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
        applicant=_applicant(caller.actor, body.applicant),
        agent=_agent(caller.actor, body.mandate),
        form=body.form,
        materials=materials(platform, caller.actor, body.materials),
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


def _agent(actor: Actor, mandate: str | None) -> Agent | None:
    if actor.role is Role.APPLICANT:
        return None
    return Agent(account=actor.account, mandate=mandate)


def materials(
    platform: Platform, actor: Actor, handed_in: tuple[HandedIn, ...]
) -> tuple[Material, ...]:
    """What was handed in, with sizes; raises Invalid for a document that this account never put."""
    return tuple(_material(platform, actor, one) for one in handed_in)


def _material(platform: Platform, actor: Actor, one: HandedIn) -> Material:
    if actor.role in APPLICANTS and one.trust in (Trust.ISSUED, Trust.VERIFIED):
        raise Invalid(f"material {one.id}: trust A and B are not for the applicant to give")
    size = platform.blobs.size(actor.account, one.sha256)
    if size is None:
        raise Invalid(f"material {one.id}: you have uploaded no document {one.sha256[:12]}…")
    return Material(**one.model_dump(), size=size, owner=actor.account)


def material(state: case.State, digest: str) -> Material | None:
    """The material of a case that is the document `digest`."""
    held = () if isinstance(state, Absent | Drafted | Imported) else state.dossier.materials
    return next((one for one in held if one.sha256 == digest), None)


def query_code(platform: Platform, case_id: str) -> str:
    """
    The code (查询密码) with which progress is asked for without an account: 8 letters and digits.
    It follows from the case, so that a repeated submission answers with the same one.
    """
    raw = platform.keyed("query-code", case_id)
    return "".join(CODE_LETTERS[byte % 32] for byte in raw[:8])


def query_digest(platform: Platform, case_id: str, code: str) -> str:
    return platform.keyed("query-digest", case_id, code).hex()[:32]
