"""What documents have; see subjects.py."""

EVENTS = (("document", "documents.domain.document:EVENTS"),)
CONSUMERS = (
    (
        "document_scans",
        "documents.subscribers.document_scans:subscriber",
        ("PROJECT", "COMMAND", "SCAN"),
    ),
    ("own_documents", "documents.projections.own_documents:PROJECTION", ("PROJECT",)),
    (
        "discarded_documents",
        "documents.subscribers.discarded_documents:subscriber",
        ("PROJECT", "DISCARD"),
    ),
)
ROUTES = (
    ("GET", "/documents", "documents.http.own:listed"),
    ("DELETE", "/documents/uploads/{upload_id}", "documents.http.own:discard"),
)
SCHEDULES = (
    ("sweep_uploads", "documents.application.documents:sweep", 60, ("SWEEP_INCOMING",), "sweep"),
)
REPLIES = (
    "documents.replies:UploadReply",
    "documents.replies:UploadStatus",
    "documents.replies:UploadTicket",
    "documents.replies:UploadPart",
    "documents.replies:CaseDocuments",
    "documents.replies:DocumentLink",
    "documents.replies:OwnDocuments",
)
PHASES = (("材料", "Documents", "documents.domain.document:EVENTS"),)
CHINESE = ("documents.chinese",)
REFUSALS = (
    (
        "documents.application.documents:TooMuch",
        413,
        "too-large",
        None,
        "documents.application.documents:limit",
    ),
)
