"""
Whoever starts a command in a shell that lets others read: what it makes is its user's alone.

Every command is entered here, so that a new one has to say whether it makes something.
"""

import json
import os
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import typer.main

from chalicelib import cli
from chalicelib.adapters.local.private import is_kept
from chalicelib.serving.illustration import pdf
from tests.importing.givens import TOLD, values, write
from tests.system.running import ROOT, client, running, token

ITEM = "examples/items/senior-card.yaml"
VENUE = "examples/items/entertainment-venue-permit.yaml"
# As a shell types them, in this order; {code} and {venue} are items, {made} a new directory.
MAKE = (
    "items publish {item} --drafted-by wei --by li --yes",
    "items draft {item} --by wei",
    "items publish-draft {code} --by sun --yes",
    "items draft {item} --by wei",
    "items discard-draft {code}",
    "items suspend {code} --why test",
    "items resume {code}",
    "items split {venue} --into {code} --into {other} --why test",
    "items merge {other} --into {code} --why test",
    "items retire {code} --why test",
    "organisations draft --division 440800 --output {made}/departments.yaml",
    "organisations publish examples/organisations/440800.yaml --drafted-by wei --by sun --yes",
    "documents scan",
    "documents sweep",
    "views rebuild all",
    "consumers retry work_list",
    "consumers catch-up work_list",
    "consumers go-past work_list",
    "backup {made}/backup",
    "consumers skip work_list 1 --why test",
    "calendar import {year}",
    "registry load examples/registry/people.csv --people",
    "sign-in erase u-1",
    "import-log {log} --mapping {mapping} --report {made}/report.jsonl",
    "certificate show {certificate} --save {made}/certificate",
    "verify --sign {made}/seal",
    "migrate --to {made}/copy",
    "token --as citizen",
)
# They open the data, as all do, and SQLite may make files beside it.
READ = (
    "case show {number}",
    "case events {number}",
    "case replay {number}",
    "items list",
    "items drafts",
    "items show {code}",
    "items versions {code}",
    "items diff {code}",
    "items validate {item}",
    "organisations list --division 440800",
    "organisations diff examples/organisations/440800.yaml",
    "organisations check examples/organisations/440800.yaml",
    "documents show case-1",
    "views list",
    "views check",
    "consumers",
    "consumers parked work_list",
    "calendar show",
    "registry check 440802195503071232",
    "registry show",
    "sign-in find --issuer a --sub b",
    "verify",
    "certificate verify {made}/certificate",
)
# `serve` is started below, and walks what `demo` walks; what is on AWS has no directory; and what
# `contracts` writes is the published contract, for everybody to read.
ELSEWHERE = {
    "serve",
    "demo",
    "restore",
    "sequencer",
    "sequencer reconcile",
    "sequencer retry",
    "sequencer resequence",
    "contracts",
}
WITHOUT_DATA = {"items validate", "organisations check"}


def leaves(command: Any, path: tuple[str, ...] = ()) -> list[str]:
    below = getattr(command, "commands", {})
    own = not below or command.invoke_without_command
    found = [" ".join(path)] if own and path else []
    return [*found, *(leaf for name, one in below.items() for leaf in leaves(one, (*path, name)))]


def name_of(line: str) -> str:
    known = leaves(typer.main.get_command(cli.app))
    return max((one for one in known if f"{line} ".startswith(f"{one} ")), key=len)


def open_to_others(*directories: Path) -> dict[str, str]:
    everything = [one for top in directories for one in (top, *top.rglob("*"))]
    found = {}
    for one in everything:
        try:
            mode = one.stat().st_mode & 0o7777
        except FileNotFoundError:  # SQLite's come and go
            continue
        if mode != (0o700 if one.is_dir() else 0o600):
            found[str(one)] = oct(mode)
    return found


def test_every_command_is_entered_here():
    entered = {name_of(line) for line in (*MAKE, *READ)} | ELSEWHERE
    assert entered == set(leaves(typer.main.get_command(cli.app)))


