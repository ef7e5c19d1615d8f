"""The hooks before a commit run what make check runs, from .venv alone."""

import re
from typing import Any

import yaml

from .page import ROOT

CONFIG: dict[str, Any] = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())
HOOKS = [hook for repo in CONFIG["repos"] for hook in repo["hooks"]]
SLOW = {"mypy"}  # a minute, before each commit


def test_nothing_is_fetched():
    assert {repo["repo"] for repo in CONFIG["repos"]} == {"local"}
    assert {hook["language"] for hook in HOOKS} == {"system"}
    assert all(hook["entry"].startswith(".venv/bin/") for hook in HOOKS)


def test_the_hooks_are_those_of_make_check():
    recipe = (ROOT / "Makefile").read_text().partition("\ncheck:")[2].partition("\n\n")[0]
    checks = re.findall(r"\$\(BIN\)/([\w-]+)(?: (\w+))?", recipe)
    hooked = re.findall(r"\.venv/bin/([\w-]+)(?: (\w+))?", " ".join(h["entry"] for h in HOOKS))
    assert sorted(hooked) == sorted(check for check in checks if check[0] not in SLOW)
