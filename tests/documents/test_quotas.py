"""How much one account may hand in on a day: a citizen who fills the disk, a clerk who works."""

import os
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from typing import Any

import httpx
import pytest

from chalicelib import bootstrap
from chalicelib.adapters.local import files
from chalicelib.eventlog.ports import Unavailable
from chalicelib.platform.quotas import Quotas, Uncounted, quotas
from chalicelib.serving.illustration import pdf

from ..cases.test_cases import code
from ..city import SENIOR_CARD, City
from .test_http import DIGEST, ME, NEW, OTHER, PLAN, at_once, put

DOCUMENT = pdf("a plan")


@pytest.fixture
def narrow(city: City, monkeypatch: pytest.MonkeyPatch) -> City:
    monkeypatch.setenv(
        "BANJIAN_QUOTAS",
        "applicants.documents=3, applicants.megabytes=1, applicants.saves=4, applicants.drafts=2",
    )
    bootstrap.platform.cache_clear()
    city.platform = bootstrap.platform()
    return city


def number(n: int, size: int = 0) -> bytes:
    whole = pdf(f"document {n}")
    return whole[:50].ljust(max(50, size - len(whole) + 50), b"\n") + whole[50:]


def statuses(city: City, *contents: bytes) -> list[int]:
    return [at_once(city, one).status_code for one in contents]


def test_so_many_documents_a_day_and_the_refusal_says_until_when(narrow: City):
    assert statuses(narrow, *map(number, range(4))) == [201, 201, 201, 429]
    refused = at_once(narrow, number(4))
    assert code(refused) == (429, "quota-exceeded")
    assert refused.json()["reason_code"] == "documents-of-day"
    assert "3 documents" in refused.json()["reason"]
    assert 1 <= int(refused.headers["Retry-After"]) <= 86_400


def test_in_chinese_too(narrow: City):
    statuses(narrow, *map(number, range(3)))
    with narrow.as_(ME) as http:
        headers = {"Content-Type": "application/pdf", "Accept-Language": "zh-CN"}
        told = http.post("/documents", content=number(9), headers=headers).json()
    assert "3 份" in told["reason"]


def test_so_many_bytes_a_day(narrow: City):
    assert statuses(narrow, number(1, 600_000), number(2, 600_000)) == [201, 429]
    assert statuses(narrow, number(3, 300_000)) == [201]


def test_the_same_document_again_counts_once(narrow: City):
    assert statuses(narrow, *[number(1)] * 9) == [201] * 9


def test_what_is_refused_for_its_type_takes_no_place_and_is_not_looked_at_for_ever(narrow: City):
    assert statuses(narrow, *[b"no document"] * 5) == [422] * 5
    assert statuses(narrow, *map(number, range(3))) == [201] * 3
    assert statuses(narrow, b"no document", b"no document") == [422, 429]
    assert at_once(narrow, b"no document").json()["reason_code"] == "looks-of-day"


def test_large_ones_that_are_refused_have_an_end_too(narrow: City):
    refused = [b"no document" + bytes(900_000)] * 4
    assert statuses(narrow, *refused) == [422, 422, 422, 429]


def test_nothing_of_what_is_refused_is_on_the_disk(narrow: City):
    statuses(narrow, *map(number, range(3)))
    at_once(narrow, number(7))
    digest = sha256(number(7)).hexdigest()
    assert list((narrow.data / "documents").rglob(f"*{digest}*")) == []


def test_another_account_has_its_own(narrow: City):
    statuses(narrow, *map(number, range(4)))
    with narrow.as_(OTHER) as http:
        headers = {"Content-Type": "application/pdf"}
        assert http.post("/documents", content=number(5), headers=headers).status_code == 201


def test_staff_have_more(narrow: City):
    with narrow.as_("clerk-chen") as http:
        headers = {"Content-Type": "application/pdf"}
        answers = [http.post("/documents", content=number(n), headers=headers) for n in range(6)]
    assert {one.status_code for one in answers} == {201}


def test_it_holds_over_a_restart(narrow: City):
    statuses(narrow, *map(number, range(3)))
    bootstrap.platform.cache_clear()
    assert statuses(narrow, number(4)) == [429]


def test_the_next_day_is_another(narrow: City, monkeypatch: pytest.MonkeyPatch):
    statuses(narrow, *map(number, range(4)))
    later = narrow.platform.now() + timedelta(days=1)
    platform = replace(narrow.platform, now=lambda: later)
    monkeypatch.setattr(bootstrap, "embedded", lambda _: platform)
    bootstrap.platform.cache_clear()
    assert statuses(narrow, number(4)) == [201]


# In parts


def begun(city: City, **changes: Any) -> httpx.Response:
    return city.post(ME, "/documents/uploads", {**NEW, **changes})


def test_an_upload_counts_what_it_says_when_it_begins_and_once(narrow: City):
    assert begun(narrow, size=900_000).status_code == 201
    assert begun(narrow, size=900_000).status_code == 201
    refused = begun(narrow, size=900_000, sha256="1" * 64)
    assert code(refused) == (429, "quota-exceeded")
    assert code(narrow.get(ME, "/documents/uploads/" + "0" * 26)) == (404, "not-found")


