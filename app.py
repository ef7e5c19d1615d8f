"""Every trigger of the service, and what it starts."""

from functools import partial
from typing import Any

from chalice.app import Chalice

from chalicelib.late import on, register

# The modules of chalicelib that have routes.
ROUTES = (
    "submissions.http.cases",
    "cases.http.lists",
    "items.http.items",
    "items.http.management",
    "exchange_codes.http",
    "cases.http.documents",
    "web.health",
    "web.docs",
    "cases.http.progress",
    "people.http.sign_in",
    "people.http.accounts",
    "people.http.entities",
    "people.http.mandates",
    "certificates.http.certificates",
    "submissions.http.held_materials",
    "certificates.http.verification",
)
app = Chalice(app_name="banjian", configure_logs=False)
register(app, *ROUTES)

# infra/ puts the stack's own stream and queues in the place of these names.
stream = partial(app.on_dynamodb_record, "arn:aws:dynamodb:::table/events/stream/merged")


def queue(name: str) -> Any:
    return app.on_sqs_message(queue_arn=f"arn:aws:sqs:::{name}", name=name)


def consumer(name: str) -> Any:
    return queue(name)(on(name, "wake_up", name))


# From the first record: "LATEST" would pass over what was stored before the trigger was there.
sequence = stream(name="sequence", starting_position="TRIM_HORIZON")(on("sequence", "commits"))

applicant_cases = consumer("applicant_cases")
work_list = consumer("work_list")
process_library = consumer("process_library")
acceptance_deadlines = consumer("acceptance_deadlines")
case_numbers = consumer("case_numbers")
item_catalogue = consumer("item_catalogue")
open_cases = consumer("open_cases")
powers = consumer("powers")
held_certificates = consumer("held_certificates")
certificates = consumer("certificates")
certificate_files = consumer("certificate_files")
document_scans = consumer("document_scans")
rebuild_step = queue("rebuild_step")(on("rebuild_step", "rebuild_step"))

heal = app.schedule("rate(1 minute)", name="heal")(on("heal", "heal"))
deadlines = app.schedule("rate(5 minutes)", name="deadlines")(on("deadlines", "accept_overdue"))
sweep = app.schedule("rate(1 hour)", name="sweep")(on("sweep", "sweep"))
