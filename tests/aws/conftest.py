"""One package and one emulator for all tests here; a failure shows what the emulator said."""

from collections.abc import Generator, Iterator

import pytest

from . import deploy, emulator
from .deploy import Package
from .emulator import Emulator


@pytest.fixture(scope="session")
def package(tmp_path_factory) -> Package:
    return deploy.made(tmp_path_factory.mktemp("package"))


@pytest.fixture(scope="session")
def aws(tmp_path_factory) -> Iterator[Emulator]:
    with emulator.running(tmp_path_factory.mktemp("ministack")) as running:
        yield running


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Function,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    running = item.funcargs.get("aws")
    if report.failed and isinstance(running, Emulator):
        report.sections.append(("The end of ministack's log", running.told()))
        report.sections.append(("Errors in the functions' logs", running.errors()))
    return report
