"""Items in YAML files: the examples, and mistakes told by file and line."""

from pathlib import Path

import pytest
import yaml

from chalicelib.clock.clock import JOINT_DECISION, Limit, SpecialProcedure
from chalicelib.codes.codes import ApplicantKind, Authority, CaseType, ItemType, Level
from chalicelib.codes.numbers import parse_item_code
from chalicelib.items.application.forms.formats import FORMATS
from chalicelib.items.domain.eligibility import NotQualified, Qualified, find
from chalicelib.items.domain.item import ItemDefinition, ItemMaterial, Variant, in_variant
from chalicelib.items.domain.plan import StepKind
from chalicelib.items.domain.questions import Condition, Option, Question, Refusal
from chalicelib.items.files.item_files import (
    ItemFileError,
    Mark,
    read_draft,
    read_item,
    read_items,
)
from chalicelib.kernel.actor import Role
from tests.items.item_givens import CODE, OTHER_CODE, a_step, an_item, an_item_file
from tests.items.question_givens import a_question, a_refusal, yes

CODE_SETS = (ItemType, Level, Authority, ApplicantKind)
EXAMPLES = Path(__file__).parents[2] / "examples" / "items"


@pytest.fixture
def file(tmp_path):
    def written(content, name="item.yaml"):
        path = tmp_path / name
        raw = content if isinstance(content, bytes) else content.encode()
        path.write_bytes(raw)
        return path

    return written


def as_yaml(**changes):
    return yaml.safe_dump(an_item_file(**changes), allow_unicode=True, sort_keys=False)


def faults(path):
    """What is wrong, each with its line, without the path."""
    with pytest.raises(ItemFileError) as refused:
        read_item(path)
    assert all(finding.path == path for finding in refused.value.findings)
    return [f"{finding.at.line}: {finding.message}" for finding in refused.value.findings]


def line_of(path, text):
    lines = path.read_text("utf-8").splitlines()
    (found,) = (number for number, line in enumerate(lines, 1) if text in line)
    return found


# What can be read


def test_a_file_says_what_an_item_is(file):
    assert read_item(file(as_yaml())) == an_item()


def test_text_needs_quotes_only_where_it_is_a_number_or_true_or_null(file):
    form = """
form:
  type: object
  properties:
    answer: { enum: [no, yes, on, 2026-01-31, 0123, 1:30, 1e3] }
    count: { minimum: 1, maximum: 2.5 }
    gone: { const: null }
    sure: { const: true }
"""
    read = read_item(file(as_yaml().replace("form:\n  type: object\n", form)))
    assert read.form["properties"] == {
        "answer": {"enum": ["no", "yes", "on", "2026-01-31", "0123", "1:30", "1e3"]},
        "count": {"minimum": 1, "maximum": 2.5},
        "gone": {"const": None},
        "sure": {"const": True},
    }


def test_a_long_row_of_digits_is_a_code(file):
    path = file(as_yaml().replace(f"'{CODE}'", CODE))
    assert f"code: {CODE}\n" in path.read_text("utf-8")
    assert read_item(path).code == CODE


def test_a_byte_order_mark_is_no_mistake(file):
    assert read_item(file(b"\xef\xbb\xbf" + as_yaml().encode())) == an_item()


def test_a_directory_is_read_by_file_name(file, tmp_path):
    file(as_yaml(), "b.yaml")
    file(as_yaml(code=OTHER_CODE), "a.yml")
    file("not an item", "readme.txt")
    assert [one.code for one in read_items(tmp_path)] == [OTHER_CODE, CODE]


# Mistakes


def test_a_mistake_is_told_with_file_and_line(file):
    path = file(as_yaml().replace("type: permit", "type: licence"))
    with pytest.raises(ItemFileError) as refused:
        read_item(path)
    at = line_of(path, "type: licence")
    assert str(refused.value).startswith(f"{path}:{at}:1: type: Must be one of: power, permit")


