"""Electronic certificates: states 01 to 07, the calendar, versions, renewal, authorised use."""

import json
from datetime import date, timedelta

import pytest
from hypothesis import given as over
from hypothesis import strategies as st
from pydantic import ValidationError

from chalicelib.certificates.application import file
from chalicelib.certificates.domain import certificate as cert
from chalicelib.certificates.domain import events as e
from chalicelib.certificates.domain.certificate import CertificateStatus
from chalicelib.kernel.errors import (
    Closed,
    Contradiction,
    Invalid,
    NotAllowed,
    NotFound,
    OutOfOrder,
)

from ..scenario import given
from . import givens as g
from .givens import ISSUED, UNTIL, after

DAY = timedelta(days=1)


def status(state: cert.State, on: date) -> str:
    return cert.standing(cert.known(state), on).status


# The calendar


def test_it_is_valid_on_its_last_day_and_expired_on_the_next_without_an_event():
    assert status(ISSUED, UNTIL) == "01"
    assert status(ISSUED, UNTIL + DAY) == "05"


def test_it_cannot_be_used_before_its_first_day():
    before = cert.standing(cert.known(ISSUED), g.FROM - DAY)
    assert before.status is CertificateStatus.VALID
    assert not before.usable
    assert cert.standing(cert.known(ISSUED), g.FROM).usable


def test_one_without_end_never_expires():
    assert status(cert.fold([g.FOREVER]), date(2999, 1, 1)) == "01"


def test_one_that_is_suspended_expires_all_the_same():
    assert status(after(g.suspend()), UNTIL) == "02"
    assert status(after(g.suspend()), UNTIL + DAY) == "05"


# Operations


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (g.suspend(), "02"),
        (g.revoke(), "03"),
        (g.cancel(), "04"),
        (g.replace(), "05"),
        (g.move_out(), "06"),
        (g.withdraw(), "07"),
    ],
)
def test_each_operation_leads_to_its_state(command: cert.CertificateCommand, code: str):
    assert status(after(command), date(2026, 6, 1)) == code


def test_what_was_suspended_is_given_back():
    given(cert.decide, after(g.suspend())).when(g.restore()).then(e.CertificateRestored)
    assert status(after(g.suspend(), g.restore()), date(2026, 6, 1)) == "01"


def test_what_was_never_suspended_has_nothing_to_give_back():
    given(cert.decide, ISSUED).when(g.restore()).then_nothing()


@pytest.mark.parametrize("end", [g.revoke(), g.cancel(), g.move_out(), g.withdraw()])
@pytest.mark.parametrize("other", [g.suspend(), g.restore(), g.replace(), g.file_renewal(60)])
def test_nothing_follows_on_an_end(end: cert.Operation, other: cert.CertificateCommand):
    given(cert.decide, after(end)).when(other).then_rejected(Closed, "ended for good")


def test_an_end_is_not_changed_into_another_one():
    given(cert.decide, after(g.cancel())).when(g.revoke()).then_rejected(Closed)


def test_the_same_operation_for_another_reason_is_a_contradiction():
    for first, other in ((g.suspend(), g.suspend("另一理由")), (g.revoke(), g.revoke("另一理由"))):
        given(cert.decide, after(first)).when(other).then_rejected(Contradiction)


def test_what_has_expired_is_cancelled_and_revoked_but_not_suspended():
    late = UNTIL + DAY
    given(cert.decide, ISSUED).when(g.cancel(late)).then(e.CertificateCancelled)
    given(cert.decide, ISSUED).when(g.revoke(day=late)).then(e.CertificateRevoked)
    given(cert.decide, ISSUED).when(g.suspend(day=late)).then_rejected(OutOfOrder, "expired")


@pytest.mark.parametrize("kind", [cert.Suspend, cert.Revoke, cert.Withdraw])
def test_taking_away_needs_a_numbered_document(kind: type[cert.Revoke]):
    with pytest.raises(ValidationError, match="document"):
        kind(**g.on(), reason="情节严重", basis=g.BASIS)


def test_nothing_is_done_to_a_certificate_that_there_is_not():
    given(cert.decide, cert.Absent()).when(g.suspend()).then_rejected(NotFound)


# Creation, versions


def test_it_is_created_once():
    given(cert.decide, cert.Absent()).when(cert.Create(**g.on(), created=g.CREATED)).then(g.CREATED)
    given(cert.decide, ISSUED).when(cert.Create(**g.on(), created=g.CREATED)).then_nothing()
    given(cert.decide, ISSUED).when(cert.Create(**g.on(), created=g.FOREVER)).then_rejected(
        Contradiction
    )


