"""Deployment: nothing is lost by it, and what is wrong is said."""

import json
import os
import shutil
import subprocess
import sys
from argparse import Namespace
from hashlib import sha256
from shlex import quote
from typing import Any, cast

import botocore.session
import moto.backends  # noqa: F401 - moto hooks into the sessions that are made after this
import pytest
from moto import mock_aws

import infra.changes
import infra.deploy
from infra import environment
from infra.changes import Change, DeployError, Release, carry_out, propose, stack
from infra.deploy import _asked, _stage_s, check, deploy, list_releases, parameters, tell
from infra.functions import ROOT
from infra.releases import Place, checked, content, named, stored
from infra.upload import artifact_bucket, upload
from tests.aws.emulator import running

STACK = "banjian"
QUEUE = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": {"Fn::Sub": "q-${Stage}"}}}
TOPIC = {"Type": "AWS::SNS::Topic"}
TABLE = {
    "Type": "AWS::DynamoDB::Table",
    "Properties": {
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    },
}


# Of a real stack: the address of a queue, say.
TOLD = {name: {"Value": f"the {name}"} for name in environment.OUTPUTS}


def template(**resources):
    return {
        "Parameters": {"Stage": {"Type": "String", "Description": "the stage"}},
        "Resources": resources,
        "Outputs": {"Queue": {"Value": {"Ref": "Queue"}}, **TOLD},
    }


def packaged(directory, **resources):
    directory.mkdir(exist_ok=True)
    (directory / "sam.json").write_text(json.dumps(template(**resources)))
    (directory / "deployment.zip").write_bytes(b"code")
    return directory


def given(directory, *values, **options):
    known = {"parameters": None, "stack": None, "dry_run": False, "replace": False, "release": None}
    return Namespace(stage="test", values=list(values), directory=directory, **{**known, **options})


@pytest.fixture(scope="module")
def emulator(tmp_path_factory):
    with running(tmp_path_factory.mktemp("aws")) as emulator:
        yield emulator


@pytest.fixture
def session(emulator, monkeypatch):
    for name, value in emulator.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(infra.changes, "PAUSE", 0.05)
    session = botocore.session.Session()
    name = f"{STACK}-test"
    yield session
    cloudformation: Any = session.create_client("cloudformation")
    cloudformation.delete_stack(StackName=name)
    cloudformation.get_waiter("stack_delete_complete").wait(
        StackName=name, WaiterConfig={"Delay": 1}
    )


@pytest.fixture
def s3(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with mock_aws():
        yield botocore.session.Session().create_client("s3", region_name="eu-west-1")


def deployed(session, directory, *values, **options):
    said: list[str] = []
    deploy(given(directory, *values, **options), session, said.append)
    return said


def test_a_first_deployment_makes_the_stack_and_says_where_things_are(session, tmp_path):
    said = deployed(session, packaged(tmp_path / "a", Queue=QUEUE), "Stage=test")
    assert "Add      AWS::SQS::Queue Queue" in said
    assert any(line.startswith("Queue: http") for line in said)


def sourced(file):
    """What a shell has after it took the file."""
    shell = f". {quote(str(file))} && env -0"
    done = subprocess.run(["sh", "-c", shell], env={}, capture_output=True, text=True, check=True)
    return dict(one.split("=", 1) for one in done.stdout.split("\0") if "=" in one)


def test_a_deployment_says_to_the_command_line_where_the_things_of_the_stack_are(session, tmp_path):
    said = deployed(session, packaged(tmp_path / "a", Queue=QUEUE), "Stage=test")
    file = tmp_path / "a" / "environment"
    assert said[-1] == f"For the banjian command to work on it: . {file}"
    told = sourced(file)
    assert told["AWS_DEFAULT_REGION"] == "us-east-1"
    for name, variable in environment.OUTPUTS.items():
        assert told[variable] == f"the {name}"


def test_the_environment_of_a_stack_can_be_had_without_deploying(session, tmp_path):
    deployed(session, packaged(tmp_path / "a", Queue=QUEUE), "Stage=test")
    elsewhere = tmp_path / "elsewhere"
    tell(given(elsewhere), session, list[str]().append)
    assert (elsewhere / "environment").read_text() == (tmp_path / "a/environment").read_text()


def test_where_there_is_no_stack_there_is_no_environment(session, tmp_path):
    with pytest.raises(DeployError, match="no stack banjian-test: deploy it first"):
        tell(given(tmp_path), session, list[str]().append)
    assert not list(tmp_path.iterdir())


def test_the_command_line_says_what_to_do_and_fails(emulator):
    command = [sys.executable, "-m", "infra.deploy", "nowhere", "--environment"]
    environ = {**os.environ, **emulator.environment}
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, check=False)
    assert done.returncode == 1
    assert done.stderr.decode().startswith("not done: there is no stack banjian-nowhere: deploy")


