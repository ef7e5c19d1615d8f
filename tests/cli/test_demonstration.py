"""What the demonstration's commands do without a service, and for whom there are tokens."""

import json

import jwt
import pytest
from typer.testing import CliRunner

from chalicelib.cli import app
from chalicelib.items.files.item_files import read_items
from chalicelib.kernel.actor import DEPARTMENT_STAFF, Role
from chalicelib.serving import signin
from chalicelib.serving.registry_files import load_examples
from tests.items.world import a_platform
from tests.stories.cases import ITEMS

run = CliRunner().invoke


def test_no_command_makes_a_key_or_a_directory_that_it_was_not_asked_for(tmp_path):
    nowhere = tmp_path / "var"
    for command in (
        ["token", "--as", "citizen"],
        ["token", "--role", "approver", "--department", "440800-civil"],
        ["demo"],
        ["items", "list"],
        ["registry", "show"],
        ["views", "list"],
        ["calendar", "show"],
    ):
        done = run(app, [*command, "--data", str(nowhere)])
        assert done.exit_code == 1, command
        assert "Start a service on it first" in " ".join(done.output.split()), done.output
    done = run(app, ["verify", "--data", str(nowhere)])
    assert (done.exit_code, "Start a service on it first" in done.output) == (2, True)
    assert not nowhere.exists()


def test_a_secret_that_is_gone_is_not_made_anew(tmp_path):
    with a_platform(tmp_path):
        pass
    (tmp_path / "secret.key").unlink()
    done = run(app, ["items", "list", "--data", str(tmp_path)])
    assert done.exit_code == 1
    assert "put back the one you had" in " ".join(str(done.exception or done.output).split())
    assert not (tmp_path / "secret.key").exists()


def test_the_tour_says_that_no_service_answers(tmp_path):
    signin.jwks(tmp_path)
    done = run(app, ["demo", "--data", str(tmp_path), "--url", "http://127.0.0.1:9"])
    assert done.exit_code == 1
    assert "no service answers at http://127.0.0.1:9" in " ".join(done.output.split())
    assert "Traceback" not in done.output


def test_every_step_of_every_example_has_somebody_who_does_it(tmp_path):
    signin.jwks(tmp_path)
    desks = {
        (step.role, department)
        for item in read_items(ITEMS)
        for step in item.steps
        for department in (
            step.department or item.department,
            *(one.department for one in step.reviewers),
        )
    }
    desks |= {(Role.CLERK, item.intake or item.department) for item in read_items(ITEMS)}
    assert len(desks) > 25
    for role, department in sorted(desks):
        options = ["--role", role, "--department", department, "--data", str(tmp_path), "--json"]
        told = json.loads(run(app, ["token", *options]).output)
        claims = jwt.decode(told["token"], options={"verify_signature": False})
        assert (claims["role"], claims["department"]) == (role, department)
    people = {
        signin.staff(role, one).account for role in DEPARTMENT_STAFF for one in signin.DEPARTMENTS
    }
    assert len(people) == len(DEPARTMENT_STAFF) * len(signin.DEPARTMENTS)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--role", "approver"], "go together"),
        (["--role", "auditor", "--department", "440800-civil"], "acts for no department"),
        (["--role", "clerk", "--department", "440100-civil"], "there are 440800-hall"),
    ],
)
def test_who_does_not_exist_is_said(tmp_path, options, said):
    done = run(app, ["token", *options, "--data", str(tmp_path)])
    assert done.exit_code != 0
    assert said in " ".join((done.output + str(done.exception)).split())


def test_registry_check_ends_with_1_where_the_registry_disagrees(tmp_path):
    with a_platform(tmp_path) as platform:
        load_examples(platform, ITEMS.parent / "registry")
    check = ["registry", "check", "440802195503071232", "--data", str(tmp_path), "--name"]
    assert run(app, [*check, "张三"]).exit_code == 0
    assert run(app, [*check, "李四"]).exit_code == 1
    assert run(app, ["registry", "check", "911100000000000000", "--data", str(tmp_path)]).exit_code
