"""The short ways through recognition say what the long way says."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medcramp import knowledge, recognise
from medcramp.knowledge import wording
from medcramp.knowledge.vocabulary import SALT, _phrase
from medcramp.recognise.combine import combine
from medcramp.recognise.lines import cut
from medcramp.recognise.named import Hit
from medcramp.recognise.names import interpret, without_salts
from medcramp.recognise.near import Nearest

VOCABULARY = knowledge.load().vocabulary
NEAREST = Nearest(VOCABULARY)
CLEAR = sorted(phrase for phrase, meaning in VOCABULARY.names.items() if meaning.ingredients)
SALTS = [alone for alone, _ in VOCABULARY.phrases.values() if alone is not None and alone.kind == SALT]


def never(meaning, partner):
    raise AssertionError("a clear name needs no context")


@settings(deadline=None)
@given(
    phrase=st.sampled_from(CLEAR),
    before=st.lists(st.sampled_from(SALTS), max_size=1),
    after=st.lists(st.sampled_from(SALTS), max_size=2),
)
def test_a_drug_beside_its_salts_is_the_drug_alone(phrase, before, after):
    name = (*before, VOCABULARY.names[phrase], *after)
    assert without_salts(name) == (VOCABULARY.names[phrase],)
    assert interpret(without_salts(name), VOCABULARY, {}, never) == interpret(name, VOCABULARY, {}, never)


@pytest.mark.parametrize(
    "text",
    [
        "valproate sodium and aspirin",
        "zzyzx sodium",
        "sodium",
        "aspirin (calcium)",
        "lisinopril-hctz",
        "hct hydrochloride",
    ],
)
def test_nothing_else_takes_the_short_way(text):
    name = cut(text, VOCABULARY).name
    assert without_salts(name) == name


@settings(deadline=None)
@given(phrase=st.sampled_from(CLEAR))
def test_a_name_alone_is_what_it_is_beside_itself(phrase):
    hit = Hit(VOCABULARY.names[phrase], False)
    alone, twice = combine([hit], never, False), combine([hit, hit], never, False)
    assert set(alone.ingredients) == set(twice.ingredients)
    assert (alone.status, alone.match, alone.score, alone.notes) == (
        twice.status,
        twice.match,
        twice.score,
        twice.notes,
    )
    assert (alone.route, alone.form, alone.brand) == (twice.route, twice.form, twice.brand)


@settings(deadline=None)
@given(st.lists(st.sampled_from(["20", "mg", "(", "teva)", "aspirin", "-", "hct", "½", "/", "/5ml"]), min_size=1))
def test_white_space_of_any_kind_is_the_same(words):
    assert cut(" \t\n".join(words), VOCABULARY) == cut(" ".join(words), VOCABULARY)


UNKNOWN_WORDS = ["atorvstatin", "hydroxizine", "trofamehydrochloride", "marijuana", "levothyroxin", "cigars", "smoked"]
LONGER = ["colecalciferolhydrat", "diphenhydraminehydrochlorde", "pneumococcalpolysaccharide", "metforminn"]


@pytest.mark.parametrize("word", UNKNOWN_WORDS)
def test_what_a_word_is_near_does_not_hang_on_the_other_words(word):
    assert NEAREST.resolve([word]).get(word) == NEAREST.resolve([*UNKNOWN_WORDS, *LONGER]).get(word)


PIECES = st.sampled_from(
    [*CLEAR[:: len(CLEAR) // 300], "20 mg", "tab", "er", "(", ")", "/", "-", "in d5w", "pot cl", "hct", "zzyzx"]
)


@settings(deadline=None)
@given(st.lists(PIECES, min_size=1, max_size=6))
def test_phrases_are_found_the_same_with_and_without_looking_for_longer_ones(pieces):
    text = " ".join(pieces)
    spelled = {**{word: word for word in wording.words(text)}, **VOCABULARY.spelled_out}
    assert cut(text, replace(VOCABULARY, spelled_out=spelled)) == cut(text, VOCABULARY)


@given(st.text(alphabet=st.sampled_from("abcXYZ -1.5µé'®"), max_size=20))
def test_plain_names_are_folded_as_all_others(name):
    assert _phrase(name) == " ".join(word for word in wording.words(name.replace("-", " ")))


@settings(deadline=None, max_examples=30)
@given(st.lists(st.tuples(PIECES, st.sampled_from(["", "5 mg", "10-20 mg", "inj"])), min_size=2, max_size=8))
def test_lines_are_understood_alone_as_among_others(parts):
    texts = [" ".join(part) for part in parts]
    together = recognise.identify(texts, knowledge.load()).to_dict("records")
    assert together == [recognise.identify([text], knowledge.load()).to_dict("records")[0] for text in texts]
