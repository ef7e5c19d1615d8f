"""The invented people and companies of examples/registry, for who tries the service."""

from pathlib import Path

from ..clock.calendar import legal_day
from ..people.application.registry_load import check, load
from ..people.application.registry_table import Library, TableRegistry
from ..platform.platform import Platform

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
