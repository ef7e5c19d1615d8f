"""Drafts (草稿) of items: saved as far as they are written, checked, published or given up."""

from typing import Any, NamedTuple

from ...codes.numbers import InvalidNumber, parse_item_code
from ...eventlog.codec import events
from ...eventlog.transact import Outcome, read
from ...kernel.actor import Actor
from ...kernel.errors import Invalid, NotAllowed, NotFound
from ...kernel.json_values import trouble
from ...people.application import persons
from ...platform.platform import Caller, Platform
from ..domain import item
from ..domain.item import Misfit, NotPublishable, PublishItem, draft_of
from . import departments, review, territory
from .check import check
from .diff import Change, differences
from .items import decider, execute, run, stream

DEEPEST = 100


class DraftView(NamedTuple):
    """
    The draft at a version of the item's stream: what keeps it from being published, and how it
    differs from the version published last (from nothing, if there is none). `difference` is the
    digest of a whole draft's changes, which who publishes it acknowledges; `saved_by` its account.
    """

    code: str
    version: int
    draft: item.Draft
    problems: list[Misfit]
    changes: list[Change]
    difference: str | None
    saved_by: str


def save(
    platform: Platform, caller: Caller, code: str, content: dict[str, Any]
) -> Outcome[item.State]:
    """
    Save the draft of an item, new or again; nothing but its code is checked yet. Raises NotAllowed,
    Invalid, Closed.
    """
    try:
        parse_item_code(code)
    except InvalidNumber as error:
        raise Invalid.of(error.reason) from error
    unsound = trouble(content, DEEPEST)
    if unsound is not None:
        raise Invalid("draft-not-storable", "the draft {wrong}", wrong=unsound)
    if content.get("code", code) != code:
        raise Invalid(
            "draft-of-another-item",
            "this is the draft of {code}; save that of {other} there",
            code=code,
            other=content["code"],
        )
    command = item.SaveDraft(
        **caller.about(platform.now()),
        content={**content, "code": code},
        person=_person(platform, caller, code),
    )

    def decide(state: item.State) -> list[item.Event]:
        territory.check(platform, caller.actor, code, territory.seat_in(content))
        return item.decide(command, state)

    return run(platform, caller, code, command, decide)


def discard(platform: Platform, caller: Caller, code: str) -> Outcome[item.State]:
    """Raises NotAllowed, NotFound."""
    return run(platform, caller, code, item.DiscardDraft(**caller.about(platform.now())))


def publish(
    platform: Platform,
    caller: Caller,
    code: str,
    note: str | None = None,
    seen: str | None = None,
) -> Outcome[item.State]:
    """
    Publish what another person drafted. `seen` is the digest of the difference that the caller has
    looked at. Raises NotAllowed (their own draft, or not theirs to keep), NotFound (no draft),
    NotPublishable, UnknownDepartment, DifferenceNotSeen, OutOfOrder (an old draft), Closed.
    """
    about = caller.about(platform.now())

    def decide(state: item.State) -> list[item.Event]:
        definition = _whole(state)
        drafter = _drafter(platform, code)
        command = PublishItem(
            **about,
            definition=definition,
            note=note,
            from_draft=True,
            drafted_by=drafter.account,
            drafter=drafter.person,
            person=_person(platform, caller, code),
        )
        decided = item.decide(command, state)
        departments.check(platform, definition)
        review.check_seen(state, definition, seen)
        return decided

    # What is published is known only once the draft is read, so the request does not tell of it.
    asked = {"note": note} if seen is None else {"note": note, "seen": seen}
    return execute(platform, caller, code, ("PublishDraft", asked), decide)


def _whole(state: item.State) -> item.ItemDefinition:
    draft = draft_of(state)
    if draft is None:
        raise NotFound("no-draft-to-publish", "there is no draft to publish")
    definition, problems = check(draft.content)
    if definition is None or problems:
        raise NotPublishable(problems)
    return definition


def _person(platform: Platform, caller: Caller, code: str) -> str | None:
    """Who commands, as this item and no other names them; None where nobody knows."""
    person = persons.person_of_caller(platform, caller)
    return None if person is None else platform.keyed("person-in-item", code, person).hex()[:26]


class _Drafter(NamedTuple):
    account: str | None
    person: str | None


def _drafter(platform: Platform, code: str) -> _Drafter:
    """Whose the draft is. The account is not told by the event's data, but by its envelope."""
    commits = read(platform.store, decider(platform), stream(code)).history.commits
    for recorded in reversed(list(events(platform.codec, commits))):
        if isinstance(recorded.data, item.ItemDraftSaved):
            return _Drafter(recorded.actor.account, recorded.data.person)
    return _Drafter(None, None)


def get(platform: Platform, actor: Actor, code: str) -> DraftView:
    """Raises NotAllowed, NotFound."""
    territory.check_role(actor)
    history, state = read(platform.store, decider(platform), stream(code))
    draft = draft_of(state)
    if draft is None:
        raise NotFound("no-such-draft", "item {code} has no draft", code=code)
    territory.check(platform, actor, code, *territory.seats(state))
    checked = check(draft.content)
    definition, problems = checked.definition, checked.misfits
    if definition is not None and not problems:
        problems = departments.unknown(platform, definition)
    return DraftView(
        code,
        history.version,
        draft,
        problems,
        _changes(state, draft, definition),
        None if definition is None else review.digest(review.changes(state, definition)),
        _drafter(platform, code).account or "",
    )


def _changes(
    state: item.State, draft: item.Draft, definition: item.ItemDefinition | None
) -> list[Change]:
    """A whole draft is compared with all that it leaves to defaults; another one as it is."""
    if definition is not None:
        return review.changes(state, definition)
    return differences(review.published(state), draft.content)


def may_read(platform: Platform, actor: Actor, code: str) -> bool:
    """For lists: whether it is the actor's to keep."""
    state = read(platform.store, decider(platform), stream(code)).state
    try:
        territory.check(platform, actor, code, *territory.seats(state))
    except NotAllowed:
        return False
    return True
