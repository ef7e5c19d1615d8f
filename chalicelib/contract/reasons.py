"""Every reason for a refusal, for docs/reasons.md."""

import re
from collections.abc import Mapping

from ..kernel.validation import TEMPLATES
from ..refusals.words import templates
from .raising import raised


def english() -> Mapping[str, str]:
    """The template of every code: of the sources, and of what pydantic finds."""
    library = {kind.replace("_", "-"): template for kind, template in TEMPLATES.items()}
    return {**library, **{one.code: one.template for one in raised()}}


def table() -> str:
    """Every reason in Markdown."""
    found = sorted(english().items())
    rows = (f"| `{code}` | {_cell(templates()[code])} | {_cell(text)} |" for code, text in found)
    return "\n".join(("| Code | zh-CN | en |", "|---|---|---|", *rows))


def given_up(text: str) -> list[str]:
    """The codes that a page published and nothing gives any more: programs may go by them."""
    return sorted(set(re.findall(r"^\| `([a-z0-9-]+)` \|", text, re.MULTILINE)) - english().keys())


def _cell(template: str) -> str:
    return f"`{template.replace('|', chr(92) + '|')}`" if "`" not in template else template
