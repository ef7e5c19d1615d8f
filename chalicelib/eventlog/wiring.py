"""What the engine itself has; see subjects.py."""

EVENTS = (("consumer", "eventlog.skipping:EVENTS"),)
PHASES = (("平台", "Platform", "eventlog.skipping:EVENTS"),)
REFUSALS = (
    ("eventlog.transact:Stale", 412, "precondition-failed"),
    ("eventlog.ports:Conflict", 409, "conflict"),
    ("eventlog.ports:Reused", 422, "idempotency-key-reused"),
    ("eventlog.ports:TooLarge", 413, "commit-too-large"),
    ("eventlog.codec:UnknownEvent", 503, "newer-release", 60),
    ("eventlog.ports:Damaged", 500, "store-damaged"),
    ("eventlog.ports:Full", 503, "storage-full", 60),
    ("eventlog.ports:ReadOnly", 503, "storage-read-only", 60),
    ("eventlog.ports:StoreError", 503, "store-unavailable", 1),
    ("eventlog.views.port:ViewsDamaged", 500, "store-damaged"),
    ("eventlog.views.port:ViewsFull", 503, "storage-full", 60),
    ("eventlog.views.port:ViewsReadOnly", 503, "storage-read-only", 60),
    ("eventlog.views.port:ViewsError", 503, "store-unavailable", 1),
)
