"""
A day without what the service needs, as docs/operating.md ("What an outage looks like") tells it:
nothing is parked, nothing is lost, nothing has to be retried by hand, and all of it comes through.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from chalicelib import bootstrap
from chalicelib.adapters.sqlite.store import SqliteStore
from chalicelib.cases.application import cases
from chalicelib.cases.domain.state import Accepted
from chalicelib.cases.subscribers import deadlines
from chalicelib.certificates.application import certificates
from chalicelib.certificates.domain import certificate
from chalicelib.documents.application import documents
from chalicelib.eventlog import consumers, outages, patience
from chalicelib.eventlog.consumers import advance, catch_up, status
from chalicelib.eventlog.feed import Feed
from chalicelib.eventlog.outages import Interrupted
from chalicelib.eventlog.patience import Pause
from chalicelib.eventlog.ports import CommandId, Unavailable
from chalicelib.eventlog.readable import Unreadable
from chalicelib.kernel.actor import Actor, Role
from chalicelib.platform.platform import Platform
from chalicelib.platform.scanner import ScannerUnavailable, Verdict
from chalicelib.serving.illustration import pdf

from .. import cloud
from ..adapters.wechat_double import Double
from ..city import City
from ..counts import large, often
from ..office import Office

DAY = float(often(24 * 3600))  # seconds
ME = Actor(account="citizen", role=Role.APPLICANT, level=3)
DOCS = Path(__file__).parents[2] / "docs"


class Day:
    """24 hours on a clock of its own: a consumer is tried as a process would, with its pauses."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.now = 0.0
        self.tries = 0
        self.pauses: list[float] = []

    def passes(self, platform: Platform, *names: str) -> None:
        every = [one for one in bootstrap.consumers(platform) if one.name in names]
        pauses = {one.name: Pause(0.1, outages.LONGEST_PAUSE, lambda: self.now) for one in every}
        end = self.now + DAY
        while self.now < end:
            for one in every:
                pause = pauses[one.name]
                if pause.left:
                    continue
                self.tries += 1
                try:
                    advance(one, Feed(platform.source), platform.views)
                    pause.passed()
                except Interrupted:
                    self.pauses.append(pause.failed())
            self.now += max(1.0, min(one.left for one in pauses.values()))


@pytest.fixture
def day(office: Office, monkeypatch: pytest.MonkeyPatch) -> Day:
    monkeypatch.setattr(consumers, "sleep", lambda _: None)
    return Day(office)


def figures(platform: Platform) -> dict[str, tuple[int, int, int]]:
    """Lag, parked and waiting of each consumer."""
    found = status(bootstrap.consumers(platform), platform.source, platform.views)
    return {one.name: (one.lag, one.parked, one.waiting) for one in found}


def catch_up_all(platform: Platform) -> None:
    for _ in range(2):
        for one in bootstrap.consumers(platform):
            catch_up(one, Feed(platform.source), platform.views)


def one_step(platform: Platform, name: str) -> None:
    (consumer,) = [one for one in bootstrap.consumers(platform) if one.name == name]
    catch_up(consumer, Feed(platform.source), platform.views)


# Without a signer


def no_signer() -> Any:
    raise Unavailable("KMS does not answer")


@large
def test_a_day_without_a_signer(office: Office, day: Day):
    for _ in range(often(500)):
        office.granted()
    dark = replace(office.platform, signer=no_signer)
    for name in ("certificates", "certificate_files"):
        one_step(dark, name)
    day.passes(dark, "certificate_files")
    lag, parked, waiting = figures(dark)["certificate_files"]
    assert lag > 0
    assert (parked, waiting) == (0, 0)
    # Every half a minute, and never in a rush.
    assert DAY / 40 < day.tries < DAY / 30 + 20
    catch_up_all(office.platform)
    assert set(figures(office.platform).values()) == {(0, 0, 0)}
    unsealed = [one for one in every_certificate(office) if one.record.sealed is None]
    assert unsealed == []


def every_certificate(office: Office) -> list[Any]:
    head = office.platform.log.head()
    streams = {one.stream for one in office.platform.log.read(0, head)}
    names = [one.removeprefix("certificate-") for one in streams if one.startswith("certificate-")]
    assert names
    return [certificate.known(certificates.state_of(office.platform, one)) for one in names]


def test_a_signer_that_comes_and_goes_parks_nothing_either(office: Office):
    """It dies in the middle of a batch, as often as one likes."""
    for _ in range(20):
        office.granted()
    one_step(office.platform, "certificates")
    real, left = office.platform.signer, [0]

    def moody() -> Any:
        left[0] -= 1
        if left[0] < 0:
            raise Unavailable("KMS does not answer")
        return real()

    dark = replace(office.platform, signer=moody)
    for _ in range(12):
        left[0] = 2
        one_step(dark, "certificate_files")
        assert figures(dark)["certificate_files"][1:] == (0, 0)
    catch_up_all(office.platform)
    assert set(figures(office.platform).values()) == {(0, 0, 0)}


