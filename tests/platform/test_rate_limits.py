"""What may be asked how often, what a setting says of it, and whose address a request has."""

import pytest

from chalicelib.platform import rate_limits
from chalicelib.platform.rate_limits import LIMITS, USUAL, Budget, Gate, Limit, RateLimited, Try


class Counted:
    """Refuses the third time, and tells who was counted."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, str, Budget]] = []

    def take(self, limit: str, key: str, budget: Budget, /) -> float:
        self.taken.append((limit, key, budget))
        return 0.25 if len(self.taken) > 2 else 0.0

    def give_back(self, limit: str, key: str, budget: Budget, /) -> None:
        self.taken.remove((limit, key, budget))


def test_a_gate_refuses_with_whole_seconds_to_wait():
    gate = Gate(Counted())
    gate.by_account(USUAL, "zhang")
    gate.by_address(USUAL, "192.0.2.1")
    with pytest.raises(RateLimited) as caught:
        gate.by_account(USUAL, "zhang")
    assert caught.value.seconds == 1


def test_a_number_an_account_and_an_address_are_counted_apart():
    limiter = Counted()
    gate = Gate(limiter, {"query": Limit(Budget(1, 1), Budget(2, 2), Budget(3, 3))})
    gate.by_account("query", "7")
    gate.by_address("query", "7")
    with pytest.raises(RateLimited):
        gate.by_number("query", "7")
    assert limiter.taken == [
        ("query.account", "7", Budget(1, 1)),
        ("query.address", "7", Budget(2, 2)),
        ("query.number", "7", Budget(3, 3)),
    ]


def test_what_has_no_budget_is_not_counted():
    limiter = Counted()
    Gate(limiter).by_number(USUAL, "440800202601050000010")
    assert limiter.taken == []


def test_the_usual_limit_is_counted_here_and_a_strict_one_everywhere():
    here, everywhere = Counted(), Counted()
    gate = Gate(rate_limits.Split(here, everywhere))
    gate.by_address(USUAL, "192.0.2.1")
    gate.by_address("query", "192.0.2.1")
    assert [one[0] for one in here.taken] == ["usual.address"]
    assert [one[0] for one in everywhere.taken] == ["query.address"]


def test_a_try_is_counted_by_whoever_it_is_about_and_given_back_whole():
    limiter = Counted()
    wide = dict.fromkeys(Limit._fields, Budget(9, 9))
    gate = Gate(limiter, {"proof": Limit(**{**wide, "number": None, "name": None})})
    tried = Try("zhang", "192.0.2.1", "p", "n")
    gate = gate._replace(at_counter=lambda address: address == "192.0.2.1")
    gate.by_proof(tried)
    assert [one[:2] for one in limiter.taken] == [("proof.account", "zhang"), ("proof.person", "p")]
    gate.untried(tried)
    assert limiter.taken == []


# Settings


def test_nothing_said_leaves_the_limits_as_they_are():
    assert rate_limits.limits("") == LIMITS


def test_a_setting_changes_what_it_names_and_nothing_else():
    changed = rate_limits.limits("usual.account=500/10, query.address=off,")
    assert changed[USUAL] == Limit(Budget(500, 10), LIMITS[USUAL].address)
    assert changed["query"] == LIMITS["query"]._replace(address=None)
    assert changed["sign-in"] == LIMITS["sign-in"]


@pytest.mark.parametrize(
    "text",
    [
        "usual",
        "usual.account",
        "usual.account=5",
        "usual.account=0/10",
        "usual.account=5/0",
        "usual.account=-5/10",
        "usual.nobody=5/10",
        "unusual.account=5/10",
        "usual.account=5/10 query.address=off",
    ],
)
def test_a_setting_that_cannot_be_read_is_refused_by_name(text):
    with pytest.raises(ValueError, match=r"is no limit: say LIMIT\.WHO"):
        rate_limits.limits(text)


# Addresses

OURS = rate_limits.networks("10.0.0.0/8, 2001:db8::/32")


@pytest.mark.parametrize(
    ("peer", "forwarded", "who"),
    [
        ("192.0.2.7", None, "192.0.2.7"),
        ("192.0.2.7", "198.51.100.1", "192.0.2.7"),
        ("10.0.0.1", None, "10.0.0.1"),
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "203.0.113.9, 198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "198.51.100.1, 10.2.3.4", "198.51.100.1"),
        ("10.0.0.1", "10.9.9.9, 198.51.100.1, 10.2.3.4", "198.51.100.1"),
        ("10.0.0.1", "10.3.3.3, 10.2.3.4", "10.3.3.3"),
        ("10.0.0.1", "198.51.100.1, unknown", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.1, unknown, 10.2.3.4", "10.2.3.4"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", " 198.51.100.1 ", "198.51.100.1"),
        ("2001:db8::5", "2400:3200::1", "2400:3200::1"),
        ("", "198.51.100.1", ""),
    ],
)
def test_the_address_is_the_last_that_is_none_of_our_proxies(peer, forwarded, who):
    assert rate_limits.client(peer, forwarded, OURS) == who


def test_without_proxies_of_our_own_nobody_is_believed():
    nobody = rate_limits.networks(" ")
    assert rate_limits.client("10.0.0.1", "198.51.100.1", nobody) == "10.0.0.1"


def test_a_network_that_is_none_is_refused():
    with pytest.raises(ValueError, match="proxies"):
        rate_limits.networks("10.0.0.0/8, proxies")


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2400:3200:1:2:3:4:5:6", "2400:3200:1:2::"),
        ("2400:3200:1:2:ffff::", "2400:3200:1:2::"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("fe80::1%eth0", "fe80::"),
        ("no:address", "no:address"),
        ("", ""),
    ],
)
def test_a_customer_of_ipv6_has_many_addresses_and_counts_once(address, key):
    assert rate_limits.counted(address) == key
