"""/verify: anybody who is shown a certificate learns how it stands now."""

from chalice.app import Response

from ...kernel.errors import NotFound
from ...web.operation import OperationSpec
from ...web.problems import language_of
from ...web.request import ApiRequest
from ...web.route import operation, reply
from ..application import showings

_VERIFY = OperationSpec(
    "verifyCertificate",
    "certificates",
    "VerdictReply",
    public=True,
    limit="verification",
    media=("text/html",),
)


@operation(_VERIFY)
def verify(request: ApiRequest, token: str) -> Response:
    """
    核验: what is valid now, as JSON or as a page (`Accept`).

    A code that the holder has shown is good once. One that is unknown, used or expired is
    answered in the same words.
    """
    verdict = showings.verify(request.platform, token, uses_up=not request.asks_only)
    if _by_a_person(request):
        return _page(request, verdict)
    if not verdict.known:
        raise NotFound("no-such-showing-code", "no such code, or it was used, or its time is over")
    return reply(showings.plain(verdict))


def _by_a_person(request: ApiRequest) -> bool:
    accepted = request.raw.headers.get("accept", "")
    return "text/html" in accepted and "application/json" not in accepted


def _page(request: ApiRequest, verdict: showings.Verdict) -> Response:
    from .verification_page import HEADERS, page

    headers: dict[str, str | list[str]] = dict(HEADERS)
    return Response(page(verdict, language_of(request.raw)), headers, 200 if verdict.known else 404)