# Without a scanner


class Away:
    """clamd, which is away while `down`; what it never answers for is in `never`."""

    def __init__(self) -> None:
        self.down = True
        self.never = b"\0 no such content"

    def scan(self, content: Any) -> Verdict:
        if self.down or self.never in content.read():
            raise ScannerUnavailable("clamd is away")
        return Verdict("clean")

    def engine(self) -> str:
        if self.down:
            raise ScannerUnavailable("clamd is away")
        return "ClamAV 1.4.3"


@large
def test_a_day_without_a_scanner_and_one_file_that_it_never_answers_for(office: Office, day: Day):
    scanner = Away()
    dark = replace(office.platform, scanner=scanner)
    count = often(200)
    for n in range(count):
        documents.put(dark, ME, pdf(f"plan {n}"), "application/pdf", None)
    day.passes(dark, "document_scans")
    assert figures(dark)["document_scans"][1:] == (0, 0)
    scanner.down, scanner.never = False, b"plan 3"
    for _ in range(30):
        one_step(dark, "document_scans")
    stuck = [one for one in documents.every(dark) if not documents.state_of(dark, one.id).scanned]  # type: ignore[union-attr]
    lag, parked, waiting = figures(dark)["document_scans"]
    assert (lag, parked, waiting) == (0, 0, len(stuck))
    assert 1 <= len(stuck) < count
    scanner.never = b"\0 no such content"
    clock = [0.0]
    (consumer,) = [one for one in bootstrap.consumers(dark) if one.name == "document_scans"]
    again = patience.Again(consumer, lambda: clock[0])
    for _ in range(12):
        clock[0] += patience.LONGEST_AGAIN * outages.JITTER
        again.run(dark.source, dark.views)
    one_step(dark, "document_scans")
    assert figures(dark)["document_scans"] == (0, 0, 0)


# Without WeChat


@pytest.fixture
def town(double: Double, city: City) -> City:
    return city


def test_a_day_without_wechat_costs_those_alone_who_sign_in_there(town: City, double: Double):
    """Everything else goes on; whoever signs in is told to come again, and nothing is parked."""
    double.replies[:] = [(500, b"")]
    asked = [town.post(None, "/sign-in/wechat", {"code": f"c-{n}"}) for n in range(3)]
    assert {one.status_code for one in asked} == {503}
    assert all("Retry-After" in one.headers for one in asked)
    town.submit()
    catch_up_all(town.platform)
    assert {parked for _, parked, _ in figures(town.platform).values()} == {0}


# Without a table


class Cut:
    """The line to DynamoDB: while it is cut no request of that table arrives."""

    def __init__(self, table: str) -> None:
        self.table, self.down = table, False

    def __call__(self, params: Any, **_: Any) -> None:
        if self.down and self.table in json.dumps(params, default=str):
            raise EndpointConnectionError(endpoint_url="https://dynamodb")


@contextmanager
def line_to(table: str) -> Iterator[Cut]:
    cut, client = Cut(table), cloud.client("dynamodb")
    client.meta.events.register("provide-client-params.dynamodb", cut)
    try:
        yield cut
    finally:
        client.meta.events.unregister("provide-client-params.dynamodb", cut)


@pytest.mark.parametrize("table", ["events", "views", "log"])
def test_a_day_without_a_table(monkeypatch: pytest.MonkeyPatch, table: str):
    with cloud.stack(monkeypatch, b"s" * 32):
        office = Office(bootstrap.aws)
        case_id = office.granted()
        sequence()
        with line_to(table) as cut:
            cut.down = True
            for name in ("work_list", "certificates", "timers"):
                for _ in range(3):
                    with suppress(Interrupted, Exception):
                        step_on_aws(office.platform, name)
            cut.down = False
            sequence()
            catch_up_all(office.platform)
            sequence()
            catch_up_all(office.platform)
        found = figures(office.platform)
        assert {name for name, (lag, _, _) in found.items() if lag} <= {"certificate_files"}
        assert {(parked, waiting) for _, parked, waiting in found.values()} == {(0, 0)}
        assert office.platform.views.get("work_list", case_id) is not None


def step_on_aws(platform: Platform, name: str) -> None:
    if name == "timers":
        deadlines.on_schedule(platform)
    else:
        one_step(platform, name)


