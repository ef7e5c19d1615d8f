"""Every trigger of the service, and what it starts."""

from functools import partial
from typing import Any

from chalice.app import Chalice

from chalicelib.late import on, register

# The modules of chalicelib/http/ that have routes.
ROUTES = (
    "cases",
    "lists",
    "items",
    "item_management",
    "code_sets",
    "documents",
    "health",
    "docs",
    "progress",
    "sign_in",
    "accounts",
    "entities",
    "mandates",
    "certificates",
    "held_materials",
    "verification",
)
app = Chalice(app_name="banjian", configure_logs=False)
register(app, *ROUTES)

# infra/ puts the stack's own stream and queues in the place of these names.
stream = partial(app.on_dynamodb_record, "arn:aws:dynamodb:::table/events/stream/merged")


def queue(name: str) -> Any:
    return app.on_sqs_message(queue_arn=f"arn:aws:sqs:::{name}", name=name)


# From the first record: "LATEST" would pass over what was stored before the trigger was there.
sequence = stream(name="sequence", starting_position="TRIM_HORIZON")(on("commits"))

applicant_cases = queue("applicant_cases")(on("wake_up", "applicant_cases"))
work_list = queue("work_list")(on("wake_up", "work_list"))
process_library = queue("process_library")(on("wake_up", "process_library"))
acceptance_deadlines = queue("acceptance_deadlines")(on("wake_up", "acceptance_deadlines"))
case_numbers = queue("case_numbers")(on("wake_up", "case_numbers"))
item_catalogue = queue("item_catalogue")(on("wake_up", "item_catalogue"))
open_cases = queue("open_cases")(on("wake_up", "open_cases"))
powers = queue("powers")(on("wake_up", "powers"))
held_certificates = queue("held_certificates")(on("wake_up", "held_certificates"))
certificates = queue("certificates")(on("wake_up", "certificates"))
certificate_files = queue("certificate_files")(on("wake_up", "certificate_files"))
document_scans = queue("document_scans")(on("wake_up", "document_scans"))
rebuild_step = queue("rebuild_step")(on("rebuild_step"))

heal = app.schedule("rate(1 minute)", name="heal")(on("heal"))
deadlines = app.schedule("rate(5 minutes)", name="deadlines")(on("accept_overdue"))
sweep = app.schedule("rate(1 hour)", name="sweep")(on("sweep"))
