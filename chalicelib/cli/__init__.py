"""The `banjian` command: run the service, look into its data, mend what waits for a decision."""

import sys

import typer
from click.exceptions import ClickException
from pydantic import ValidationError
from rich.markup import escape

from ..eventlog.audit import BadSeal
from ..eventlog.codec import UnknownEvent
from ..eventlog.feed import Ahead
from ..eventlog.ports import StoreError
from ..eventlog.rebuilding.rebuilds import NoView
from ..eventlog.views.port import ViewsError
from ..importing.files.event_logs import BadLog
from ..items.files.item_files import ItemFileError
from ..kernel.errors import Rejected
from ..kernel.yaml_file import BadYaml
from ..people.application.registry_load import BadRegistryFile
from ..platform.registry import RegistryUnavailable
from ..serving.signin import SignInError
from ..serving.starting import NotStarted
from ..serving.umask import private_from_now_on
from . import (
    backup,
    calendar,
    case,
    certificate,
    consumers,
    contracts,
    demonstration,
    documents,
    import_log,
    items,
    migrate,
    organisations,
    people,
    sequencer,
    serve,
    verify,
    views,
)
from .console import err, tell_unknown_settings

app = typer.Typer(
    name="banjian",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Banjian (办件): the event-sourced backend of a city's government services.",
)
app.command("serve")(serve.serve)
app.command("demo")(demonstration.demo)
app.command("token")(demonstration.token)
app.command("import-log")(import_log.import_log)
app.command("contracts")(contracts.contracts)
app.command("migrate")(migrate.migrate)
app.command("backup")(backup.backup)
app.command("restore")(backup.restore)
app.command("verify")(verify.verify_all)
app.add_typer(case.commands, name="case")
app.add_typer(certificate.commands, name="certificate")
app.add_typer(items.commands, name="items")
app.add_typer(organisations.commands, name="organisations")
app.add_typer(documents.commands, name="documents")
app.add_typer(views.commands, name="views")
app.add_typer(consumers.commands, name="consumers")
app.add_typer(calendar.commands, name="calendar")
app.add_typer(sequencer.commands, name="sequencer")
app.add_typer(people.commands, name="registry")
app.add_typer(people.sign_ins, name="sign-in")

# What a user can do something about: it is told in one line, and no traceback.
EXPECTED = (
    Rejected,
    StoreError,
    ViewsError,
    Ahead,
    NoView,
    BadRegistryFile,
    RegistryUnavailable,
    NotStarted,
    BadLog,
    BadSeal,
    BadYaml,
    ItemFileError,
    SignInError,
    UnknownEvent,
    ValidationError,
    OSError,
)


def main() -> None:
    private_from_now_on()
    tell_unknown_settings()
    try:
        app()
    except ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except EXPECTED as error:
        err.print(f"[red]error:[/] {escape(str(error))}", soft_wrap=True)
        sys.exit(1)
