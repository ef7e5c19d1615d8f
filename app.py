"""Every trigger of the service, and what it starts."""

from functools import partial
from typing import Any

from chalice.app import Chalice

from chalicelib.bootstrap import WEB, cloud
from chalicelib.http import (
    accounts,
    cases,
    code_sets,
    docs,
    documents,
    entities,
    health,
    held_materials,
    item_management,
    items,
    lists,
    mandates,
    progress,
    sign_in,
    verification,
)
from chalicelib.http import certificates as certificate_routes
from chalicelib.subscribers import triggers as on

app = Chalice(app_name="banjian", configure_logs=False)
app.api.binary_types[:] = documents.MEDIA_TYPES
app.register_blueprint(cases.routes(WEB))
app.register_blueprint(lists.routes(WEB))
app.register_blueprint(items.routes(WEB))
app.register_blueprint(item_management.routes(WEB))
app.register_blueprint(code_sets.routes(WEB))
app.register_blueprint(documents.routes(WEB))
app.register_blueprint(health.routes(WEB))
app.register_blueprint(docs.routes(WEB))
app.register_blueprint(progress.routes(WEB))
app.register_blueprint(sign_in.routes(WEB))
app.register_blueprint(accounts.routes(WEB))
app.register_blueprint(entities.routes(WEB))
app.register_blueprint(mandates.routes(WEB))
app.register_blueprint(certificate_routes.routes(WEB))
app.register_blueprint(held_materials.routes(WEB))
app.register_blueprint(verification.routes(WEB))

# infra/ puts the stack's own stream and queues in the place of these names.
stream = partial(app.on_dynamodb_record, "arn:aws:dynamodb:::table/events/stream/merged")


def queue(name: str) -> Any:
    return app.on_sqs_message(queue_arn=f"arn:aws:sqs:::{name}", name=name)


# From the first record: "LATEST" would pass over what was stored before the trigger was there.
sequence = stream(name="sequence", starting_position="TRIM_HORIZON")(on.commits(cloud))

applicant_cases = queue("applicant_cases")(on.wake_up(cloud, "applicant_cases"))
work_list = queue("work_list")(on.wake_up(cloud, "work_list"))
process_library = queue("process_library")(on.wake_up(cloud, "process_library"))
acceptance_deadlines = queue("acceptance_deadlines")(on.wake_up(cloud, "acceptance_deadlines"))
case_numbers = queue("case_numbers")(on.wake_up(cloud, "case_numbers"))
item_catalogue = queue("item_catalogue")(on.wake_up(cloud, "item_catalogue"))
open_cases = queue("open_cases")(on.wake_up(cloud, "open_cases"))
powers = queue("powers")(on.wake_up(cloud, "powers"))
held_certificates = queue("held_certificates")(on.wake_up(cloud, "held_certificates"))
certificates = queue("certificates")(on.wake_up(cloud, "certificates"))
certificate_files = queue("certificate_files")(on.wake_up(cloud, "certificate_files"))
document_scans = queue("document_scans")(on.wake_up(cloud, "document_scans"))
rebuild_step = queue("rebuild_step")(on.rebuild_step(cloud))

heal = app.schedule("rate(1 minute)", name="heal")(on.heal(cloud))
deadlines = app.schedule("rate(5 minutes)", name="deadlines")(on.accept_overdue(cloud))
sweep = app.schedule("rate(1 hour)", name="sweep")(on.sweep(cloud))
