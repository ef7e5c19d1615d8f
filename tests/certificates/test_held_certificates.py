"""Certificates by holder, account, type and department."""

from datetime import date, timedelta

from chalicelib.certificates.application.lists import BY_TYPE, DEPARTMENT, OWN, typed
from chalicelib.certificates.domain import certificate
from chalicelib.certificates.projections import held_certificates as view
from chalicelib.eventlog.envelope import Recorded

from ..recorded import Rows, listed, recorded, rows
from . import givens as g

CREATE = certificate.Create(**g.on(), created=g.CREATED)
UNTIL = g.UNTIL


def log(*commands: certificate.CertificateCommand) -> list[Recorded]:
    state: certificate.State = certificate.initial
    found: list[Recorded] = []
    for command in (CREATE, *commands):
        for event in certificate.decide(command, state):
            state = certificate.evolve(state, event)
            stream = f"certificate-{g.IDENTIFIER}"
            found.append(recorded(command, event, len(found) + 1, stream))  # type: ignore[arg-type]
    return found


def made(*commands: certificate.CertificateCommand) -> Rows:
    return rows(view.PROJECTION, log(*commands))


def shown(on: date, *commands: certificate.CertificateCommand) -> str:
    return str(view.listed(made(*commands)[g.IDENTIFIER], on)["status"])


def test_a_certificate_is_listed_for_its_holder_by_type_and_for_its_issuer():
    for index, partition in (
        (OWN, g.CREATED.holder),
        (BY_TYPE, typed(g.CREATED.holder, g.TYPE)),
        (DEPARTMENT, "440800-market"),
    ):
        assert listed(view.PROJECTION, made(), index, partition) == [g.IDENTIFIER]


def test_what_an_account_applied_for_is_listed_under_it():
    created = g.CREATED.model_copy(update={"account": "zhang"})
    (row,) = rows(
        view.PROJECTION,
        [recorded(CREATE, created, 1, f"certificate-{g.IDENTIFIER}")],  # type: ignore[arg-type]
    ).values()
    places = {(one.index, one.partition) for one in view.entries(row)}
    assert (OWN, "account:zhang") in places


def test_a_list_says_what_is_true_today():
    late = UNTIL + timedelta(days=1)
    assert (shown(UNTIL), shown(late)) == ("01", "05")
    assert shown(late, g.file_renewal(60)) == "01"
    assert shown(late, g.file_renewal(29)) == "05"
    assert shown(late, g.file_renewal(60), g.end_renewal(UNTIL, granted=False)) == "05"
    assert shown(late, g.file_renewal(60), g.end_renewal(UNTIL, granted=True)) == "01"


def test_each_operation_shows():
    day = date(2026, 6, 1)
    for command, status in (
        (g.suspend(), "02"),
        (g.revoke(), "03"),
        (g.cancel(), "04"),
        (g.replace(), "05"),
        (g.move_out(), "06"),
        (g.withdraw(), "07"),
    ):
        assert shown(day, command) == status
    assert shown(day, g.suspend(), g.restore()) == "01"


def test_what_was_replaced_names_the_newer_one():
    assert made(g.replace())[g.IDENTIFIER]["replaced_by"] == g.NEWER


def test_a_use_changes_no_row():
    assert made(g.authorise(), g.use()) == made()


def test_the_row_holds_no_name_and_no_id():
    face = g.CREATED.face
    told = str(made()[g.IDENTIFIER])
    assert face.holder_name not in told


def test_nothing_of_other_streams_is_taken():
    event = recorded(CREATE, g.CREATED, 1, "case-c1")  # type: ignore[arg-type]
    assert view.key(event) is None
