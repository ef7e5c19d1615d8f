"""/ratings: what becomes of a rating (好差评)."""

from collections.abc import Callable
from typing import Any

from chalice.app import Response

from ...cases.http.lists import department_of
from ...cases.projections.due_days import due_days, limited
from ...eventlog.views.listing import Fetch
from ...eventlog.views.port import Row
from ...kernel.actor import APPLICANTS, Role
from ...kernel.errors import NotAllowed, NotFound
from ...web import paging
from ...web.bodies import CommandBody, fields_of, of_command
from ...web.operation import PAGING, OperationSpec
from ...web.paging import Listing
from ...web.request import ApiRequest
from ...web.route import command_reply, operation, reply, tagged
from ..application import ratings
from ..domain import rating
from ..projections.rating_desk import DESK, NAME, RATER, STATES

_STATES = frozenset(STATES.values())
_ROLES = APPLICANTS | {Role.APPROVER, Role.SUPERVISOR, Role.AUDITOR}
_LIST = OperationSpec(
    "listRatings",
    "ratings",
    "RatingPage",
    query={
        **PAGING,
        "state": {
            "enum": list(STATES.values()),
            "default": "rated",
            "description": "Of a desk's list: `rated` waits to be verified, `verified` for its "
            "answer, `appealed` for review.",
        },
        "department": {
            "type": "string",
            "description": "Of staff: theirs, or a section; supervisors and auditors name one.",
        },
    },
)
_ONE = OperationSpec("getRating", "ratings", "RatingReply", tagged=True)
VERIFY = of_command(rating.Verify, "VerifyRatingBody")
ANSWER = of_command(rating.Answer, "AnswerBody")
APPEAL = of_command(rating.Appeal, "AppealBody")
REVIEW = of_command(rating.Review, "ReviewBody")


@operation(_LIST)
def listed(request: ApiRequest) -> Response:
    """
    差评清单: a department's bad ratings, ordered by when they are due; applicants get their own.

    Of a case that one handled there is nothing here.
    """
    actor = request.actor
    if actor.role not in _ROLES:
        raise NotAllowed(
            "ratings-for-desk",
            "ratings are for those who gave them, approvers, supervisors and auditors",
        )
    name, rows = _own(request) if actor.role in APPLICANTS else _at_desk(request)

    def seen(rating_id: str) -> int:
        return ratings.get(request.platform, actor, rating_id).version

    sealed = f"{NAME} {name}"
    listing = Listing(NAME, ratings.stream, seen, sealed, rows, _shown(request), _card)
    return reply(paging.page(request, listing))


def _own(request: ApiRequest) -> tuple[str, Fetch]:
    account = request.actor.account
    return f"{RATER} {account}", paging.rows(request, NAME, RATER, account, descending=True)


def _at_desk(request: ApiRequest) -> tuple[str, Fetch]:
    department = department_of(request.actor, request.query("department"))
    partition = f"{department} {request.choice('state', _STATES) or 'rated'}"
    return f"{DESK} {partition}", paging.rows(request, NAME, DESK, partition)


def _shown(request: ApiRequest) -> Callable[[Row], bool]:
    def shown(row: Row) -> bool:
        try:
            return bool(ratings.get(request.platform, request.actor, row["rating_id"]))
        except (NotFound, NotAllowed):
            return False

    return shown


def _card(row: Row) -> Row:
    return {name: value for name, value in row.items() if name != "rater"}


@operation(_ONE)
def one(request: ApiRequest, rating_id: str) -> Response:
    """评价: a rating, and what has become of it."""
    found = ratings.get(request.platform, request.actor, rating_id)
    return tagged(request, _told(request, rating_id, found.version, found.state), found.version)


def _spec(name: str, body: type[CommandBody]) -> OperationSpec:
    return OperationSpec(name, "ratings", "RatingReply", body=body, command=True)


@operation(_spec("verifyRating", VERIFY))
def verify(request: ApiRequest, rating_id: str) -> Response:
    """
    核实: say what verifying a bad rating found.

    By an approver of the department in charge or a supervisor of the division, who did not handle
    the case. `called_back` says that the rater was asked (回访).
    """
    return _run(request, rating_id, VERIFY, rating.Verify)


@operation(_spec("answerRatingById", ANSWER))
def answer(request: ApiRequest, rating_id: str) -> Response:
    """
    整改反馈: answer a bad rating that was verified.

    What was justified is put right: `remedy` says how.
    """
    return _run(request, rating_id, ANSWER, rating.Answer)


@operation(_spec("appealRating", APPEAL))
def appeal(request: ApiRequest, rating_id: str) -> Response:
    """申诉: the rater does not accept the answer; once."""
    return _run(request, rating_id, APPEAL, rating.Appeal)


@operation(_spec("reviewRating", REVIEW))
def review(request: ApiRequest, rating_id: str) -> Response:
    """复核: a supervisor who had no part in the answer reviews what was appealed against."""
    return _run(request, rating_id, REVIEW, rating.Review)


def _run(
    request: ApiRequest, rating_id: str, body: type[CommandBody], kind: type[rating.TurnCommand]
) -> Response:
    told = request.body(body)
    caller = request.caller(told)
    command = kind(**caller.about(request.platform.now()), **fields_of(told))
    outcome = ratings.run(request.platform, caller, rating_id, command)
    state = rating.known(outcome.state)
    replied = {
        **_told(request, rating_id, outcome.version, state),
        "position": outcome.position,
    }
    return command_reply(replied, outcome)


def _told(request: ApiRequest, rating_id: str, version: int, state: rating.Known) -> dict[str, Any]:
    rated = state.rated
    turns = ("verified", "answered", "appealed", "reviewed")
    due = None
    if rated.rating >= rating.BAD:
        due = due_days(request.platform.calendar())(rated.on, limited(rated.days)).day
    return {
        "rating_id": rating_id,
        "case_id": rated.case_id,
        "number": rated.number,
        "item": rated.item.code,
        "item_name": rated.item.name,
        "division": rated.division,
        "department": rated.department,
        "rating": rated.rating,
        "comment": rated.comment,
        "rated_on": rated.on.isoformat(),
        "due": due and due.isoformat(),
        "state": type(state).__name__.lower(),
        **{turn: _dump(getattr(state, turn, None)) for turn in turns},
        "version": version,
    }


def _dump(event: Any) -> dict[str, Any] | None:
    if event is None:
        return None
    dumped: dict[str, Any] = event.model_dump(mode="json", exclude={"type"})
    return dumped
