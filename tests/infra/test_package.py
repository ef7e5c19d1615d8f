"""The package as a whole: its size, its checkers, its partitions, and that all of it is used."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from chalicelib.bootstrap.variables import OF_TESTS
from infra import environment, functions, metrics, template
from infra.functions import ROOT

# Of one process on one machine.
EMBEDDED = {
    *("BANJIAN_CONNECTIONS", "BANJIAN_DATA", "BANJIAN_FONTS"),
    *("BANJIAN_LOG", "BANJIAN_LOG_FILE", "BANJIAN_METRICS", "BANJIAN_METRICS_TOKEN"),
    *("BANJIAN_SIGNATURE", "BANJIAN_WECHAT_URL"),
}
# For functions alone: what the interface lets in, what is traced, what stands still.
FUNCTIONS = {
    *("BANJIAN_AUDIENCE", "BANJIAN_ISSUER", "BANJIAN_JWKS", "BANJIAN_TOKEN_KEY"),
    *("BANJIAN_ATTESTER", "BANJIAN_ATTESTER_JWKS", "BANJIAN_WECHAT_APP", "BANJIAN_WECHAT_SECRET"),
    *("BANJIAN_CORS_ORIGINS", "BANJIAN_COUNTERS", "BANJIAN_ISSUERS"),
    *("BANJIAN_LIMITS", "BANJIAN_LIMITS_TABLE", "BANJIAN_QUOTAS", "BANJIAN_TRUSTED_PROXIES"),
    *("BANJIAN_SEAL_MINUTES", "BANJIAN_STANDBY", "BANJIAN_TRACING"),
}
# In quotes: a comment reads nothing.
NAME = re.compile(r'"(BANJIAN_[A-Z_]+)"')


def test_cloudformation_takes_the_template_from_a_bucket(packaged):
    assert len(json.dumps(packaged.template)) < 1_000_000
    assert len(packaged.template["Resources"]) < 500
    assert len(packaged.template["Parameters"]) < 200


def test_cfn_lint_finds_nothing(packaged):
    done = subprocess.run(
        [
            Path(sys.executable).with_name("cfn-lint"),
            *("--template", packaged.directory / "sam.json"),
            *("--regions", "us-east-1", "cn-north-1"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("pattern", [r"arn:aws\b", r"amazonaws\.com\.cn", r"\b(us|cn)-[a-z]+-\d\b"])
def test_nothing_names_a_partition_or_a_region(packaged, pattern):
    assert re.findall(pattern, json.dumps(packaged.sam)) == []


def test_what_the_china_regions_lack_is_left_out_there(packaged):
    conditions = packaged.template["Conditions"]
    assert {"Fn::Not": [{"Condition": "InChina"}]} in conditions["Budgeted"]["Fn::And"]
    rules = packaged.of_type("AWS::WAFv2::WebACL")["Firewall"]["Rules"]
    managed = [rule for rule in rules if "ManagedRuleGroupStatement" in json.dumps(rule)]
    assert len(managed) == 2
    for rule in managed:
        assert rule["Fn::If"][:2] == ["InChina", {"Ref": "AWS::NoValue"}]


def test_every_trigger_of_the_app_is_known_to_the_infrastructure_and_the_other_way_round(packaged):
    assert packaged.functions().keys() == {one.name for one in functions.FUNCTIONS}


def test_no_placeholder_of_the_app_is_left(packaged):
    assert "stream/merged" not in json.dumps(packaged.template["Resources"])
    assert ":::" not in json.dumps(packaged.of_type("AWS::Lambda::EventSourceMapping"))


def test_every_variable_that_is_set_is_read_and_the_other_way_round(packaged):
    told = {
        name for one in packaged.functions().values() for name in one["Environment"]["Variables"]
    }
    read = read_by_the_code()
    operator = set(environment.OUTPUTS.values())
    assert told | operator == read - EMBEDDED
    # An operator carries out no request, and so needs all but those.
    assert operator == read - EMBEDDED - FUNCTIONS


def read_by_the_code() -> set[str]:
    code = [ROOT / "app.py", *(ROOT / "chalicelib").rglob("*.py")]
    found = {name for file in code for name in NAME.findall(file.read_text(encoding="utf-8"))}
    return found - {*OF_TESTS}


def rows(page: str, heading: str) -> list[list[str]]:
    """Of the table below a heading of a page in docs/: the cells of each row."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    section = re.split(r"^##+ ", text.partition(f"# {heading}\n")[2], flags=re.MULTILINE)[0]
    return [line.strip("|").split("|") for line in section.splitlines() if line.startswith("| `")]


def test_the_page_of_settings_has_every_variable_that_is_read_and_no_other():
    named = {one for cells in rows("operating.md", "Settings") for one in words(cells[0])}
    assert named == read_by_the_code()


