"""What one more event says of a part of a case."""

from collections.abc import Mapping

from . import events as e
from .records import Application, DoneStep, Ending, Handling, OpenStep
from .values import Document

# The application


def documented(documents: tuple[Document, ...], document: Document | None) -> tuple[Document, ...]:
    """A notice and the stop that it brings share a document."""
    if document is None or (documents and documents[-1] == document):
        return documents
    return (*documents, document)


def sourced(application: Application, name: str) -> Application:
    """The event that is being recorded is where `name` stands from now on."""
    return application._replace(sources={**application.sources, name: application.version})


def prechecked(application: Application, _event: e.PreCheckPassed) -> Application:
    return application._replace(prechecked=True)


def received(application: Application, _event: e.SubmissionReceived) -> Application:
    return application._replace(received=True)


def resubmitted(application: Application, event: e.CaseResubmitted) -> Application:
    return application._replace(
        form=event.form,
        materials=event.materials,
        arrived_on=event.on,
        sources=_form_from(application),
    )


def _form_from(application: Application) -> Mapping[str, int]:
    """The form is the last event's; what was corrected in the one before is gone with it."""
    kept = {name: at for name, at in application.sources.items() if not name.startswith("form.")}
    return {**kept, "form": application.version}


def supplemented(application: Application, event: e.SupplementSubmitted) -> Application:
    fresh = {material.id for material in event.materials}
    kept = (material for material in application.materials if material.id not in fresh)
    return application._replace(
        materials=(*kept, *event.materials),
        form=application.form if event.form is None else event.form,
        sources=application.sources if event.form is None else _form_from(application),
        arrived_on=event.on,
        supplement=event,
    )


def step_opened(application: Application, event: e.StepOpened) -> Application:
    """That a bad rating waited for an answer was a step of the case once (see `ratings`)."""
    if event.kind == "rating":  # the rated see the steps of the case
        return application
    return application._replace(open=(*application.open, OpenStep(event)))


def step_started(application: Application, event: e.StepStarted) -> Application:
    return application._replace(
        open=tuple(
            one._replace(handler=event.handler) if one.id == event.step else one
            for one in application.open
        )
    )


def step_finished(application: Application, event: e.StepFinished) -> Application:
    step = application.step(event.step)
    if step is None:
        return application
    return application._replace(
        open=tuple(one for one in application.open if one is not step),
        done=(*application.done, DoneStep(step.opened, event, event.stood)),
    )


def step_clock_corrected(application: Application, event: e.StepClockCorrected) -> Application:
    return application._replace(
        done=tuple(
            one._replace(stood=event.stood) if one.opened.step == event.step else one
            for one in application.done
        )
    )


def transferred(application: Application, event: e.CaseTransferred) -> Application:
    moved = application._replace(transfers=(*application.transfers, event))
    if event.from_department != application.department:
        return moved
    moved = moved._replace(department=event.to_department, division=event.to_division)
    if event.from_department != application.intake:
        return moved
    return moved._replace(intake=event.to_department, intake_division=event.to_division)


def recusal_asked(application: Application, event: e.RecusalRequested) -> Application:
    return application._replace(recusals_asked=(*application.recusals_asked, event))


def recused(application: Application, event: e.HandlerRecused) -> Application:
    return application._replace(
        recused=(*application.recused, event),
        recusals_asked=_of_others(application, event.account),
    )


def recusal_refused(application: Application, event: e.RecusalRefused) -> Application:
    return application._replace(
        recusals_refused=(*application.recusals_refused, event),
        recusals_asked=_of_others(application, event.account),
    )


def _of_others(application: Application, account: str) -> tuple[e.RecusalRequested, ...]:
    return tuple(one for one in application.recusals_asked if one.account != account)


# The handling


def resumed(handling: Handling, event: e.CaseResumed) -> Handling:
    stops = (
        stop._replace(until=event.until) if stop.suspended.pause == event.pause else stop
        for stop in handling.stops
    )
    return handling._replace(stops=tuple(stops))


def extension_asked(handling: Handling, event: e.ExtensionRequested) -> Handling:
    return handling._replace(extension_request=event, extension_refusal=None)


def extended(handling: Handling, event: e.ExtensionGranted) -> Handling:
    return handling._replace(extensions=(*handling.extensions, event), extension_request=None)


def not_extended(handling: Handling, event: e.ExtensionRefused) -> Handling:
    return handling._replace(extension_request=None, extension_refusal=event)


# The ending


def concluded(ending: Ending, event: e.CaseConcluded) -> Ending:
    return ending._replace(result=event.result, on=event.on)


def delivered(ending: Ending, event: e.ResultDelivered) -> Ending:
    return ending._replace(delivery=event)


def rated(ending: Ending, event: e.CaseRated) -> Ending:
    return ending._replace(rating=event)


def answered(ending: Ending, event: e.BadRatingAnswered) -> Ending:
    return ending._replace(answer=event)
