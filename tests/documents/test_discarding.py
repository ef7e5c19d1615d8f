"""
Documents that nobody needs: discarded by their owner, or left for a week. No case ever loses one,
whoever discards at whatever moment.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib import bootstrap
from chalicelib.documents.application import discarding, documents
from chalicelib.documents.domain import document
from chalicelib.documents.subscribers import discarded_documents
from chalicelib.kernel.actor import Actor, Role
from chalicelib.kernel.errors import Invalid, OutOfOrder, Rejected
from chalicelib.serving.illustration import pdf
from chalicelib.submissions.application import materials, submissions
from chalicelib.submissions.subscribers import expiry

from ..adapters.commits import at_once as all_at_once
from ..cases.test_cases import code
from ..city import SENIOR_CARD, City
from .test_http import DIGEST, ME, NEW, OTHER, PLAN, at_once, put

WHO = Actor(account=ME, role=Role.APPLICANT, level=3)
MATERIAL = {"id": "identity", "sha256": DIGEST, "media_type": "application/pdf"}


def discard(city: City, upload_id: str, who: str = ME) -> httpx.Response:
    with city.as_(who) as http:
        return http.delete(f"/documents/uploads/{upload_id}")


def handed_in(city: City, content: bytes = PLAN) -> str:
    return str(at_once(city, content).json()["upload_id"])


def listed(city: City, who: str = ME) -> list[str]:
    city.catch_up()
    return [one["upload_id"] for one in city.get(who, "/documents").json()["items"]]


def on_disk(city: City, digest: str = DIGEST) -> list[Path]:
    return list((city.data / "documents").rglob(f"*{digest}*"))


def test_what_no_case_names_is_listed_with_when_it_expires(city: City):
    name = handed_in(city)
    city.catch_up()
    (one,) = city.get(ME, "/documents").json()["items"]
    assert (one["upload_id"], one["sha256"], one["size"]) == (name, DIGEST, len(PLAN))
    assert one["expires_at"] > one["received_at"]
    assert listed(city, OTHER) == []


def test_discarded_it_is_gone_from_list_and_disk_at_once(city: City):
    name = handed_in(city)
    city.catch_up()
    assert discard(city, name).status_code == 204
    assert city.get(ME, "/documents").json()["items"] == []  # before any consumer has run
    assert on_disk(city) == []
    assert code(city.get(ME, f"/documents/uploads/{name}")) == (404, "not-found")
    assert code(discard(city, name)) == (404, "not-found")


def test_what_a_case_was_handed_in_with_is_kept(city: City):
    name = handed_in(city)
    case_id = city.submit(materials=[MATERIAL])["case_id"]
    refused = discard(city, name)
    assert (code(refused), refused.json()["reason_code"]) == (
        (409, "out-of-order"),
        "document-of-a-case",
    )
    assert listed(city) == []
    read = city.get("clerk-chen", f"/cases/{case_id}/documents/{DIGEST}", accept="*/*")
    assert read.content == PLAN


def test_a_stranger_who_hands_in_the_same_document_discards_only_a_copy_of_it(city: City):
    mine = handed_in(city)
    case_id = city.submit(materials=[MATERIAL])["case_id"]
    with city.as_(OTHER) as http:
        headers = {"Content-Type": "application/pdf"}
        theirs = http.post("/documents", content=PLAN, headers=headers).json()["upload_id"]
    assert theirs != mine
    assert discard(city, theirs, OTHER).status_code == 204
    assert code(discard(city, mine, OTHER)) == (404, "not-found")
    read = city.get("clerk-chen", f"/cases/{case_id}/documents/{DIGEST}", accept="*/*")
    assert read.content == PLAN


def test_discarded_and_handed_in_again_it_is_a_material_like_any_other(city: City):
    for _ in range(3):
        discard(city, handed_in(city))
    handed_in(city)
    case_id = city.submit(materials=[MATERIAL])["case_id"]
    city.catch_up()  # whoever clears up what was discarded
    read = city.get("clerk-chen", f"/cases/{case_id}/documents/{DIGEST}", accept="*/*")
    assert read.content == PLAN
    assert len(on_disk(city)) == 1


def test_what_was_discarded_is_no_material(city: City):
    discard(city, handed_in(city))
    answer = city.post(ME, "/cases", {**SENIOR_CARD, "materials": [MATERIAL]})
    assert code(answer) == (422, "invalid")


def test_an_upload_under_way_is_discarded_with_its_parts(city: City, monkeypatch: Any):
    begun = city.post(ME, "/documents/uploads", NEW).json()
    put(city, begun["upload_id"], 1, PLAN)
    assert discard(city, begun["upload_id"]).status_code == 204
    assert [one for one in (city.data / "documents/uploads").rglob("*") if one.is_file()] == []
    again = city.post(ME, "/documents/uploads", NEW).json()
    assert (again["state"], again["missing"]) == ("uploading", [1])


def test_a_document_of_before_is_kept_for_it_is_not_known_who_uses_it(city: City):
    """As the release before recorded it: whether a case names it, its stream does not say."""
    platform = city.platform
    command = document.Receive(
        at=platform.now(),
        by=WHO,
        owner=ME,
        sha256=DIGEST,
        size=len(PLAN),
        media_type="application/pdf",
        awaits_scan=False,
        tracked=False,
    )
    platform.blobs.put(ME, PLAN)
    name = documents.document_id(ME, DIGEST)
    documents.run(platform, WHO, name, command)
    refused = discard(city, name)
    assert refused.json()["reason_code"] == "document-not-tracked"
    assert listed(city) == []
    case_id = city.submit(materials=[MATERIAL])["case_id"]
    read = city.get("clerk-chen", f"/cases/{case_id}/documents/{DIGEST}", accept="*/*")
    assert read.content == PLAN


# At the same moment


def test_of_a_use_and_a_discarding_one_is_let_through(city: City):
    """A hundred times: either the case has its file, or it is told that the document is gone."""
    platform = city.platform
    for n in range(100):
        content = pdf(f"plan {n}")
        digest = sha256(content).hexdigest()
        name = documents.put(platform, WHO, content, "application/pdf", None).upload_id

        def used(digest: str = digest, n: int = n) -> bool:
            try:
                discarding.use(platform, WHO, ME, digest, f"case-{n}")
            except Invalid:
                return False
            return True

        def discarded(name: str = name) -> bool:
            try:
                discarding.discard(platform, WHO, name)
            except OutOfOrder:
                return False
            return True

        kept, gone = all_at_once([used, discarded])
        assert kept != gone
        assert (platform.blobs.get(ME, digest) is not None) == kept


Step = Callable[[], object]


class Stalled(Exception):
    """Where a process stood still, and went on much later."""


@settings(max_examples=60, suppress_health_check=list(HealthCheck), deadline=None)
@given(plan=st.lists(st.sampled_from(["put", "discard", "use", "late", "stall"]), max_size=12))
def test_whatever_comes_late_no_used_document_loses_its_file(
    tmp_path_factory: Any, plan: list[str]
):
    """`stall` discards and dies before the file is removed; `late` goes on there, at any time."""
    platform = bootstrap.embedded(tmp_path_factory.mktemp("late"), synchronous="OFF")
    name = documents.document_id(ME, DIGEST)
    stalled: list[Step] = []

    def stall() -> None:
        state = documents.state_of(platform, name)
        command = document.Discard(at=platform.now(), by=WHO, why="by-owner")
        after = documents.run(platform, WHO, name, command)
        if isinstance(state, document.Kept) and isinstance(after, document.Absent):
            stalled.append(partial(discarding.clear, platform, ME, DIGEST, after.generation - 1))

    steps: dict[str, Step] = {
        "put": lambda: documents.put(platform, WHO, PLAN, "application/pdf", None),
        "discard": lambda: discarding.discard(platform, WHO, name),
        "use": lambda: discarding.use(platform, WHO, ME, DIGEST, "case-1"),
        "stall": stall,
        "late": lambda: [one() for one in stalled],
    }
    for one in [*plan, "late"]:
        try:
            steps[one]()
        except Rejected:
            continue
        state = documents.state_of(platform, name)
        if isinstance(state, document.Kept):
            assert platform.blobs.get(state.place, DIGEST) == PLAN


def test_a_submission_whose_document_is_discarded_on_its_way_is_refused(
    city: City, monkeypatch: pytest.MonkeyPatch
):
    name, whole = handed_in(city), materials.use

    def use(*given: Any) -> None:
        assert discard(city, name).status_code == 204  # between its check and the case
        whole(*given)

    monkeypatch.setattr(submissions, "use", use)
    answer = city.post(ME, "/cases", {**SENIOR_CARD, "materials": [MATERIAL]})
    assert (code(answer), answer.json()["reason_code"]) == ((422, "invalid"), "document-gone")


def test_whoever_dies_between_event_and_disk_leaves_it_to_the_consumer(
    city: City, monkeypatch: pytest.MonkeyPatch
):
    name = handed_in(city)
    with monkeypatch.context() as patch:
        patch.setattr(discarding, "clear", lambda *_: None)
        assert discard(city, name).status_code == 204
    assert len(on_disk(city)) == 1
    city.catch_up()
    assert on_disk(city) == []
    assert {document.DocumentDiscarded} == discarded_documents.EVENTS


# Left for days


def later(city: City, **time: float) -> None:
    moment = city.platform.now() + timedelta(**time)
    city.platform = replace(city.platform, now=lambda: moment)


def draft(city: City) -> str:
    answer = city.post(ME, "/drafts", {**SENIOR_CARD, "materials": [MATERIAL]})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["case_id"])


def test_what_no_case_names_for_a_week_is_gone(city: City):
    handed_in(city)
    city.catch_up()
    later(city, days=6, hours=23)
    assert expiry.expire_documents(city.platform) == 0
    later(city, hours=2)
    assert expiry.expire_documents(city.platform) == 1
    assert on_disk(city) == []
    assert listed(city) == []


def test_what_a_case_names_stays_however_old_and_so_does_what_the_list_has_not_heard_of(city: City):
    handed_in(city)
    city.catch_up()
    city.submit(materials=[MATERIAL])
    later(city, days=400)
    assert expiry.expire_documents(city.platform) == 0  # the view still lists it
    assert len(on_disk(city)) == 1


def test_a_draft_keeps_its_documents_and_goes_after_a_month_and_they_after_it(city: City):
    handed_in(city)
    case_id = draft(city)
    city.catch_up()
    later(city, days=29)
    assert (expiry.expire_drafts(city.platform), expiry.expire_documents(city.platform)) == (0, 0)
    later(city, days=2)
    assert (expiry.expire_drafts(city.platform), expiry.expire_documents(city.platform)) == (1, 0)
    assert code(city.get(ME, f"/cases/{case_id}")) == (404, "not-found")
    city.catch_up()
    assert expiry.expire_documents(city.platform) == 1
    assert on_disk(city) == []


def test_a_draft_that_was_saved_since_the_list_was_made_stays(city: City):
    handed_in(city)
    case_id = draft(city)
    city.catch_up()
    with city.as_(ME) as http:
        body = {**SENIOR_CARD, "form": {"residence": "另一处"}}
        headers = {"Idempotency-Key": "saved-again"}
        assert http.put(f"/drafts/{case_id}", json=body, headers=headers).status_code == 200
    later(city, days=31)
    assert expiry.expire_drafts(city.platform) == 0
    assert city.get(ME, f"/cases/{case_id}").json()["state"] == "drafted"


def test_one_that_cannot_expire_keeps_no_other(city: City, monkeypatch: pytest.MonkeyPatch):
    handed_in(city)
    handed_in(city, pdf("another"))
    city.catch_up()
    later(city, days=8)
    real = discarding.expire
    failed: list[Any] = []

    def expire(platform: Any, row: Any) -> bool:
        if not failed:
            failed.append(row)
            raise OSError("the disk")
        return real(platform, row)

    monkeypatch.setattr(discarding, "expire", expire)
    assert expiry.expire_documents(city.platform) == 1
    monkeypatch.undo()
    assert expiry.expire_documents(city.platform) == 1


def test_nothing_expires_where_it_is_so_set(city: City):
    handed_in(city)
    draft(city)
    city.catch_up()
    quotas = city.platform.quotas
    forever = quotas._replace(
        drafts=quotas.drafts._replace(days=None), uploads=quotas.uploads._replace(days=None)
    )
    city.platform = replace(city.platform, quotas=forever)
    later(city, days=4000)
    assert (expiry.expire_drafts(city.platform), expiry.expire_documents(city.platform)) == (0, 0)


# Drafts


def test_drafts_are_listed_for_their_owner_alone_and_discarded_they_are_gone(city: City):
    case_id = draft_of(city)
    city.catch_up()
    (one,) = city.get(ME, "/drafts").json()["items"]
    assert (one["case_id"], one["item"]) == (case_id, SENIOR_CARD["item"])
    assert city.get(OTHER, "/drafts").json()["items"] == []
    assert code(deleted(city, case_id, OTHER)) == (404, "not-found")
    done = deleted(city, case_id)
    assert (done.status_code, done.json()["state"]) == (200, "discarded")
    assert city.get(ME, "/drafts").json()["items"] == []  # before any consumer has run
    assert code(city.get(ME, f"/cases/{case_id}")) == (404, "not-found")
    submitted = city.post(ME, f"/drafts/{case_id}/submit", SENIOR_CARD)
    assert code(submitted) == (404, "not-found")


def draft_of(city: City) -> str:
    return str(city.post(ME, "/drafts", SENIOR_CARD).json()["case_id"])


def deleted(city: City, case_id: str, who: str = ME) -> httpx.Response:
    with city.as_(who) as http:
        return http.delete(f"/drafts/{case_id}", headers={"Idempotency-Key": f"delete-{who}"})


def test_what_was_submitted_is_no_draft_and_is_not_discarded(city: City):
    case_id = draft_of(city)
    assert city.post(ME, f"/drafts/{case_id}/submit", SENIOR_CARD).status_code == 201
    refused = deleted(city, case_id)
    assert (code(refused), refused.json()["reason_code"]) == ((409, "closed"), "no-draft-any-more")
    assert city.get(ME, "/drafts").json()["items"] == []