def a_stack(*without, **others):
    told = {name: "x" for name in environment.OUTPUTS if name not in without} | others
    outputs = [{"OutputKey": name, "OutputValue": value} for name, value in told.items()]
    return {"StackName": "banjian-test", "Outputs": outputs}


def test_a_stack_that_does_not_tell_all_leaves_the_environment_as_it_was(tmp_path):
    environment.write(a_stack(), "eu-west-1", tmp_path)
    before = (tmp_path / "environment").read_text()
    with pytest.raises(DeployError, match=r"does not tell its Lanes, Secret: .* deploy it anew"):
        environment.write(a_stack("Secret", "Lanes"), "eu-west-1", tmp_path)
    assert [one.name for one in tmp_path.iterdir()] == ["environment"]
    assert (tmp_path / "environment").read_text() == before


def test_a_shell_takes_every_value_as_it_is(tmp_path):
    value = "a b;$(c) 'd' \"e\""
    told = sourced(environment.write(a_stack(Bucket=value), "eu-west-1", tmp_path))
    assert told["BANJIAN_BUCKET"] == value


def test_an_update_keeps_the_values_that_are_not_given(session, tmp_path):
    deployed(session, packaged(tmp_path / "a", Queue=QUEUE), "Stage=test")
    said = deployed(session, packaged(tmp_path / "a", Queue=QUEUE, Topic=TOPIC))
    assert "Add      AWS::SNS::Topic Topic" in said
    kept = stack(session.create_client("cloudformation"), "banjian-test")
    assert kept is not None
    assert kept["Parameters"] == [{"ParameterKey": "Stage", "ParameterValue": "test"}]


def test_a_dry_run_tells_and_changes_nothing(session, tmp_path):
    deployed(session, packaged(tmp_path / "a", Queue=QUEUE), "Stage=test")
    before = (tmp_path / "a/environment").stat().st_mtime_ns
    said = deployed(session, packaged(tmp_path / "a", Queue=QUEUE, Topic=TOPIC), dry_run=True)
    assert said == ["Add      AWS::SNS::Topic Topic", "nothing was changed"]
    assert (tmp_path / "a/environment").stat().st_mtime_ns == before
    found = session.create_client("cloudformation").list_stack_resources(StackName="banjian-test")
    assert [one["LogicalResourceId"] for one in found["StackResourceSummaries"]] == ["Queue"]


def test_an_update_that_would_lose_a_table_is_refused(session, tmp_path):
    deployed(session, packaged(tmp_path / "a", Queue=QUEUE, Events=TABLE), "Stage=test")
    without = packaged(tmp_path / "a", Queue=QUEUE)
    with pytest.raises(DeployError, match=r"Events \(AWS::DynamoDB::Table\), which holds the rec"):
        deployed(session, without)
    assert session.create_client("dynamodb").list_tables()["TableNames"]
    deployed(session, without, replace=True)


@pytest.mark.parametrize("kind", ["AWS::S3::Bucket", "AWS::KMS::Key", "AWS::DynamoDB::Table"])
def test_replacing_what_holds_the_record_is_losing_it(kind):
    assert Change("Modify", kind, "Name", replaces=True).loses
    assert not Change("Modify", kind, "Name", replaces=False).loses
    assert not Change("Remove", "AWS::SQS::Queue", "Name", replaces=True).loses


def test_without_a_package_it_says_how_to_make_one(session, tmp_path):
    with pytest.raises(DeployError, match="make package STAGE=test"):
        deployed(session, tmp_path)


def test_a_parameter_that_nobody_gave_is_asked_for(session, tmp_path):
    with pytest.raises(DeployError, match=r"give a value for Stage \(the stage\): NAME=VALUE"):
        deployed(session, packaged(tmp_path / "a", Queue=QUEUE))


def test_a_parameter_that_the_template_has_not_is_refused():
    with pytest.raises(DeployError, match="no parameter Stags"):
        parameters({"Stage": {}}, {"Stage": "a", "Stags": "b"}, None)


DECLARED: dict[str, dict[str, Any]] = {
    "Issuer": {},
    "Audience": {},
    "Jwks": {},
    "TrustedProxies": {"Default": ""},
    "Attester": {"Default": ""},
    "AttesterJwks": {"Default": ""},
    "Lanes": {"Default": 1},
}
RIGHT = {"Issuer": "https://a", "Audience": "b", "Jwks": "https://a/jwks"}


