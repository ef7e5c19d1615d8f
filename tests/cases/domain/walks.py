"""
Cases at random: who does what next is drawn, mostly what fits, at times what does not.

`walk` takes the function that chooses: bytes that Hypothesis draws and shrinks, or a plain seed, by
which the tests can tell how far such walks get.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from operator import attrgetter
from typing import Any, NamedTuple

from hypothesis import strategies as st

from chalicelib.cases import domain as case
from chalicelib.cases.domain import commands as c
from chalicelib.cases.domain.corrections import CORRECTABLE, recorded, source
from chalicelib.cases.domain.state import (
    Absent,
    Accepted,
    Archived,
    Closed,
    Decided,
    Drafted,
    Lodged,
    Returned,
    State,
    Submitted,
    Supplementing,
    Suspended,
    notice_of,
    stops_of,
)
from chalicelib.cases.domain.values import FORM as FORM_LINE
from chalicelib.cases.domain.values import DeliveryMethod, MissingMaterial, StepOutcome
from chalicelib.clock.clock import SpecialProcedure
from chalicelib.codes.numbers import certificate_id
from chalicelib.kernel.actor import Actor, Role
from chalicelib.kernel.errors import Rejected

from . import givens as g

Choose = Callable[[Sequence[Any]], Any]

PLANS = (g.SHORT, g.PLAN, g.PLAN, g.JOINT, g.AT_ONCE)
PEOPLE = (g.CLERK, g.REVIEWER, g.APPROVER, g.FIRE, g.HEALTH, g.SUPERVISOR, g.SYSTEM, g.APPLICANT)
DEPARTMENTS = ("440800-water", "440800-fire", "440800-health", "440802-water", "440802-fire")
REASONS = ("理由一", "理由二")
DAYS = (0, 0, 0, 0, 1, 1, 2, 3, 8)
FIRST = g.at(g.MON)


class Turn(NamedTuple):
    """A command that was taken, and what it did; one that was refused is left out."""

    command: case.CaseCommand
    before: State
    events: list[case.Event]
    after: State

    def __repr__(self) -> str:
        """In short: Hypothesis warns of what is too long to be shown, and hides what failed."""
        command = self.command
        return f"<{type(command).__name__} by {command.by.role} at {command.at:%m-%d %H:%M}>"


class NothingLeft(Exception):
    """All choices were made."""


def walks(most: int = 400) -> st.SearchStrategy[list[Turn]]:
    """One byte a choice, which is much faster than to draw every choice from a strategy."""
    return st.binary(min_size=most // 3, max_size=most).map(_walked)


def _walked(choices: bytes) -> list[Turn]:
    left = iter(choices)

    def choose(offers: Sequence[Any]) -> Any:
        for byte in left:
            return offers[byte % len(offers)]
        raise NothingLeft

    return walk(choose, len(choices))


def walk(choose: Choose, length: int) -> list[Turn]:
    """
    Until `length` commands were tried or there is nothing left to choose by. Raises whatever
    `decide` raises, but for Rejected.
    """
    state: State = case.initial
    now, turns = FIRST, list[Turn]()
    for _ in range(length):
        try:
            now += timedelta(days=choose(DAYS), minutes=choose((1, 1, 90)))
            command = next_command(choose, state, now)
        except NothingLeft:
            break
        try:
            events = g.decide(command, state)
        except Rejected:
            continue
        after = case.fold(events, state)
        turns.append(Turn(command, state, events, after))
        state = after
    return turns


def next_command(choose: Choose, state: State, now: datetime) -> case.CaseCommand:
    """Only what is chosen draws what it says, or Hypothesis would drown in choices."""
    known = state if isinstance(state, Lodged) else _SUBMITTED
    offers = fitting(state) if choose((True,) * 9 + (False,)) else ANYTHING
    kind, by, fields = choose(offers)(choose, known)
    command: case.CaseCommand = kind(**{"at": now, "by": by, **fields})
    return command


_SUBMITTED = g.known(g.submit())
Said = tuple[type[case.CaseCommand], Actor, dict[str, Any]]
Offer = Callable[[Choose, Lodged], Said]
Offers = list[Offer]


# Intake


def _draft(choose: Choose, _known: Lodged) -> Said:
    told = {"case_id": "c1", "item": g.ITEM, "applicant": g.ZHAO, "form": _form(choose)}
    return c.SaveDraft, g.APPLICANT, told


def _discarding(choose: Choose, _known: Lodged) -> Said:
    return c.DiscardDraft, g.APPLICANT, {"why": choose(("by-owner", "idle"))}


def _form(choose: Choose) -> dict[str, Any]:
    return {"purpose": choose(("灌溉", "发电")), "volume": 1200}


def _submission(choose: Choose, _known: Lodged) -> Said:
    hall = choose(("440800-water", "440800-hall"))
    told = g.submit(plan=choose(PLANS), intake=hall, form=_form(choose))
    named = set(type(told).model_fields) - {"at", "by"}
    return c.SubmitCase, g.APPLICANT, {name: getattr(told, name) for name in named}


def _resubmission(choose: Choose, _known: Lodged) -> Said:
    return c.Resubmit, g.APPLICANT, {"form": _form(choose), "materials": (g.DRAWING,)}


def _pre_check(_choose: Choose, _known: Lodged) -> Said:
    return c.PassPreCheck, g.CLERK, {}


def _return(choose: Choose, _known: Lodged) -> Said:
    return c.ReturnSubmission, g.CLERK, {"reason": choose(REASONS)}


def _receipt(_choose: Choose, _known: Lodged) -> Said:
    return c.Receive, g.CLERK, {}


def _acceptance(_choose: Choose, known: Lodged) -> Said:
    if known.application.plan.at_once:
        return c.GrantAtOnce, g.APPROVER, {}
    return c.Accept, g.CLERK, {}


def _plain_acceptance(_choose: Choose, _known: Lodged) -> Said:
    return c.Accept, g.CLERK, {}


def _deemed(_choose: Choose, _known: Lodged) -> Said:
    return c.DeemAccepted, g.SYSTEM, {}


def _refusal(choose: Choose, _known: Lodged) -> Said:
    return c.RefuseAcceptance, g.CLERK, {"reason": choose(REASONS), "remedies": g.REMEDIES}


def _notice(choose: Choose, _known: Lodged) -> Said:
    missing = choose((("drawing",), ("drawing", "report"), (FORM_LINE,)))
    lines = tuple(MissingMaterial(material=one, reason=choose(REASONS)) for one in missing)
    return c.RequestSupplement, g.CLERK, {"missing": lines}


def _supplement(choose: Choose, known: Lodged) -> Said:
    notice = notice_of(known)
    asked = notice.missing if notice else (g.DRAWING_MISSING,)
    wanted = [line.material for line in asked]
    materials = tuple(g.material(one, choose("cd")) for one in wanted if one != FORM_LINE)
    form = _form(choose) if FORM_LINE in wanted else None
    return c.SubmitSupplement, g.APPLICANT, {"materials": materials, "form": form}


def _lapse(_choose: Choose, _known: Lodged) -> Said:
    return c.LapseSupplement, g.SYSTEM, {}


# Steps

_OUTCOMES = {
    "review": (StepOutcome.PASSED, StepOutcome.PASSED, StepOutcome.RETURNED),
    "parallel": (
        StepOutcome.AGREED,
        StepOutcome.AGREED_WITH_CONDITIONS,
        StepOutcome.DISAGREED,
    ),
    "approve": (StepOutcome.RETURNED,),
}


def _step(choose: Choose, known: Lodged) -> Said:
    if not known.application.open:
        return c.FinishStep, g.CLERK, {"step": "nothing-1", "opinion": choose((None, *REASONS))}
    opened = choose(known.application.open).opened
    if opened.kind == "approve" and choose((True, True, False)):
        return _decision(choose, known)
    who = g.staff(f"{choose(('one', 'another'))}-{opened.kind}", opened.role, opened.department)
    if choose((False, False, True)):
        return c.StartStep, who, {"step": opened.step}
    outcome = choose(_OUTCOMES.get(opened.kind, (StepOutcome.PASSED,)))
    opinion = choose(REASONS) if outcome is not StepOutcome.PASSED else None
    return c.FinishStep, who, {"step": opened.step, "outcome": outcome, "opinion": opinion}


def _decision(choose: Choose, _known: Lodged) -> Said:
    if choose((True, True, False)):
        return c.Grant, g.APPROVER, {"conditions": choose((None, "限量"))}
    return c.Deny, g.APPROVER, {"reasons": choose(REASONS), "remedies": g.REMEDIES}


def _transfer(choose: Choose, known: Lodged) -> Said:
    theirs = (
        known.application.department,
        *(one.opened.department for one in known.application.open),
    )
    to, source = choose(DEPARTMENTS), choose((*theirs, choose(DEPARTMENTS)))
    told = {"to_department": to, "to_division": to[:6], "reason": choose(REASONS)}
    return c.Transfer, g.staff("one", Role.REVIEWER, source), told


# Recusal


def _recusal(choose: Choose, known: Lodged) -> Said:
    hands = [one.handler for one in known.application.open if one.handler] or ["one-handle"]
    account = choose((None, *hands))
    return c.Recuse, choose((g.CLERK, g.APPROVER)), {"account": account, "reason": choose(REASONS)}


def _recusal_asked(choose: Choose, _known: Lodged) -> Said:
    told = {"account": choose(("one-handle", "another-review")), "reason": choose(REASONS)}
    return c.RequestRecusal, g.APPLICANT, told


def _recusal_refused(choose: Choose, known: Lodged) -> Said:
    asked = [one.account for one in known.application.recusals_asked] or ["one-handle"]
    return c.RefuseRecusal, g.APPROVER, {"account": choose(asked), "reason": choose(REASONS)}


# The clock


def _stop(choose: Choose, known: Lodged) -> Said:
    procedure = choose((*known.application.plan.special_procedures, SpecialProcedure.AUCTION))
    told = {"reason": choose(REASONS), "expected_days": choose((5, 10))}
    return c.Suspend, g.REVIEWER, {"procedure": procedure, **told}


def _resumption(choose: Choose, known: Lodged) -> Said:
    pauses = [None, *(stop.suspended.pause for stop in stops_of(known))]
    return c.Resume, g.REVIEWER, {"pause": choose(pauses), "result": choose((None, "通过"))}


def _extension(choose: Choose, _known: Lodged) -> Said:
    return c.RequestExtension, g.CLERK, {"days": choose((5, 10, 15)), "reason": choose(REASONS)}


def _extended(_choose: Choose, _known: Lodged) -> Said:
    return c.GrantExtension, g.APPROVER, {}


def _not_extended(choose: Choose, _known: Lodged) -> Said:
    return c.RefuseExtension, g.APPROVER, {"reason": choose(REASONS)}


def _correction(choose: Choose, known: Lodged) -> Said:
    pauses = [f"{s.suspended.pause}.{end}" for s in stops_of(known) for end in ("since", "until")]
    field = choose((*CORRECTABLE, "form.volume", "plan", *pauses * 2))
    now: Any = {"applicant.phone": "13800138000"}.get(field, choose(("x", "赵乙")))
    mistake = 1
    try:
        was, mistake = recorded(known, field), source(known.application, field)
        now = (date.fromisoformat(str(was)) + timedelta(days=choose((-1, 1, 2)))).isoformat()
    except (KeyError, ValueError):
        pass
    told = {"field": field, "now": now, "mistake": mistake, "reason": choose(REASONS)}
    return c.CorrectMistake, g.APPROVER, told


# Outcome

_SELDOM = (True, True, True, True, True, False)  # or hardly a case would get anywhere


def _certificate(choose: Choose, known: Lodged) -> Said:
    kind = known.application.plan.certificate or g.CERTIFICATE
    serial = choose(("20260000001", "20260000002"))
    identifier = certificate_id(kind.type, kind.issuer, serial)
    return c.IssueCertificate, g.SYSTEM, {"identifier": identifier}


def _delivery(choose: Choose, _known: Lodged) -> Said:
    told = {"method": DeliveryMethod.POST, "recipient": choose(("赵一", "钱二"))}
    return c.Deliver, g.CLERK, told


def _withdrawal(choose: Choose, known: Lodged) -> Said:
    if choose(_SELDOM):
        return _step(choose, known)
    return c.Withdraw, g.APPLICANT, {"reason": choose(REASONS)}


def _voiding(choose: Choose, known: Lodged) -> Said:
    if choose(_SELDOM):
        return _step(choose, known)
    return c.Void, g.APPROVER, {"reason": choose(REASONS)}


def _archive(_choose: Choose, _known: Lodged) -> Said:
    return c.Archive, g.CLERK, {}


def _backdated(choose: Choose, _known: Lodged) -> Said:
    kind = choose((c.Accept, c.Receive, c.Archive, c.DeemAccepted))
    return kind, g.CLERK, {"at": FIRST + timedelta(days=choose((-30, 0, 3)))}


# What may well be said in each state, the way forward most often; and what people say all the same.

_TIMING = [_stop, _notice, _extension, _extended, _extended, _not_extended, _correction]
_RECUSAL = [_recusal, _recusal_asked, _recusal_refused]
_AFTERWARDS = [_certificate, _delivery, _archive]
_RARELY = [_transfer, _correction, _withdrawal, _voiding, _lapse]
_AT_THE_WINDOW = [_pre_check, _return, _receipt, _notice, _refusal, _deemed, _transfer, _withdrawal]
_OFFERS: dict[type[Any], Offers] = {
    Absent: [_submission, _submission, _draft],
    Drafted: [_submission, _submission, _draft, _discarding],
    Submitted: [*[_acceptance] * 6, _plain_acceptance, _step, *_AT_THE_WINDOW],
    Returned: [*[_resubmission] * 3, _withdrawal],
    Supplementing: [*[_supplement] * 3, _lapse, _withdrawal],
    Accepted: [*[_step] * 12, *_TIMING, *_RECUSAL, *_RARELY],
    Suspended: [*[_resumption] * 4, *[_supplement] * 4, *_TIMING, *_RARELY],
    Decided: [*_AFTERWARDS * 2, _correction, _voiding],
    Closed: [*_AFTERWARDS, _correction],
    Archived: _AFTERWARDS,
}
ANYTHING: Offers = sorted(
    {_backdated, *(one for many in _OFFERS.values() for one in many)}, key=attrgetter("__name__")
)


def fitting(state: State) -> Offers:
    return _OFFERS[type(state)]
