"""亮证: a token is good once, for some minutes; a printed one for as long as the paper."""

from datetime import UTC, datetime, timedelta

from chalicelib.certificates.domain import showing
from chalicelib.kernel.actor import SYSTEM
from chalicelib.kernel.errors import Closed, Contradiction, NotFound

from ..scenario import given
from .givens import IDENTIFIER, NEWER

NOW = datetime(2026, 6, 1, 4, tzinfo=UTC)
UNTIL = NOW + timedelta(minutes=5)
SHOWN = showing.CertificateShown(certificate=IDENTIFIER, expires_at=UNTIL)
PRINTED = showing.TokenPrinted(certificate=IDENTIFIER)


def verify(at: datetime = NOW) -> showing.Verify:
    return showing.Verify(at=at, by=SYSTEM)


def test_a_shown_token_is_verified_once():
    state = showing.fold([SHOWN])
    given(showing.decide, state).when(verify()).then(showing.ShowingVerified)
    used = showing.fold([showing.ShowingVerified()], state)
    given(showing.decide, used).when(verify()).then_rejected(Closed)


def test_a_shown_token_is_good_up_to_its_last_moment():
    state = showing.fold([SHOWN])
    given(showing.decide, state).when(verify(UNTIL)).then(showing.ShowingVerified)
    late = verify(UNTIL + timedelta(microseconds=1))
    given(showing.decide, state).when(late).then_rejected(Closed)


def test_a_printed_token_is_good_again_and_again():
    given(showing.decide, showing.fold([PRINTED])).when(
        verify(UNTIL + timedelta(days=4000))
    ).then_nothing()


def test_nobody_was_given_an_unknown_token():
    given(showing.decide, showing.Absent()).when(verify()).then_rejected(NotFound)


def test_a_token_is_given_out_once():
    show = showing.Show(at=NOW, by=SYSTEM, certificate=IDENTIFIER, expires_at=UNTIL)
    given(showing.decide, showing.Absent()).when(show).then(SHOWN)
    given(showing.decide, showing.fold([SHOWN])).when(show).then_nothing()
    other = showing.Print(at=NOW, by=SYSTEM, certificate=NEWER)
    for state in (showing.fold([SHOWN]), showing.fold([PRINTED])):
        given(showing.decide, state).when(other).then_rejected(Contradiction)
