"""The program that rebuilds all views of a directory, as `banjian views rebuild all` does."""

import json
import os
import sys
from pathlib import Path
from time import perf_counter

from chalicelib import bootstrap
from chalicelib.eventlog.feed import Feed
from chalicelib.eventlog.rebuilding.rebuilds import rebuild
from chalicelib.eventlog.views.port import Projection
from chalicelib.serving.rebuild_crew import crew

from ..imports import peak_mb


def main(data: Path) -> None:
    platform = bootstrap.embedded(data)
    views = [one for one in bootstrap.consumers(platform) if isinstance(one, Projection)]
    begin = perf_counter()
    rebuild(views, Feed(platform.source), platform.views, crew=crew(data))
    seconds = perf_counter() - begin
    for one in views:
        assert platform.views.position(one.name) == platform.log.head(), one.name
    times = os.times()
    cpu = times.user + times.system + times.children_user + times.children_system
    figures = {"seconds": seconds, "cpu_seconds": cpu, "own_peak_mb": peak_mb()}
    print(json.dumps({**figures, "views": len(views)}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
