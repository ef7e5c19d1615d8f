"""The departments of a division in a YAML file (docs/organisations.md): read, and written."""

from pathlib import Path
from typing import Any

import yaml

from ...kernel.base import Frozen
from ...kernel.formats import Division
from ...kernel.yaml_file import BadYaml, read
from ..domain.registry import Departments, RegisteredDepartment, misfits


class RegistryFile(Frozen):
    division: Division
    departments: Departments


def read_file(path: Path) -> RegistryFile:
    """Fit to be published; raises BadYaml, which tells every fault."""
    found = read(path, RegistryFile)
    wrong = [f"{path}: {one}" for one in misfits(found.division, found.departments)]
    if wrong:
        raise BadYaml("\n".join(wrong))
    return found


def written(division: str, departments: tuple[RegisteredDepartment, ...]) -> str:
    """The file, as `read_file` reads it; what is not said is left out."""
    rows: list[dict[str, Any]] = [
        one.model_dump(mode="json", exclude_defaults=True) for one in departments
    ]
    return yaml.safe_dump(
        {"division": division, "departments": rows}, allow_unicode=True, sort_keys=False, width=100
    )


def nameless(departments: tuple[RegisteredDepartment, ...]) -> list[str]:
    """Codes that a drafted file has in the place of a name still."""
    return [one.code for one in departments if one.code in {one.name, one.name_en}]
