"""`banjian items`: what an item manager types, and what comes back."""

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from chalicelib import bootstrap, cli
from chalicelib.eventlog.consumers import catch_up
from chalicelib.eventlog.feed import Feed
from tests.items.item_givens import AUTHORITY, an_item_file
from tests.items.question_givens import a_question

OLD, NEW_A, NEW_B = (f"{AUTHORITY}344010500{n}000" for n in "123")


class Manager:
    """Types commands into an empty installation."""

    def __init__(self, home: Path) -> None:
        self.home, self.data = home, home / "data"
        made: Any = bootstrap.embedded(self.data)
        made.store.close()
        made.views.close()

    def file(self, name: str, /, **changes: Any) -> str:
        content = an_item_file(**{"code": OLD, **changes})
        path = self.home / name
        path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), "utf-8")
        return str(path)

    def types(self, *words: str) -> tuple[int, str]:
        """
        The exit code, and what is printed; a refusal is told as `banjian` tells it. Somebody else
        wrote what is published, and the difference was looked at, unless the words say otherwise.
        """
        if words[0] == "publish" and "--drafted-by" not in words:
            words = (*words, "--drafted-by", "author", "--yes")
        if words[0] in {"publish", "publish-draft"} and "--by" not in words:
            words = (*words, "--by", "second")
        if words[0] == "publish-draft" and "--yes" not in words:
            words = (*words, "--yes")
        if words[0] == "draft" and "--by" not in words:
            words = (*words, "--by", "first")
        done = CliRunner().invoke(cli.app, ["items", *words], env={"COLUMNS": "200"})
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            assert isinstance(done.exception, cli.EXPECTED)
            return 1, f"error: {done.exception}"
        return done.exit_code, done.output

    def does(self, *words: str) -> str:
        code, said = self.types(*words, "--data", str(self.data))
        assert code == 0, said
        return said

    def reads(self, *words: str) -> Any:
        return json.loads(self.does(*words, "--json"))

    def catch_up(self) -> None:
        platform: Any = bootstrap.embedded(self.data)
        with closing(platform.store), closing(platform.views):
            for one in bootstrap.consumers(platform):
                if one.name == "item_catalogue":
                    catch_up(one, Feed(platform.source), platform.views)


@pytest.fixture
def manager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Manager:
    monkeypatch.delenv("BANJIAN_DATA", raising=False)
    return Manager(tmp_path)


# Files


def test_validate_passes_what_can_be_published(manager: Manager):
    code, said = manager.types("validate", manager.file("a.yaml"))
    assert (code, said) == (0, f"ok {manager.home}/a.yaml: 食品经营许可核发\n")


def test_validate_tells_every_mistake_with_line_and_column_and_fails(manager: Manager):
    good = manager.file("good.yaml")
    bad = manager.file("bad.yaml", code=NEW_A, level="moon", questions=[a_question("idle")])
    code, said = manager.types("validate", good, bad, str(manager.home / "none.yaml"))
    assert code == 1
    assert f"{bad}:5:1: level: Must be one of: nation" in said
    assert "none.yaml: No such file or directory" in said
    manager.file("bad.yaml", code=NEW_A, questions=[a_question("idle")])
    code, said = manager.types("validate", bad)
    assert code == 1
    assert "questions[1]: nothing depends on the answer to idle" in said


def test_validate_tells_scripts_in_json(manager: Manager):
    bad = manager.file("bad.yaml", level="moon")
    code, said = manager.types("validate", bad, "--json")
    (fault,) = json.loads(said)
    assert (code, fault["file"], fault["line"], fault["column"]) == (1, bad, 5, 1)
    assert manager.types("validate", manager.file("a.yaml"), "--json") == (0, "[]\n")


def test_publish_tells_the_version_and_publishes_nothing_of_a_bad_lot(manager: Manager):
    bad = manager.file("bad.yaml", code=NEW_A, level="moon")
    code, _ = manager.types("publish", manager.file("a.yaml"), bad, "--data", str(manager.data))
    assert code == 1
    said = manager.does("publish", manager.file("a.yaml"))
    assert said == f"{OLD}  version 1  食品经营许可核发\n"
    assert "version 1" in manager.does("publish", manager.file("a.yaml"))


