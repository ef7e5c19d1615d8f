"""The dossier with what one more event says: a place for every event that can follow."""

from collections.abc import Callable, Mapping
from typing import Any

from ...kernel.base import Frozen
from . import events as e
from .corrections import correct
from .dossier import DoneStep, Dossier, OpenStep, Stop
from .values import Document

Grow = Callable[[Dossier, Any], Dossier]


def grown(dossier: Dossier, event: Frozen) -> Dossier:
    """Of one of the events in GROWTH."""
    kind = type(event)
    grow = GROWTH[kind]
    documents = dossier.documents
    if kind in _DOCUMENTED:
        documents = _with(documents, getattr(event, "document", None))
    return grow(dossier._replace(version=dossier.version + 1, documents=documents), event)


def _with(documents: tuple[Document, ...], document: Document | None) -> tuple[Document, ...]:
    """A notice and the stop that it brings share a document."""
    if document is None or (documents and documents[-1] == document):
        return documents
    return (*documents, document)


# Intake


def _prechecked(dossier: Dossier, _event: e.PreCheckPassed) -> Dossier:
    return dossier._replace(prechecked=True)


def _returned(dossier: Dossier, event: e.SubmissionReturned) -> Dossier:
    return dossier._replace(returned=event)


def _resubmitted(dossier: Dossier, event: e.CaseResubmitted) -> Dossier:
    return dossier._replace(
        form=event.form,
        materials=event.materials,
        arrived_on=event.on,
        sources=_form_from(dossier),
    )


def _form_from(dossier: Dossier) -> Mapping[str, int]:
    """The form is the last event's; what was corrected in the one before is gone with it."""
    kept = {name: at for name, at in dossier.sources.items() if not name.startswith("form.")}
    return {**kept, "form": dossier.version}


def _received(dossier: Dossier, _event: e.SubmissionReceived) -> Dossier:
    return dossier._replace(received=True)


def _noticed(dossier: Dossier, event: e.SupplementRequested) -> Dossier:
    if event.under_review:
        return dossier._replace(notice=event, notified_under_review=True)
    return dossier._replace(notice=event, notified=True)


def _supplemented(dossier: Dossier, event: e.SupplementSubmitted) -> Dossier:
    fresh = {material.id for material in event.materials}
    kept = (material for material in dossier.materials if material.id not in fresh)
    return dossier._replace(
        materials=(*kept, *event.materials),
        form=dossier.form if event.form is None else event.form,
        sources=dossier.sources if event.form is None else _form_from(dossier),
        arrived_on=event.on,
        notice=None,
        supplement=event,
    )


def _accepted(dossier: Dossier, event: e.CaseAccepted) -> Dossier:
    return dossier._replace(accepted_on=event.on, sources=_from(dossier, "accepted_on"))


def _deemed(dossier: Dossier, event: e.CaseDeemedAccepted) -> Dossier:
    return dossier._replace(
        accepted_on=event.on, deemed=True, sources=_from(dossier, "accepted_on")
    )


def _from(dossier: Dossier, name: str) -> Mapping[str, int]:
    return {**dossier.sources, name: dossier.version}


# Steps


def _opened(dossier: Dossier, event: e.StepOpened) -> Dossier:
    return dossier._replace(open=(*dossier.open, OpenStep(event)))


def _started(dossier: Dossier, event: e.StepStarted) -> Dossier:
    return dossier._replace(
        open=tuple(
            one._replace(handler=event.handler) if one.id == event.step else one
            for one in dossier.open
        )
    )


def _finished(dossier: Dossier, event: e.StepFinished) -> Dossier:
    step = dossier.step(event.step)
    if step is None:
        return dossier
    return dossier._replace(
        open=tuple(one for one in dossier.open if one is not step),
        done=(*dossier.done, DoneStep(step.opened, event)),
    )


def _transferred(dossier: Dossier, event: e.CaseTransferred) -> Dossier:
    moved = dossier._replace(transfers=(*dossier.transfers, event))
    if event.from_department != dossier.department:
        return moved
    moved = moved._replace(department=event.to_department, division=event.to_division)
    if event.from_department != dossier.intake:
        return moved
    return moved._replace(intake=event.to_department, intake_division=event.to_division)


