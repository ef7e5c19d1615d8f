"""
The tables that must have an entry for each member of something else, and cannot say so by type.

What is missing in one would be found late: by the first applicant who gives that command, or by
nobody. `banjian contracts --check` names table and member. A `match` that ends in `assert_never`
needs no place here.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, NamedTuple, get_args

from ..cases import domain as case
from ..cases.application import access, progress_words
from ..cases.domain import events as e
from ..cases.domain import evolving, handling, state, steps
from ..cases.domain.values import Result
from ..cases.projections import case_summary
from ..certificates.application import showings
from ..certificates.domain import state as certificate
from ..certificates.http import verification_page
from ..clock import legal_limits, words
from ..clock.lines import LineCode
from ..items.domain.plan import StepKind
from ..people.application import registry_load
from ..people.application.registry_table import Library
from ..platform import rate_limits
from ..subjects import for_readers
from .docstrings import begins_with_term
from .events import event_types, phases
from .openapi import Operation, replies

# Those that `evolve` takes itself: they begin a case, or belong to an imported one.
_NOT_GROWN = {
    e.CaseDrafted,
    e.DraftDiscarded,
    e.CaseSubmitted,
    e.CaseImported,
    e.StepRecorded,
}
# Procedures have steps of their own (`special`) besides those of a desk, and ratings have streams.
_NO_DESK = {"special", "rating"}
_TOLD_BY_RESULT = {"decided", "closed"}
_NEVER_TOLD = {Result.UNSTATED}  # of imported cases, whose progress nobody asks for


class Table(NamedTuple):
    """`members` each need one of `entries`; `remedy` says what to write there."""

    name: str
    entries: Collection[Any]
    members: Iterable[Any]
    remedy: str


def missing(found: Sequence[Operation]) -> Iterator[str]:
    """What each table lacks, `found` being the operations of the HTTP interface."""
    for table in every(found):
        for member in table.members:
            if member not in table.entries:
                yield f"{table.name} has no entry for {_name(member)}: {table.remedy}"


def every(found: Sequence[Operation]) -> Iterator[Table]:
    yield from _of_cases()
    yield from _of_certificates()
    yield from _of_enums()
    yield from _of_the_contract()
    yield from _of_operations(found)


def _of_cases() -> Iterator[Table]:
    grown = [kind for kind in case.EVENTS if kind not in _NOT_GROWN]
    yield Table("access.RULES", access.RULES, case.COMMANDS, "say who may give the command")
    yield Table(
        "evolving.TRANSITIONS", evolving.TRANSITIONS, grown, "say what the event adds to a case"
    )
    yield Table(
        "case_summary.STATES", case_summary.STATES, evolving.LEADS, "say the state that lists show"
    )
    desks = [kind for kind in get_args(e.Desk) if kind not in _NO_DESK]
    yield Table("steps.DESKS", steps.DESKS, desks, "say what the desk is called, and its role")
    yield Table("handling.OUTCOMES", handling.OUTCOMES, StepKind, "say how such a step can end")
    yield Table(
        "progress_words.WORDS",
        progress_words.WORDS,
        _situations(),
        "say what it means for the applicant, and what follows",
    )


def _situations() -> list[str]:
    """As `progress` names them."""
    names = [kind.__name__.lower() for kind in get_args(state.Lodged)]
    results = [str(one) for one in Result if one not in _NEVER_TOLD]
    delivered = [f"{one}-delivered" for one in (Result.GRANTED, Result.DENIED)]
    return [*(name for name in names if name not in _TOLD_BY_RESULT), *results, *delivered]


def _of_certificates() -> Iterator[Table]:
    endings = get_args(certificate.Ending)
    statuses = certificate.CertificateStatus
    shown = [*showings.WORDS.values(), "not-yet-valid", "replaced", "unknown"]
    pages, looks = verification_page, get_args(verification_page.Look)
    yield Table("certificate.STATUS", certificate.STATUS, endings, "say the status it leads to")
    yield Table("showings.WORDS", showings.WORDS, statuses, "say what those who check are told")
    yield Table("verification_page.STATES", pages.STATES, shown, "say how the page shows it")
    yield Table("verification_page.SHAPES", pages.SHAPES, looks, "draw its sign")


def _of_enums() -> Iterator[Table]:
    procedures = legal_limits.SpecialProcedure
    yield Table(
        "legal_limits.SPECIAL_PROCEDURES",
        legal_limits.SPECIAL_PROCEDURES,
        procedures,
        "say what it is called, and the article that stops the clock",
    )
    yield Table("words.TEXTS", words.TEXTS, LineCode, "say the line in both languages")
    yield Table("words.UNITS", words.UNITS, get_args(legal_limits.Unit), "say it in both languages")
    yield Table("registry_load.NEEDED", registry_load.NEEDED, Library, "say what it must have")
    yield Table("registry_load.KNOWN", registry_load.KNOWN, Library, "say what it can have")


def _of_the_contract() -> Iterator[Table]:
    types = [event.kind for event in event_types()]
    told = [kind for phase in phases() for kind in phase.kinds]
    rules = dict.fromkeys(rule for some in access.RULES.values() for rule in some)
    yield _docstrings("event types", types)
    yield Table("PHASES", told, types, "name it under a phase in the wiring of its subject")
    yield _docstrings("commands", case.COMMANDS)
    who = [rule for rule in rules if rule.__doc__]
    yield Table("docstrings of rules", who, rules, "say who that is")


def _docstrings(of: str, kinds: Collection[type]) -> Table:
    fitting = [kind for kind in kinds if begins_with_term(kind)]
    remedy = "begin it with the Chinese term, as in `受理: the case is taken on`"
    return Table(f"docstrings of {of}", fitting, kinds, remedy)


def _of_operations(found: Sequence[Operation]) -> Iterator[Table]:
    said = [one.doc.name for one in found if one.said]
    names = [one.doc.name for one in found]
    limits = dict.fromkeys(one.doc.limit for one in found)
    told = dict.fromkeys(one.doc.reply for one in found if one.doc.reply)
    models = {model.__name__ for model in replies()}
    yield Table("docstrings of handlers", said, names, "say what the operation does")
    yield Table(
        "rate_limits.LIMITS", rate_limits.LIMITS, limits, "say how often it may be asked for"
    )
    yield Table("REPLIES", models, told, "name the model in the wiring of its subject")
    yield from _of_paths(found)


def _of_paths(found: Sequence[Operation]) -> Iterator[Table]:
    under = dict.fromkeys(one.doc.tag for one in found)
    within = dict.fromkeys(name for one in found for name in re.findall(r"{([a-z_]+)}", one.path))
    tags = [tag for tag, _ in for_readers("TAGS")]
    parameters = [name for name, *_ in for_readers("PARAMETERS")]
    yield Table("TAGS", tags, under, "say in the wiring what is found under it")
    remedy = "say in the wiring what it names, and its form"
    yield Table("PARAMETERS", parameters, within, remedy)


def _name(member: Any) -> str:
    return str(getattr(member, "__name__", None) or getattr(member, "name", member))
