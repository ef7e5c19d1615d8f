"""`banjian import-log`: bring the cases of another system in, with their true times."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.progress import TaskID

from ..clock.calendar import legal_day
from ..kernel import yaml_file
from ..platform import organisations
from ..platform.organisations import UnknownDepartment
from ..platform.platform import Platform
from .console import VAR, AsJson, Data, err, keep_private, out, progress_bar, show_json

if TYPE_CHECKING:
    from ..importing.files.import_log import Summary

SHOWN = 10


def import_log(
    file: Annotated[Path, typer.Argument(help="CSV or IEEE XES, gzipped or not; or .xlsx.")],
    mapping: Annotated[Path, typer.Option("--mapping", help="See docs/import.md.")],
    data: Data = VAR,
    report: Annotated[
        Path | None, typer.Option(help="Write every problem here, one JSON object a line.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """
    Import an event log. Run it again at any time: what is in already is not imported twice, and
    what was interrupted goes on. Ends with 1 if a row or a case was refused.
    """
    from .. import bootstrap
    from ..importing.files.import_log import Progress, run_import

    keep_private(data)
    platform = bootstrap.embedded(data)
    for told in _unknown(platform, mapping):
        err.print(f"[yellow]imported as it is:[/] {escape(told)}", soft_wrap=True)
    with progress_bar() as bar:
        tasks: dict[str, TaskID] = {}

        def progress(now: Progress) -> None:
            if now.phase not in tasks:
                tasks[now.phase] = bar.add_task(now.phase, total=now.total)
            bar.update(tasks[now.phase], completed=now.done, total=now.total)

        summary = run_import(platform, file, mapping, data=data, progress=progress, report=report)
    if as_json:
        show_json(summary.model_dump(mode="json"))
    else:
        _tell(summary)
    if summary.skipped:
        raise typer.Exit(1)


def _tell(summary: "Summary") -> None:
    out.print(
        f"{summary.cases:,} cases, {summary.rows:,} rows, {summary.events:,} events; "
        f"{summary.already:,} rows were there already, {summary.skipped:,} skipped"
    )
    if summary.repeated or summary.started:
        out.print(
            f"{summary.repeated:,} rows repeat another one of this file, "
            f"{summary.started:,} tell of a step without its end"
        )
    for problem in summary.problems[:SHOWN]:
        err.print(f"line {problem.line}, case {problem.case}: {problem.reason}", soft_wrap=True)
    if summary.problem_count > SHOWN:
        err.print(f"… and {summary.problem_count - SHOWN:,} more; --report FILE has all of them")


def _unknown(platform: Platform, path: Path) -> Iterator[str]:
    """What was done by a department that is no more happened all the same: it is only told."""
    from ..importing.mapping import Mapping

    mapping, today = yaml_file.read(path, Mapping), legal_day(platform.now())
    codes = {*mapping.departments.values(), mapping.defaults.department} - {None}
    for code in sorted(mapping.code(str(one)) for one in codes):
        try:
            organisations.check(platform, code, today, mapping.division)
        except UnknownDepartment as error:
            yield str(error)
