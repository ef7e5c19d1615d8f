"""What a history knows without any store."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.eventlog.ports import (
    GENESIS,
    MAX_BODY,
    CommandId,
    Commit,
    Damaged,
    History,
    Reused,
    TooLarge,
    verify,
)

SUBMIT = CommandId("submit", b"1")
ACCEPT = CommandId("accept", b"1")


def a_history(*lengths: int) -> History:
    history = History("case-1")
    for n, length in enumerate(lengths):
        commit = history.following(CommandId(f"command-{n}", b""), length, b'{"n":%d}' % n)
        history = History("case-1", (*history.commits, commit))
    return history


def test_an_empty_history_is_at_version_zero():
    history = History("case-1")
    assert (history.version, history.hash, history.find(SUBMIT)) == (0, GENESIS, None)


def test_versions_count_events():
    history = a_history(2, 3, 1)
    assert [(c.version, c.last_version) for c in history.commits] == [(1, 2), (3, 5), (6, 6)]
    assert history.version == 6


def test_a_history_with_a_hole_is_damaged():
    first, _, third = a_history(1, 2, 1).commits
    with pytest.raises(Damaged, match="case-1 has no version 2"):
        History("case-1", (first, third))


def test_a_command_is_found_by_its_id():
    commit = History("case-1").following(SUBMIT, 1, b"{}")
    history = History("case-1", (commit,))
    assert history.find(SUBMIT) == commit
    assert history.find(ACCEPT) is None


def test_a_command_id_with_another_body_is_no_repetition():
    history = History("case-1", (History("case-1").following(SUBMIT, 1, b"{}"),))
    with pytest.raises(Reused, match="submit was already used on case-1 with another body"):
        history.find(SUBMIT._replace(fingerprint=b"2"))


def test_a_history_until_a_commit_ends_with_it():
    history = a_history(2, 3, 1)
    assert history.until(history.commits[1]) == a_history(2, 3)


def test_a_history_until_a_commit_needs_no_position():
    history = a_history(2, 3)
    placed = history.commits[0]._replace(position=9)
    assert history.until(placed) == a_history(2)


@pytest.mark.parametrize(
    ("stream", "key", "length"), [("case\n1", "a", 1), ("case-1", "a\nb", 1), ("case-1", "a", 0)]
)
def test_what_the_chain_could_not_tell_apart_is_refused(stream, key, length):
    with pytest.raises(ValueError, match="line break, or a commit of no events"):
        History(stream).following(CommandId(key, b""), length, b"{}")


@pytest.mark.parametrize(
    ("stream", "key"), [("", "a"), ("湛" * 342, "a"), ("case-1", "k" * 1025), ("s" * 1025, "a")]
)
def test_a_name_that_no_key_of_the_table_could_hold_is_refused(stream, key):
    with pytest.raises(ValueError, match="of no, or of more than 1024 bytes"):
        History(stream).following(CommandId(key, b""), 1, b"{}")


def test_a_commit_has_a_largest_size():
    history = History("case-1")
    assert history.following(SUBMIT, 1, bytes(MAX_BODY)).length == 1
    with pytest.raises(TooLarge, match="380,001 bytes to case-1 is over the limit of 380,000"):
        history.following(SUBMIT, 1, bytes(MAX_BODY + 1))


def test_a_commit_without_a_position_has_no_last_one():
    commit = History("case-1").following(SUBMIT, 3, b"{}")
    with pytest.raises(ValueError, match="no place in the log yet"):
        _ = commit.last_position
    assert commit._replace(position=5).last_position == 7


@given(st.lists(st.integers(1, 9), min_size=1, max_size=6))
def test_the_chain_of_an_untouched_history_is_whole(lengths):
    verify(a_history(*lengths))


@given(
    st.lists(st.integers(1, 9), min_size=1, max_size=6),
    st.data(),
    st.sampled_from(["body", "hash", "id", "fingerprint", "one removed", "two swapped"]),
)
def test_no_commit_can_be_altered_unnoticed(lengths, data, forgery):
    history = a_history(*lengths, 1)
    index = data.draw(st.integers(0, len(lengths) - 1))
    commits = list(history.commits)
    match forgery:
        case "body":
            commits[index] = commits[index]._replace(body=commits[index].body + b" ")
        case "hash":
            commits[index] = commits[index]._replace(hash=GENESIS)
        case "id":
            commits[index] = _under(commits[index], CommandId("other", b""))
        case "fingerprint":
            commits[index] = _under(
                commits[index], commits[index].command._replace(fingerprint=b"x")
            )
        case "one removed":
            del commits[index]
        case _:
            commits[index : index + 2] = reversed(commits[index : index + 2])
    with pytest.raises(Damaged):
        verify(History("case-1", tuple(commits)))


def _under(commit: Commit, command: CommandId) -> Commit:
    return commit._replace(command=command)
