"""Departments, read by name by anybody."""

from pathlib import Path

from chalicelib import bootstrap
from chalicelib.serving.registry_files import publish_departments

from .walking import Walker

FILES = Path(__file__).resolve().parents[2] / "examples" / "organisations"


def who_is_who(walk: Walker) -> None:
    query = {"division": "440800", "limit": 10}
    none = walk(None, "GET", "/organisations", query=query).json()
    assert none == {"items": [], "next": None, "version": 0}
    publish_departments(bootstrap.platform(), FILES, "examples")
    first = walk(None, "GET", "/organisations", query=query)
    tag = {"If-None-Match": first.headers["ETag"]}
    assert walk(None, "GET", "/organisations", query=query, headers=tag).status_code == 304
    rest = walk(None, "GET", "/organisations", query={**query, "cursor": first.json()["next"]})
    every = [*first.json()["items"], *rest.json()["items"]]
    assert rest.json()["next"] is None
    assert [one["code"] for one in every] == sorted(one["code"] for one in every)
    hall = next(one for one in every if one["code"] == "440800-hall")
    assert (hall["name"], hall["counter"]) == ("市政务服务中心", True)
    assert walk(None, "GET", "/organisations").status_code == 400


STORIES = (who_is_who,)
