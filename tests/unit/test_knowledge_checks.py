"""Sources and cross-checks: the shipped knowledge is sound, and one wrong name anywhere is refused with its place."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest

from medcramp.errors import KnowledgeError
from medcramp.knowledge import Knowledge, load

KNOWLEDGE = load()


def test_the_shipped_knowledge_is_sound():
    KNOWLEDGE.check()


def test_sources_say_what_they_are_and_how_they_were_read():
    for source in KNOWLEDGE.sources.values():
        assert source.citation
        assert source.year == "" or (source.year.isdigit() and 1950 < int(source.year) < 2100)
    assert KNOWLEDGE.sources["GARR"].read_as == "abstract"


def test_every_source_of_a_class_can_be_cited():
    for link in KNOWLEDGE.clinical.links:
        assert all(KNOWLEDGE.sources[key].citation for key in link.source)


@pytest.fixture
def copied(tmp_path):
    """A copy of the shipped folder without its rules, that a test may break."""
    folder = shutil.copytree(KNOWLEDGE.folder, tmp_path / "knowledge", ignore=shutil.ignore_patterns("rules"))
    (folder / "rules").mkdir()
    knowledge = Knowledge(folder)
    knowledge.vocabulary = KNOWLEDGE.vocabulary  # no test breaks it, and it takes longest to read
    return knowledge


@pytest.mark.parametrize(
    ("file", "row", "place"),
    [
        ("sources.csv", "GARR,A second one,2020,,label", "row"),
        ("sources.csv", "NEW,Read by heart,2020,,memory", "row"),
        ("group_members.csv", "statin,newstatin,,,,,,,false", "row"),
        ("group_members.csv", "statin,warfarin,,,,,,NOWHERE,true", "row"),
        ("group_members.csv", "statin,warfarin,,,,,,,true", "row"),
        ("group_members.csv", "statin,warfarin,,,,,newstatin,,false", "row"),
        ("groups.csv", "empty,class,Empty,,false,,,,false", ""),
        ("cramp_links.csv", "STATIN,,,,weak,label,,,false,", "row"),
        ("cramp_links.csv", "statin,warfarin,,,weak,label,,,false,", "row"),
        ("electrolyte_effects.csv", "nothing,potassium,down,common,,,false,,false", "row"),
        ("counselling.csv", "nothing,say,Words.,,false", "row"),
        ("condition_codes.csv", "cramp,R25.9,,NOWHERE,false", "row"),
        ("lab_limits.csv", "sodium,high,above,160,mmol/L,very high,routine,minor,,true", "row"),
    ],
)
def test_one_wrong_row_is_refused_with_file_and_row(copied, file, row, place):
    path = copied.folder / file
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([*lines, row]) + "\n", encoding="utf-8")
    with pytest.raises(KnowledgeError) as refused:
        copied.check()
    assert refused.value.exit_code == 12
    assert refused.value.file
    assert refused.value.place == (f"row {len(lines) + 1}" if place else "")


@pytest.mark.parametrize(
    ("file", "head"),
    [("cramp_links.csv", "statin,"), ("electrolyte_effects.csv", "statin,sodium,"), ("counselling.csv", "statin,say,")],
)
def test_a_seed_class_that_lacks_a_fact_is_refused(copied, file, head):
    path = copied.folder / file
    kept = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith(head)]
    path.write_text("\n".join(kept) + "\n", encoding="utf-8")
    with pytest.raises(KnowledgeError, match="statin"):
        copied.check()


@pytest.mark.parametrize("field", ["usual_route", "routes"])
def test_a_route_that_membership_does_not_know_is_refused(copied, field):
    wrong = {**getattr(KNOWLEDGE.vocabulary, field), "furosemide": "by mouth"}
    copied.vocabulary = replace(KNOWLEDGE.vocabulary, **{field: wrong})
    with pytest.raises(KnowledgeError, match="by mouth"):
        copied.check()


RULE = """
- id: XX-01
  kind: interaction
  title: A rule to break
  when: {pair: [LOOP, THZ]}
  effect: Nothing.
  severities: [{source: ANSM, grade: ansm_precaution}]
  urgency: routine
  action: None.
  sources: [ANSM]
  tag: V
"""


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("{pair: [LOOP, THZ]}", "{pair: [LOOP, THIAZIDES]}", "THIAZIDES"),
        ("{pair: [LOOP, THZ]}", "{none: [{takes: THIAZIDES}]}", "THIAZIDES"),
        ("{pair: [LOOP, THZ]}", "{any: [{all: [{condition: thirst}]}]}", "thirst"),
        ("{pair: [LOOP, THZ]}", "{lab: {test: copper, below: 1}}", "copper"),
        ("{pair: [LOOP, THZ]}", "{no_lab: {test: copper, within_days: 9}}", "copper"),
        ("sources: [ANSM]", "sources: [NOWHERE]", "NOWHERE"),
        ("{source: ANSM, grade", "{source: NOWHERE, grade", "NOWHERE"),
        ("tag: V", "tag: V\n  drugs: [THIAZIDES]", "THIAZIDES"),
        ("tag: V", "tag: V\n  replaces: [XX-99]", "XX-99"),
    ],
)
def test_a_rule_that_names_what_nobody_knows_is_refused(copied, old, new, fault):
    (copied.folder / "rules" / "broken.yaml").write_text(RULE.replace(old, new), encoding="utf-8")
    with pytest.raises(KnowledgeError, match=fault) as refused:
        copied.check()
    assert refused.value.place == "rule XX-01"
