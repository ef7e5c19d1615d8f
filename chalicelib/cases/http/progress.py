"""/progress: how a case stands, by its number and query code, without an account."""

from typing import Annotated

from chalice.app import Response
from pydantic import Field

from ...codes.numbers import as_number
from ...kernel.base import Frozen
from ...web.operation import OperationSpec
from ...web.request import ApiRequest
from ...web.route import operation, reply
from ..application import progress


class ProgressQuery(Frozen):
    """The case number, and the query code that the submission was answered with."""

    number: Annotated[str, Field(min_length=1, max_length=64)]
    code: Annotated[str, Field(min_length=1, max_length=64)]


_PROGRESS = OperationSpec(
    "askProgress",
    "cases",
    "ProgressReply",
    body=ProgressQuery,
    public=True,
    limit="query",
    problems=("not-found",),
)
_CODE = OperationSpec("getQueryCode", "cases", "QueryCode", limit="query-code")


@operation(_PROGRESS)
def ask_progress(request: ApiRequest) -> Response:
    """办理进度: how a case stands, by number and query code, for a kiosk or the hotline."""
    query, gate = request.body(ProgressQuery), request.platform.gate
    gate.by_number(_PROGRESS.limit, as_number(query.number))
    state = progress.found(request.platform, query.number, query.code)
    return reply(progress.describe(request.platform, state, request.language))


@operation(_CODE)
def query_code(request: ApiRequest, case_id: str) -> Response:
    """查询密码: the case's query code again, for the applicant or who handed the case in."""
    return reply({"query_code": progress.code(request.platform, request.actor, case_id)})