def test_said_otherwise_it_counts_again(narrow: City):
    assert begun(narrow, size=600_000).status_code == 201
    assert code(begun(narrow, size=600_001)) == (429, "quota-exceeded")


def test_a_part_sent_over_and_over_is_bounded_and_takes_no_more_room(
    narrow: City, monkeypatch: pytest.MonkeyPatch
):
    """Each time with other bytes: 8 MiB in a loop filled a disk, and counted as one document."""
    monkeypatch.setattr(files, "PART_SIZE", 400_000)
    upload = begun(narrow, size=400_000, sha256="2" * 64).json()["upload_id"]
    answers = [put(narrow, upload, 1, bytes([n]) * 400_000) for n in range(9)]
    assert [one.status_code for one in answers] == [200] * 7 + [429] * 2
    kept = [one for one in (narrow.data / "documents" / "uploads").rglob("*") if one.is_file()]
    assert len(kept) == 1


# Drafts


def draft(city: City, case_id: str = "", **form: Any) -> httpx.Response:
    body = {**SENIOR_CARD, "form": {**SENIOR_CARD["form"], **form}}
    if not case_id:
        return city.post(ME, "/drafts", body)
    with city.as_(ME) as http:
        headers = {"Idempotency-Key": f"again-{sha256(str(form).encode()).hexdigest()}"}
        return http.put(f"/drafts/{case_id}", json=body, headers=headers)


def test_so_many_saves_a_day(narrow: City):
    case_id = draft(narrow).json()["case_id"]
    again = [draft(narrow, case_id, remark=str(n)).status_code for n in range(4)]
    assert again == [200, 200, 200, 429]


def test_so_many_drafts_at_a_time_and_a_discarded_one_makes_room(narrow: City):
    first = draft(narrow).json()["case_id"]
    assert draft(narrow).status_code == 201
    narrow.catch_up()
    refused = draft(narrow)
    assert (code(refused), refused.json()["reason_code"]) == (
        (429, "quota-exceeded"),
        "too-many-drafts",
    )
    with narrow.as_(ME) as http:
        gone = http.delete(f"/drafts/{first}", headers={"Idempotency-Key": "discard-first"})
    assert gone.status_code == 200, gone.text
    narrow.catch_up()
    assert draft(narrow).status_code == 201


def test_one_draft_does_not_grow_for_ever(city: City):
    """40 drafts of 210 KB made a history of 8.4 MB: no draft is longer than 4 MB and one save."""
    case_id = draft(city).json()["case_id"]
    large = "办" * 70_000
    answers = [draft(city, case_id, remark=f"{large}{n}") for n in range(30)]
    taken = [one for one in answers if one.status_code == 200]
    assert 15 <= len(taken) <= 20
    refused = answers[-1]
    assert (code(refused), refused.json()["reason_code"]) == (
        (409, "out-of-order"),
        "draft-too-long",
    )


# On the worst day


def test_a_full_disk_is_said_so_and_nothing_is_half_written(
    city: City, monkeypatch: pytest.MonkeyPatch
):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        refused = at_once(city, PLAN)
    assert code(refused) == (503, "storage-full")
    assert "Retry-After" in refused.headers
    incoming = city.data / "documents" / "incoming"
    assert list(incoming.iterdir()) == []
    assert city.platform.blobs.size(ME, DIGEST) is None
    assert at_once(city, PLAN).status_code == 201


def test_a_quota_that_cannot_be_counted_lets_nothing_in(
    city: City, monkeypatch: pytest.MonkeyPatch
):
    class Broken:
        def add(self, *_: object) -> bool:
            raise Unavailable("quotas.db: disk I/O error")

    object.__setattr__(city.platform, "quotas", Quotas(Broken()))
    assert code(at_once(city, PLAN)) == (503, "store-unavailable")
    assert city.platform.blobs.size(ME, DIGEST) is None


# The setting


def test_a_setting_changes_what_it_names_and_nothing_else():
    found = quotas("applicants.megabytes=500, staff.documents=9, drafts.days=off", Uncounted())
    assert (found.applicants.megabytes, found.applicants.documents) == (500, 100)
    assert (found.staff.documents, found.staff.megabytes) == (9, 5000)
    assert (found.drafts.days, found.uploads.days) == (None, 7)


@pytest.mark.parametrize(
    "text", ["applicants=1", "applicants.days=1", "staff.megabytes=-1", "x.y=1", "drafts.days=0"]
)
def test_a_setting_that_cannot_be_read_is_named(text: str):
    with pytest.raises(ValueError, match="is no quota"):
        quotas(text, Uncounted())


def test_it_is_told_at_the_start(city: City, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("BANJIAN_QUOTAS", "everybody=all")
    bootstrap.platform.cache_clear()
    with pytest.raises(Unavailable, match="BANJIAN_QUOTAS"):
        bootstrap.platform()
