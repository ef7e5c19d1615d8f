"""What the engine itself has; see subjects.py."""

# One wakes all lines of TIMERS, and may do what each of them may.
SCHEDULES = (("timers", "bootstrap.consuming:run_timers", 5, ("READ", "WRITE_VIEWS")),)
EVENTS = (("canary", "eventlog.canary:EVENTS"), ("consumer", "eventlog.skipping:EVENTS"))
INTERNAL = ("canary",)
CONSUMERS = (
    # With the function of powers, as counter_checks: it has little to do.
    ("canary_view", "eventlog.canary:PROJECTION", ("PROJECT",), "powers"),
)
PHASES = (("平台", "Platform", "eventlog.skipping:EVENTS"),)
REFUSALS = (
    ("eventlog.transact:Stale", 412, "precondition-failed"),
    ("eventlog.ports:Conflict", 409, "conflict"),
    ("eventlog.ports:Reused", 422, "idempotency-key-reused"),
    ("eventlog.ports:TooLarge", 413, "commit-too-large"),
    ("eventlog.codec:UnknownEvent", 503, "newer-release", 60),
    ("eventlog.belonging:Misplaced", 503, "data-misplaced", 60),
    ("eventlog.ports:Damaged", 500, "store-damaged"),
    ("eventlog.ports:Full", 503, "storage-full", 60),
    ("eventlog.ports:ReadOnly", 503, "storage-read-only", 60),
    ("eventlog.ports:StoreError", 503, "store-unavailable", 1),
    ("eventlog.views.port:ViewsDamaged", 500, "store-damaged"),
    ("eventlog.views.port:ViewsFull", 503, "storage-full", 60),
    ("eventlog.views.port:ViewsReadOnly", 503, "storage-read-only", 60),
    ("eventlog.views.port:ViewsError", 503, "store-unavailable", 1),
)
