"""A table that lacks an entry is named by the check, with what it lacks."""

from typing import Any

import pytest
from typer.testing import CliRunner

import app
from chalicelib import cli, subjects
from chalicelib.cases import wiring as cases
from chalicelib.cases.application import access, progress_words
from chalicelib.cases.domain import commands as c
from chalicelib.cases.domain import events as e
from chalicelib.cases.domain import evolving, handling, steps
from chalicelib.cases.projections import case_summary
from chalicelib.certificates.application import showings
from chalicelib.certificates.domain import events as of_certificates
from chalicelib.certificates.domain import state as certificate
from chalicelib.certificates.domain.state import CertificateStatus
from chalicelib.certificates.http import verification_page
from chalicelib.clock import legal_limits, words
from chalicelib.clock.lines import LineCode
from chalicelib.contract import openapi, tables
from chalicelib.contract.openapi import operations
from chalicelib.exchange_codes import wiring as exchange_codes
from chalicelib.items.domain.plan import StepKind
from chalicelib.people.application import registry_load
from chalicelib.people.application.registry_table import Library
from chalicelib.platform import rate_limits
from chalicelib.submissions import wiring as submissions
from chalicelib.web import health

FOUND = list(operations(app.app.routes))
# The table, what is taken out of it, and what the check calls both.
TAKEN_OUT: dict[str, tuple[Any, Any, str]] = {
    "access.RULES": (access.RULES, c.SubmitCase, "SubmitCase"),
    "evolving.TRANSITIONS": (evolving.TRANSITIONS, e.CaseAccepted, "CaseAccepted"),
    "case_summary.STATES": (case_summary.STATES, e.CaseVoided, "CaseVoided"),
    "steps.DESKS": (steps.DESKS, "delivery", "delivery"),
    "handling.OUTCOMES": (handling.OUTCOMES, StepKind.APPROVE.value, "APPROVE"),
    "progress_words.WORDS": (progress_words.WORDS, "denied-delivered", "denied-delivered"),
    "certificate.STATUS": (
        certificate.STATUS,
        of_certificates.CertificateRevoked,
        "CertificateRevoked",
    ),
    "showings.WORDS": (showings.WORDS, CertificateStatus.MOVED_OUT, "MOVED_OUT"),
    "verification_page.STATES": (verification_page.STATES, "replaced", "replaced"),
    "verification_page.SHAPES": (verification_page.SHAPES, "care", "care"),
    "legal_limits.SPECIAL_PROCEDURES": (
        legal_limits.SPECIAL_PROCEDURES,
        legal_limits.SpecialProcedure.HEARING,
        "HEARING",
    ),
    "words.TEXTS": (words.TEXTS, LineCode.ROLLED, "ROLLED"),
    "words.UNITS": (words.UNITS, "calendar_days", "calendar_days"),
    "registry_load.NEEDED": (registry_load.NEEDED, Library.PEOPLE, "PEOPLE"),
    "registry_load.KNOWN": (registry_load.KNOWN, Library.COMPANIES, "COMPANIES"),
    "rate_limits.LIMITS": (rate_limits.LIMITS, "query-code", "query-code"),
}
# The docstring without which, and what then lacks what the documents tell.
SILENT: dict[str, tuple[Any, str]] = {
    "docstrings of event types": (e.CaseGranted, "CaseGranted"),
    "docstrings of commands": (c.Grant, "Grant"),
    "docstrings of rules": (access._head, "_head"),
    "docstrings of handlers": (health.health, "getHealth"),
}
# The line of a wiring without which, and what then has no place in the documents.
UNPLACED: dict[str, tuple[Any, tuple[Any, ...], str]] = {
    "PHASES": (cases, cases.PHASES[-1], "CaseImported"),
    "TAGS": (submissions, submissions.TAGS[0], "drafts"),
    "PARAMETERS": (exchange_codes, exchange_codes.PARAMETERS[0], "name"),
}


def test_every_table_is_whole():
    assert list(tables.missing(FOUND)) == []


def test_every_table_that_is_checked_is_tried_here():
    tried = {*TAKEN_OUT, *SILENT, *UNPLACED, "REPLIES"}
    assert {table.name for table in tables.every(FOUND)} == tried


@pytest.mark.parametrize("name", TAKEN_OUT)
def test_the_check_names_the_table_and_what_it_lacks(name: str, monkeypatch: pytest.MonkeyPatch):
    table, member, called = TAKEN_OUT[name]
    monkeypatch.delitem(table, member)
    found = [told for told in tables.missing(FOUND) if told.startswith(f"{name} ")]
    assert [told.partition(":")[0] for told in found] == [f"{name} has no entry for {called}"]


@pytest.mark.parametrize("name", SILENT)
def test_the_check_names_what_does_not_say_what_it_is(name: str, monkeypatch: pytest.MonkeyPatch):
    silent, called = SILENT[name]
    monkeypatch.setattr(silent, "__doc__", None)
    found = [
        told for told in tables.missing(list(operations(app.app.routes))) if told.startswith(name)
    ]
    assert [told.partition(":")[0] for told in found] == [f"{name} has no entry for {called}"]


@pytest.mark.parametrize("said", ["What was asked for is granted.", "准予.", "准予 (04): granted."])
def test_an_event_begins_with_its_term_and_a_colon(said: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(e.CaseGranted, "__doc__", said)
    (told,) = tables.missing(FOUND)
    assert told == (
        "docstrings of event types has no entry for CaseGranted: "
        "begin it with the Chinese term, as in `受理: the case is taken on`"
    )


@pytest.mark.parametrize("name", UNPLACED)
def test_the_check_names_what_a_wiring_does_not_place(name: str, monkeypatch: pytest.MonkeyPatch):
    wiring, line, called = UNPLACED[name]
    kept = tuple(one for one in getattr(wiring, name) if one != line)
    monkeypatch.setattr(wiring, name, kept)
    subjects._wiring.cache_clear()  # it may be from before the module was imported
    found = [told for told in tables.missing(FOUND) if told.startswith(name)]
    assert found[0].partition(":")[0] == f"{name} has no entry for {called}"


def test_a_reply_without_a_model_is_named(monkeypatch: pytest.MonkeyPatch):
    models = openapi.replies()
    kept = [one for one in models if one.__name__ != "CommandReply"]
    monkeypatch.setattr(tables, "replies", lambda: kept)
    told = "REPLIES has no entry for CommandReply: name the model in the wiring of its subject"
    assert list(tables.missing(FOUND)) == [told]


def test_the_command_says_so(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delitem(access.RULES, c.Accept)
    done = CliRunner().invoke(cli.app, ["contracts", "--check"], env={"COLUMNS": "200"})
    assert done.exit_code == 1
    assert "access.RULES has no entry for Accept: say who may give the command" in done.output
    assert isinstance(done.exception, SystemExit)
