"""No list tells by waiting whether something is there that the caller may not see."""

from typing import Any

import httpx
import pytest

from chalicelib.items.files.item_files import read_item
from chalicelib.serving.illustration import pdf
from tests.certificates.test_http import issued
from tests.city import EXAMPLES, SENIOR_CARD, City, double
from tests.people.test_people import COMPANY, LI, ZHANG, put, town
from tests.proven import came_to_a_counter

from .test_every_route import ROUTES

__all__ = ["double", "town"]  # fixtures

# Of each list who may see the thing, and who may not.
LISTS = (
    ("/cases", "case", "citizen-zhang", "citizen-wang"),
    ("/certificates?as=account", "certificate", "citizen-zhang", "citizen-wang"),
    ("/account/companies", "company", "agent-li", "citizen-wang"),
    ("/mandates", "mandate", "citizen-zhang", "agent-li"),
    ("/work", "case", "clerk-chen", "reviewer-fire"),
    ("/process-steps", "case", "clerk-chen", "reviewer-fire"),
    ("/items", "item", None, None),  # public
    ("/item-drafts", "draft", "items-sun", None),
    ("/documents", "document", "citizen-zhang", "citizen-wang"),
    ("/drafts", "saved", "citizen-zhang", "citizen-wang"),
    ("/ratings", "rating", "citizen-zhang", "citizen-wang"),
)
# Nobody waits there for something by its name: the accounts that counters checked are not for who
# supervises counters to see, and one that is there is answered like one that is not.
UNNAMED = {"/counter-checks": ("citizen-zhang", "supervisor-zhou")}
PDF = {"Content-Type": "application/pdf"}
HIDDEN = {"/items": "draft"}
NOTHING = "1" * 26


def thing_of(town: City, thing: str) -> str:
    """The name of a new one, as `min_version` has it."""
    match thing:
        case "certificate":
            return issued(town)
        case "case":
            return str(town.submit()["case_id"])
        case "company":
            register = {"credit_code": COMPANY, "name": "湛江示例建设有限公司"}
            assert town.post("clerk-chen", "/entities", register).is_success
            return COMPANY
        case "mandate":
            for account, told in (("citizen-zhang", ZHANG), ("citizen-wang", LI)):
                came_to_a_counter(town.platform, account, told["name"], told["id_number"])
            body = {"agent": {"person": LI}, "until": "2027-12-31"}
            return str(town.post("citizen-zhang", "/mandates", body).json()["mandate_id"])
        case "document":
            with town.as_("citizen-zhang") as http:
                sent = http.post("/documents", content=pdf("one"), headers=PDF)
            return str(sent.json()["upload_id"])
        case "rating":
            issued(town)
            town.catch_up()
            (case,) = town.get("citizen-zhang", "/cases").json()["items"]
            rated = town.post("citizen-zhang", f"/cases/{case['case_id']}/rate", {"rating": 1})
            return str(rated.json()["rating_id"])
        case "saved":
            return str(town.post("citizen-zhang", "/drafts", SENIOR_CARD).json()["case_id"])
        case _:
            draft = read_item(EXAMPLES / "marriage-registration.yaml")
            whole = {"definition": draft.model_dump(mode="json", exclude_none=True)}
            saved = put(town, "items-sun", f"/items/{draft.code}/draft", whole)
            assert saved.is_success, saved.text
            return draft.code


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits fails."""

    def waits(*_: Any) -> None:
        raise AssertionError("it waited")

    monkeypatch.setattr("chalicelib.web.request.wait_for_place", waits)
    monkeypatch.setattr("chalicelib.web.request.wait_for", waits)


def ask(town: City, who: str | None, path: str, seen: str) -> httpx.Response:
    return town.get(who, f"{path}{'&' if '?' in path else '?'}min_version={seen}")


def same(answer: httpx.Response) -> tuple[int, Any]:
    told = answer.json()
    return answer.status_code, {**told, "request_id": ""}


def test_every_list_that_waits_is_in_the_table() -> None:
    waiting = {one.path for one in ROUTES if "min_version" in one.doc.query}
    assert waiting == {path.partition("?")[0] for path, *_ in LISTS} | UNNAMED.keys()


@pytest.mark.parametrize("path", UNNAMED)
@pytest.mark.usefixtures("hurried")
def test_where_nothing_is_named_what_there_is_is_answered_like_nothing_at_all(
    town: City, path: str
) -> None:
    name, who = UNNAMED[path]
    issued(town)
    there, nothing = (ask(town, who, path, f"{one}@1") for one in (name, NOTHING))
    assert same(there) == same(nothing)
    assert (there.status_code, there.json()["code"]) == (400, "nothing-to-wait-for")


@pytest.mark.parametrize("path", UNNAMED)
def test_where_nothing_is_named_one_waits_for_a_position(town: City, path: str) -> None:
    _, who = UNNAMED[path]
    issued(town)
    town.catch_up()
    assert town.get(who, f"{path}?min_position=1").status_code == 200


@pytest.mark.parametrize(
    ("path", "thing", "owner", "stranger"),
    [one for one in LISTS if one[0] != "/item-drafts"],  # who may ask for it sees all of it
)
@pytest.mark.usefixtures("hurried")
def test_what_a_stranger_names_is_answered_like_nothing_at_all(
    town: City, path: str, thing: str, owner: str | None, stranger: str | None
) -> None:
    del owner
    name = thing_of(town, HIDDEN.get(path, thing))
    theirs, nothing = (ask(town, stranger, path, f"{one}@1") for one in (name, NOTHING))
    assert same(theirs) == same(nothing)
    assert (theirs.status_code, theirs.json()["code"]) == (400, "nothing-to-wait-for")


@pytest.mark.parametrize(("path", "thing", "owner", "stranger"), LISTS)
def test_who_may_see_it_is_waited_for(
    town: City, path: str, thing: str, owner: str | None, stranger: str | None
) -> None:
    del stranger
    name = thing_of(town, thing)
    town.publish("senior-card")
    town.catch_up()
    if thing == "item":
        name = read_item(EXAMPLES / "senior-card.yaml").code
    answer = ask(town, owner, path, f"{name}@1")
    assert answer.status_code == 200, answer.text


def test_health_tells_how_far_the_log_is_only_who_watches_over_it(town: City) -> None:
    for account in (None, "citizen-zhang", "clerk-chen", "supervisor-zhou", "items-sun"):
        assert town.get(account, "/health").json() == {"status": "ok", "position": None}
    for account in ("auditor-zheng", "system-qian"):
        told = town.get(account, "/health").json()
        assert told == {"status": "ok", "position": town.platform.log.head()}


def test_health_answers_who_brings_a_token_that_is_no_good(town: City) -> None:
    for bad in ("Bearer x.y.z", "Basic YTpi", ""):
        answer = town.get(None, "/health", Authorization=bad)
        assert (answer.status_code, answer.json()["position"]) == (200, None)