def test_a_mistake_is_told_with_its_column(file):
    path = file(as_yaml(steps=[a_step(role="nobody"), a_step("second", "reviews")]))
    with pytest.raises(ItemFileError) as refused:
        read_item(path)
    lines = path.read_text("utf-8").splitlines()
    for finding, text in zip(refused.value.findings, ("role:", "kind: reviews"), strict=True):
        assert lines[finding.at.line - 1][finding.at.column - 1 :].startswith(text)


@pytest.mark.parametrize(
    ("content", "at"),
    [
        (b"code: a\nname: \xff\n", Mark(2, 7)),
        ("code: a\nname: \x07\n", Mark(2, 7)),
        ("code: a\nname: 'b\n", Mark(3, 1)),
        ("code: &a x\nname: *a\n", Mark(1, 7)),
        ("code: a\nname:\n  1: b\n", Mark(3, 3)),
    ],
)
def test_what_is_no_yaml_is_told_with_line_and_column(file, content, at):
    with pytest.raises(ItemFileError) as refused:
        read_item(file(content))
    assert refused.value.findings[0].at == at


def test_a_mistake_in_a_condition_is_told_where_it_is(file):
    path = file(
        as_yaml(
            questions=[a_question("cooks"), a_question("gas", when=yes("coks"))],
            refusals=[a_refusal({"any_of": [yes("gas"), {"answer": "cooks", "equal": True}]})],
        )
    )
    (fault,) = faults(path)
    place = "refusals[1].when.any_of[2].equal"
    said = f"{line_of(path, 'equal: true')}: {place}: there is no such field; did you mean equals?"
    assert fault.startswith(said)
    path.write_text(path.read_text("utf-8").replace("equal: true", "equals: true"), "utf-8")
    (fault,) = faults(path)
    assert fault == (
        f"{line_of(path, 'answer: coks')}: questions[2].when.answer: coks is no question; those "
        "before it: cooks"
    )


def test_a_draft_is_read_as_far_as_it_is_written(file):
    assert read_draft(file("name: 半份\nsteps: []\n")) == {"name": "半份", "steps": []}
    with pytest.raises(ItemFileError, match="not YAML"):
        read_draft(file("name: [\n"))


def test_all_mistakes_of_a_file_are_told_at_once(file):
    path = file(as_yaml(real_name_level=7, division="44", steps=[a_step(role="nobody")]))
    places = [fault.split(": ")[1] for fault in faults(path)]
    assert places == ["division", "real_name_level", "steps[1].role"]


def test_a_mistake_deep_inside_has_its_own_line(file):
    steps = [a_step("review", "review"), a_step("second", "reviews"), a_step()]
    path = file(as_yaml(steps=steps))
    (fault,) = faults(path)
    assert fault.startswith(f"{line_of(path, 'reviews')}: steps[2].kind: Must be one of: handle")


def test_an_unknown_field_is_told_with_what_is_allowed(file):
    path = file(as_yaml().replace("promised:\n    days", "promissed:\n    days"))
    (unknown,) = [fault for fault in faults(path) if "no such field" in fault]
    assert unknown.startswith(f"{line_of(path, 'promissed')}: limits.promissed: there is no such")
    assert unknown.endswith("; did you mean promised? allowed: statutory, promised")


@pytest.mark.parametrize(
    ("changes", "place", "allowed"),
    [
        ({"feee": 1}, "feee", "did you mean fee? allowed: code, name"),
        ({"materials": [{"id": "a", "name": "a", "trusts": "A"}]}, "materials[1].trusts", "trust"),
        ({"fee": {"fen": 1}}, "fee.fen", "allowed: amount, basis"),
        ({"steps": [a_step(colour="red")]}, "steps[1].colour", "allowed: id, name, kind"),
        (
            {"steps": [a_step(reviewers=[{"department": "d", "name": "n", "x": 1}])]},
            "steps[1].reviewers[1].x",
            "allowed: department, name",
        ),
        (
            {"limits": {"statutory": {"days": 1, "units": 1}, "promised": {"days": 1}}},
            "limits.statutory.units",
            "did you mean unit? allowed: days, unit",
        ),
        (
            {
                "certificate": {
                    "type": CODE[:18] + "001",
                    "issuer": CODE[:18],
                    "name": "n",
                    "year": 1,
                }
            },
            "certificate.year",
            "allowed: type, name, issuer, months",
        ),
    ],
)
def test_what_is_allowed_is_told_wherever_the_field_is(file, changes, place, allowed):
    (fault,) = faults(file(as_yaml(**changes)))
    assert f": {place}: there is no such field" in fault
    assert allowed in fault