def stack_with(**parameters):
    listed = [{"ParameterKey": name, "ParameterValue": one} for name, one in parameters.items()]
    return {"Parameters": listed}


def test_parameters_that_the_functions_can_read_are_taken():
    check(DECLARED, parameters(DECLARED, RIGHT, None), None)
    there = stack_with(**RIGHT)
    check(DECLARED, parameters(DECLARED, {"Lanes": "4"}, there), there)


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ({"Jwks": "keys.json"}, "Jwks (BANJIAN_JWKS is 'keys.json': it should be"),
        ({"Jwks": ""}, "Jwks (BANJIAN_JWKS is not set, and"),
        ({"TrustedProxies": "proxy"}, "TrustedProxies (BANJIAN_TRUSTED_PROXIES is 'proxy'"),
        ({"Attester": "https://c"}, "AttesterJwks (BANJIAN_ATTESTER_JWKS is not set"),
        ({"Lanes": "65"}, "Lanes (BANJIAN_LANES is '65'"),
    ],
)
def test_what_no_function_could_read_is_refused_before_anything_changes(asked, named):
    """Else whoever comes first hears of it, as a 500."""
    for there, given in ((None, RIGHT | asked), (stack_with(**RIGHT), asked)):
        with pytest.raises(DeployError) as refused:
            check(DECLARED, parameters(DECLARED, given, there), there)
        assert named in str(refused.value)


def test_a_value_that_the_stack_has_counts_beside_those_that_are_given():
    there = stack_with(**RIGHT, Attester="https://c", AttesterJwks="https://c/jwks")
    with pytest.raises(DeployError, match="AttesterJwks"):
        check(DECLARED, parameters(DECLARED, {"AttesterJwks": ""}, there), there)


def test_the_command_line_comes_before_the_file_and_the_file_before_the_stage(tmp_path):
    file = tmp_path / "city.json"
    file.write_text('{"LogRetentionDays": "30", "Issuer": "https://a"}')
    given = Namespace(stage="dev", parameters=file, values=["Issuer=https://b?c=d"])
    asked = _stage_s(given) | _asked(given)
    assert asked["LogRetentionDays"] == "30"
    assert asked["Issuer"] == "https://b?c=d"
    assert asked["DeletionProtection"] == "false"


@pytest.mark.parametrize(("content", "says"), [("{", "not JSON"), ('{"Lanes": 4}', "strings")])
def test_a_file_of_parameters_that_is_none_is_refused(tmp_path, content, says):
    (tmp_path / "city.json").write_text(content)
    with pytest.raises(DeployError, match=says):
        _asked(Namespace(stage="dev", parameters=tmp_path / "city.json", values=[]))


def test_a_word_without_a_value_is_refused():
    with pytest.raises(DeployError, match="'Lanes' is not NAME=VALUE"):
        _asked(Namespace(stage="dev", parameters=None, values=["Lanes"]))


def test_the_bucket_of_packages_is_closed_even_if_it_was_there(s3):
    for _ in range(2):
        bucket = artifact_bucket(s3, "aws", "123456789012", "eu-west-1")
        block = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
        assert all(block.values())
        s3.delete_public_access_block(Bucket=bucket)
    assert '"aws:SecureTransport": "false"' in s3.get_bucket_policy(Bucket=bucket)["Policy"]


def test_a_release_names_its_own_code_and_an_earlier_one_stays(s3, tmp_path):
    bucket = "releases"
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    function = {"Type": "AWS::Serverless::Function", "Properties": {"CodeUri": "./deployment.zip"}}
    for code in (b"one", b"two"):
        directory = packaged(tmp_path / "a", Handler=function)
        (directory / "deployment.zip").write_bytes(code)
        _, released = upload(s3, bucket, directory / "sam.json", "test")
        uri = released["Resources"]["Handler"]["Properties"]["CodeUri"]
        key = uri.removeprefix(f"s3://{bucket}/")
        assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == code
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 4


FUNCTION = {"Type": "AWS::Serverless::Function", "Properties": {"CodeUri": "./deployment.zip"}}
PLACE = Place("releases", "123456789012")