def sequence() -> None:
    from chalicelib.adapters.dynamodb.stream_records import arrivals
    from chalicelib.eventlog.sequencing.sequencer import sequence as put_in_order

    from ..adapters.dynamodb.aws_log import records

    bootstrap.sequencer.cache_clear()
    put_in_order(bootstrap.sequencer(), arrivals({"Records": records("events")}))
    bootstrap.sequencer.cache_clear()


# Half a release, and back


@large
def test_half_a_release_and_back(office: Office, caplog: pytest.LogCaptureFixture):
    """
    For some hours another release writes what this one cannot read. Nothing is parked for it; and
    deployed again, it goes on where it was.
    """
    office.submitted()
    catch_up_all(office.platform)
    before = figures(office.platform)
    count = often(500)
    for n in range(count):
        of_another_release(office.platform, f"case-{n:026x}")
    with pytest.raises(Unreadable, match="deploy the release that wrote it"):
        catch_up_all(office.platform)
    for name, (lag, parked, waiting) in figures(office.platform).items():
        assert (lag, parked, waiting) == (before[name][0] + count, 0, 0)
    newer = that_reads_it(office.platform)
    catch_up_all(newer)
    assert set(figures(newer).values()) == {(0, 0, 0)}


BODY = {
    "recorded_at": "2026-03-02T09:00:00Z",
    "correlation_id": "c",
    "occurred_at": "2026-03-02T09:00:00Z",
    "actor": {"account": "li", "role": "applicant"},
    "channel": "web",
}


def of_another_release(platform: Platform, stream: str) -> None:
    event = {"type": "CaseForetold", "schema": 1, "data": {"type": "CaseForetold"}}
    body = json.dumps({**BODY, "events": [event]}).encode()
    platform.store.append(platform.store.load(stream), CommandId("c1", b""), 1, body)


def that_reads_it(platform: Platform) -> Platform:
    """The release that wrote it: its codec has the event."""
    from typing import Literal

    from chalicelib.bootstrap.codec import CODEC
    from chalicelib.eventlog.codec import codec
    from chalicelib.kernel.base import Frozen

    class CaseForetold(Frozen):
        type: Literal["CaseForetold"] = "CaseForetold"

    return replace(platform, codec=codec([*CODEC.types.values(), CaseForetold]))


# One unreadable case among many


@large
def test_one_unreadable_case_keeps_no_other_from_being_accepted(either_office: Office):
    office = either_office
    made = [office.submitted() for _ in range(max(6, often(100)))]
    settle(office)
    bad = made[len(made) // 2]
    of_another_release(office.platform, cases.stream(bad))
    office.day = "2026-02-25"
    assert deadlines.on_schedule(office.platform) == len(made) - 1
    assert all(isinstance(office.state(one), Accepted) for one in made if one != bad)
    assert figures(office.platform)["deemed_acceptance"][1] == 1
    parked = office.platform.views.parked(live_of(office, "deemed_acceptance"))
    assert [one.stream for one in parked] == [cases.stream(bad)]
    assert [one.failure and one.failure.kind for one in parked] == ["UnknownEvent"]
    assert deadlines.on_schedule(office.platform) == 0


def settle(office: Office) -> None:
    if not isinstance(office.platform.store, SqliteStore):
        sequence()
    office.catch_up()


def live_of(office: Office, name: str) -> Any:
    found = office.platform.views.live(name)
    assert found is not None
    return found


def test_what_the_commands_of_the_page_say_frees_it(office: Office, tmp_path: Path):
    """`consumers parked`, `retry` and `skip`, as docs/operating.md has them."""
    from typer.testing import CliRunner

    from chalicelib.cli import app

    bad, good = office.submitted(), office.submitted()
    office.catch_up()
    of_another_release(office.platform, cases.stream(bad))
    office.day = "2026-02-25"
    deadlines.on_schedule(office.platform)
    assert isinstance(office.state(good), Accepted)

    def banjian(*words: str) -> str:
        done = CliRunner().invoke(app, [*words, "--data", str(tmp_path)])
        assert done.exit_code == 0, done.output
        return done.output

    page = (DOCS / "operating.md").read_text(encoding="utf-8")
    assert "banjian consumers parked deemed_acceptance" in page
    (told,) = json.loads(banjian("consumers", "parked", "deemed_acceptance", "--json"))
    assert told["stream"] == cases.stream(bad)
    assert "still parked: 1" in banjian("consumers", "retry", "--all", "--error", "UnknownEvent")
    position = str(told["position"])
    out = banjian("consumers", "skip", "deemed_acceptance", position, "--why", "ticket 88")
    assert "still parked: 0" in out
    assert deadlines.on_schedule(office.platform) == 0
