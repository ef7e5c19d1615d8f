"""
The package as it would be deployed: from HTTP through API Gateway to views, log and certificate;
then an update on top, with cases on both sides of it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Any, NamedTuple

import httpx
import pytest

from chalicelib.eventlog.ports import verify
from chalicelib.serving.illustration import pdf
from infra.queues import dead_letters
from tests.adapters.test_clamd import EICAR, clamd

from . import city as a_city
from . import deploy
from .city import City, Walked, eventually, listed
from .deploy import Package
from .emulator import Emulator

EVERY_BYTE = bytes(range(256))


class Updated(NamedTuple):
    """The city before and after the update, with its `code` before, and the guided case of each."""

    before: City
    after: City
    code: str
    first: Walked
    second: Walked


@pytest.fixture(scope="module")
def updated(city: City, first: Walked, aws: Emulator, package: Package) -> Iterator[Updated]:
    code = configuration(city, "Sequence")["CodeSha256"]
    with clamd() as scanner:
        parameters = a_city.parameters(city.keys, Lanes="2", Clamd=scanner)
        stack = deploy.deployed(aws, package.released("next"), parameters)
        with a_city.opened(aws, stack, city.keys) as after:
            yield Updated(city, after, code, first, a_city.walk(after))


def test_an_accepted_case_waits_on_the_work_list_of_the_department_that_handles_it(first):
    assert first.waiting["number"] == first.case["number"]


def test_the_applicants_list_shows_the_case_as_far_as_the_caller_asks_for(city, first):
    stream, version = first.stream.removeprefix("case-"), first.case["version"]
    with city.http() as client:
        tour = a_city.started(city, client)
        page = tour.get("agent-li", f"/cases?as=company&min_version={stream}@{version}")

    assert (listed(page, stream) or {})["state"] == first.case["state"]


def test_the_log_holds_every_event_of_the_case_in_order(city, first):
    in_log_in_order(city, first)


def test_a_consumer_of_a_queue_issued_the_certificate_that_was_delivered(first):
    kinds = {one["type"]: one["actor"]["role"] for one in first.events}

    assert first.case["certificate"] is not None
    assert kinds["CertificateIssued"] == "system"
    assert "ResultDelivered" in kinds


def test_a_document_comes_in_as_it_is_through_the_interface(city):
    with city.http() as client:
        answer = client.post(
            "/documents",
            content=every_byte("at once"),
            headers={**city.signed_in(), "Content-Type": "application/pdf"},
        )

    assert answer.status_code == 201, answer.text
    kept = city.platform.blobs.get("agent-li", answer.json()["sha256"])
    assert kept == every_byte("at once")


def test_a_large_document_goes_to_the_bucket_past_the_interface(city):
    path, upload, content = prepared(city, every_byte("in parts"))

    answer = sent(city, upload, content)
    assert answer.is_success, answer.text
    with city.http() as client:
        done = client.post(f"{path}/complete", headers=city.signed_in())

    assert done.status_code == 200, done.text
    assert city.platform.blobs.get("agent-li", sha256(content).hexdigest()) == content


def test_a_prepared_upload_lets_no_other_content_in(city):
    path, upload, content = prepared(city, every_byte("what was announced"))

    answer = sent(city, upload, content[::-1])

    assert answer.is_client_error
    with city.http() as client:
        assert client.get(path, headers=city.signed_in()).json()["missing"] == [1]
    assert city.platform.blobs.size("agent-li", sha256(content).hexdigest()) is None


def test_nobody_gets_in_with_a_token_that_another_key_signed(city, tmp_path):
    with city.http() as client:
        answer = client.get("/cases", headers=city._replace(keys=tmp_path).signed_in())

    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"


def test_an_update_replaces_code_and_settings_and_keeps_the_data(updated):
    after = configuration(updated.after, "Sequence")
    kept = ("EventsTable", "LogTable", "ViewsTable", "Bucket")

    assert after["Environment"]["Variables"]["BANJIAN_LANES"] == "2"
    assert [updated.after.stack.resources[one] for one in kept] == [
        updated.before.stack.resources[one] for one in kept
    ]
    assert updated.code != after["CodeSha256"]


def test_a_case_after_the_update_goes_all_the_way_with_more_lanes(updated):
    assert updated.second.case["certificate"] is not None
    in_log_in_order(updated.after, updated.second)


def test_a_case_from_before_the_update_is_where_it_was(updated):
    in_log_in_order(updated.after, updated.first)


def test_the_applicants_list_shows_the_cases_from_both_sides_of_the_update(updated):
    cases = {one.stream.removeprefix("case-") for one in (updated.first, updated.second)}
    with updated.after.http() as client:
        tour = a_city.started(updated.after, client)

        def shown() -> bool | None:
            page = tour.get("agent-li", "/cases?as=company&limit=100")
            return cases <= {one["case_id"] for one in page["items"]} or None

        assert eventually("both cases", shown)


@pytest.mark.parametrize(
    ("inside", "verdict"), [("nothing else", "clean"), (EICAR.decode(), "infected")]
)
def test_what_comes_in_is_held_back_until_clamd_has_seen_it(updated, inside, verdict):
    city, content = (
        updated.after,
        every_byte("scanned").replace(b"%%EOF", f"%{inside}\n%%EOF".encode()),
    )
    with city.http() as client:
        pdf_in = {**city.signed_in(), "Content-Type": "application/pdf"}
        received = client.post("/documents", content=content, headers=pdf_in)
        assert received.status_code == 201, received.text
        path = f"/documents/uploads/{received.json()['upload_id']}"

        def scanned() -> str | None:
            scan = client.get(path, headers=city.signed_in()).json()["scan"]
            return None if scan == "pending" else str(scan)

        assert received.json()["scan"] == "pending"
        assert eventually("the verdict", scanned) == verdict


def test_nothing_has_become_a_dead_letter(updated):
    assert {name: waiting(updated.after, name) for name in dead_letters()} == dict.fromkeys(
        dead_letters(), 0
    )


def test_what_failed_too_often_is_a_dead_letter_which_the_mended_function_takes(updated):
    city = updated.after
    with broken(city, "ApplicantCases"):
        wake(city)
        eventually("a dead letter", lambda: waiting(city, "ApplicantCasesDeadLetters") or None)

    wake(city)
    eventually("the mended function", lambda: took_all(city, "ApplicantCases") or None)
    redrive(city, "ApplicantCases")

    eventually("the dead letter to be taken", lambda: took_all(city, "ApplicantCases") or None)
    assert waiting(city, "ApplicantCasesDeadLetters") == 0


@contextmanager
def broken(city: City, function: str) -> Iterator[None]:
    """The function looks for a table that is not there, and its queue is quick to try again."""
    functions, sqs = city.emulator.client("lambda"), city.emulator.client("sqs")
    queue, name = (city.stack.resources[one] for one in (f"{function}Queue", function))
    right = configuration(city, function)["Environment"]["Variables"]
    wrong = {**right, "BANJIAN_VIEWS_TABLE": "no-such-table"}
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": "1"})
    functions.update_function_configuration(FunctionName=name, Environment={"Variables": wrong})
    try:
        yield
    finally:
        # What ministack cuts off when it starts the mended function must not count as a try.
        sqs.set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": "60"})
        functions.update_function_configuration(FunctionName=name, Environment={"Variables": right})


def wake(city: City) -> None:
    topic = city.stack.outputs["CommittedTopic"]
    city.emulator.client("sns").publish(TopicArn=topic, Message="wake up")


def redrive(city: City, function: str) -> None:
    """Send the dead letters back: what SQS's StartMessageMoveTask does, which ministack lacks."""
    sqs = city.emulator.client("sqs")
    queue, dead = (city.stack.resources[f"{function}{one}"] for one in ("Queue", "DeadLetters"))
    while messages := sqs.receive_message(QueueUrl=dead, MaxNumberOfMessages=10).get("Messages"):
        for one in messages:
            sqs.send_message(QueueUrl=queue, MessageBody=one["Body"])
            sqs.delete_message(QueueUrl=dead, ReceiptHandle=one["ReceiptHandle"])


