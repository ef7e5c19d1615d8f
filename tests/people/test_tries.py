"""How often somebody may try to find a person by name and id, and what a try tells."""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from moto import mock_aws

from chalicelib import bootstrap
from chalicelib.adapters.dynamodb.limiter import DynamoLimiter
from chalicelib.adapters.local.memory_limiter import MemoryLimiter
from chalicelib.eventlog.memory import Memory
from chalicelib.eventlog.ports import Unavailable
from chalicelib.kernel.errors import Invalid, NotAllowed
from chalicelib.people.application import accounts, entities, mandates, proofs
from chalicelib.people.application.accounts import Registration, Whom
from chalicelib.people.application.entities import NewOperator
from chalicelib.people.application.mandates import NewMandate
from chalicelib.platform.platform import Caller
from chalicelib.platform.rate_limits import Gate, RateLimited, limits, networks
from chalicelib.platform.registry import NoRegistry, RegistryUnavailable
from chalicelib.serving.registry_files import load_examples
from tests import cloud
from tests.adapters.wechat_double import Double
from tests.city import City
from tests.people.test_people import attested, code, put, scan
from tests.serving.outside import REGISTRY

from .people import CLERK, COMPANY, HEAD, LI, WANG, ZHANG, People, naming, people

HALL = networks("10.8.0.0/16, 2001:db8:8::/48")


