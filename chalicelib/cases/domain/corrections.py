"""What of a case can be corrected (更正), and what it then is."""

from datetime import date

from .records import Application, Handling, Stop
from .state import Live, Lodged, NotAccepted, handling_of

CORRECTABLE = ("applicant.name", "applicant.id_number", "applicant.phone", "accepted_on")


def recorded(state: Lodged, field: str) -> object:
    """
    What holds for a correctable field: those in CORRECTABLE, `form.NAME`, and `pause-N.since` or
    `pause-N.until` of a stop of the clock; dates as YYYY-MM-DD. Raises KeyError for any other, and
    for what has not been recorded yet.
    """
    head, _, tail = field.partition(".")
    if head == "form":
        return state.application.form[tail]
    if field in CORRECTABLE and head == "applicant":
        value: object = getattr(state.application.applicant, tail)
        return value
    handling = handling_of(state)
    day = None if handling is None else _day(handling, field)
    if day is None:
        raise KeyError(field)
    return day.isoformat()


def _day(handling: Handling, field: str) -> date | None:
    if field == "accepted_on":
        return handling.accepted_on
    pause, _, end = field.partition(".")
    stop = _stop(handling, pause)
    return {"since": stop.suspended.since, "until": stop.until}[end]


def _stop(handling: Handling, pause: str) -> Stop:
    for stop in handling.stops:
        if stop.suspended.pause == pause:
            return stop
    raise KeyError(pause)


def source(application: Application, field: str) -> int:
    """The version of the event that recorded a correctable field, or corrected it last."""
    return application.sources.get(field) or application.sources[field.partition(".")[0]]


def correct(state: Live, field: str, now: object) -> Live:
    """
    The state with `now` in the place that `recorded` reads. A replay as of some moment leaves
    out what happened later: what is not there is not corrected.
    """
    try:
        recorded(state, field)
    except KeyError:
        return state
    if field.partition(".")[0] in {"form", "applicant"}:
        return state._replace(application=_corrected(state.application, field, now))
    if isinstance(state, NotAccepted) or state.handling is None:
        return state
    day = date.fromisoformat(str(now))
    return state._replace(handling=moved(state.handling, field, day))


def _corrected(application: Application, field: str, now: object) -> Application:
    head, _, tail = field.partition(".")
    if head == "form":
        return application._replace(form={**application.form, tail: now})
    applicant = application.applicant.model_copy(update={tail: now})
    return application._replace(applicant=applicant)


def moved(handling: Handling, field: str, day: date) -> Handling:
    """With `day` for that of acceptance, or for one end of a stop."""
    if field == "accepted_on":
        return handling._replace(accepted_on=day)
    pause, _, end = field.partition(".")
    stops = (
        _moved(stop, end, day) if stop.suspended.pause == pause else stop for stop in handling.stops
    )
    return handling._replace(stops=tuple(stops))


def _moved(stop: Stop, end: str, day: date) -> Stop:
    if end == "until":
        return stop._replace(until=day)
    return stop._replace(suspended=stop.suspended.model_copy(update={"since": day}))
