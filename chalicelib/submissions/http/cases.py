"""/cases, /drafts: submit a case, save what is not ready yet."""

from chalice.app import Response

from ...cases.application import cases
from ...cases.domain import State
from ...cases.domain.guards import application_of
from ...cases.http.cases import taken
from ...eventlog.transact import Outcome
from ...web.bodies import CommandBody
from ...web.operation import OperationSpec
from ...web.request import ApiRequest
from ...web.route import operation
from ..application import submissions
from ..application.submissions import Submission


class SubmissionBody(Submission, CommandBody):
    """A submission, and when and how it reached us."""


_SUBMIT = OperationSpec("submitCase", "cases", "SubmissionReply", 201, SubmissionBody, command=True)
_DRAFT = OperationSpec(
    "saveDraft",
    "drafts",
    "CommandReply",
    201,
    Submission,
    command=True,
    problems=("quota-exceeded",),
)
_DRAFT_AGAIN = _DRAFT._replace(name="replaceDraft", status=200)


@operation(_SUBMIT)
def submit(request: ApiRequest) -> Response:
    """申报: submit a case under the current version of an item."""
    body = request.body(SubmissionBody)
    outcome = submissions.submit(request.platform, request.caller(body), _plain(body))
    return _submitted(request, outcome)


@operation(_DRAFT)
def save_draft(request: ApiRequest) -> Response:
    """草稿: save a new draft; nothing of it is checked against the item's form yet."""
    body = request.body(Submission)
    return taken(submissions.save_draft(request.platform, request.caller(), body), 201)


@operation(_DRAFT_AGAIN)
def save_draft_again(request: ApiRequest, case_id: str) -> Response:
    """Save a draft again, whole: it replaces what was there."""
    body = request.body(Submission)
    return taken(submissions.save_draft(request.platform, request.caller(), body, case_id))


@operation(_SUBMIT._replace(name="submitDraft"))
def submit_draft(request: ApiRequest, case_id: str) -> Response:
    """Submit a draft, as the body has it now; it keeps its id."""
    body = request.body(SubmissionBody)
    outcome = submissions.submit(request.platform, request.caller(body), _plain(body), case_id)
    return _submitted(request, outcome)


def _plain(body: SubmissionBody) -> Submission:
    return Submission.model_construct(
        **{name: getattr(body, name) for name in Submission.model_fields}
    )


def _submitted(request: ApiRequest, outcome: Outcome[State]) -> Response:
    application = application_of(outcome.state)
    code = cases.query_code(request.platform, application.case_id)
    found = submissions.warnings(application.applicant, application.submitted_on)
    return taken(outcome, 201, query_code=code, warnings=[one._asdict() for one in found])