@pytest.fixture(params=["memory", "dynamodb"])
def here(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[People]:
    made = people(tmp_path)

    def clock() -> float:
        return made.clock[0].timestamp()

    if request.param == "memory":
        yield counted(made, MemoryLimiter(clock))
        return
    with mock_aws():
        cloud.table("limits")
        yield counted(made, DynamoLimiter(cloud.client("dynamodb"), "limits", clock))


def counted(made: People, limiter: Any) -> People:
    return replace(made, platform=replace(made.platform, gate=Gate(limiter, at_counter=HALL)))


def asking(here: People, who: str, address: str = "") -> Caller:
    return replace(here.caller(who), address=address)


def numbers(count: int, told: Registration = ZHANG) -> Iterator[Registration]:
    """Ids of the same district and day, as one tries them."""
    from chalicelib.codes.ids import check_character

    for serial in range(count):
        body = f"{told.id_number[:14]}{serial:03}"
        yield told.model_copy(update={"id_number": body + check_character(body)})


def tried(here: People, who: str, told: Registration, address: str = "") -> str:
    """What a registry proof of the account answers."""
    here.register(who, told)
    try:
        proofs.prove_by_registry(here.platform, asking(here, who, address))
    except (Invalid, RateLimited) as error:
        return type(error).__name__
    return "proven"


def test_an_id_is_not_found_by_trying_all_that_a_birthday_leaves(here: People) -> None:
    answers = Counter(tried(here, "wx-1", told) for told in numbers(40))
    assert answers == {"Invalid": 5, "ProofsUsedUp": 35}
    # Nor by more accounts, for the name, the district and the day are counted too.
    for number, told in enumerate(numbers(20)):
        assert tried(here, f"wx-{number + 2}", told) == "ProofsUsedUp"


def test_a_hit_counts_as_a_miss_does(here: People) -> None:
    for number in range(5):
        proofs.prove_by_registry(here.platform, asking(here, registered(here, f"wx-{number}")))
        accounts.close(here.platform, here.caller(f"wx-{number}"), None)
    assert tried(here, "wx-9", ZHANG) == "ProofsUsedUp"


def registered(here: People, who: str, told: Registration = ZHANG) -> str:
    here.register(who, told)
    return who


def test_a_name_has_more_tries_than_a_name_with_a_birthday(here: People) -> None:
    answers: Counter[str] = Counter()
    for month in range(1, 13):
        for day in range(1, 11):
            body = f"44080219{50 + month}{month:02}{day:02}"
            other = ZHANG.model_copy(update={"id_number": whole(body)})
            answers[tried(here, f"wx-{month}-{day}", other)] += 1
    assert answers == {"Invalid": 100, "ProofsUsedUp": 20}
    assert tried(here, "wx-li", LI) == "proven"


def whole(body: str) -> str:
    from chalicelib.codes.ids import check_character

    return body + "101" + check_character(body + "101")


def test_an_address_has_fifty_and_a_hall_as_many_as_come(here: People) -> None:
    def at(address: str, years: range) -> Counter[str]:
        told = (ZHANG.model_copy(update={"id_number": whole(f"440802{y}0101")}) for y in years)
        names = enumerate(one.model_copy(update={"name": f"张{n}"}) for n, one in enumerate(told))
        return Counter(tried(here, f"wx-{address[:4]}-{n}", one, address) for n, one in names)

    assert at("192.0.2.7", range(1930, 1990)) == {"Invalid": 50, "ProofsUsedUp": 10}
    assert at("10.8.3.4", range(1930, 1990)) == {"Invalid": 60}
    assert at("2001:db8:8:1::", range(1930, 1990)) == {"Invalid": 60}


def test_who_has_no_try_left_uses_up_nobody_elses(here: People) -> None:
    for told in numbers(60):
        tried(here, "wx-1", told.model_copy(update={"name": "李四"}))
    mine = [tried(here, "wx-1", ZHANG) for _ in range(20)]
    assert set(mine) == {"ProofsUsedUp"}
    assert tried(here, "wx-2", ZHANG) == "proven"


def test_a_day_later_one_tries_again(here: People) -> None:
    for told in numbers(6):
        tried(here, "wx-1", told)
    here.later(1)
    assert tried(here, "wx-1", ZHANG) == "proven"


def test_a_face_and_a_counter_get_past_it(here: People) -> None:
    for number, told in enumerate(numbers(20)):
        tried(here, f"wx-{number}", told)
    assert tried(here, "wx-me", ZHANG) == "ProofsUsedUp"
    here.attest("wx-me", ZHANG)
    assert here.level("wx-me") == 3
    here.counter("wx-me", ZHANG)
    assert here.level("wx-me") == 4


# Whoever finds a person by name and id


def found(here: People, caller: Caller, told: Registration) -> str:
    until = here.clock[0].date().replace(year=2027)
    new = NewMandate(agent=Whom(person=naming(told)), until=until)
    try:
        mandates.grant(here.platform, caller, new)
    except (Invalid, RateLimited) as error:
        return type(error).__name__
    return "granted"


def added(here: People, caller: Caller, told: Registration) -> str:
    new = NewOperator(person=naming(told))
    try:
        entities.add_operator(here.platform, caller, COMPANY, new)
    except (Invalid, RateLimited) as error:
        return type(error).__name__
    return "added"


def test_a_mandate_finds_nobodys_id_by_trying(here: People) -> None:
    here.seen("wx-me", LI)
    answers = Counter(found(here, asking(here, "wx-me"), told) for told in numbers(40))
    assert answers == {"Invalid": 5, "ProofsUsedUp": 35}


def test_an_operator_finds_nobodys_id_by_trying(here: People) -> None:
    here.seen("wx-head", HEAD)
    here.company()
    answers = Counter(added(here, asking(here, "wx-head"), told) for told in numbers(40))
    assert answers == {"Invalid": 5, "ProofsUsedUp": 35}


def test_the_tries_of_all_three_are_one_budget(here: People) -> None:
    here.seen("wx-me", LI)
    kinds = [found(here, asking(here, "wx-me"), told) for told in numbers(3)]
    assert kinds == ["Invalid"] * 3
    for number, told in enumerate(numbers(4)):
        expected = "Invalid" if number < 2 else "ProofsUsedUp"
        assert tried(here, f"wx-{number}", told) == expected


def test_who_may_not_grant_learns_nothing_and_uses_up_nothing(here: People) -> None:
    here.faced("wx-1", ZHANG)
    for told in (ZHANG, WANG):
        with pytest.raises(NotAllowed):
            found(here, asking(here, "wx-nobody"), told)
    assert tried(here, "wx-2", WANG) == "proven"


def test_accounts_are_named_fifty_times_a_day_for_each_shows_whose_it_is(here: People) -> None:
    here.faced("wx-1", ZHANG)
    here.seen("wx-me", LI)
    for number in range(50):
        here.grant("wx-me", "wx-1", until=here.today.replace(year=2027 + number % 2))
    with pytest.raises(RateLimited):
        here.grant("wx-me", "wx-1")


def test_an_outage_of_the_registry_uses_up_nobodys_tries(here: People) -> None:
    away = replace(here, platform=replace(here.platform, registry=NoRegistry()))
    here.register("wx-me", ZHANG)
    for _ in range(20):
        with pytest.raises(RegistryUnavailable):
            proofs.prove_by_registry(away.platform, asking(away, "wx-me", "192.0.2.7"))
    assert tried(here, "wx-me", ZHANG, "192.0.2.7") == "proven"


def test_a_retry_of_what_was_done_is_no_try(here: People) -> None:
    here.faced("wx-1", ZHANG)
    here.seen("wx-me", LI)
    same = asking(here, "wx-me")
    assert [found(here, same, ZHANG) for _ in range(8)] == ["granted"] * 8


def test_a_clerk_at_a_counter_has_a_days_work_and_no_more(here: People) -> None:
    narrow = here.platform.gate._replace(limits=limits("proof-at-counter.account=30/86400"))
    hall = replace(here, platform=replace(here.platform, gate=narrow))
    hall.seen("wx-head", HEAD)
    hall.company()
    answers = Counter(added(hall, hall.caller(CLERK), told) for told in numbers(40))
    assert answers == {"Invalid": 30, "RateLimited": 10}


# What is counted under


def test_the_counters_name_nobody_and_tell_nothing_without_the_secret(tmp_path: Path) -> None:
    keys: list[str] = []

    class Noting:
        def take(self, limit: str, key: str, _budget: Any, /) -> float:
            keys.append(f"{limit} {key}")
            return 0.0

        def give_back(self, *_: Any) -> None:
            raise AssertionError

    here = counted(people(tmp_path), Noting())
    tried(here, "wx-1", ZHANG, "192.0.2.7")
    assert [one.split()[0] for one in keys] == [
        *("proof.account", "proof.address", "proof.person", "proof.name")
    ]
    told = " ".join(keys)
    assert not any(one in told for one in ("张三", ZHANG.id_number, ZHANG.id_number[:14], "1955"))
    first = keys[2:]
    other = replace(here, platform=replace(here.platform, secret=b"another secret" * 3))
    tried(other, "wx-2", ZHANG)
    assert not set(first) & set(keys[4:])


def test_one_person_is_counted_as_one_however_name_and_id_are_written(tmp_path: Path) -> None:
    here = counted(people(tmp_path), MemoryLimiter(lambda: 0.0))
    ways = [
        Registration(name="李•四", id_number="440802195503071232"),
        Registration(name="李·四", id_number="440802195503071232"),
        Registration(name="李 · 四", id_number="440802550307123"),
        Registration(name="李·四", id_number="４４０８０２１９５５０３０７１２３２"),
        Registration(name="李·四 ", id_number=" 440802195503071232"),
    ]
    assert [tried(here, f"wx-{n}", told) for n, told in enumerate(ways)] == ["Invalid"] * 5
    assert tried(here, "wx-9", ways[0]) == "ProofsUsedUp"


# A hit and a miss take the same work


class Worked:
    """Counts what is asked of the store and of the registry's table."""

    def __init__(self, wrapped: Any, calls: Counter[str]) -> None:
        self._wrapped, self._calls = wrapped, calls

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._wrapped, name)
        if not callable(found):
            return found

        def call(*arguments: Any, **options: Any) -> Any:
            self._calls[name] += 1
            return found(*arguments, **options)

        return call


