"""What every Shelf does: a seal is put once, found in order, and never replaced."""

import pytest
from moto import mock_aws

from chalicelib.adapters.local.seal_folder import SealFolder
from chalicelib.adapters.s3.seals import S3Seals
from chalicelib.eventlog.ports import Damaged, Unavailable

from .. import cloud


@pytest.fixture
def folder(tmp_path):
    return SealFolder(tmp_path / "seals")


@pytest.fixture
def on_s3():
    with mock_aws():
        yield S3Seals(cloud.client("s3"), cloud.bucket(), "seals/")


@pytest.fixture(params=["folder", "on_s3"])
def shelf(request):
    return request.getfixturevalue(request.param)


def test_an_empty_shelf_has_nothing(shelf):
    assert list(shelf.names()) == []
    assert shelf.get("0001.seal") is None


def test_what_was_put_is_found_in_order(shelf):
    shelf.put("0002.seal", b"two")
    shelf.put("0001.seal", b"one")
    assert list(shelf.names()) == ["0001.seal", "0002.seal"]
    assert shelf.get("0002.seal") == b"two"


def test_the_same_again_is_harmless_and_another_is_refused(shelf):
    shelf.put("0001.seal", b"one")
    shelf.put("0001.seal", b"one")
    with pytest.raises(Damaged, match="another seal"):
        shelf.put("0001.seal", b"other")
    assert shelf.get("0001.seal") == b"one"


def test_a_place_where_nothing_can_be_kept_says_so(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(Unavailable, match="BANJIAN_SEALS"):
        SealFolder(tmp_path / "file").put("0001.seal", b"one")