def test_the_page_of_parameters_has_every_parameter_and_no_other(packaged):
    named = {one for cells in rows("operating-aws.md", "Parameters") for one in words(cells[0])}
    assert named == packaged.template["Parameters"].keys()


def test_the_page_of_functions_has_every_function_and_no_other():
    named = {one for cells in rows("operating-aws.md", "What there is") for one in words(cells[0])}
    assert named == {one.name for one in functions.FUNCTIONS}


def test_what_a_setting_is_called_on_aws_is_a_parameter_or_a_part(packaged):
    there = packaged.template["Parameters"].keys() | packaged.template["Resources"].keys()
    for cells in rows("operating.md", "Settings"):
        assert set(words(cells[2])) - {"banjian"} <= there


def words(cell: str) -> list[str]:
    return re.findall(r"`([A-Za-z_]+)`", cell)


def test_what_is_binary_the_function_says_and_not_what_the_caller_accepts(packaged):
    """By a list of types API Gateway gives base64 to whoever's Accept is not one of them."""
    (api,) = packaged.of_type("AWS::ApiGateway::RestApi").values()
    assert api["Body"]["x-amazon-apigateway-binary-media-types"] == ["*/*"]


def test_every_name_given_to_a_function_is_of_a_resource_or_parameter(packaged):
    parts = ("Resources", "Parameters", "Conditions")
    there = {name for part in parts for name in packaged.template[part]}
    for value in functions.VARIABLES.values():
        named = re.findall(r'"(?:Ref|Fn::GetAtt|Fn::If)": \[?"(\w+)"|\$\{(\w+)', json.dumps(value))
        assert named
        assert {one or other for one, other in named} <= there


def test_every_function_of_a_stage_s_settings_exists():
    settings = json.loads(functions.CONFIG.read_text(encoding="utf-8"))["stages"]
    for stage in settings.values():
        assert stage["lambda_functions"].keys() <= {one.name for one in functions.FUNCTIONS}


def test_every_condition_and_every_parameter_is_used(packaged):
    text = json.dumps([packaged.template["Resources"], packaged.template["Conditions"]])
    text += json.dumps(packaged.template.get("Rules", {}))
    for name in packaged.template["Parameters"]:
        assert f'"Ref": "{name}"' in text or f"${{{name}}}" in text, name
    for name in packaged.template["Conditions"]:
        assert re.search(rf'"(Condition|Fn::If)": \[?"{name}"', text), name


def test_every_table_and_queue_is_told_to_a_function_or_triggers_one(packaged):
    told = json.dumps([one["Environment"] for one in packaged.functions().values()])
    triggers = json.dumps(packaged.of_type("AWS::Lambda::EventSourceMapping"))
    dead = json.dumps(
        [one.get("RedrivePolicy") for one in packaged.of_type("AWS::SQS::Queue").values()]
    )
    for kind in ("AWS::DynamoDB::Table", "AWS::SQS::Queue", "AWS::S3::Bucket"):
        for name in packaged.of_type(kind):
            assert f'"{name}"' in told + triggers + dead, name


def test_standby_is_told_to_every_function_and_changes_nothing_else(packaged):
    assert packaged.template["Parameters"]["Standby"]["Default"] == "off"
    assert packaged.template["Conditions"]["OnStandby"] == {
        "Fn::Equals": [{"Ref": "Standby"}, "on"]
    }
    for one in packaged.functions().values():
        told = one["Environment"]["Variables"]["BANJIAN_STANDBY"]
        assert told == {"Fn::If": ["OnStandby", "on", ""]}
    others = {
        name: {**one, "Properties": {**one["Properties"], "ActionsEnabled": ""}}
        for name, one in packaged.template["Resources"].items()
        if "Properties" in one
    }
    # Beside the functions only alarms know of it: of those that stand still nobody is told.
    assert json.dumps(others).count("Standby") == len(packaged.functions())


def test_two_parts_may_not_define_the_same():
    part: dict[str, Any] = {"Resources": {"Bucket": {}}}
    with pytest.raises(ValueError, match="Resources: Bucket is defined twice"):
        template._joined([part, part])


def test_an_api_key_is_asked_for_only_where_the_stage_says_so():
    assert "Auth" not in template.merged("dev")["Resources"]["RestAPI"]["Properties"]
    keyed = template.merged("dev", api_keys=True)["Resources"]["RestAPI"]["Properties"]
    assert keyed["Auth"]["ApiKeyRequired"]


def test_a_stage_without_settings_is_refused():
    with pytest.raises(KeyError):
        template.merged("nowhere")


def test_the_alarms_watch_the_interface_under_the_name_that_it_has(packaged):
    (body,) = (one["Body"] for one in packaged.of_type("AWS::ApiGateway::RestApi").values())
    assert metrics.of_interface("Count").dimensions["ApiName"] == body["info"]["title"]
