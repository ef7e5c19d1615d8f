"""Every trigger of the service, and what it starts."""

from functools import partial
from typing import Any

from chalicelib.triggers import functions
from chalicelib.triggers.app import App
from chalicelib.triggers.functions import NIGHTLY, rate
from chalicelib.triggers.routes import register

# What is named by its module is imported when it is first called (cold start).
on = partial(functions.on, "bootstrap:cloud")
app = App("bootstrap:origins", app_name="banjian", configure_logs=False)
register(app, "bootstrap:web")  # every line of ROUTES in the subjects' wiring.py

# infra/ puts the stack's own stream and queues in the place of these names.
stream = partial(app.on_dynamodb_record, "arn:aws:dynamodb:::table/events/stream/merged")


def queue(name: str) -> Any:
    return app.on_sqs_message(queue_arn=f"arn:aws:sqs:::{name}", name=name)


def consumer(name: str) -> Any:
    return queue(name)(on(name, "wake_up", name))


def schedule(name: str) -> Any:
    return app.schedule(rate(name), name=name)(on(name, "scheduled", name))


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
rating_desk = consumer("rating_desk")
old_ratings = consumer("old_ratings")
held_certificates = consumer("held_certificates")
certificates = consumer("certificates")
certificate_files = consumer("certificate_files")
document_scans = consumer("document_scans")
own_documents = consumer("own_documents")
discarded_documents = consumer("discarded_documents")
drafts = consumer("drafts")
rebuild_step = queue("rebuild_step")(on("rebuild_step", "rebuild_step"))

heal = app.schedule("rate(1 minute)", name="heal")(on("heal", "heal"))
seal = schedule("seal")
timers = schedule("timers")
canary = schedule("canary")
reconcile = app.schedule(NIGHTLY, name="reconcile")(on("reconcile", "reconcile"))
sweep = app.schedule("rate(1 hour)", name="sweep")(on("sweep", "sweep"))
