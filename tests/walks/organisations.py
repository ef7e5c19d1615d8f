"""Departments, read by name by anybody."""

from .walking import Walker


def who_is_who(walk: Walker) -> None:
    query = {"division": "440800", "limit": 10}
    first = walk(None, "GET", "/organisations", query=query)
    tag = {"If-None-Match": first.headers["ETag"]}
    assert walk(None, "GET", "/organisations", query=query, headers=tag).status_code == 304
    rest = walk(None, "GET", "/organisations", query={**query, "cursor": first.json()["next"]})
    every = [*first.json()["items"], *rest.json()["items"]]
    assert rest.json()["next"] is None
    assert [one["code"] for one in every] == sorted(one["code"] for one in every)
    hall = next(one for one in every if one["code"] == "440800-hall")
    assert (hall["name"], hall["counter"]) == ("市政务服务中心", True)
    none = walk(None, "GET", "/organisations", query={"division": "449900"}).json()
    assert none == {"items": [], "next": None, "version": 0}
    assert walk(None, "GET", "/organisations").status_code == 400


STORIES = (who_is_who,)