def test_what_is_missing_is_told_where_it_belongs(file):
    path = file(as_yaml(materials=[{"id": "plan"}]))
    assert faults(path) == [f"{line_of(path, '- id: plan')}: materials[1].name: is required"]
    assert faults(file("name: 名称\n"))[0] == "1: code: is required"


def test_a_number_where_text_belongs_is_told_with_the_cure(file):
    path = file(as_yaml().replace("'440800'", "440800"))
    assert faults(path) == [
        f'{line_of(path, "division")}: division: should be text: put it in quotes, "440800"'
    ]


def test_a_rule_between_fields_is_told_at_the_field(file):
    path = file(as_yaml(limits={"statutory": {"days": 20}, "promised": {"days": 21}}))
    (fault,) = faults(path)
    assert fault.startswith(f"{line_of(path, 'promised:')}: limits.promised: 21 working days")
    assert fault.endswith("is longer than the statutory 20 working days")


def test_a_form_that_cannot_be_checked_is_told_at_its_line(file):
    form = {"type": "object", "properties": {"a": {"type": "text"}, "b": {"pattern": "["}}}
    path = file(as_yaml(form=form))
    assert [fault.split(": ")[0] for fault in faults(path)] == [str(line_of(path, "type: text"))]
    form["properties"] = {"b": {"pattern": "["}}
    path = file(as_yaml(form=form))
    assert faults(path)[0].startswith(
        f"{line_of(path, 'pattern')}: form.properties.b.pattern: not a regular expression"
    )


def test_a_field_that_is_there_twice_is_refused(file):
    path = file(as_yaml() + "name: 另一个\n")
    last = len(path.read_text("utf-8").splitlines())
    assert faults(path) == [f"{last}: name is there already, in line 2"]
    path = file(as_yaml().replace("type: object", "type: object\n  type: array"))
    assert faults(path)[0].endswith("in line " + str(line_of(path, "  type: object")))


@pytest.mark.parametrize(
    ("content", "line", "said"),
    [
        ("", 0, "is not an item"),
        ("- a\n- b\n", 0, "is not an item"),
        ("code: a\nname: [\n", 3, "not YAML"),
        ("code: a\n\tname: b\n", 2, "not YAML"),
        ("code: a\n---\ncode: b\n", 2, "not YAML"),
        ("code: a\nname: \x07\n", 2, "character 0x0007"),
        ("code: &a x\nname: *a\n", 1, "no aliases"),
        ("a: &a [x]\nb: &b [*a, *a]\nc: [*b, *b]\n", 1, "no aliases"),
        ("code: !!python/object/apply:os.getcwd []\n", 1, "not YAML"),
        ("code: !!timestamp 2026-02-30\n", 0, "day is out of range"),
        ("code: a\n1: b\n", 2, "1 is not a name"),
        ("code: a\n[b]: c\n", 2, "is not a name"),
        (b"code: a\nname: \xff\n", 2, "is not UTF-8"),
        ("x: " + "[" * 500, 0, "nested too deeply"),
        (b"#" * 1_000_001, 0, "is over 1,000,000 bytes"),
    ],
)
def test_what_is_no_file_of_an_item_is_refused(file, content, line, said):
    fault = faults(file(content))[0]
    assert fault.startswith(f"{line}: ")
    assert said in fault


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(ItemFileError, match=r"none\.yaml: No such file"):
        read_item(tmp_path / "none.yaml")


