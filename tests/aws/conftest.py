"""One package and one emulator for all tests here; a failure shows what the emulator said."""

from collections.abc import Generator, Iterator

import pytest

from infra.package import TEMPLATE
from tests.infra.conftest import packaged_once

from . import emulator
from .deploy import Package
from .emulator import Emulator


@pytest.fixture(scope="session")
def package(tmp_path_factory) -> Package:
    made = packaged_once(tmp_path_factory.getbasetemp())
    return Package(made.directory / TEMPLATE, made.zip)


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
