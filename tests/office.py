"""A platform whose clock the test sets, with the senior citizen's card published."""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from chalicelib import bootstrap
from chalicelib.cases.application import cases
from chalicelib.cases.domain import commands as c
from chalicelib.cases.domain.guards import application_of
from chalicelib.clock.calendar import LEGAL_ZONE
from chalicelib.codes.divisions import COUNTRY
from chalicelib.eventlog.consumers import catch_up
from chalicelib.eventlog.feed import Feed
from chalicelib.items.application import items
from chalicelib.items.files.item_files import read_item
from chalicelib.kernel.actor import Actor, Role
from chalicelib.platform.platform import Caller, Platform
from chalicelib.submissions.application import submissions
from chalicelib.submissions.application.submissions import Applying, Submission
from tests.proven import came_to_a_counter

EXAMPLES = Path(__file__).resolve().parents[1] / "examples" / "items"
CITIZEN = Actor(account="citizen", role=Role.APPLICANT, level=3)
HALL = Actor(account="hall", role=Role.CLERK, department="440800-hall")
CLERK = Actor(account="clerk", role=Role.CLERK, department="440800-civil")
HEAD = Actor(account="head", role=Role.APPROVER, department="440800-civil")
MANAGER = Actor(account="manager", role=Role.ITEM_MANAGER, division="000000")


class Office:
    def __init__(self, opened: Callable[..., Platform]) -> None:
        self.day = "2026-02-09"
        self.sent = 0
        self.platform = opened(now=self.now)
        self.definition = read_item(EXAMPLES / "senior-card.yaml")
        items.publish(self.platform, self.caller(MANAGER), self.definition)
        came_to_a_counter(self.platform, CITIZEN.account, "张三", "44080219500101123X")
        self.day = "2026-02-10"  # what a counter saw on the day before is no use at a window

    def now(self) -> datetime:
        return datetime.fromisoformat(f"{self.day}T10:00:00").replace(tzinfo=LEGAL_ZONE)

    def caller(self, actor: Actor) -> Caller:
        self.sent += 1
        return Caller(actor, f"sent-{self.sent:06d}")

    def submitted(self, *, insist: bool = True) -> str:
        body = Submission(
            item=self.definition.code,
            applicant=Applying(name="张三", id_number="44080219500101123X"),
            form={"born_on": "1950-01-01", "residence": "湛江市赤坎区示例路 1 号"},
            insist=insist,
        )
        submitted = submissions.submit(self.platform, self.caller(CITIZEN), body)
        return application_of(submitted.state).case_id

    def do(self, actor: Actor, case_id: str, kind: Any, **fields: Any) -> None:
        command = kind(at=self.now(), by=actor, **fields)
        cases.execute(self.platform, self.caller(actor), case_id, command)

    def granted(self) -> str:
        case_id = self.submitted()
        self.do(HALL, case_id, c.Accept)
        self.do(CLERK, case_id, c.FinishStep, step="handle-1")
        self.do(HEAD, case_id, c.Grant)
        return case_id

    def state(self, case_id: str) -> Any:
        auditor = Actor(account="auditor", role=Role.AUDITOR, division=COUNTRY)
        return cases.get(self.platform, auditor, case_id).state

    def catch_up(self) -> None:
        for one in bootstrap.consumers(self.platform):
            catch_up(one, Feed(self.platform.source), self.platform.views)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(partial(bootstrap.embedded, tmp_path, synchronous="OFF"))


@pytest.fixture(params=["directory", "aws"])
def either_office(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Office]:
    """The same on both stores."""
    if request.param == "directory":
        yield Office(partial(bootstrap.embedded, tmp_path, synchronous="OFF"))
        return
    from tests.cloud import stack  # moto takes a second to import

    with stack(monkeypatch, bytes(range(32))):
        yield Office(bootstrap.aws)
