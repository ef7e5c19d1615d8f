"""/cases/{case_id}/rate and /answer-rating: the rating of a case, by the case."""

from typing import Annotated

from chalice.app import Response
from pydantic import Field

from ...cases.application import file as case_file
from ...kernel.base import Text
from ...web.bodies import CommandBody, fields_of
from ...web.operation import OperationSpec
from ...web.request import ApiRequest
from ...web.route import operation, reply
from ..application import ratings


class RateBody(CommandBody):
    """好差评: the best is 1; 4 and 5 are bad and will be answered."""

    rating: Annotated[int, Field(ge=1, le=5)]
    comment: Text | None = None


class AnswerRatingBody(CommandBody):
    """差评整改: what verifying it found, and what is put right."""

    justified: bool
    finding: Text
    remedy: Text


_RATE = OperationSpec("rate", "ratings", "RatedReply", body=RateBody, command=True)
_ANSWER = _RATE._replace(name="answerRating", body=AnswerRatingBody)


@operation(_RATE)
def rate(request: ApiRequest, case_id: str) -> Response:
    """
    好差评: rate the service, once it has a result.

    The case stays at its version; nobody who handled it learns that it was rated.
    """
    body = request.body(RateBody)
    caller = request.caller(body)
    done = ratings.rate(request.platform, caller, case_id, body.rating, body.comment)
    return _taken(done)


@operation(_ANSWER)
def answer(request: ApiRequest, case_id: str) -> Response:
    """
    差评整改: verify and answer the bad rating of a case at once.

    By nobody who handled the case. `POST /ratings/{rating_id}/verify` and `/answer` take the two
    one after the other.
    """
    body = request.body(AnswerRatingBody)
    caller = request.caller(body)
    return _taken(ratings.answer_of_case(request.platform, caller, case_id, fields_of(body)))


def _taken(done: ratings.Taken) -> Response:
    application = done.case.application
    body = {
        "case_id": application.case_id,
        "number": application.number,
        "state": case_file.name(done.case),
        "version": done.case_version,
        "position": done.outcome.position,
        "rating_id": done.rating_id,
    }
    replayed = {"Idempotency_Replayed": "true"} if done.outcome.repeated else {}
    return reply(body, 200, ETag=f'"{done.case_version}"', **replayed)