def test_mistakes_in_all_files_are_told_at_once(file, tmp_path):
    file(as_yaml(name=""), "a.yaml")
    file(as_yaml(), "b.yaml")
    file(as_yaml(level="county"), "c.yaml")
    file(as_yaml(), "d.yaml")
    with pytest.raises(ItemFileError) as refused:
        read_items(tmp_path)
    assert [finding.path.name for finding in refused.value.findings] == [
        "a.yaml",
        "c.yaml",
        "d.yaml",
    ]
    assert f"{CODE} is also the code of b.yaml" in str(refused.value)


# The examples


@pytest.fixture(scope="module")
def examples():
    return {path.stem: read_item(path) for path in sorted(EXAMPLES.glob("*.yaml"))}


def test_there_are_about_twenty_examples_each_of_its_own_code(examples):
    assert 20 <= len(examples) <= 25
    assert len({item.code for item in examples.values()}) == len(examples)
    assert len(read_items(EXAMPLES)) == len(examples)


def test_every_example_is_labelled_and_cites_its_law():
    for path in EXAMPLES.glob("*.yaml"):
        text = path.read_text("utf-8")
        assert text.startswith("# Illustrative: written by hand from the law's own figures;"), path
        assert any(mark in text for mark in ("[V]", "[M]", "[C]")), path
        assert "《" in text.partition("legal_basis:")[2].partition("form:")[0], path


def test_a_department_has_one_name_and_one_credit_code(examples):
    for said in ("department_name", "code"):
        names: dict[str, set[str]] = {}
        for item in examples.values():
            value = parse_item_code(item.code).authority if said == "code" else item.department_name
            names.setdefault(item.department, set()).add(value)
        assert {department for department, found in names.items() if len(found) != 1} == set()


def test_a_certificate_that_spares_a_document_is_issued_by_a_department_here(examples):
    authorities = {item.code[:18] for item in examples.values()}
    spared = {
        material.may_come_from
        for item in examples.values()
        for material in item.materials
        if material.may_come_from
    }
    assert spared
    assert {code[:18] for code in spared} <= authorities


def test_the_examples_are_of_many_kinds(examples):
    items = examples.values()
    assert {item.type for item in items} >= {
        ItemType.PERMIT,
        ItemType.CONFIRMATION,
        ItemType.PAYMENT,
        ItemType.PUBLIC_SERVICE,
    }
    assert {kind for item in items for kind in item.applicants} == set(ApplicantKind)
    at_once = [item for item in items if item.case_type is CaseType.AT_ONCE]
    parallel = [item for item in items if any(s.kind is StepKind.PARALLEL for s in item.steps)]
    both = {SpecialProcedure.HEARING, SpecialProcedure.EXPERT_REVIEW}
    assert len(at_once) >= 2
    assert [item.joint for item in parallel].count(True) == 1
    assert len(parallel) == 2
    assert any(both <= set(item.special_procedures) and not item.joint for item in items)
    assert {item.limits.statutory.unit for item in items} == {"working_days", "calendar_days"}
    assert any(item.fee.amount for item in items)


def test_the_joint_example_has_what_the_guided_case_needs(examples):
    item = examples["entertainment-venue-joint"]
    assert item.limits.statutory == JOINT_DECISION
    assert [step.kind for step in item.steps] == ["handle", "parallel", "review", "approve"]
    assert [step.role for step in item.steps] == [
        Role.CLERK,
        Role.REVIEWER,
        Role.REVIEWER,
        Role.APPROVER,
    ]
    assert [reviewer.department for reviewer in item.steps[1].reviewers] == [
        "440800-housing",
        "440800-environment",
        "440800-fire",
    ]
    assert item.joint
    assert item.special_procedures == ("hearing", "expert_review")
    assert item.certificate is not None
    assert sum(material.required for material in item.materials) >= 3
    assert ApplicantKind.COMPANY in item.applicants


