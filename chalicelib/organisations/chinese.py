"""Why something is refused, in Chinese: of the registry of departments."""

from collections.abc import Mapping
from typing import Final

REASONS: Final[Mapping[str, str]] = {
    "organisations-take-two": "机构目录由 {account} 起草，须由另一人核对后发布",
    "organisations-not-publishable": "{wrong:；}",
    "department-twice": "重复出现",
    "department-of-another-division": "以其他行政区划的代码开头，而不是 {division}",
    "department-ends-early": "失效日期早于生效日期",
    "department-parent-unknown": "上级机构 {parent} 不在目录中",
    "department-parent-circle": "上级关系成环",
}

WORDS: Final[Mapping[str, Mapping[str, str]]] = {}

# What each operation does, in one line.
SUMMARIES: Final[Mapping[str, str]] = {
    "listOrganisations": "区划发布的部门目录，含已终止的",
}
