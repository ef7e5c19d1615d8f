"""An installation that is being filled from another one."""

from ..city import City


def test_an_installation_on_standby_serves_nothing(city: City, monkeypatch):
    monkeypatch.setenv("BANJIAN_STANDBY", "on")
    for answer in (city.get("citizen-zhang", "/cases"), city.get("citizen-zhang", "/health")):
        assert (answer.status_code, answer.json()["code"]) == (503, "on-standby")
        assert answer.headers["retry-after"] == "60"
    monkeypatch.setenv("BANJIAN_STANDBY", "")
    assert city.get("citizen-zhang", "/cases").status_code == 200