def in_log_in_order(city: City, walked: Walked) -> None:
    """Without a gap in the log, and in the case just what its stream has."""
    version = walked.events[-1]["version"]
    eventually("the log", lambda: city.platform.log.place(walked.stream, version))
    history, log = city.platform.store.load(walked.stream), city.log()
    of_case = [one._replace(position=None) for one in log if one.stream == walked.stream]

    verify(history)
    assert of_case == [one._replace(position=None) for one in history.commits]
    assert history.version == version
    ends = [0, *(one.last_position for one in log)]
    assert [one.position for one in log] == [end + 1 for end in ends[:-1]]


def every_byte(text: str) -> bytes:
    """A PDF that has every byte there is in a comment."""
    plain = pdf(text)
    return (
        plain[:9]
        + b"%"
        + EVERY_BYTE.replace(b"\n", b"").replace(b"\r", b"")
        + b"\n\r\n"
        + plain[9:]
    )


def prepared(city: City, content: bytes) -> tuple[str, Any, bytes]:
    """The path of an upload of `content`, and the request that the service prepared for it."""
    digest = sha256(content).hexdigest()
    new = {"sha256": digest, "size": len(content), "media_type": "application/pdf"}
    with city.http() as client:
        begun = client.post("/documents/uploads", json=new, headers=city.signed_in())
        assert begun.status_code == 201, begun.text
        path = f"/documents/uploads/{begun.json()['upload_id']}"
        part = {"sha256": digest}
        answer = client.post(f"{path}/parts/1", json=part, headers=city.signed_in())
    assert answer.status_code == 201, answer.text
    return path, answer.json(), content


def sent(city: City, upload: Any, content: bytes) -> httpx.Response:
    with city.emulator.http() as client:
        return client.request(
            upload["method"], upload["url"], content=content, headers=upload["headers"]
        )


def configuration(city: City, function: str) -> Any:
    return city.emulator.client("lambda").get_function_configuration(
        FunctionName=city.stack.resources[function]
    )


def took_all(city: City, function: str) -> bool:
    (source,) = city.emulator.client("lambda").list_event_source_mappings(
        FunctionName=city.stack.resources[function]
    )["EventSourceMappings"]
    result = str(source["LastProcessingResult"])
    return result.startswith("OK") and waiting(city, f"{function}Queue") == 0


def waiting(city: City, queue: str) -> int:
    """Messages that a function could have at once."""
    answer = city.emulator.client("sqs").get_queue_attributes(
        QueueUrl=city.stack.resources[queue], AttributeNames=["ApproximateNumberOfMessages"]
    )
    return int(answer["Attributes"]["ApproximateNumberOfMessages"])
