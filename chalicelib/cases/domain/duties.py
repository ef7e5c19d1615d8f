"""Two pairs of eyes (职责分离): who did what before does not judge it."""

from collections.abc import Mapping

from ...items.domain.plan import StepKind
from ...kernel.actor import Identifier
from ...kernel.base import StaffCommand
from ...kernel.errors import NotAllowed
from . import events as e
from .records import Application, OpenStep
from .values import StepOutcome

# Of each kind of step, what none of its own hands may have done.
_JUDGED: Mapping[str, frozenset[str]] = {
    StepKind.REVIEW: frozenset({StepKind.HANDLE}),
    StepKind.PARALLEL: frozenset({StepKind.HANDLE}),
    StepKind.APPROVE: frozenset({StepKind.HANDLE, StepKind.REVIEW, StepKind.PARALLEL}),
}
# Nobody did what was handed on or passed by.
_NOT_DONE = frozenset({StepOutcome.TRANSFERRED, StepOutcome.OVERTAKEN})


def check_separate(application: Application, step: OpenStep, command: StaffCommand) -> None:
    """Raises NotAllowed for who did a step that this one judges, where the item asks for two."""
    if not application.plan.separation_of_duties:
        return
    judged = _JUDGED.get(step.opened.kind, frozenset())
    for one in application.done:
        done = one.opened.kind in judged and one.finished.outcome not in _NOT_DONE
        if done and same_hand(command, one.finished.handler, one.finished.person):
            raise NotAllowed(
                "judges-own-step",
                "who did step {done} does not do step {step}: two pairs of eyes",
                done=one.opened.step,
                step=step.id,
            )


def check_asked_by_another(request: e.ExtensionRequested, command: StaffCommand) -> None:
    """Raises NotAllowed for who would grant what they asked for (art. 42: the head approves)."""
    if request.by is not None and same_hand(command, request.by, request.person):
        raise NotAllowed(
            "grants-own-request", "who asked for an extension does not grant it: two pairs of eyes"
        )


def same_hand(
    command: StaffCommand, account: Identifier | None, person: e.PersonInCase | None
) -> bool:
    """By account, and by person, as far as the tokens of both named one."""
    return command.by.account == account or (person is not None and command.person == person)
