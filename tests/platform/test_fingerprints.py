"""What makes two requests the same command: the account and the key, and what was sent."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

import pytest
from chalice.app import Request
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.cases import domain as case
from chalicelib.cases.application import cases
from chalicelib.certificates.application import certificates
from chalicelib.certificates.domain import certificate
from chalicelib.certificates.domain.events import Basis, CertificateUsed
from chalicelib.eventlog.ports import History, Reused
from chalicelib.kernel.actor import Actor, Role
from chalicelib.kernel.keyed import digest_of
from chalicelib.platform import platform as platforms
from chalicelib.platform.platform import Caller, derived_id, fingerprint
from chalicelib.serving.gateway import Call, Match, event
from chalicelib.submissions.application.submissions import Submission
from chalicelib.web.request import ApiRequest, Web

from ..city import SENIOR_CARD, City

NOW = datetime(2026, 2, 10, 2, tzinfo=UTC)
CITIZEN = Actor(account="citizen-zhang", role=Role.APPLICANT, level=3)
MEMBERS = Path(__file__).with_name("members_before.json")
names = st.text("ab:1@", min_size=1, max_size=8)


def caller(account, key, sent=None):
    return Caller(Actor.model_construct(account=account, role=Role.APPLICANT), key, sent=sent)


# The id


@given(names, names, names, names)
def test_no_two_pairs_of_account_and_key_share_a_command(account, key, other, its_key):
    # No account begins with a colon (kernel/actor.py).
    account, other = f"x{account}", f"x{other}"
    same = caller(account, key).command_id == caller(other, its_key).command_id
    assert same == ((account, key) == (other, its_key))


def test_an_id_without_a_colon_in_either_is_as_the_release_before_had_it():
    assert caller("citizen-zhang", "key-0001").command_id == "citizen-zhang:key-0001"
    assert derived_id(caller("citizen-zhang", "key-0001")) == "8cc41862d5b7226a474d972240"


def test_an_id_with_a_colon_says_where_the_account_ends():
    assert caller("a:x", "key-0001").command_id == ":3:a:x:key-0001"
    assert caller("a", "x:key-0001").command_id == ":1:a:x:key-0001"


def test_a_stranger_s_key_that_spells_another_account_gets_no_reply_of_its(city: City):
    mine = city.post("citizen-zhang", "/cases", SENIOR_CARD, key="x:key-0001")
    assert mine.status_code == 201
    spelled = caller("citizen-zhang:x", "key-0001")
    assert derived_id(spelled) != mine.json()["case_id"]


@given(st.lists(st.text('a\n[",', max_size=4), max_size=4), st.lists(st.text('a\n[",'), max_size=4))
def test_no_two_sequences_share_a_keyed_digest(some, others):
    one, two = digest_of(b"k", ["name", *some]), digest_of(b"k", ["name", *others])
    assert (one == two) == (some == others)


# The fingerprint


def request_with(city, body, secret=b"s" * 32, **path):
    call = Call("POST", "/cases", "", {}, "127.0.0.1", "request")
    raw = Request(event(call, Match("/cases", path), "POST", body))
    made = replace(city.platform, secret=secret)

    def never(*_: Any) -> Any:
        raise AssertionError("nobody is asked who they are")

    return ApiRequest(Web(lambda: made, never, never), raw)


@pytest.mark.parametrize(
    ("body", "path", "expected"),
    [
        (b"", {}, "{}"),
        (b'{"reason":"x"}', {}, "reason"),
        (b'{"reason":"x"}', {"case_id": "c"}, "in a case"),
        ('{"name":"张三","n":1.50,"list":[1,null,true]}'.encode(), {}, "values"),
    ],
)
def test_fingerprints_are_those_that_are_stored(city: City, body, path, expected):
    """Golden: a release that made others of the same bytes would refuse honest retries."""
    sent = request_with(city, body, **path).sent
    found = caller("citizen-zhang", "key-0001", sent).request(NOW, "SubmitCase", {}).command
    assert found.fingerprint.hex() == GOLDEN[expected]


GOLDEN = {
    "{}": "b43862dcdff1058356d3d7d72c28577a",
    "reason": "5663e3d292e4f1ba440c8c77b18f84fc",
    "in a case": "e3515176d1883abd6469c8bd603c884b",
    "values": "6aca0525ccad21db679755b1377bf200",
}


def test_the_order_of_members_and_blanks_do_not_matter_and_values_do(city: City):
    def of(body, **path):
        return request_with(city, body, **path).sent

    one = of(b'{"a": 1, "b": {"c": [1, 2]}}')
    assert of(b'{"b":{"c":[1,2]},"a":1}') == one
    assert of(b"") == of(b"{}") != one
    others = [b'{"a":1}', b'{"a":1,"b":{"c":[2,1]}}', b'{"a":1,"b":{"c":[1,2]},"d":null}', b"\xff"]
    assert len({one, *map(of, others)}) == 5
    assert of(b"{}", case_id="one") != of(b"{}", case_id="two")


def test_without_the_secret_a_fingerprint_cannot_be_tried(city: City):
    body = json.dumps(SENIOR_CARD).encode()
    made = {request_with(city, body, secret=bytes([n]) * 32).sent for n in range(3)}
    assert len(made) == 3
    told = caller("citizen-zhang", "key-0001", made.pop()).request(NOW, "SubmitCase", SENIOR_CARD)
    assert told.command.fingerprint != fingerprint("SubmitCase", SENIOR_CARD)
    assert len(told.command.fingerprint) == len(fingerprint("SubmitCase", SENIOR_CARD))


def test_a_member_that_a_release_adds_leaves_a_retry_what_it_was(city: City):
    sent = request_with(city, b"{}").sent
    before = caller("a", "key-0001", sent).request(NOW, "Accept", {"note": None})
    after = caller("a", "key-0001", sent).request(NOW, "Accept", {"note": None, "new": ()})
    assert before.command == after.command


def stored(body, name="Accept"):
    """As the release before stored it."""
    command = caller("citizen-zhang", "key-0001").request(NOW, name, body).command
    return History("s", (History("s").following(command, 1, b"{}"),))


def test_what_the_release_before_took_is_known_again(city: City):
    sent = request_with(city, b'{"note":"x"}').sent
    again = caller("citizen-zhang", "key-0001", sent).request(NOW, "Accept", {"note": "x"})
    history = stored({"note": "x"})
    assert history.find(again.command, again.former) == history.commits[0]
    other = caller("citizen-zhang", "key-0001", sent).request(NOW, "Accept", {"note": "y"})
    with pytest.raises(Reused):
        history.find(other.command, other.former)


def test_a_member_that_is_new_does_not_hide_what_the_release_before_took(city: City, monkeypatch):
    monkeypatch.setitem(platforms.SINCE, "Accept", frozenset({"new"}))
    history = stored({"note": "x"})

    def find(**body):
        one = caller("citizen-zhang", "key-0001", b"s").request(NOW, "Accept", body)
        return history.find(one.command, one.former)

    assert find(note="x", new=None) == find(note="x", new=()) == history.commits[0]
    with pytest.raises(Reused):
        find(note="x", new="told")


def test_a_retry_across_the_upgrade_lands_on_its_case_over_http(city: City, monkeypatch):
    with monkeypatch.context() as before:
        before.setattr(ApiRequest, "sent", None)  # as the release before had it
        first = city.post("citizen-zhang", "/cases", SENIOR_CARD, key="across-it")
    again = city.post("citizen-zhang", "/cases", SENIOR_CARD, key="across-it")
    assert again.json() == first.json()
    assert again.headers["idempotency-replayed"] == "true"
    other = {**SENIOR_CARD, "form": {"born_on": "1951-01-01", "residence": "湛江市霞山区"}}
    assert city.post("citizen-zhang", "/cases", other, key="across-it").status_code == 422


def test_a_retry_that_races_with_the_release_before_is_known_too(city: City, monkeypatch):
    """Both run at once while AWS changes over: the other one appends after we have read."""
    created = city.submit()
    path = f"/cases/{created['case_id']}/receive"
    store: Any = type(city.platform.store)
    append, first = store.append, [False]

    def overtaken(self, history, command, length, body):
        if not first[0]:
            first[0] = True
            mine = fingerprint("Receive", case_body(case.commands.Receive))
            append(self, history, command._replace(fingerprint=mine), length, body)
        return append(self, history, command, length, body)

    monkeypatch.setattr(store, "append", overtaken)
    answer = city.post("clerk-chen", path, key="racing-key")
    assert (answer.status_code, answer.headers["idempotency-replayed"]) == (200, "true")


def case_body(kind):
    command = kind(at=NOW, by=CITIZEN)
    return command.model_dump(mode="json", exclude={"at", "by", "channel"})


def members(model):
    """Every member that a dump of the model has, as a path of titles and names."""
    schema = model.model_json_schema()
    within = {
        name: sorted(part["properties"])
        for name, part in schema.get("$defs", {}).items()
        if "properties" in part and name != "Actor"
    }
    top = set(schema["properties"]) - {"at", "by", "channel", "person"}  # the server's own
    for name, young in YOUNGER.items():
        within[name] = [one for one in within.get(name, ()) if one not in young]
    return {"": sorted(top - platforms.SINCE.get(model.__name__, frozenset())), **within}


# Within values, of what SINCE names by its path.
YOUNGER = {"HandedIn": {"showing"}, "CertificateUsed": {"basis"}}
# Their fingerprints are of the Submission, not of what the server makes of it.
FROM_SUBMISSIONS = {"SubmitCase", "SaveDraft"}
COMMANDS = [*case.COMMANDS, *get_args(certificate.CertificateCommand)]


def test_a_command_has_the_members_that_its_old_fingerprints_have():
    """
    What one more member would break: a retry of what the release before took. A new one of a
    command belongs into SINCE; one within a value that was there before must be left out of dumps.
    """
    recorded = json.loads(MEMBERS.read_text("utf-8"))
    today = {one.__name__: members(one) for one in COMMANDS} | {"Submission": members(Submission)}
    there = (recorded.keys() & today.keys()) - FROM_SUBMISSIONS
    assert len(there) > 30
    for name in there:
        before = {kind: found for kind, found in recorded[name].items() if found}
        assert {kind: found for kind, found in today[name].items() if found} == before


def test_a_submission_with_materials_that_the_release_before_took_is_known_again():
    told = {"id": "identity", "sha256": "0" * 64, "title": None}
    before = {"form": {"showing": None}, "materials": [told]}
    history = stored(before, name="SubmitCase")

    def find(showing):
        body = {**before, "materials": [{**told, "showing": showing}]}
        one = caller("citizen-zhang", "key-0001", b"s").request(NOW, "SubmitCase", body)
        return history.find(one.command, one.former)

    assert find(None) == history.commits[0]
    with pytest.raises(Reused):
        find("A" * 26)


def fingerprinted(monkeypatch, do):
    """What the fingerprint of the one command that is run is made of."""
    seen = []

    def request(self, now, name, body):
        seen.append((name, body))
        raise LookupError

    monkeypatch.setattr(Caller, "request", request)
    with pytest.raises(LookupError):
        do()
    return seen[0]


def test_who_gives_a_command_as_a_person_is_not_in_its_fingerprint(city: City, monkeypatch):
    command = case.commands.StartStep(at=NOW, by=CITIZEN, step="one", person="0" * 26)
    by = caller("citizen-zhang", "key-0001")
    told = fingerprinted(monkeypatch, lambda: cases.execute(city.platform, by, "c", command))
    assert told == ("StartStep", {"step": "one"})


@pytest.mark.parametrize("basis", [None, *Basis])
def test_what_a_use_is_based_on_is_not_in_its_fingerprint(city: City, monkeypatch, basis):
    used = CertificateUsed(use="u", purpose="p", basis=basis)
    command = certificate.Use(at=NOW, by=CITIZEN, used=used)
    by = caller("citizen-zhang", "key-0001")
    _, body = fingerprinted(monkeypatch, lambda: certificates.run(city.platform, by, "c", command))
    assert sorted(body["used"]) == json.loads(MEMBERS.read_text("utf-8"))["Use"]["CertificateUsed"]
