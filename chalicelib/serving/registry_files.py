"""The invented people, companies and departments of examples/, for who tries the service."""

from pathlib import Path
from uuid import uuid4

from ..clock.calendar import legal_day
from ..kernel.actor import SYSTEM, Channel
from ..organisations.application import registry as organisations
from ..organisations.domain.registry import PublishOrganisations
from ..organisations.files.registry_file import read_file
from ..people.application.registry_load import check, load
from ..people.application.registry_table import Library, TableRegistry
from ..platform.platform import Caller, Platform

FILES = {Library.PEOPLE: "people.csv", Library.COMPANIES: "companies.csv"}


def load_examples(platform: Platform, directory: Path) -> int:
    """
    Load what `directory` has, and return how many rows there are; a library that was loaded from
    elsewhere stays as it is. Raises BadRegistryFile, RegistryUnavailable.
    """
    registry, now, rows = platform.registry, platform.now(), 0
    if not isinstance(registry, TableRegistry):
        return 0
    for library, name in FILES.items():
        path = directory / name
        if path.is_file() and registry.table.live(library) is None:
            checked = check(path, library, legal_day(now))
            rows += load(registry.table, registry.keys, checked, now).edition.rows
    return rows


def publish_departments(platform: Platform, directory: Path, drafted_by: str) -> int:
    """
    Publish each division's departments in `directory`, and return how many divisions; one that has
    published its own keeps them. Raises BadYaml, Invalid.
    """
    done = 0
    for path in sorted(directory.glob("*.yaml")):
        found = read_file(path)
        if organisations.get(platform, found.division).departments:
            continue
        caller = Caller(SYSTEM, uuid4().hex, Channel.INTERNAL)
        command = PublishOrganisations(
            **caller.about(platform.now()), **dict(found), drafted_by=drafted_by
        )
        organisations.publish(platform, caller, command)
        done += 1
    return done