# The clock


def _suspended(dossier: Dossier, event: e.CaseSuspended) -> Dossier:
    return dossier._replace(
        stops=(*dossier.stops, Stop(event)), sources=_from(dossier, f"{event.pause}.since")
    )


def _resumed(dossier: Dossier, event: e.CaseResumed) -> Dossier:
    stops = tuple(
        stop._replace(until=event.until) if stop.suspended.pause == event.pause else stop
        for stop in dossier.stops
    )
    return dossier._replace(stops=stops, sources=_from(dossier, f"{event.pause}.until"))


def _extension_asked(dossier: Dossier, event: e.ExtensionRequested) -> Dossier:
    return dossier._replace(extension_request=event, extension_refusal=None)


def _extended(dossier: Dossier, event: e.ExtensionGranted) -> Dossier:
    return dossier._replace(extensions=(*dossier.extensions, event), extension_request=None)


def _not_extended(dossier: Dossier, event: e.ExtensionRefused) -> Dossier:
    return dossier._replace(extension_request=None, extension_refusal=event)


def _corrected(dossier: Dossier, event: e.MistakeCorrected) -> Dossier:
    return correct(dossier, event.field, event.now)._replace(
        corrections=(*dossier.corrections, event), sources=_from(dossier, event.field)
    )


# Outcome


def _decided(dossier: Dossier, event: e.CaseGranted | e.CaseDenied) -> Dossier:
    return dossier._replace(decision=event)


def _closed(
    dossier: Dossier,
    event: e.AcceptanceRefused | e.SupplementLapsed | e.CaseWithdrawn | e.CaseVoided,
) -> Dossier:
    return dossier._replace(closing=event.reason, notice=None)


def _concluded(dossier: Dossier, event: e.CaseConcluded) -> Dossier:
    return dossier._replace(result=event.result, concluded_on=event.on)


def _certified(dossier: Dossier, event: e.CertificateIssued) -> Dossier:
    return dossier._replace(certificate=event)


def _delivered(dossier: Dossier, event: e.ResultDelivered) -> Dossier:
    return dossier._replace(delivery=event)


def _rated(dossier: Dossier, event: e.CaseRated) -> Dossier:
    return dossier._replace(rating=event)


def _answered(dossier: Dossier, event: e.BadRatingAnswered) -> Dossier:
    return dossier._replace(answer=event)


def _archived(dossier: Dossier, event: e.CaseArchived) -> Dossier:
    return dossier._replace(archive_number=event.archive_number)


# By type: a match would ask some thirty times whether a pydantic model is an instance.
GROWTH: Mapping[type[Frozen], Grow] = {
    e.PreCheckPassed: _prechecked,
    e.SubmissionReturned: _returned,
    e.CaseResubmitted: _resubmitted,
    e.SubmissionReceived: _received,
    e.SupplementRequested: _noticed,
    e.SupplementSubmitted: _supplemented,
    e.SupplementLapsed: _closed,
    e.CaseAccepted: _accepted,
    e.CaseDeemedAccepted: _deemed,
    e.AcceptanceRefused: _closed,
    e.StepOpened: _opened,
    e.StepStarted: _started,
    e.StepFinished: _finished,
    e.CaseTransferred: _transferred,
    e.CaseSuspended: _suspended,
    e.CaseResumed: _resumed,
    e.ExtensionRequested: _extension_asked,
    e.ExtensionGranted: _extended,
    e.ExtensionRefused: _not_extended,
    e.MistakeCorrected: _corrected,
    e.CaseGranted: _decided,
    e.CaseDenied: _decided,
    e.CaseWithdrawn: _closed,
    e.CaseVoided: _closed,
    e.CaseConcluded: _concluded,
    e.CertificateIssued: _certified,
    e.ResultDelivered: _delivered,
    e.CaseRated: _rated,
    e.BadRatingAnswered: _answered,
    e.CaseArchived: _archived,
}
# To ask an event for a field that it has not costs as much as all the rest.
_DOCUMENTED = frozenset(kind for kind in GROWTH if "document" in kind.model_fields)