def test_what_was_replaced_says_by_which():
    standing = cert.standing(cert.known(after(g.replace())), date(2026, 6, 1))
    assert (standing.status, standing.replaced_by, standing.usable) == ("05", g.NEWER, False)


def test_it_is_replaced_by_one_and_never_by_itself():
    given(cert.decide, after(g.replace())).when(g.replace(g.RENEWED)).then_rejected(Contradiction)
    given(cert.decide, ISSUED).when(g.replace(g.IDENTIFIER)).then_rejected(Invalid)


def test_what_was_replaced_can_still_be_revoked_and_nothing_else():
    given(cert.decide, after(g.replace())).when(g.revoke()).then(e.CertificateRevoked)
    for other in (g.cancel(), g.suspend(), g.withdraw()):
        given(cert.decide, after(g.replace())).when(other).then_rejected(Closed, "replaced by")


# Renewal, 行政许可法 art. 50


def test_a_renewal_is_in_time_up_to_thirty_days_before_the_last_day():
    for days, timely in ((31, True), (30, True), (29, False)):
        event = given(cert.decide, ISSUED).when(g.file_renewal(days)).then_one(e.RenewalFiled)
        assert event.in_time is timely


def test_silence_means_that_it_goes_on():
    waiting = cert.standing(cert.known(after(g.file_renewal(30))), UNTIL + 400 * DAY)
    assert (waiting.status, waiting.until, waiting.extended) == ("01", None, True)


def test_silence_on_a_late_renewal_means_nothing():
    assert status(after(g.file_renewal(29)), UNTIL + DAY) == "05"


def test_a_refused_renewal_ends_it_on_its_last_day_or_on_that_of_the_refusal():
    early = after(g.file_renewal(60), g.end_renewal(UNTIL - 10 * DAY, granted=False))
    assert (status(early, UNTIL), status(early, UNTIL + DAY)) == ("01", "05")
    refused = UNTIL + 10 * DAY
    late = after(g.file_renewal(60), g.end_renewal(refused, granted=False))
    assert (status(late, refused), status(late, refused + DAY)) == ("01", "05")


def test_a_granted_renewal_lasts_until_the_new_certificate_has_its_place():
    granted = after(g.file_renewal(60), g.end_renewal(UNTIL, granted=True))
    assert status(granted, UNTIL + 5 * DAY) == "01"
    assert status(after(g.replace(g.RENEWED), state=granted), UNTIL + 5 * DAY) == "05"


def test_a_grant_that_was_voided_ends_the_renewal():
    granted = after(g.file_renewal(60), g.end_renewal(UNTIL, granted=True))
    voided = after(g.end_renewal(UNTIL + DAY, granted=False), state=granted)
    assert status(voided, UNTIL + 2 * DAY) == "05"


def test_the_result_of_another_case_is_passed_over():
    state = after(g.file_renewal(60))
    given(cert.decide, state).when(
        g.end_renewal(UNTIL, granted=False, case_id="other")
    ).then_nothing()
    given(cert.decide, ISSUED).when(g.end_renewal(UNTIL, granted=False)).then_nothing()


def test_a_suspended_certificate_stays_suspended_while_its_renewal_is_open():
    assert status(after(g.file_renewal(60), g.suspend()), UNTIL + DAY) == "02"


# Authorised use


def test_a_use_is_counted_and_the_last_one_is_the_last():
    state = after(g.authorise(), g.use("u1"), g.use("u2"))
    given(cert.decide, state).when(g.use("u3")).then_rejected(NotAllowed, "used up")


def test_the_same_use_told_again_counts_once():
    state = after(g.authorise(), g.use("u1"))
    given(cert.decide, state).when(g.use("u1")).then_nothing()
    assert len(given(cert.decide, state).when(g.use("u2")).events()) == 1


@pytest.mark.parametrize(
    ("day", "why"), [(date(2026, 5, 31), "begins on"), (date(2026, 7, 1), "ended on")]
)
def test_a_use_outside_the_period_is_refused(day: date, why: str):
    given(cert.decide, after(g.authorise())).when(g.use(day=day)).then_rejected(NotAllowed, why)


def test_both_ends_of_the_period_belong_to_it():
    for day in (date(2026, 6, 1), date(2026, 6, 30)):
        given(cert.decide, after(g.authorise())).when(g.use(day=day)).then(e.CertificateUsed)


