"""The names of the OpenAPI document's schemas are ours: a moved file changes no contract."""

import json

import pytest

import app
from chalicelib.contract import contracts
from chalicelib.contract import openapi as document
from chalicelib.contract.openapi import operations, shared_names
from chalicelib.kernel.base import Frozen

from ..stories.cases import ROOT


def test_no_name_is_that_of_a_python_module():
    document = json.loads((ROOT / contracts.OPENAPI).read_text(encoding="utf-8"))
    assert [name for name in document["components"]["schemas"] if "__" in name] == []


def test_two_models_of_one_name_are_refused(monkeypatch: pytest.MonkeyPatch):
    found = list(operations(app.app.routes))
    assert shared_names(found) == []

    class CaseReply(Frozen):
        """Another one of that name."""

    known = document.replies()
    monkeypatch.setattr(document, "replies", lambda: [*known, CaseReply])
    assert shared_names(found) == ["CaseReply"]
    assert any("CaseReply" in gap for gap in contracts.gaps(ROOT))
