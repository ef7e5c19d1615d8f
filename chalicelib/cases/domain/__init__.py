"""
A case (办件), from draft to archive.

    Absent -> Drafted -> Submitted -> Accepted <-> Suspended -> Decided -> Archived
                           |  ^  \\                                ^
                Returned <-+  |   +-> Supplementing -> Submitted  |
                              |                                   |
              Closed <- refused, lapsed, withdrawn, voided -------+

`decide` reads no clock and makes no randomness: time, ids and numbers come in with the command,
and the calendar of working days as a value.
"""

from typing import assert_never, get_args

from ...clock.calendar import Calendar
from . import clockwork, handling, intake, outcome, recusal, supplement
from . import commands as c
from . import events as e
from .commands import CaseCommand
from .events import Event
from .evolving import evolve, fold
from .guards import in_time
from .state import Lodged, State, initial
from .steps import clocks_corrected

CATEGORY = "case"
EVENTS = get_args(Event)
COMMANDS = get_args(CaseCommand)
_MOVE_CLOCKS = frozenset({e.CaseSuspended, e.CaseResumed, e.MistakeCorrected})

__all__ = [
    "CATEGORY",
    "COMMANDS",
    "EVENTS",
    "CaseCommand",
    "Event",
    "State",
    "decide",
    "evolve",
    "fold",
    "initial",
]


def decide(command: CaseCommand, state: State, calendar: Calendar) -> list[Event]:
    """Repeating a command that already took effect yields no events. Raises Rejected."""
    in_time(command, state)
    return _with_clocks_of_steps(_decided(command, state, calendar), state)


def _with_clocks_of_steps(decided: list[Event], state: State) -> list[Event]:
    """What moves the clock of the case moves that of every step, also of those that are done."""
    if _MOVE_CLOCKS.isdisjoint(map(type, decided)):
        return decided
    after = fold(decided, state)
    return [*decided, *clocks_corrected(after)] if isinstance(after, Lodged) else decided


def _decided(command: CaseCommand, state: State, calendar: Calendar) -> list[Event]:
    match command:
        case c.SaveDraft():
            return intake.save_draft(command, state)
        case c.DiscardDraft():
            return intake.discard_draft(command, state)
        case c.SubmitCase():
            return intake.submit(command, state)
        case c.PassPreCheck():
            return intake.pass_pre_check(command, state)
        case c.ReturnSubmission():
            return intake.return_submission(command, state, calendar)
        case c.Resubmit():
            return intake.resubmit(command, state)
        case c.Receive():
            return intake.receive(command, state)
        case c.RequestSupplement():
            return supplement.request_supplement(command, state, calendar)
        case c.SubmitSupplement():
            return supplement.submit_supplement(command, state)
        case c.LapseSupplement():
            return supplement.lapse_supplement(command, state, calendar)
        case c.Accept():
            return intake.accept(command, state, calendar)
        case c.DeemAccepted():
            return intake.deem_accepted(command, state, calendar)
        case c.RefuseAcceptance():
            return intake.refuse_acceptance(command, state, calendar)
        case c.StartStep():
            return handling.start_step(command, state)
        case c.FinishStep():
            return handling.finish_step(command, state)
        case c.Suspend():
            return clockwork.suspend(command, state)
        case c.Resume():
            return clockwork.resume(command, state)
        case c.RequestExtension():
            return clockwork.request_extension(command, state, calendar)
        case c.GrantExtension():
            return clockwork.grant_extension(command, state, calendar)
        case c.RefuseExtension():
            return clockwork.refuse_extension(command, state)
        case c.Transfer():
            return handling.transfer(command, state)
        case c.Recuse():
            return recusal.recuse(command, state)
        case c.RequestRecusal():
            return recusal.request_recusal(command, state)
        case c.RefuseRecusal():
            return recusal.refuse_recusal(command, state)
        case c.CorrectMistake():
            return handling.correct_mistake(command, state)
        case c.Grant():
            return outcome.grant(command, state)
        case c.GrantAtOnce():
            return outcome.grant_at_once(command, state, calendar)
        case c.Deny():
            return outcome.deny(command, state)
        case c.IssueCertificate():
            return outcome.issue_certificate(command, state)
        case c.Deliver():
            return outcome.deliver(command, state)
        case c.Withdraw():
            return outcome.withdraw(command, state)
        case c.Void():
            return outcome.void(command, state)
        case c.Archive():
            return outcome.archive(state)
        case _:
            assert_never(command)
