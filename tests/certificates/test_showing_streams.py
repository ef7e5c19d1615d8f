"""亮证 and 核验: what anybody learns who is shown a certificate."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from chalicelib.certificates.application import certificates, showings
from chalicelib.certificates.domain import certificate
from chalicelib.codes.masking import masked_name
from chalicelib.kernel.actor import Actor, Role
from chalicelib.kernel.errors import NotAllowed, NotFound, OutOfOrder

from ..office import CITIZEN, CLERK, HEAD, Office
from .office_givens import LAW, issued, known

STRANGER = Actor(account="stranger", role=Role.APPLICANT, level=3)


def show(office: Office, identifier: str, actor: Actor = CITIZEN) -> str:
    return showings.show(office.platform, office.caller(actor), identifier).token


def check(office: Office, token: str) -> str:
    return showings.verify(office.platform, token).state


def test_a_token_is_good_once(office: Office):
    token = show(office, issued(office))
    assert [check(office, token), check(office, token)] == ["valid", "unknown"]


def test_a_verdict_tells_no_more_than_it_must(office: Office):
    identifier = issued(office)
    verdict = showings.verify(office.platform, show(office, identifier))
    assert (verdict.identifier, verdict.holder_masked) == (identifier, "张*")
    told = str(showings.plain(verdict))
    assert "张三" not in told
    assert "440***" not in told
    assert known(office, identifier).record.created.holder not in told


def test_a_token_is_good_for_five_minutes(office: Office):
    identifier = issued(office)
    token = show(office, identifier)
    later = office.now() + timedelta(seconds=showings.SECONDS, microseconds=1)
    object.__setattr__(office.platform, "now", lambda: later)
    assert check(office, token) == "unknown"


def test_unknown_used_and_odd_tokens_are_answered_alike(office: Office):
    token = show(office, issued(office))
    check(office, token)
    told = {
        showings.verify(office.platform, one)._replace(checked_at=office.now())
        for one in (
            token,
            "A" * 26,
            "",
            "x" * 5000,
            "张" * 26,
            "../../../../etc/passwd0000",
            "\udcff" * 26,
        )
    }
    assert told == {showings.Verdict("unknown", office.now())}


def test_of_many_who_verify_at_once_one_is_told(office: Office):
    token = show(office, issued(office))
    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(lambda _: check(office, token), range(8)))
    assert sorted(told) == ["unknown"] * 7 + ["valid"]


def test_a_retry_gets_the_same_token_and_another_request_another_one(office: Office):
    identifier = issued(office)
    caller = office.caller(CITIZEN)
    first = showings.show(office.platform, caller, identifier)
    again = showings.show(office.platform, caller, identifier)
    assert (again.token, again.repeated) == (first.token, True)
    assert show(office, identifier) != first.token


def test_no_token_is_stored(office: Office):
    identifier = issued(office)
    tokens = [show(office, identifier), showings.printed(office.platform, identifier)]
    stored = b"".join(
        one.stream.encode() + one.body for one in office.platform.log.read(0, 1_000_000)
    )
    assert not any(token.encode() in stored for token in tokens)


def test_the_printed_token_says_what_is_true_now_again_and_again(office: Office):
    identifier = issued(office)
    token = showings.printed(office.platform, identifier)
    assert [check(office, token), check(office, token)] == ["valid", "valid"]
    for command, state in (
        (certificate.Suspend(at=office.now(), by=HEAD, reason="涉嫌出借", **LAW), "suspended"),
        (certificate.Withdraw(at=office.now(), by=HEAD, reason="出借", **LAW), "withdrawn"),
    ):
        certificates.operate(office.platform, office.caller(HEAD), identifier, command)
        assert check(office, token) == state


def test_a_token_shown_before_an_end_tells_the_end(office: Office):
    identifier = issued(office)
    token = show(office, identifier)
    command = certificate.Revoke(at=office.now(), by=HEAD, reason="欺骗", **LAW)
    certificates.operate(office.platform, office.caller(HEAD), identifier, command)
    assert check(office, token) == "revoked"
    with pytest.raises(OutOfOrder):
        show(office, identifier)


def test_what_was_replaced_names_the_newer_one(office: Office):
    identifier = issued(office)
    told = certificates.Revision(reason="更正", holder_name="张叁")
    newer, _ = certificates.revise(office.platform, office.caller(HEAD), identifier, told)
    verdict = showings.verify(office.platform, showings.printed(office.platform, identifier))
    assert (verdict.state, verdict.replaced_by) == ("replaced", newer)


def test_only_the_holder_shows_it(office: Office):
    identifier = issued(office)
    for actor, refusal in ((STRANGER, NotFound), (CLERK, NotAllowed)):
        with pytest.raises(refusal):
            show(office, identifier, actor)


@pytest.mark.parametrize(
    ("name", "masked"),
    [("张三", "张*"), ("张", "张*"), ("欧阳小明", "欧**明"), ("张三丰", "张*丰")],
)
def test_a_name_is_masked(name: str, masked: str):
    assert masked_name(name) == masked