@pytest.fixture
def bucket(s3):
    s3.create_bucket(
        Bucket=PLACE.bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    return s3


def released(s3, directory, stage="test", **resources):
    """The digest of a release that lies in the bucket."""
    packaged(directory, Handler=FUNCTION, **resources)
    key, _ = upload(s3, PLACE.bucket, directory / "sam.json", stage)
    return key.removeprefix("releases/").removesuffix(".json")


def test_the_releases_of_a_stage_are_listed_and_those_of_nobody_knows_which(bucket, tmp_path):
    mine = released(bucket, tmp_path / "a")
    released(bucket, tmp_path / "a", stage="prod", Queue=QUEUE)
    old = f"releases/{'0' * 64}.json"
    bucket.put_object(Bucket=PLACE.bucket, Key=old, Body=b"{}")
    bucket.put_object(Bucket=PLACE.bucket, Key="releases/else.json", Body=b"{}")
    found = {(one.digest, one.stage) for one in stored(bucket, PLACE, "test")}
    assert found == {(mine, "test"), ("0" * 64, "")}


def test_a_release_is_named_by_the_beginning_of_its_digest(bucket, tmp_path):
    mine = released(bucket, tmp_path / "a")
    assert named(bucket, PLACE, "test", mine[:8]) == mine == named(bucket, PLACE, "test", mine)
    with pytest.raises(DeployError, match="0 releases of prod begin with"):
        named(bucket, PLACE, "prod", mine)
    with pytest.raises(DeployError, match="0 releases of test begin with 00000000"):
        named(bucket, PLACE, "test", "00000000")
    bucket.put_object(Bucket=PLACE.bucket, Key=f"releases/{mine[:32]}{'0' * 32}.json", Body=b"{}")
    with pytest.raises(DeployError, match="2 releases of test begin with"):
        named(bucket, PLACE, "test", mine[:8])


@pytest.mark.parametrize("said", ["", "abc", "v1.4.2", "ABCDEF01", "abcdef01*", "a" * 65])
def test_what_is_no_digest_names_no_release(bucket, said):
    with pytest.raises(DeployError, match="is no release"):
        named(bucket, PLACE, "test", said)


def test_a_release_whose_bytes_were_changed_is_not_deployed(bucket, tmp_path):
    mine = released(bucket, tmp_path / "a")
    key, template = checked(bucket, PLACE, mine)
    code = template["Resources"]["Handler"]["Properties"]["CodeUri"].partition("releases/")[2]
    for changed in (f"releases/{code.partition('releases/')[2]}", key):
        bucket.put_object(Bucket=PLACE.bucket, Key=changed, Body=b'{"Resources": {}}')
        with pytest.raises(DeployError, match="not what was deployed: it was changed there"):
            checked(bucket, PLACE, mine)


def test_a_release_whose_code_is_gone_is_not_deployed(bucket, tmp_path):
    mine = released(bucket, tmp_path / "a")
    _, template = checked(bucket, PLACE, mine)
    uri = template["Resources"]["Handler"]["Properties"]["CodeUri"]
    bucket.delete_object(Bucket=PLACE.bucket, Key=uri.removeprefix(f"s3://{PLACE.bucket}/"))
    with pytest.raises(DeployError, match=r"\.zip is gone from releases"):
        checked(bucket, PLACE, mine)


def test_a_release_that_takes_its_code_from_elsewhere_is_not_deployed(bucket):
    function = {**FUNCTION, "Properties": {"CodeUri": "s3://another/releases/x.zip"}}
    body = content(template(Handler=function))
    digest = sha256(body).hexdigest()
    bucket.put_object(Bucket=PLACE.bucket, Key=f"releases/{digest}.json", Body=body)
    with pytest.raises(DeployError, match="takes its code from elsewhere: s3://another/"):
        checked(bucket, PLACE, digest)


def listed(session):
    said: list[str] = []
    list_releases(given(None), session, said.append)
    return said


def test_one_goes_back_to_a_release_without_its_package_and_its_parameters_stay(session, tmp_path):
    first = deployed(session, packaged(tmp_path / "a", Queue=QUEUE), "Stage=test")
    (release,) = (one.split()[1] for one in first if one.startswith("Release: "))
    later = deployed(session, packaged(tmp_path / "a", Queue=QUEUE, Topic=TOPIC))
    assert f"Release: {release}" not in later
    shutil.rmtree(tmp_path / "a")
    before = [one for one in listed(session) if one.startswith(release)]
    assert len(before) == 1
    assert "has it" not in before[0]
    back = deployed(session, tmp_path / "a", release=release)
    assert "Remove   AWS::SNS::Topic Topic" in back
    assert f"Release: {release}" in back
    assert (tmp_path / "a/environment").exists()
    (now,) = (one for one in listed(session) if "banjian-test has it" in one)
    assert now.startswith(release)
    kept = stack(session.create_client("cloudformation"), "banjian-test")
    assert kept is not None
    assert kept["Parameters"] == [{"ParameterKey": "Stage", "ParameterValue": "test"}]


def test_an_earlier_release_does_not_part_the_stack_from_a_table_either(session, tmp_path):
    first = deployed(session, packaged(tmp_path / "a", Queue=QUEUE), "Stage=test")
    (release,) = (one.split()[1] for one in first if one.startswith("Release: "))
    deployed(session, packaged(tmp_path / "a", Queue=QUEUE, Events=TABLE))
    with pytest.raises(DeployError, match=r"Events \(AWS::DynamoDB::Table\), which holds the rec"):
        deployed(session, tmp_path / "a", release=release)


def test_what_the_file_of_the_stage_says_today_is_not_asked_of_an_earlier_release(
    session, tmp_path, monkeypatch
):
    first = deployed(session, packaged(tmp_path / "a", Queue=QUEUE), "Stage=test")
    (release,) = (one.split()[1] for one in first if one.startswith("Release: "))
    (tmp_path / "test.json").write_text('{"Later": "on"}')
    monkeypatch.setattr(infra.deploy, "STAGES", tmp_path)
    with pytest.raises(DeployError, match="the template has no parameter Later"):
        deployed(session, tmp_path / "a")
    deployed(session, tmp_path / "a", release=release)
    with pytest.raises(DeployError, match="the template has no parameter Latest"):
        deployed(session, tmp_path / "a", "Latest=on", release=release)


@pytest.mark.parametrize("said", ["--release 0123456789ab", "--releases"])
def test_to_go_back_nothing_is_packaged(said):
    command = ["make", "-n", "-W", ".venv/.dev", "deploy", "STAGE=prod", f"ARGS={said}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert f"infra.deploy prod {said}" in done.stdout
    assert "infra.package" not in done.stdout


class Stub:
    """CloudFormation as it answers when things go wrong, which moto does not do."""

    def __init__(self, *, status="UPDATE_COMPLETE", refused="", events=()):
        self.status, self.refused, self.later = status, refused, list(events)
        self.deleted, self.now = [], []
        self.exceptions = Namespace(ClientError=KeyError)

    def describe_stacks(self, **_):
        return {"Stacks": [{"StackStatus": self.status}]}

    def create_change_set(self, **_):
        return {"Id": "arn"}

    def describe_change_set(self, **_):
        return {"Status": "FAILED", "StatusReason": self.refused}

    def delete_change_set(self, **asked):
        self.deleted.append(asked["ChangeSetName"])

    def execute_change_set(self, **_):
        self.now = self.later

    def get_paginator(self, _):
        return Namespace(paginate=lambda **_: [{"StackEvents": self.now}])


def event(number, status, reason=""):
    return {
        "EventId": number,
        "ResourceStatus": status,
        "ResourceType": "AWS::SQS::Queue",
        "LogicalResourceId": f"Queue{number}",
        "ResourceStatusReason": reason,
    }


def release():
    return Release("banjian-test", "https://t", {}, "test")


def test_nothing_to_change_is_no_failure_and_leaves_no_change_set():
    stub = Stub(refused="The submitted information didn't contain changes.")
    assert propose(cast("Any", stub), release(), "deploy-1") == ""
    assert stub.deleted == ["arn"]


def test_a_template_that_is_refused_says_why():
    stub = Stub(refused="Template error: no such resource Queeu")
    with pytest.raises(DeployError, match="no such resource Queeu"):
        propose(cast("Any", stub), release(), "deploy-1")


def test_a_rollback_says_what_failed_first():
    newest_first = [
        event(3, "UPDATE_ROLLBACK_COMPLETE"),
        event(2, "CREATE_FAILED", "cancelled"),
        event(1, "CREATE_FAILED", "no such key"),
    ]
    stub, said = Stub(status="UPDATE_ROLLBACK_COMPLETE", events=newest_first), list[str]()
    with pytest.raises(DeployError, match=r"What failed first: .*Queue1: no such key"):
        carry_out(cast("Any", stub), "banjian-test", "arn", said.append)
    assert [line.split()[2] for line in said] == ["Queue1:", "Queue2:", "Queue3"]


def test_a_change_says_what_it_does():
    assert str(Change("Modify", "AWS::SQS::Queue", "Q", replaces=True)) == (
        "Replace? AWS::SQS::Queue Q"
    )
