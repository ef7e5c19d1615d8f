"""Every trigger of the service, and what it starts."""

from functools import partial
from typing import Any

from chalice.app import Chalice

from chalicelib.bootstrap import WEB, cloud
from chalicelib.http import cases, documents, health, items, lists
from chalicelib.subscribers import triggers as on

app = Chalice(app_name="banjian", configure_logs=False)
app.api.binary_types[:] = documents.MEDIA_TYPES
app.register_blueprint(cases.routes(WEB))
app.register_blueprint(lists.routes(WEB))
app.register_blueprint(items.routes(WEB))
app.register_blueprint(documents.routes(WEB))
app.register_blueprint(health.routes(WEB))

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
certificates = queue("certificates")(on.wake_up(cloud, "certificates"))
rebuild_step = queue("rebuild_step")(on.rebuild_step(cloud))

heal = app.schedule("rate(1 minute)", name="heal")(on.heal(cloud))
deadlines = app.schedule("rate(5 minutes)", name="deadlines")(on.accept_overdue(cloud))
sweep = app.schedule("rate(1 hour)", name="sweep")(on.sweep(cloud))
