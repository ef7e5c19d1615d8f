"""GET /missed-queries: what people looked for and did not find."""

import re
from datetime import date

from chalice.app import Response

from ...web.errors import BadRequest
from ...web.operation import OperationSpec
from ...web.request import ApiRequest
from ...web.route import operation, reply
from ..application import territory
from ..application.search import missed

MOST = 500
_MONTH = re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])")
_MISSED = OperationSpec(
    "listMissedQueries",
    "items",
    "MissedQueries",
    query={
        "month": {
            "type": "string",
            "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])$",
            "description": "yyyy-mm; this month, if not said.",
        }
    },
)


@operation(_MISSED)
def listed(request: ApiRequest) -> Response:
    """未命中检索: what no item was found for, the most frequent first; keywords are made of it."""
    territory.check_role(request.actor)
    month = _month(request)
    found = missed.most_missed(request.platform, month)
    told = [{"query": query, "times": times} for query, times in found[:MOST]]
    return reply({"month": f"{month:%Y-%m}", "queries": told})


def _month(request: ApiRequest) -> date:
    text = request.query("month")
    if text is None:
        return request.today
    if not _MONTH.fullmatch(text) or text < "1900":
        raise BadRequest("bad-parameter", parameter="month")
    return date.fromisoformat(f"{text}-01")
