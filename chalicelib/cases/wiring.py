"""What cases have; see subjects.py."""

# What a document is sent as: those of documents/application/types.py, or as plain bytes.
MEDIA_TYPES = (
    "application/pdf",
    "image/jpeg",
    "image/png",
    "application/ofd",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/zip",
    "application/octet-stream",
)
# And as whatever else a sender calls it, which declares nothing; or in a form.
SENT_AS = (*MEDIA_TYPES, "multipart/form-data", "*/*")

EVENTS = (("case", "cases.domain:EVENTS"),)
CONSUMERS = (
    ("applicant_cases", "cases.projections.applicant_cases:projection", ("PROJECT",)),
    ("work_list", "cases.projections.work_list:projection", ("PROJECT",)),
    ("process_library", "cases.projections.process_library:projection", ("PROJECT",)),
    ("acceptance_deadlines", "cases.projections.acceptance_deadlines:projection", ("PROJECT",)),
    ("case_numbers", "cases.projections.case_numbers:PROJECTION", ("PROJECT",)),
)
TIMERS = (("deemed_acceptance", "cases.subscribers.deadlines:timer", ("COMMAND",)),)
ROUTES = (
    ("GET", "/cases", "cases.http.lists:own_cases"),
    ("POST", "/cases/search", "cases.http.finding:by_person"),
    ("GET", "/work", "cases.http.lists:work"),
    ("GET", "/process-steps", "cases.http.lists:process_steps"),
    ("GET", "/cases/{case_id}", "cases.http.cases:read"),
    ("GET", "/cases/{case_id}/events", "cases.http.cases:history"),
    ("POST", "/documents", "cases.http.documents:put", SENT_AS),
    ("POST", "/documents/uploads", "cases.http.documents:begin"),
    ("GET", "/documents/uploads/{upload_id}", "cases.http.documents:status"),
    ("POST", "/documents/uploads/{upload_id}/parts/{number}", "cases.http.documents:ticket"),
    (
        "PUT",
        "/documents/uploads/{upload_id}/parts/{number}",
        "cases.http.documents:part",
        ("application/octet-stream", "*/*"),
    ),
    ("POST", "/documents/uploads/{upload_id}/complete", "cases.http.documents:complete"),
    ("GET", "/cases/{case_id}/documents", "cases.http.documents:listed"),
    ("GET", "/cases/{case_id}/documents/{digest}", "cases.http.documents:one"),
    ("POST", "/cases/{case_id}/documents/{digest}/links", "cases.http.documents:link"),
    ("GET", "/documents/links/{link}", "cases.http.documents:linked"),
    ("POST", "/progress", "cases.http.progress:ask_progress"),
    ("GET", "/cases/{case_id}/query-code", "cases.http.progress:query_code"),
)
REPLIES = (
    "cases.replies_lists:Problem",
    "cases.replies:CommandReply",
    "cases.replies:SubmissionReply",
    "cases.replies:CaseReply",
    "cases.replies:CaseEvents",
    "cases.replies_progress:ProgressReply",
    "cases.replies_progress:QueryCode",
    "cases.replies_lists:CardPage",
    "cases.replies_lists:FoundCases",
    "cases.replies_lists:ProcessStepPage",
)
PHASES = (
    ("申报", "Submission", "cases.domain.events:Submission"),
    ("补正与受理", "Supplement and acceptance", "cases.domain.events:Acceptance"),
    (
        "办理",
        "Handling",
        "cases.domain.events:Steps",
        "cases.domain.events:Changes",
        "cases.domain.events:Recusals",
    ),
    ("时限", "Clock", "cases.domain.events:Clock"),
    ("办结", "Outcome", "cases.domain.events:Outcome"),
    ("历史办件", "Imported cases", "cases.domain.events:Imported"),
)
TAGS = (
    ("cases", "办件: submit a case, move it on, read it."),
    ("lists", "Work lists, one's own cases, the case-process library (办件过程信息库)."),
    ("documents", "材料: documents that are handed in."),
)
PARAMETERS = (
    (
        "case_id",
        "The `case_id` of a reply; not the case number.",
        {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._:@-]{0,63}$"},
    ),
    (
        "upload_id",
        "The `upload_id` of a reply.",
        {"type": "string", "pattern": "^[0-9a-f]{26}$"},
    ),
    (
        "number",
        "A part of the document, from 1.",
        {"type": "integer", "minimum": 1, "maximum": 99999},
    ),
    (
        "link",
        "As the `url` of a link has it.",
        {"type": "string", "pattern": "^[A-Za-z0-9._:@~-]{1,300}$"},
    ),
    (
        "digest",
        "SHA-256 of one of the case's materials, in hex.",
        {"type": "string", "pattern": "^[0-9a-f]{64}$"},
    ),
)
CHINESE = ("cases.chinese",)
REFUSALS = (
    ("cases.application.documents:Held", 409, "scan-pending", 30),
    ("cases.application.documents:Infected", 409, "infected"),
    ("cases.application.documents:Unscannable", 409, "unscannable"),
)