@pytest.fixture(scope="module")
def lived(tmp_path_factory) -> tuple[Path, dict[str, str]]:
    """What a service leaves that was started under `umask 0`, and the names of what is in it."""
    data = tmp_path_factory.mktemp("private") / "made" / "var"
    with running(data, "--demo", umask=0) as service:
        service.wait_for("Serving; Ctrl-C stops it")
        upload(service.url, token(data, "citizen"))
        assert open_to_others(data.parent) == {}, "while it runs"
        assert list((data / "documents" / "uploads").rglob("*-*")), "no part of an upload is there"
        with client(service.url, token(data, "agent")) as http:
            found = http.get("/cases?as=company").json()["items"][0]
            certificate = http.get(f"/cases/{found['case_id']}").json()["certificate"]
        assert service.stop() == 0
    return data, {"number": found["number"], "certificate": certificate["identifier"]}


def upload(url: str, bearer: str) -> None:
    content = pdf("a part that is still to be completed")
    digest = sha256(content).hexdigest()
    told = {"sha256": digest, "size": len(content), "media_type": "application/pdf", "name": "a"}
    with client(url, bearer) as http:
        made = http.post("/documents/uploads", json=told, headers={"Idempotency-Key": "u"}).json()
        path = f"/documents/uploads/{made['upload_id']}/parts/1"
        ticket = http.post(path, json={"sha256": digest}).json()
        sent = http.request("PUT", ticket["url"], headers=ticket["headers"], content=content)
        sent.raise_for_status()


def test_a_service_makes_nothing_that_others_may_open(lived):
    data, _ = lived
    assert open_to_others(data) == {}
    assert [one.name for one in data.iterdir() if not is_kept(one.name)] == []


@pytest.fixture
def others_may_read():
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.fixture
def files(tmp_path, lived) -> dict[str, str]:
    """What the commands are given; `made` is where they write what they are asked to."""
    _, named = lived
    given, made = tmp_path / "given", tmp_path / "made"
    given.mkdir()
    made.mkdir(mode=0o700)
    (given / "year.yaml").write_text("year: 2027\nsource: x\nholidays: [2027-01-01]\n")
    (given / "mapping.yaml").write_text(json.dumps(TOLD, ensure_ascii=False))
    log = write(given / "log.csv", [values()])
    codes = [line.split()[1] for line in map(_first_code, (ITEM, VENUE, OTHER))]
    return {
        **named,
        "item": ITEM,
        "year": str(given / "year.yaml"),
        "mapping": str(given / "mapping.yaml"),
        "log": str(log),
        "made": str(made),
        **dict(zip(("code", "venue", "other"), codes, strict=True)),
    }


OTHER = "examples/items/residence-permit.yaml"


def _first_code(path: str) -> str:
    lines = (ROOT / path).read_text(encoding="utf-8").splitlines()
    return next(line for line in lines if line.startswith("code:"))


def run(line: str, data: Path, files: dict[str, str], patch: pytest.MonkeyPatch) -> int:
    """As a process of its own would: its umask is set by `main`, and by nobody else."""
    words = [word.format(**files) for word in line.split()]
    named = [] if name_of(line) in WITHOUT_DATA else ["--data", str(data)]
    patch.setattr(sys, "argv", ["banjian", *words, *named])
    os.umask(0)
    try:
        cli.main()
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def test_no_command_makes_anything_that_others_may_open(
    lived, files, others_may_read, monkeypatch, capfd
):
    data, made = lived[0], Path(files["made"])
    monkeypatch.chdir(ROOT)
    for line in (*MAKE, *READ):
        code = run(line, data, files, monkeypatch)
        assert code in {0, 1}, f"{line}: {capfd.readouterr()}"
        assert open_to_others(data, made) == {}, line
    assert [one.name for one in data.iterdir() if not is_kept(one.name)] == []
    written = {one.name for one in made.iterdir()}
    assert written >= {"departments.yaml", "report.jsonl", "certificate", "seal", "copy"}
    assert [one.name for one in (made / "copy").iterdir() if not is_kept(one.name)] == []


def test_data_of_the_release_before_is_closed_at_the_start(lived, monkeypatch):
    data, _ = lived
    for one in (data, *data.rglob("*")):
        one.chmod(0o755 if one.is_dir() else 0o644)
    with running(data, umask=0) as service:
        (told,) = (line for line in service.output if "others could open" in line)
        assert str(data) in told
        assert open_to_others(data) == {}
        with client(service.url, token(data, "agent")) as http:
            assert http.get("/cases?as=company").json()["items"]
        assert service.stop() == 0