def test_a_revoked_authorisation_allows_nothing_more():
    state = after(g.authorise(), g.revoke_authorisation())
    given(cert.decide, state).when(g.use()).then_rejected(NotAllowed, "revoked")


def test_an_authorisation_for_a_case_is_for_no_other():
    state = after(g.authorise(case_id="c7"))
    given(cert.decide, state).when(g.use(case_id="c8")).then_rejected(NotAllowed, "another case")
    given(cert.decide, state).when(g.use()).then_rejected(NotAllowed, "another case")
    given(cert.decide, state).when(g.use(case_id="c7")).then(e.CertificateUsed)


def test_nothing_that_is_not_valid_is_used():
    for state in (after(g.authorise(), end) for end in (g.suspend(), g.revoke(), g.replace())):
        given(cert.decide, state).when(g.use()).then_rejected(OutOfOrder, "not valid")
    own = g.use(day=UNTIL + DAY, authorisation=None)
    given(cert.decide, ISSUED).when(own).then_rejected(OutOfOrder, "expired")


def test_an_authorisation_that_is_over_before_it_begins_is_refused():
    for changes in ({"until": date(2026, 5, 31)}, {"since": date(2026, 7, 1)}):
        given(cert.decide, ISSUED).when(g.authorise(**changes)).then_rejected(Invalid)
    year = {"until": date(2027, 6, 3)}
    given(cert.decide, ISSUED).when(g.authorise(**year)).then_rejected(Invalid, "a year")


def test_an_authorisation_is_given_once_on_the_same_terms():
    given(cert.decide, after(g.authorise())).when(g.authorise()).then_nothing()
    given(cert.decide, after(g.authorise())).when(g.authorise(count=9)).then_rejected(Contradiction)


def test_all_purposes_together_fit_one_reply():
    """Lambda's has 6,291,556 bytes; a character has four at most, and 100 uses stand there, too."""
    purpose = "𠮷" * 4000
    given_before = [g.authorise(authorisation=f"a{n}", purpose=purpose) for n in range(50)]
    state = after(*given_before)
    given(cert.decide, state).when(g.authorise(authorisation="more")).then_rejected(Closed)
    whole = file.describe(cert.known(state), g.FROM, private=True)
    assert len(json.dumps(whole, ensure_ascii=False).encode()) < 1_000_000


def test_an_authorisation_that_there_is_not_is_neither_used_nor_revoked():
    given(cert.decide, ISSUED).when(g.use()).then_rejected(NotFound)
    given(cert.decide, ISSUED).when(g.revoke_authorisation()).then_rejected(NotFound)


def test_a_grantee_is_one():
    for named in ({}, {"account": "a", "department": "d"}):
        with pytest.raises(ValidationError, match="name one"):
            e.Grantee(**named)


# Any history

COMMANDS = st.sampled_from(
    [
        cert.Create(**g.on(), created=g.CREATED),
        g.suspend(),
        g.restore(),
        g.revoke(),
        g.cancel(),
        g.move_out(),
        g.withdraw(),
        g.replace(),
        g.file_renewal(60),
        g.file_renewal(10, "r2"),
        g.end_renewal(UNTIL, granted=True),
        g.end_renewal(UNTIL, granted=False),
        g.authorise(),
        g.revoke_authorisation(),
        g.use("u1"),
        g.use("u2"),
        g.use("u3", authorisation=None),
    ]
)


def decided(command: cert.CertificateCommand, state: cert.State) -> list[cert.Event]:
    try:
        return cert.decide(command, state)
    except (Closed, Contradiction, Invalid, NotAllowed, NotFound, OutOfOrder):
        return []


@over(st.lists(COMMANDS, max_size=14))
def test_said_twice_happens_once(commands: list[cert.CertificateCommand]):
    state: cert.State = cert.initial
    for command in commands:
        state = cert.fold(decided(command, state), state)
        assert decided(command, state) == []


@over(st.lists(COMMANDS, max_size=14))
def test_a_final_state_is_final_and_no_count_is_exceeded(commands: list[cert.CertificateCommand]):
    state: cert.State = cert.initial
    for command in commands:
        after_it = cert.fold(decided(command, state), state)
        if isinstance(state, cert.Ended):
            assert isinstance(after_it, cert.Ended)
            assert after_it.why == state.why
        state = after_it
    if not isinstance(state, cert.Absent):
        assert all(one.used <= one.terms.count for one in state.record.authorisations)