QUALIFIES = [
    ("senior-card", {"age": 60, "resident": True, "by_another": False}, "in-person", ["identity"]),
    (
        "senior-card",
        {"age": 80, "resident": True, "by_another": True},
        "by-another",
        ["identity", "mandate"],
    ),
    (
        "food-business-licence",
        {"purpose": "renewal", "days_left": 30, "premises_changed": False},
        "renewal",
        ["application", "business-licence", "licence", "unchanged"],
    ),
    (
        "residence-permit",
        {"months": 6, "ground": "study"},
        "study",
        ["identity", "photo", "ground"],
    ),
    (
        "adoption-registration",
        {"child": "stepchild", "child_age": 17, "spouse": True},
        "stepchild",
        ["application", "identities", "consent"],
    ),
    (
        "adoption-registration",
        {"child": "orphan", "child_age": 3, "age": 30, "record": False, "spouse": False},
        "orphan",
        ["application", "identities", "status", "health", "deaths", "consent"],
    ),
]
DOES_NOT = [
    ("senior-card", {"age": 59}, "老年人权益保障法》第二条"),
    ("food-business-licence", {"purpose": "new", "packaged_only": True}, "食品安全法》第三十五条"),
    ("food-business-licence", {"purpose": "renewal", "days_left": -1}, "行政许可法》第七十条"),
    ("residence-permit", {"months": 5}, "居住证暂行条例》第二条"),
    ("adoption-registration", {"child": "orphan", "age": 29}, "第一千零九十八条第五项"),
    ("adoption-registration", {"child": "other", "children": 2}, "第一千零九十八条第一项"),
    (
        "adoption-registration",
        {"child": "kin", "spouse": True, "together": False},
        "第一千一百零一条",
    ),
]


@pytest.mark.parametrize(("name", "answers", "variant", "required"), QUALIFIES)
def test_whom_the_law_lets_qualify_is_told_the_variant_and_its_materials(
    examples, name, answers, variant, required
):
    found = find(examples[name], answers)
    assert isinstance(found, Qualified)
    assert found.variant is not None
    assert found.variant.id == variant
    told = in_variant(examples[name], variant).materials
    assert [one.id for one in told if one.required] == required


@pytest.mark.parametrize(("name", "answers", "basis"), DOES_NOT)
def test_whom_the_law_does_not_let_qualify_is_told_the_article(examples, name, answers, basis):
    found = find(examples[name], answers)
    assert isinstance(found, NotQualified)
    assert [basis in one.basis for one in found.refusals] == [True]


def test_one_example_is_confidential(examples):
    assert [name for name, one in examples.items() if one.confidential] == ["adoption-registration"]


@pytest.mark.parametrize(
    ("name", "statutory"),
    [
        ("construction-permit", Limit(7)),
        ("food-business-licence", Limit(20)),
        ("public-place-hygiene", Limit(20)),
        ("pollution-discharge-permit", Limit(30)),
        ("water-abstraction-permit", Limit(45)),
        ("medical-institution", Limit(45)),
        ("hazardous-chemicals-licence", Limit(30)),
        ("property-transfer", Limit(30)),
        ("residence-permit", Limit(15, "calendar_days")),
        ("entertainment-venue-permit", Limit(20)),
    ],
)
def test_the_limits_are_those_of_the_law(examples, name, statutory):
    assert examples[name].limits.statutory == statutory


# The manual


def test_the_manual_has_every_field_and_every_word():
    manual = (EXAMPLES.parents[1] / "docs" / "items.md").read_text("utf-8")
    models = (ItemDefinition, ItemMaterial, Question, Option, Condition, Refusal, Variant)
    fields = [f"`{name}`" for model in models for name in model.model_fields]
    words = (f"{word}` {word.gb_code}" for kind in CODE_SETS for word in kind)
    procedures = (one for one in SpecialProcedure if one is not SpecialProcedure.SUPPLEMENT)
    told = (*fields, *words, *procedures, *FORMATS)
    assert [one for one in told if one not in manual] == []