def test_who_is_not_there_takes_as_much_work_as_who_is(tmp_path: Path) -> None:
    here = people(tmp_path)
    registry: Any = here.platform.registry
    wrong = ZHANG.model_copy(update={"name": "李四"})
    unknown = next(numbers(1))
    work = []
    for told in (ZHANG, wrong, unknown):
        calls: Counter[str] = Counter()
        asked = replace(
            registry, table=Worked(registry.table, calls), keys=Worked(registry.keys, calls)
        )
        asked.match(told.id_kind, told.id_number, told.name)
        work.append(calls)
    assert work[0] == work[1] == work[2]


def test_finding_an_account_takes_the_same_reads_whether_it_is_there_or_not(
    tmp_path: Path,
) -> None:
    here = people(tmp_path)
    here.faced("wx-1", ZHANG)
    here.register("wx-2", LI)
    wrong = ZHANG.model_copy(update={"name": "李四"})
    work = []
    for told in (ZHANG, wrong, LI, WANG):
        calls: Counter[str] = Counter()
        # What a process remembers of a stream is not read again: each asks as the first.
        store = Worked(here.platform.store, calls)
        watched = replace(here.platform, store=store, memory=Memory())
        with suppress(Invalid):
            accounts.find(watched, here.caller(CLERK), Whom(person=naming(told)))
        work.append(calls)
    assert work == [work[0]] * 4
    assert work[0]["load"] == 2


# Over HTTP


@pytest.fixture
def town(double: Double, city: City) -> City:
    load_examples(city.platform, REGISTRY)
    return city


