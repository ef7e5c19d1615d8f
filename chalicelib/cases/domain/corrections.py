"""What of a dossier can be corrected (更正), and what it then is."""

from datetime import date

from .dossier import Dossier, Stop

CORRECTABLE = ("applicant.name", "applicant.id_number", "applicant.phone", "accepted_on")


def recorded(dossier: Dossier, field: str) -> object:
    """
    What holds for a correctable field: those in CORRECTABLE, `form.NAME`, and `pause-N.since` or
    `pause-N.until` of a stop of the clock; dates as YYYY-MM-DD. Raises KeyError for any other, and
    for what has not been recorded yet.
    """
    head, _, tail = field.partition(".")
    if head == "form":
        return dossier.form[tail]
    if field in CORRECTABLE and head == "applicant":
        value: object = getattr(dossier.applicant, tail)
        return value
    day = dossier.accepted_on if field == "accepted_on" else _end(_stop(dossier, head), tail)
    if day is None:
        raise KeyError(field)
    return day.isoformat()


def source(dossier: Dossier, field: str) -> int:
    """The version of the event that recorded a correctable field, or corrected it last."""
    return dossier.sources.get(field) or dossier.sources[field.partition(".")[0]]


def _stop(dossier: Dossier, pause: str) -> Stop:
    for stop in dossier.stops:
        if stop.suspended.pause == pause:
            return stop
    raise KeyError(pause)


def _end(stop: Stop, end: str) -> date | None:
    return {"since": stop.suspended.since, "until": stop.until}[end]


def correct(dossier: Dossier, field: str, now: object) -> Dossier:
    """
    The dossier with `now` in the place that `recorded` reads. A replay as of some moment leaves
    out what happened later: what is not there is not corrected.
    """
    try:
        recorded(dossier, field)
    except KeyError:
        return dossier
    head, _, tail = field.partition(".")
    if head == "form":
        return dossier._replace(form={**dossier.form, tail: now})
    if head == "applicant":
        return dossier._replace(applicant=dossier.applicant.model_copy(update={tail: now}))
    day = date.fromisoformat(str(now))
    if field == "accepted_on":
        return dossier._replace(accepted_on=day)
    stops = (
        _moved(stop, tail, day) if stop.suspended.pause == head else stop for stop in dossier.stops
    )
    return dossier._replace(stops=tuple(stops))


def _moved(stop: Stop, end: str, day: date) -> Stop:
    if end == "until":
        return stop._replace(until=day)
    return stop._replace(suspended=stop.suspended.model_copy(update={"since": day}))
