"""One package, one emulator and one city for all here; a failure shows what the emulator said."""

from collections.abc import Generator, Iterator

import pytest

from infra.package import TEMPLATE
from tests.infra.conftest import packaged_once

from . import city as a_city
from . import deploy, emulator
from .city import City, Walked
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


# Of this directory and not of the session: the environment names the stack while they last.
@pytest.fixture(scope="package")
def city(aws: Emulator, package: Package, tmp_path_factory) -> Iterator[City]:
    """The stack as it is first deployed, with items published."""
    keys = tmp_path_factory.mktemp("keys")
    stack = deploy.deployed(aws, package, a_city.parameters(keys))
    with a_city.opened(aws, stack, keys) as opened:
        a_city.publish_items(opened)
        yield opened


@pytest.fixture(scope="package")
def first(city: City) -> Walked:
    """The guided case, before the update."""
    return a_city.walk(city)


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
