"""What submissions have; see subjects.py."""

CONSUMERS = (
    ("open_cases", "submissions.projections.open_cases:PROJECTION", ("PROJECT",)),
    ("drafts", "submissions.projections.drafts:PROJECTION", ("PROJECT",)),
)
TIMERS = (
    ("expire_drafts", "submissions.subscribers.expiry:drafts_timer", ("COMMAND", "EXPIRE")),
    (
        "expire_documents",
        "submissions.subscribers.expiry:documents_timer",
        ("COMMAND", "DISCARD", "EXPIRE"),
    ),
)
ROUTES = (
    ("GET", "/drafts", "submissions.http.drafts:listed"),
    ("DELETE", "/drafts/{case_id}", "submissions.http.drafts:discard"),
    ("POST", "/cases", "submissions.http.cases:submit"),
    ("POST", "/drafts", "submissions.http.cases:save_draft"),
    ("PUT", "/drafts/{case_id}", "submissions.http.cases:save_draft_again"),
    ("POST", "/drafts/{case_id}/submit", "submissions.http.cases:submit_draft"),
    ("GET", "/items/{code}/held-materials", "submissions.http.held_materials:held"),
    ("POST", "/cases/{case_id}/pass-pre-check", "submissions.http.commands:PassPreCheck"),
    ("POST", "/cases/{case_id}/return-submission", "submissions.http.commands:ReturnSubmission"),
    ("POST", "/cases/{case_id}/resubmit", "submissions.http.commands:Resubmit"),
    ("POST", "/cases/{case_id}/receive", "submissions.http.commands:Receive"),
    ("POST", "/cases/{case_id}/request-supplement", "submissions.http.commands:RequestSupplement"),
    ("POST", "/cases/{case_id}/submit-supplement", "submissions.http.commands:SubmitSupplement"),
    ("POST", "/cases/{case_id}/lapse-supplement", "submissions.http.commands:LapseSupplement"),
    ("POST", "/cases/{case_id}/accept", "submissions.http.commands:Accept"),
    ("POST", "/cases/{case_id}/refuse-acceptance", "submissions.http.commands:RefuseAcceptance"),
    ("POST", "/cases/{case_id}/start-step", "submissions.http.commands:StartStep"),
    ("POST", "/cases/{case_id}/finish-step", "submissions.http.commands:FinishStep"),
    ("POST", "/cases/{case_id}/suspend", "submissions.http.commands:Suspend"),
    ("POST", "/cases/{case_id}/resume", "submissions.http.commands:Resume"),
    ("POST", "/cases/{case_id}/request-extension", "submissions.http.commands:RequestExtension"),
    ("POST", "/cases/{case_id}/grant-extension", "submissions.http.commands:GrantExtension"),
    ("POST", "/cases/{case_id}/refuse-extension", "submissions.http.commands:RefuseExtension"),
    ("POST", "/cases/{case_id}/transfer", "submissions.http.commands:Transfer"),
    ("POST", "/cases/{case_id}/recuse", "submissions.http.commands:Recuse"),
    ("POST", "/cases/{case_id}/request-recusal", "submissions.http.commands:RequestRecusal"),
    ("POST", "/cases/{case_id}/refuse-recusal", "submissions.http.commands:RefuseRecusal"),
    ("POST", "/cases/{case_id}/correct-mistake", "submissions.http.commands:CorrectMistake"),
    ("POST", "/cases/{case_id}/grant", "submissions.http.commands:Grant"),
    ("POST", "/cases/{case_id}/grant-at-once", "submissions.http.commands:GrantAtOnce"),
    ("POST", "/cases/{case_id}/deny", "submissions.http.commands:Deny"),
    ("POST", "/cases/{case_id}/deliver", "submissions.http.commands:Deliver"),
    ("POST", "/cases/{case_id}/withdraw", "submissions.http.commands:Withdraw"),
    ("POST", "/cases/{case_id}/void", "submissions.http.commands:Void"),
    ("POST", "/cases/{case_id}/archive", "submissions.http.commands:Archive"),
)
REPLIES = ("submissions.replies:DraftPage",)
TAGS = (("drafts", "草稿: what is not submitted yet."),)
CHINESE = ("submissions.chinese",)
REFUSALS = (
    ("submissions.application.claiming:Underway", 409, "conflict", 1),
    (
        "submissions.application.duplicates:Duplicate",
        409,
        "duplicate-case",
        None,
        "submissions.http.refusals:duplicate",
    ),
    (
        "submissions.application.submissions:FormInvalid",
        422,
        "invalid-request",
        None,
        "submissions.http.refusals:form",
    ),
)
