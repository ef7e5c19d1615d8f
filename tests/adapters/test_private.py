"""A directory of data is its owner's: what is too open is closed, what is another's is refused."""

import os
from pathlib import Path

import pytest

from chalicelib.adapters.local import key_file, private
from chalicelib.adapters.local.private import make_private
from chalicelib.eventlog.ports import Unavailable

KEPT = (
    *("events.db", "events.db-wal", "events.db-shm", "events.db.turn", "events.db.write"),
    *("views.db", "registry.db", "registry.db-wal", "quotas.db", "sign-ins.db"),
    *("secret.key", "signin.key", "tokens.pem", "signing.pem", "signing-sm2.pem"),
)
OTHER = 4242
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """As a release before left it: everybody may read."""
    directory = tmp_path / "var"
    for one in ("documents/ab/cd", "documents/incoming/x", "documents/uploads/u/1", "imports/i/r"):
        (directory / one).parent.mkdir(parents=True, exist_ok=True)
        (directory / one).touch()
    for name in KEPT:
        (directory / name).touch()
    opened(directory)
    return directory


def opened(directory: Path) -> None:
    for one in (directory, *directory.rglob("*")):
        one.chmod(0o755 if one.is_dir() else 0o644)


def modes(directory: Path) -> dict[str, int]:
    return {
        str(one.relative_to(directory)): one.stat().st_mode & 0o7777
        for one in (directory, *directory.rglob("*"))
    }


def test_what_others_could_open_is_closed_and_one_line_says_so(data):
    told = make_private(data)
    for name, mode in modes(data).items():
        assert mode == (0o700 if (data / name).is_dir() else 0o600), name
    (line,) = told
    assert f"others could open {len(modes(data))} files and directories in {data}" in line
    assert f"({data}, events.db, events.db-shm, ...)" in line


def test_what_is_closed_already_is_not_told_again(data):
    make_private(data)
    assert make_private(data) == []


def test_documents_are_gone_through_once_and_not_at_each_start(data, monkeypatch):
    make_private(data)
    monkeypatch.setattr(private, "_within", lambda _: pytest.fail("they were closed already"))
    (data / "events.db").chmod(0o644)
    (line,) = make_private(data)
    assert "1 files" in line


def test_what_was_broken_off_is_ended_by_the_next_start(data, monkeypatch):
    real, seen = private._close, []

    def dies(path, into):
        seen.append(path)
        if path.name == "uploads":
            raise KeyboardInterrupt
        real(path, into)

    monkeypatch.setattr(private, "_close", dies)
    with pytest.raises(KeyboardInterrupt):
        make_private(data)
    monkeypatch.undo()
    make_private(data)
    assert not [name for name, mode in modes(data).items() if mode & 0o077]


def test_what_lies_there_beside_ours_stays_as_it_is(data):
    (data / "thesis.txt").touch()
    (data / "thesis.txt").chmod(0o644)
    before = data.stat().st_mode
    closed, listed = make_private(data)
    assert (data / "thesis.txt").stat().st_mode & 0o777 == 0o644
    assert data.stat().st_mode == before
    assert (data / "events.db").stat().st_mode & 0o777 == 0o600
    assert "others could open" in closed
    assert "a directory of its own" in listed
    assert "thesis.txt" in listed


def test_a_fresh_volume_has_a_directory_that_is_not_ours(data):
    (data / "lost+found").mkdir()
    make_private(data)
    assert data.stat().st_mode & 0o777 == 0o700


def test_what_a_link_leads_to_is_left(data, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.touch()
    elsewhere.chmod(0o644)
    (data / "documents" / "link").symlink_to(elsewhere)
    make_private(data)
    assert elsewhere.stat().st_mode & 0o777 == 0o644


def test_nothing_is_made_where_there_is_nothing(tmp_path):
    assert make_private(tmp_path / "new") == []
    assert not (tmp_path / "new").exists()


def test_a_file_is_no_directory(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(Unavailable, match="is a file: name a directory"):
        make_private(tmp_path / "file")


@as_root
@pytest.mark.parametrize("name", ["", "events.db", "documents", "secret.key"])
def test_what_belongs_to_another_user_is_refused_with_what_to_do(data, name):
    os.chown(data / name, OTHER, OTHER)
    before = modes(data)
    with pytest.raises(Unavailable) as refused:
        make_private(data)
    told = str(refused.value)
    assert told.startswith(f"{data / name} belongs to user {OTHER} (uid {OTHER})")
    assert f"sudo -u '#{OTHER}'" in told
    assert f"--user {OTHER}" in told
    assert f"chown -R 0 {data}" in told
    assert "could not open what root makes" in told
    assert modes(data) == before


@as_root
def test_what_another_user_has_there_beside_ours_is_nobodys_business(data):
    (data / "notes.txt").touch()
    os.chown(data / "notes.txt", OTHER, OTHER)
    make_private(data)


@as_root
def test_a_copy_that_cannot_be_written_may_be_anybodys(data, monkeypatch):
    real = os.statvfs
    os.chown(data, OTHER, OTHER)

    def read_only(path):
        found = list(real(path))
        found[8] |= os.ST_RDONLY
        return os.statvfs_result(found)

    monkeypatch.setattr(os, "statvfs", read_only)
    make_private(data)


@as_root
def test_where_every_file_is_one_users_nobody_is_refused(data, monkeypatch):
    """As on vfat, or on a share: a file that we make is theirs, too."""
    real = os.fstat
    os.chown(data, OTHER, OTHER)

    def theirs(descriptor):
        found = list(real(descriptor))
        found[4] = OTHER
        return os.stat_result(found)

    monkeypatch.setattr(os, "fstat", theirs)
    make_private(data)


def test_where_the_file_system_keeps_no_modes_it_is_told_and_the_service_goes_on(data, monkeypatch):
    monkeypatch.setattr(Path, "chmod", lambda *_: None)
    (line,) = make_private(data)
    assert "keeps no modes" in line
    assert "umask=077" in line


def test_where_modes_cannot_be_changed_it_is_told_and_the_service_goes_on(data, monkeypatch):
    def refuse(*_):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(Path, "chmod", refuse)
    (line,) = make_private(data)
    assert "Read-only file system" in line


def test_files_that_come_and_go_meanwhile_do_no_harm(data, monkeypatch):
    real = Path.chmod

    def vanishes(path, mode):
        if path.name == "events.db-wal":
            path.unlink()
        real(path, mode)

    monkeypatch.setattr(Path, "chmod", vanishes)
    make_private(data)
    assert not [name for name, mode in modes(data).items() if mode & 0o077]


@pytest.mark.parametrize("links", [True, False])
def test_a_key_is_made_once_where_there_are_no_links_too(tmp_path, monkeypatch, links):
    if not links:

        def refuse(*_):
            raise PermissionError(1, "Operation not permitted")

        monkeypatch.setattr(os, "link", refuse)
    path = tmp_path / "secret.key"
    key = key_file.read_or_make(path)
    key_file.write_once(path, b"another")
    assert key_file.read_or_make(path) == key
    assert path.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["secret.key"]
