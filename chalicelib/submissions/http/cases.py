"""/cases, /drafts: submit a case, save what is not ready yet."""

from chalice.app import Response

from ...cases.application import cases
from ...cases.domain import State
from ...cases.domain.guards import application_of
from ...cases.http.cases import taken
from ...eventlog.transact import Outcome
from ...web.bodies import Told
from ...web.operation import Doc
from ...web.request import Ask
from ...web.route import operation
from ..application import submissions
from ..application.submissions import Submission


class SubmissionBody(Submission, Told):
    """A submission, and when and how it reached us."""


_SUBMIT = Doc("submitCase", "cases", "SubmissionReply", 201, SubmissionBody, command=True)
_DRAFT = Doc("saveDraft", "drafts", "CommandReply", 201, Submission, command=True)
_DRAFT_AGAIN = _DRAFT._replace(name="replaceDraft", status=200)


@operation(_SUBMIT)
def submit(ask: Ask) -> Response:
    """申报: submit a case under the current version of an item."""
    body = ask.body(SubmissionBody)
    outcome = submissions.submit(ask.platform, ask.caller(body), _plain(body))
    return _submitted(ask, outcome)


@operation(_DRAFT)
def save_draft(ask: Ask) -> Response:
    """草稿: save a new draft; nothing of it is checked against the item's form yet."""
    body = ask.body(Submission)
    return taken(submissions.save_draft(ask.platform, ask.caller(), body), 201)


@operation(_DRAFT_AGAIN)
def save_draft_again(ask: Ask, case_id: str) -> Response:
    """Save a draft again, whole: it replaces what was there."""
    body = ask.body(Submission)
    return taken(submissions.save_draft(ask.platform, ask.caller(), body, case_id))


@operation(_SUBMIT._replace(name="submitDraft"))
def submit_draft(ask: Ask, case_id: str) -> Response:
    """Submit a draft, as the body has it now; it keeps its id."""
    body = ask.body(SubmissionBody)
    outcome = submissions.submit(ask.platform, ask.caller(body), _plain(body), case_id)
    return _submitted(ask, outcome)


def _plain(body: SubmissionBody) -> Submission:
    return Submission.model_construct(
        **{name: getattr(body, name) for name in Submission.model_fields}
    )


def _submitted(ask: Ask, outcome: Outcome[State]) -> Response:
    application = application_of(outcome.state)
    code = cases.query_code(ask.platform, application.case_id)
    found = submissions.warnings(application.applicant, application.submitted_on)
    return taken(outcome, 201, query_code=code, warnings=[one._asdict() for one in found])
