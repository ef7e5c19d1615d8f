"""How each event leads from one state of a case to the next: a place for every event there is."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import reduce
from typing import Any

from ...kernel.base import Frozen
from ...kernel.errors import Impossible
from . import changes
from . import events as e
from .corrections import correct
from .records import Application, Denied, Ending, Granted, Handling, Stop, opened
from .state import (
    Absent,
    Accepted,
    Archived,
    Closed,
    Concluded,
    Decided,
    Drafted,
    Imported,
    InHand,
    Live,
    Lodged,
    NotAccepted,
    Returned,
    State,
    Submitted,
    Supplementing,
    Suspended,
    decision_of,
    handling_of,
    initial,
)

# The state, its application with the event counted, and the event.
Grow = Callable[[Live, Application, Any], Lodged]


def evolve(state: State, event: e.Event) -> State:
    """
    Raises Impossible for an event of what the state has not got: nothing is granted that was not
    accepted. Which of the events that could follow may do so is up to `decide`.
    """
    match state:
        case Absent() | Drafted():
            return _begun(state, event)
        case Imported():
            return _imported(state, event)
        case Archived():
            raise Impossible(state, event)
        case _:
            grow = TRANSITIONS.get(type(event))
            if grow is None:
                raise Impossible(state, event)
            return grow(state, _counted(state.application, event), event)


def fold(events: Iterable[e.Event], state: State = initial) -> State:
    return reduce(evolve, events, state)


def _begun(state: Absent | Drafted, event: e.Event) -> State:
    version = 1 + state.version
    match event:
        case e.CaseDrafted():
            return Drafted(event, version)
        case e.DraftDiscarded() if isinstance(state, Drafted):
            return Absent(version)
        case e.CaseSubmitted():
            return Submitted(opened(event, version))
        case e.CaseImported() if isinstance(state, Absent):
            return Imported(event)
        case _:
            raise Impossible(state, event)


def _imported(state: Imported, event: e.Event) -> State:
    match event:
        case e.StepRecorded():
            return replace(state, steps=(*state.steps, event))
        case e.SubmissionReceived():
            return replace(state, received_on=event.on)
        case e.CaseConcluded():
            return replace(state, result=event.result)
        case _:
            raise Impossible(state, event)


def _counted(application: Application, event: e.Event) -> Application:
    documents = application.documents
    if type(event) in _DOCUMENTED:
        documents = changes.documented(documents, getattr(event, "document", None))
    return application._replace(version=application.version + 1, documents=documents)


# Before acceptance


def _returned(state: Live, application: Application, event: e.SubmissionReturned) -> Returned:
    _not_accepted(state, event)
    return Returned(application, event)


def _resubmitted(state: Live, application: Application, event: e.CaseResubmitted) -> Submitted:
    _not_accepted(state, event)
    return Submitted(changes.resubmitted(application, event))


def _not_accepted(state: Live, event: Frozen) -> None:
    if not isinstance(state, NotAccepted):
        raise Impossible(state, event)


def _noticed(
    state: Live, application: Application, event: e.SupplementRequested
) -> Supplementing | Accepted | Suspended:
    if event.under_review:
        held = _in_hand(state, event)
        handling = held.handling._replace(notice=event, notified=True)
        return held._replace(application=application, handling=handling)
    _not_accepted(state, event)
    return Supplementing(application._replace(notified=True), event)


def _supplemented(
    state: Live, application: Application, event: e.SupplementSubmitted
) -> Submitted | Accepted | Suspended:
    supplemented = changes.supplemented(application, event)
    if isinstance(state, NotAccepted):
        return Submitted(supplemented)
    held = _in_hand(state, event)
    return held._replace(application=supplemented, handling=held.handling._replace(notice=None))


def _accepted(state: Live, application: Application, event: e.CaseAccepted) -> Accepted:
    _not_accepted(state, event)
    return Accepted(changes.sourced(application, "accepted_on"), Handling(event.on))


def _deemed(state: Live, application: Application, event: e.CaseDeemedAccepted) -> Accepted:
    _not_accepted(state, event)
    return Accepted(changes.sourced(application, "accepted_on"), Handling(event.on, deemed=True))


# Being handled


def _in_hand(state: Live, event: Frozen) -> Accepted | Suspended:
    if isinstance(state, InHand):
        return state
    raise Impossible(state, event)


def _suspended(state: Live, application: Application, event: e.CaseSuspended) -> Suspended:
    handling = _in_hand(state, event).handling
    return Suspended(
        changes.sourced(application, f"{event.pause}.since"),
        handling._replace(stops=(*handling.stops, Stop(event))),
    )


def _resumed(state: Live, application: Application, event: e.CaseResumed) -> Accepted | Suspended:
    application = changes.sourced(application, f"{event.pause}.until")
    handling = changes.resumed(_in_hand(state, event).handling, event)
    if handling.running_stops:
        return Suspended(application, handling)
    return Accepted(application, handling)


def _granted(state: Live, application: Application, event: e.CaseGranted) -> Decided:
    handling = _in_hand(state, event).handling
    return Decided(application, handling, Granted(event), Ending(event.on))


def _denied(state: Live, application: Application, event: e.CaseDenied) -> Decided:
    handling = _in_hand(state, event).handling
    return Decided(application, handling, Denied(event), Ending(event.on))


# The end


def _refused(state: Live, application: Application, event: e.AcceptanceRefused) -> Closed:
    _not_accepted(state, event)
    return Closed(application, None, None, Ending(event.document.on), event.reason)


def _given_up(
    state: Live, application: Application, event: e.SupplementLapsed | e.CaseWithdrawn
) -> Closed:
    if isinstance(state, Concluded):
        raise Impossible(state, event)
    ending = Ending(event.document.on)
    return Closed(application, handling_of(state), None, ending, event.reason)


def _voided(state: Live, application: Application, event: e.CaseVoided) -> Closed:
    if isinstance(state, Closed):
        raise Impossible(state, event)
    ending = Ending(event.document.on)
    if isinstance(state, Decided):  # what was delivered and rated was so all the same
        ending = state.ending._replace(on=ending.on, result=ending.result)
    return Closed(application, handling_of(state), decision_of(state), ending, event.reason)


def _certified(state: Live, application: Application, event: e.CertificateIssued) -> Decided:
    if not isinstance(state, Decided) or not isinstance(state.decision, Granted):
        raise Impossible(state, event)
    decision = state.decision._replace(certificate=event)
    return state._replace(application=application, decision=decision)


def _archived(state: Live, application: Application, event: e.CaseArchived) -> Archived:
    if not isinstance(state, Concluded):
        raise Impossible(state, event)
    return Archived(state._replace(application=application), event.archive_number)


# In any state


def _corrected(state: Live, application: Application, event: e.MistakeCorrected) -> Live:
    application = application._replace(corrections=(*application.corrections, event))
    application = changes.sourced(application, event.field)
    return correct(state._replace(application=application), event.field, event.now)


# What changes one part, and leads nowhere else


def _application(grow: Callable[[Application, Any], Application]) -> Grow:
    def grown(state: Live, application: Application, event: Any) -> Live:
        return state._replace(application=grow(application, event))

    return grown


def _handling(grow: Callable[[Handling, Any], Handling]) -> Grow:
    def grown(state: Live, application: Application, event: Any) -> Live:
        held = _in_hand(state, event)
        return held._replace(application=application, handling=grow(held.handling, event))

    return grown


def _ending(grow: Callable[[Ending, Any], Ending]) -> Grow:
    def grown(state: Live, application: Application, event: Any) -> Live:
        if not isinstance(state, Concluded):
            raise Impossible(state, event)
        return state._replace(application=application, ending=grow(state.ending, event))

    return grown


# By type: a match would ask some thirty times whether a pydantic model is an instance.
LEADS: Mapping[type[Frozen], Grow] = {
    e.SubmissionReturned: _returned,
    e.CaseResubmitted: _resubmitted,
    e.SupplementLapsed: _given_up,
    e.CaseAccepted: _accepted,
    e.CaseDeemedAccepted: _deemed,
    e.AcceptanceRefused: _refused,
    e.CaseGranted: _granted,
    e.CaseDenied: _denied,
    e.CaseWithdrawn: _given_up,
    e.CaseVoided: _voided,
    e.CaseArchived: _archived,
}
TRANSITIONS: Mapping[type[Frozen], Grow] = {
    **LEADS,
    e.PreCheckPassed: _application(changes.prechecked),
    e.SubmissionReceived: _application(changes.received),
    e.SupplementRequested: _noticed,
    e.SupplementSubmitted: _supplemented,
    e.StepOpened: _application(changes.step_opened),
    e.StepStarted: _application(changes.step_started),
    e.StepFinished: _application(changes.step_finished),
    e.StepClockCorrected: _application(changes.step_clock_corrected),
    e.CaseTransferred: _application(changes.transferred),
    e.CaseSuspended: _suspended,
    e.CaseResumed: _resumed,
    e.ExtensionRequested: _handling(changes.extension_asked),
    e.ExtensionGranted: _handling(changes.extended),
    e.ExtensionRefused: _handling(changes.not_extended),
    e.MistakeCorrected: _corrected,
    e.RecusalRequested: _application(changes.recusal_asked),
    e.HandlerRecused: _application(changes.recused),
    e.RecusalRefused: _application(changes.recusal_refused),
    e.CaseConcluded: _ending(changes.concluded),
    e.CertificateIssued: _certified,
    e.ResultDelivered: _ending(changes.delivered),
    e.CaseRated: _ending(changes.rated),
    e.BadRatingAnswered: _ending(changes.answered),
}
# To ask an event for a field that it has not costs as much as all the rest.
_DOCUMENTED = frozenset(kind for kind in TRANSITIONS if "document" in kind.model_fields)
