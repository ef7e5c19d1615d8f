"""Recusal (回避, 公务员法 art. 76): who has nothing more to do with the case, and who says so."""

from ...kernel.actor import Identifier
from ...kernel.errors import Closed, NotAllowed, OutOfOrder
from . import commands as c
from . import events as e
from .duties import same_hand
from .guards import ended, lodged, today
from .records import Application, OpenStep
from .state import Archived, Ended, Lodged, State
from .steps import desk, finishing, overtaken, own_id, passed_on
from .values import StepOutcome

# More than a case has hands; who asks for them all stops nobody's work list.
MOST_ASKED = 10


def recuse(command: c.Recuse, state: State) -> list[e.Event]:
    case = lodged(state)
    if isinstance(case, Archived):
        raise Closed.of(ended(case))
    account = command.account or command.by.account
    if is_recused(case.application, account):
        return []
    own = account == command.by.account
    recused = e.HandlerRecused(
        account=account,
        reason=command.reason,
        on=today(command),
        by=command.by.account,
        person=command.person if own else _known_person(case.application, account),
    )
    held = [one for one in case.application.open if one.handler == account]
    return [recused, *_answered(case, account, command), *passed_on(case, held, command)]


def is_recused(application: Application, account: Identifier) -> bool:
    return any(one.account == account for one in application.recused)


def _known_person(application: Application, account: Identifier) -> e.PersonInCase | None:
    """As whom they did something before in this case."""
    known = (one.finished.person for one in application.done if one.finished.handler == account)
    return next((one for one in known if one is not None), None)


def _answered(case: Lodged, account: Identifier, command: c.Recuse) -> list[e.Event]:
    """What was asked about them is answered; by themselves, nobody need decide it any more."""
    steps = _deciding(case.application, account)
    if account == command.by.account:
        return overtaken(case, steps, command)
    return finishing(case, steps, StepOutcome.GRANTED, command, command.reason)


def _deciding(application: Application, account: Identifier) -> list[OpenStep]:
    asked = {one.step for one in application.recusals_asked if one.account == account}
    return [one for one in application.open if own_id(one.id) in asked]


def request_recusal(command: c.RequestRecusal, state: State) -> list[e.Event]:
    case = lodged(state)
    if isinstance(case, Ended):
        raise Closed.of(ended(case))
    application = case.application
    if is_recused(application, command.account):
        return []
    if any(one.account == command.account for one in application.recusals_asked):
        return []
    if len(application.recusals_asked) >= MOST_ASKED:
        raise OutOfOrder("recusals-wait", "{count} such requests wait already", count=MOST_ASKED)
    deciding = desk(application, "recusal", today(command))
    asked = e.RecusalRequested(account=command.account, reason=command.reason, step=deciding.step)
    return [asked, deciding]


def refuse_recusal(command: c.RefuseRecusal, state: State) -> list[e.Event]:
    case = lodged(state)
    application, account = case.application, command.account
    refused = e.RecusalRefused(account=account, reason=command.reason, by=command.by.account)
    asked = any(one.account == account for one in application.recusals_asked)
    if not asked and refused in application.recusals_refused:
        return []
    if isinstance(case, Ended):
        raise Closed.of(ended(case))
    if not asked:
        raise OutOfOrder(
            "no-recusal-asked", "nobody has asked that {account} be recused", account=account
        )
    if same_hand(command, account, _known_person(application, account)):
        raise NotAllowed(
            "recusal-of-oneself", "whether somebody is recused is refused by somebody else"
        )
    steps = _deciding(application, account)
    return [
        *finishing(case, steps, StepOutcome.REFUSED, command, command.reason),
        refused,
    ]