def test_a_revision_has_a_note_and_a_day(manager: Manager):
    manager.does("publish", manager.file("a.yaml"))
    later = manager.file("b.yaml", valid_from="2999-01-01")
    said = manager.does("publish", later, "--note", "明年起")
    assert "it takes effect on 2999-01-01; until then an earlier version does" in said
    rows = manager.reads("versions", OLD)
    assert [(one["version"], one["when"], one["note"]) for one in rows] == [
        (2, "to_come", "明年起"),
        (1, "in_force", None),
    ]
    said = manager.does("publish", manager.file("c.yaml", name="中间"))
    assert "version 2 takes its place on 2999-01-01" in said
    assert "to come" in manager.does("versions", OLD)


# Drafts


def test_a_draft_is_saved_listed_published_or_discarded(manager: Manager):
    half = manager.home / "half.yaml"
    half.write_text(f'code: "{OLD}"\nname: 半份\n', "utf-8")
    manager.does("draft", str(half))
    manager.catch_up()
    (row,) = manager.reads("drafts")
    assert (row["code"], row["name"], row["based_on"]) == (OLD, "半份", None)
    assert "半份" in manager.does("drafts")
    code, said = manager.types("publish-draft", OLD, "--data", str(manager.data))
    assert code == 1
    assert "name_en: is required" in said
    manager.does("draft", manager.file("whole.yaml"))
    assert "version 1" in manager.does("publish-draft", OLD, "--note", "首次")
    manager.does("draft", manager.file("next.yaml", real_name_level=3))
    manager.does("discard-draft", OLD)
    manager.catch_up()
    assert manager.reads("drafts") == []
    half.write_text("name: 半份\n", "utf-8")
    code, said = manager.types("draft", str(half), "--data", str(manager.data))
    assert (code, "does not say of which item" in said) == (1, True)


# Two people, who look at the difference


def test_both_are_named_and_differ(manager: Manager):
    file, data = manager.file("a.yaml"), ("--data", str(manager.data))
    code, said = manager.types("publish", file, "--drafted-by", "li", "--by", "li", *data)
    assert (code, "li drafted it" in said) == (1, True)
    words = ["items", "publish", file, *data]
    assert CliRunner().invoke(cli.app, words).exit_code == 2
    manager.does("draft", file, "--by", "li")
    code, said = manager.types("publish-draft", OLD, "--by", "li", *data)
    assert (code, "li drafted it" in said) == (1, True)
    assert "version 1" in manager.does("publish-draft", OLD, "--by", "wang")


def test_what_weighs_is_shown_and_asked_for(manager: Manager):
    manager.does("publish", manager.file("a.yaml"))
    weighs = manager.file("b.yaml", confidential=True)
    two = ("--drafted-by", "li", "--by", "wang", "--data", str(manager.data))
    for answer, version in (("n\n", 1), ("y\n", 2)):
        done = CliRunner().invoke(cli.app, ["items", "publish", weighs, *two], input=answer)
        assert "changed confidential" in done.output
        assert manager.reads("show", OLD)["version"] == version
    manager.does("draft", manager.file("c.yaml", confidential=True, real_name_level=4))
    draft = ["items", "publish-draft", OLD, "--by", "wang", "--data", str(manager.data)]
    done = CliRunner().invoke(cli.app, draft, input="n\n")
    assert (done.exit_code, "changed real_name_level" in done.output) == (1, True)
    assert "version 3" in CliRunner().invoke(cli.app, draft, input="y\n").output
    light = manager.file("d.yaml", confidential=True, real_name_level=4, name="新名")
    assert "version 4" in CliRunner().invoke(cli.app, ["items", "publish", light, *two]).output


# Differences


def test_diff_tells_what_changed_between_versions_and_from_a_file(manager: Manager):
    manager.does("publish", manager.file("a.yaml"))
    manager.does("publish", manager.file("b.yaml", real_name_level=3, channels=["window"]))
    assert manager.does("diff", OLD, "1", "2").splitlines() == [
        "removed channels",
        "  - web",
        "changed real_name_level",
        "  - 2",
        "  + 3",
    ]
    assert manager.does("diff", OLD) == manager.does("diff", OLD, "1", "2")
    assert manager.does("diff", OLD, "2", "2") == "No difference.\n"
    back = manager.file("back.yaml", channels=["window"])
    assert manager.reads("diff", back) == [
        {"path": ["real_name_level"], "kind": "changed", "before": 3, "after": 2}
    ]
    assert [one["path"] for one in manager.reads("diff", back, "1")] == [["channels"]]


