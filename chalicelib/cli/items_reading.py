"""`banjian items list`, `show`, `versions`, `diff`: what is published, and what changed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml
from rich.markup import escape

from ..clock.calendar import legal_day
from ..eventlog.views.port import Row
from ..items.application import items
from ..items.application import view as item_view
from ..items.application.diff import Change, differences
from ..items.files.item_files import read_item
from ..items.projections import catalogue as item_catalogue
from ..platform.platform import Platform
from .console import VAR, AsJson, Data, fail, opened, out, show_json, show_table, table

STATES = ("published", "suspended", "retired", "split", "merged")
COLOURS = {"added": "green", "removed": "red", "changed": "yellow", "moved": "cyan"}

Code = Annotated[str, typer.Argument(help="The item's implementation code.")]
Number = Annotated[int | None, typer.Argument(min=1, help="A version.")]


def list_items(
    data: Data = VAR,
    *,
    state: Annotated[
        str, typer.Option("--state", help=f"One of {', '.join(STATES)}, or all.")
    ] = "published",
    as_json: AsJson = False,
) -> None:
    """Every item that can be applied for today; those in another state, if asked."""
    if state not in (*STATES, "all"):
        fail(f"{state} is no state of an item", f"Say one of: {', '.join(STATES)}, all.")
    platform = opened(data)
    today = legal_day(platform.now())
    rows = [
        card
        for one in (STATES if state == "all" else (state,))
        for row in _rows(platform, "items", one)
        if (card := item_catalogue.listed(row, item_catalogue.Asked(one), today))
    ]
    if as_json:
        show_json(rows)
        return
    made = table("code", "v", "name", "department", "promised", "state")
    for row in sorted(rows, key=lambda one: str(one["code"])):
        limit = row["limits"]["promised"]
        promised = f"{limit['days']} {limit['unit'].replace('_', ' ')}"
        named = (row["code"], str(row["version"]), escape(row["name"]), row["department"])
        made.add_row(*named, promised, row["state"])
    show_table(
        made,
        rows,
        "There is no such item. Publish one: banjian items publish FILE --drafted-by WHO",
    )


def list_drafts(data: Data = VAR, *, as_json: AsJson = False) -> None:
    """Every draft of an item, or of its next version."""
    rows = [
        {"code": row["code"], **row["draft"]}
        for row in _rows(opened(data), item_catalogue.DRAFTS, item_catalogue.DRAFTS)
    ]
    if as_json:
        show_json(rows)
        return
    made = table("code", "name", "after version", "saved", "by")
    for row in rows:
        named = (row["code"], escape(row["name"] or "-"), str(row["based_on"] or "-"))
        made.add_row(*named, row["saved_at"], row["saved_by"])
    show_table(made, rows, "There is no draft. Save one: banjian items draft FILE")


def _rows(platform: Platform, index: str, partition: str) -> Iterator[Row]:
    after = None
    while True:
        page = platform.views.page(item_catalogue.NAME, index, partition, after=after)
        yield from page.rows
        after = page.cursor
        if after is None:
            return


def show(
    code: Code,
    data: Data = VAR,
    *,
    number: Annotated[
        int | None, typer.Option("--version", min=1, help="A version; today's, if not said.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """An item as it is today, or as it was in a version, in full."""
    platform = opened(data)
    if number is None:
        shown = item_view.described(items.get(platform, code), legal_day(platform.now()))
    else:
        shown = _version(platform, code, number)
    if as_json:
        show_json(shown)
    else:
        out.print(_yaml(shown), markup=False, soft_wrap=True)


def versions(code: Code, data: Data = VAR, *, as_json: AsJson = False) -> None:
    """Every version of an item: when it was published, and when it is in force."""
    platform = opened(data)
    today = legal_day(platform.now())
    rows = item_view.versions(platform, items.get(platform, code), today)
    if as_json:
        show_json(rows)
        return
    made = table("v", "published", "in force from", "until", "", "what changed")
    for row in rows:
        days = (row["in_force_from"] or "-", row["in_force_until"] or "-")
        told = (row["when"].replace("_", " "), escape(row["note"] or ""))
        made.add_row(str(row["version"]), row["published_at"][:10], *days, *told)
    show_table(made, rows, "")


def diff(  # noqa: PLR0913 - a command's options
    what: Annotated[str, typer.Argument(help="An item's code, or a YAML file.")],
    before: Number = None,
    after: Number = None,
    *,
    data: Data = VAR,
    as_json: AsJson = False,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit with 1 if there is a difference.")
    ] = False,
) -> None:
    """
    What changed between two versions of an item (the last two, if not said), or between a version
    (the last one) and a file.
    """
    platform = opened(data)
    found = (
        _with_file(platform, Path(what), before)
        if Path(what).suffix in (".yaml", ".yml")
        else _between(platform, what, before, after)
    )
    if as_json:
        show_json([one.plain for one in found])
    else:
        print_changes(found)
    if found and exit_code:
        raise typer.Exit(1)


def _between(platform: Platform, code: str, before: int | None, after: int | None) -> list[Change]:
    to = after or items.get(platform, code).state.version
    since = before or max(1, to - 1)
    return differences(_version(platform, code, since), _version(platform, code, to))


def _with_file(platform: Platform, file: Path, before: int | None) -> list[Change]:
    definition = read_item(file)
    since = before or items.get(platform, definition.code).state.version
    now = definition.model_dump(mode="json", exclude_none=True)
    return differences(_version(platform, definition.code, since), now)


def _version(platform: Platform, code: str, number: int) -> dict[str, Any]:
    return items.at_version(platform, code, number).model_dump(mode="json", exclude_none=True)


def print_changes(found: list[Change]) -> None:
    for one in found:
        out.print(f"[bold {COLOURS[one.kind]}]{one.kind}[/] {escape('.'.join(one.path))}")
        for sign, colour, value in (("-", "red", one.before), ("+", "green", one.after)):
            if value is not None:
                for line in _yaml(value).splitlines():
                    out.print(f"  {sign} {line}", style=colour, markup=False, soft_wrap=True)
    if not found:
        out.print("No difference.")


def _yaml(value: Any) -> str:
    text = yaml.safe_dump(value, allow_unicode=True, sort_keys=False, width=100)
    return text.removesuffix("\n...\n").rstrip("\n")
