"""events/README.md lists every category of streams, as the wirings of the subjects name them."""

from chalicelib.subjects import entries

from .page import ROOT, rows_of

README = (ROOT / "events/README.md").read_text(encoding="utf-8")
LISTED = [row[0].strip("`") for row in rows_of(README)]


def test_every_category_is_listed_once_and_no_other():
    published = {category for category, _ in entries("EVENTS")} - {*entries("INTERNAL")}
    assert sorted(LISTED) == sorted(published)


def test_every_category_has_its_folder():
    folders = [one.name for one in (ROOT / "events").iterdir() if one.is_dir()]
    assert sorted(LISTED) == sorted(folders)