def test_diff_is_in_colours_for_people_and_has_an_exit_code_for_scripts(
    manager: Manager, monkeypatch: pytest.MonkeyPatch
):
    manager.does("publish", manager.file("a.yaml"))
    changed = manager.file("b.yaml", real_name_level=3)
    data = ("--data", str(manager.data))
    assert manager.types("diff", changed, "--exit-code", *data)[0] == 1
    assert manager.types("diff", manager.file("a.yaml"), "--exit-code", *data)[0] == 0
    monkeypatch.setattr("chalicelib.cli.items_reading.out", a_terminal())
    assert "\x1b[31m  - 2" in manager.does("diff", changed)
    assert "\x1b[32m  + 3" in manager.does("diff", changed)


def a_terminal() -> Any:
    from rich.console import Console

    return Console(force_terminal=True, highlight=False, color_system="standard")


def test_diff_of_what_is_not_there_is_refused(manager: Manager):
    manager.does("publish", manager.file("a.yaml"))
    for words in (("diff", OLD, "1", "9"), ("diff", NEW_A)):
        code, said = manager.types(*words, "--data", str(manager.data))
        assert code == 1
        assert "there is no item" in said or "has no version 9" in said


# Whether it takes cases


def test_items_are_suspended_resumed_retired_and_listed_by_state(manager: Manager):
    manager.does("publish", manager.file("a.yaml"))
    manager.does("suspend", OLD, "--why", "系统升级")
    manager.catch_up()
    assert manager.reads("list") == []
    assert [one["code"] for one in manager.reads("list", "--state", "suspended")] == [OLD]
    manager.does("resume", OLD)
    manager.does("retire", OLD, "--why", "取消")
    manager.catch_up()
    assert OLD in manager.does("list", "--state", "all")
    code, said = manager.types("list", "--state", "lost", "--data", str(manager.data))
    assert (code, "no state of an item" in said) == (1, True)


def test_items_are_split_and_merged(manager: Manager):
    for name, code in (("a.yaml", OLD), ("b.yaml", NEW_A), ("c.yaml", NEW_B)):
        manager.does("publish", manager.file(name, code=code, name=name))
    said = manager.does("split", OLD, "--into", NEW_A, "--into", NEW_B, "--why", "分城乡办理")
    assert f"new cases go to {NEW_A} b.yaml, {NEW_B} c.yaml" in said
    words = ("merge", NEW_B, "--into", NEW_A, "--why", "合并", "--from", "2999-01-01")
    assert "from 2999-01-01 on new cases go to" in manager.does(*words)
    shown = manager.reads("show", NEW_A)
    assert [one["code"] for one in shown["predecessors"]] == [OLD, NEW_B]
    manager.catch_up()
    assert [one["code"] for one in manager.reads("list")] == [NEW_A, NEW_B]
    assert [one["code"] for one in manager.reads("list", "--state", "split")] == [OLD]


def test_an_item_is_shown_as_it_is_or_as_it_was(manager: Manager):
    manager.does("publish", manager.file("a.yaml"))
    manager.does("publish", manager.file("b.yaml", name="新名"))
    assert "name: 新名" in manager.does("show", OLD)
    assert manager.reads("show", OLD)["version"] == 2
    assert manager.reads("show", OLD, "--version", "1")["name"] == "食品经营许可核发"


@pytest.mark.parametrize("name", ["operator", "Console", "banjian", "ma li", "", "-x"])
def test_where_two_have_a_hand_in_it_somebody_says_who_they_are(manager: Manager, name: str):
    file = manager.file("one.yaml")
    for words in (
        ("publish", file, "--drafted-by", "li", "--by", name),
        ("publish", file, "--drafted-by", name, "--by", "wang"),
        ("draft", file, "--by", name),
        ("publish-draft", OLD, "--by", name),
    ):
        code, said = manager.types(*words, "--data", str(manager.data))
        assert code == 2, said
        assert "--by" in said or "--drafted-by" in said
        assert "Traceback" not in said
