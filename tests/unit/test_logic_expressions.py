"""Expressions as authors write them: what parses, what is refused, and how a refusal names its place."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from medcramp.errors import KnowledgeError
from medcramp.knowledge import rules
from medcramp.logic import expressions as ex

RULE = """
- id: X-01
  kind: interaction
  title: Two things
  when: {when}
  effect: Something.
  severities: [{{source: ANSM, grade: ansm_precaution}}]
  urgency: routine
  action: Ask.
  sources: [ANSM]
  tag: V
"""


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (True, ex.Constant(constant=True)),
        ({"takes": "LOOP"}, ex.Takes(takes=ex.Use(group="LOOP"))),
        ({"takes": {"group": "PPI", "for_days": 90}}, ex.Takes(takes=ex.Use(group="PPI", for_days=90))),
        ({"pair": ["A", "B"], "washout_days": [14, 0]}, ex.Pair(pair=("A", "B"), washout_days=(14, 0))),
        ({"all": [{"sex": "F"}, True]}, ex.All(all=(ex.Sex(sex="F"), ex.Constant(constant=True)))),
        ({"age": {"at_least": 65}}, ex.Age(age=ex.Bound(at_least=65))),
    ],
)
def test_what_authors_write(written, read):
    assert ex.parse(written) == read
    assert hash(ex.parse(written)) == hash(read)


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ({"takse": "LOOP"}, "exactly one of"),
        ({"takes": "A", "took": {"group": "B", "within_days": 3}}, "exactly one of"),
        ({}, "a mapping with one key"),
        ("LOOP", "a mapping with one key"),
        ({"all": []}, "at least 1 item"),
        ({"age": {}}, "a limit is missing"),
        ({"age": {"over": 65}}, "Extra inputs"),
        ({"lab": {"test": "potassium"}}, "give either a limit"),
        ({"sex": "X"}, "'F' or 'M'"),
        ({"pair": ["A"]}, "Field required"),
        ({"takes": {"group": "A", "for_days": 0}}, "greater than 0"),
    ],
)
def test_what_is_refused(written, words):
    with pytest.raises(ValidationError) as caught:
        ex.parse(written)
    assert words in str(caught.value)


def knowledge_with(tmp_path, when: str):
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "some.yaml").write_text(RULE.format(when=when), encoding="utf-8")
    return tmp_path


def test_a_faulty_rule_is_refused_with_file_and_rule(tmp_path):
    with pytest.raises(KnowledgeError) as caught:
        rules.load(knowledge_with(tmp_path, "{takse: LOOP}"))
    assert caught.value.exit_code == 12
    assert caught.value.file.endswith("some.yaml") and caught.value.place == "rule X-01"


def test_the_same_rule_twice_is_refused(tmp_path):
    folder = knowledge_with(tmp_path, "{takes: LOOP}")
    (folder / "rules" / "other.yaml").write_text(RULE.format(when="true"), encoding="utf-8")
    with pytest.raises(KnowledgeError, match="defined twice"):
        rules.load(folder)


def test_a_file_that_is_no_list_is_refused(tmp_path):
    folder = knowledge_with(tmp_path, "true")
    (folder / "rules" / "other.yaml").write_text("id: X-02\n", encoding="utf-8")
    with pytest.raises(KnowledgeError, match="list of rules"):
        rules.load(folder)


def test_a_finding_lists_what_is_looked_for_not_what_must_be_absent():
    expression = ex.parse(
        {"all": [{"pair": ["A", "B"]}, {"none": [{"takes": "C"}]}, {"dose": {"of": "D", "above": 1}}]}
    )
    assert ex.groups_named(expression) == ("A", "B", "D")


@pytest.mark.parametrize(
    ("bound", "words"),
    [
        ({"above": 20}, "above 20"),
        ({"at_least": 65, "below": 80}, "at least 65 and below 80"),
        ({"at_most": 0.5}, "at most 0.5"),
    ],
)
def test_bounds_in_words(bound, words):
    assert ex.Bound(**bound).words() == words
