"""`python -m benchmarks NAME [--json]`: what the README's figures come from."""

import json
from argparse import ArgumentParser
from collections.abc import Mapping
from importlib import import_module
from time import perf_counter
from types import MappingProxyType
from typing import NamedTuple

Figures = Mapping[str, float]


class Benchmark(NamedTuple):
    """A module whose `run()` returns figures by name; what they should be at least, at most."""

    module: str
    least: Figures = MappingProxyType({})
    most: Figures = MappingProxyType({})


BENCHMARKS = {
    "store": Benchmark(
        "benchmarks.store",
        least={
            "command_ratio": 2.5,
            "load100_ratio": 4,
            "projection_ratio": 12,
            "floor_ratio": 0.6,
            "group_commit_gain": 2,
        },
    ),
    "http": Benchmark(
        "benchmarks.http",
        least={"submits_per_s": 550, "reads_per_s": 800},
        most={"p99_ms": 80, "failures": 0},
    ),
    "hostile": Benchmark(
        "benchmarks.hostile.run",
        most={
            "honest_failures": 0,
            "honest_over": 1,
            "health_max_ms": 1000,
            "recovered_s": 5,
            "peak_mb": 400,
        },
    ),
    "dynamodb": Benchmark(
        "benchmarks.dynamodb",
        most={"calls_per_command": 2, "wcu_per_commit": 1, "wcu_per_sequenced_commit": 3.2},
    ),
    "import": Benchmark("benchmarks.imports", most={"memory_growth": 1.25}),
    "coldstart": Benchmark(
        "benchmarks.coldstart", most={"import_ratio": 1.25, "case_ratio": 1.25, "package_mb": 40}
    ),
    "growth": Benchmark(
        "benchmarks.growth.run",
        least={"rebuild_events_per_s": 20_000},
        most={"submit_growth": 1.3, "list_growth": 1.5, "memory_growth": 1.25},
    ),
    "audit": Benchmark(
        "benchmarks.audit",
        least={"verify_events_per_s": 200_000, "backup_mb_per_s": 0},
        most={"verify_new_ms": 2_000},
    ),
    "scale": Benchmark("benchmarks.scale.run"),
    "tracing": Benchmark("benchmarks.tracing"),
}


def main(arguments: list[str] | None = None) -> None:
    parser = ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("name", choices=[*BENCHMARKS, "all"])
    parser.add_argument(
        "--json", action="store_true", help="end with one line of JSON: the figures by name"
    )
    options = parser.parse_args(arguments)
    names = list(BENCHMARKS) if options.name == "all" else [options.name]
    results = {name: measured(name) for name in names}
    if options.json:
        print(json.dumps(results if options.name == "all" else results[options.name]))


def measured(name: str) -> Figures:
    benchmark = BENCHMARKS[name]
    begin = perf_counter()
    figures: Figures = import_module(benchmark.module).run()
    print(f"\n{name} ({perf_counter() - begin:.0f} s)")
    for figure, value in figures.items():
        print(f"  {figure:<32}{value:>14,.2f}  {verdict(benchmark, figure, value)}".rstrip())
    return figures


def verdict(benchmark: Benchmark, figure: str, value: float) -> str:
    """The target beside the figure, and whether it was met."""
    if figure in benchmark.least:
        target, met = f"at least {benchmark.least[figure]:,}", value >= benchmark.least[figure]
    elif figure in benchmark.most:
        target, met = f"at most {benchmark.most[figure]:,}", value <= benchmark.most[figure]
    else:
        return ""
    return target if met else f"{target}: MISSED"


if __name__ == "__main__":
    main()