def test_the_answer_says_what_gets_past_it_and_when_to_try_again(town: City) -> None:
    for told in numbers(6):
        put(town, "citizen-zhang", "/account", {"name": "张三", "id_number": told.id_number})
        answer = town.post("citizen-zhang", "/account/proofs/registry")
    assert code(answer) == (429, "proofs-used-up")
    assert 1 <= int(answer.headers["Retry-After"]) <= 86_400
    assert "face" in answer.json()["detail"]


def test_a_hall_that_the_settings_name_is_not_counted_by_its_address(
    town: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BANJIAN_LIMITS", "proof.address=1/86400")
    for networks_, last in (("", 429), ("127.0.0.0/8", 422)):
        monkeypatch.setenv("BANJIAN_COUNTERS", networks_)
        bootstrap.platform.cache_clear()
        for account, told in (("citizen-zhang", ZHANG), ("citizen-wang", LI)):
            body = {"name": f"{told.name}{last}", "id_number": told.id_number}
            put(town, account, "/account", body)
            answer = town.post(account, "/account/proofs/registry")
        assert answer.status_code == last


def test_a_setting_of_halls_that_cannot_be_read_is_told_at_the_start(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BANJIAN_COUNTERS", "the hall")
    bootstrap.platform.cache_clear()
    with pytest.raises(Unavailable, match="BANJIAN_COUNTERS"):
        bootstrap.platform()


# After a proof


def test_a_proof_says_where_to_take_a_token_with_its_level(town: City) -> None:
    put(town, "citizen-wang", "/account", {"name": "张三", "id_number": ZHANG.id_number})
    answer = town.post("citizen-wang", "/account/proofs/registry").json()
    assert (answer["level"], answer["new_token"]) == (2, "/sign-in/token")
    token = town.post("citizen-wang", answer["new_token"]).json()
    assert token["level"] == 2


def test_a_token_that_says_as_much_already_needs_no_other_one(town: City) -> None:
    put(town, "citizen-zhang", "/account", {"name": "张三", "id_number": ZHANG.id_number})
    answer = town.post("citizen-zhang", "/account/proofs/registry").json()
    assert (answer["level"], answer["new_token"]) == (2, None)


# Attestations


def test_an_attestation_counts_once_and_for_retries_of_the_same_request(town: City) -> None:
    put(town, "citizen-wang", "/account", {"name": "张三", "id_number": ZHANG.id_number})
    told = attested("citizen-wang")
    for _ in range(2):
        answer = town.post("citizen-wang", "/account/proofs/attested", told, key="the-same-key")
        assert answer.json()["level"] == 3, answer.text
    again = town.post("citizen-wang", "/account/proofs/attested", told)
    assert (again.status_code, again.json()["reason_code"]) == (422, "attestation-used")
    other = attested("citizen-wang", jti=f"another {time.time_ns()}")
    assert town.post("citizen-wang", "/account/proofs/attested", other).status_code == 200


def test_who_lost_an_identity_does_not_take_it_back_with_what_proved_it(town: City) -> None:
    body = {"name": "张三", "id_number": ZHANG.id_number}
    put(town, "citizen-wang", "/account", body)
    told = attested("citizen-wang")
    town.post("citizen-wang", "/account/proofs/attested", told)
    put(town, "citizen-zhang", "/account", body)
    for clerk, level in (("clerk-chen", 0), ("clerk-huang", 4)):  # it takes two
        check = {**body, "shown": "居民身份证原件", "document": scan(town, clerk)}
        taken = town.post(clerk, "/accounts/citizen-zhang/counter-check", check)
        assert taken.json()["level"] == level, taken.text
    again = town.post("citizen-wang", "/account/proofs/attested", told)
    assert (again.status_code, again.json()["reason_code"]) == (422, "attestation-used")


def test_an_attestation_about_somebody_else_is_not_used_up(town: City) -> None:
    put(town, "citizen-wang", "/account", {"name": "李四", "id_number": LI.id_number})
    told = attested("citizen-wang")
    answer = town.post("citizen-wang", "/account/proofs/attested", told)
    assert answer.json()["reason_code"] == "attestation-about-another-person"
    put(town, "citizen-wang", "/account", {"name": "张三", "id_number": ZHANG.id_number})
    assert town.post("citizen-wang", "/account/proofs/attested", told).json()["level"] == 3


def test_a_clerk_who_checks_is_told_of_no_token(town: City) -> None:
    put(town, "citizen-wang", "/account", {"name": "张三", "id_number": ZHANG.id_number})
    check = {"name": "张三", "id_number": ZHANG.id_number, "document": scan(town)}
    answer = town.post("clerk-chen", "/accounts/citizen-wang/counter-check", check).json()
    assert (answer["level"], answer["new_token"]) == (4, None)
