"""What chalice merges into its own template: infra/templates/, and what each function needs."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from chalice.package import YAMLTemplateSerializer

from . import alarms, dashboard, environment, gateway, lambdas, queues

Json = dict[str, Any]

TEMPLATES: Final = Path(__file__).parent / "templates"


def merged(stage: str, *, api_keys: bool = False) -> Json:
    """
    For a stage of .chalice/config.json. `api_keys`: every request must bring one (x-api-key).

    Raises KeyError for an unknown stage, ValueError if two parts define the same thing.
    """
    made = [
        lambdas.resources(),
        queues.resources(stage),
        alarms.resources(stage),
        dashboard.resources(),
    ]
    parts = [*_written(), *({"Resources": part} for part in made)]
    parts.append({"Outputs": environment.outputs()})
    template = _joined(parts)
    api = template["Resources"]["RestAPI"]["Properties"]
    api["DefinitionBody"] |= gateway.definition()
    if api_keys:
        api["Auth"] = {"ApiKeyRequired": True, "AddApiKeyRequiredToCorsPreflight": False}
    return template


def _written() -> Iterable[Json]:
    for file in sorted(TEMPLATES.glob("*.yaml")):
        yield YAMLTemplateSerializer().load_template(file.read_text(encoding="utf-8"), file.name)


def _joined(parts: Iterable[Json]) -> Json:
    whole: Json = {}
    for part in parts:
        for section, content in part.items():
            if not isinstance(content, dict):
                whole[section] = content
                continue
            there = whole.setdefault(section, {})
            twice = there.keys() & content.keys()
            if twice:
                raise ValueError(f"{section}: {', '.join(sorted(twice))} is defined twice")
            there |= content
    return whole
