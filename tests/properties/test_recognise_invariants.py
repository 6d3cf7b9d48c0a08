"""What must hold for every name of the vocabulary, whatever is written around it."""

import string

from hypothesis import given, settings
from hypothesis import strategies as st

from medcramp import knowledge, recognise
from medcramp.recognise.match import Matcher
from medcramp.recognise.named import AMBIGUOUS, APPROXIMATE, UNKNOWN

VOCABULARY = knowledge.load().vocabulary
MATCHER = Matcher(VOCABULARY)
NAMES = sorted(
    name for name, meaning in VOCABULARY.names.items() if meaning.ingredients and any(mark.isalpha() for mark in name)
)
LONG_NAMES = [name for name in NAMES if len(name) >= 6 and name.isalpha()]

numbers = st.sampled_from(["2.5", "5", "12.5", "81", "100", "1,000"])
tails = st.sampled_from(
    [
        "{n} mg tablet",
        "{n} mg cap",
        "{n}mg tablets (Example Pharma Ltd)",
        "HCl {n} MG TAB",
        "hydrochloride {n} mg",
        "sulfate {n} mg ER tab",
        "- {n} mg",
        "{n} MCG",
        "{n} mg/5 ml oral solution",
    ]
)


def match(*texts):
    return [found.named for found in MATCHER.match(list(texts))]


@settings(deadline=None)
@given(name=st.sampled_from(NAMES), tail=tails, number=numbers, upper=st.booleans())
def test_strength_form_salt_and_maker_never_change_the_drug(name, tail, number, upper):
    text = f"{name} {tail.format(n=number)}"
    (found,) = MATCHER.match([text.upper() if upper else text])
    assert set(found.named.ingredients) == set(VOCABULARY.names[name].ingredients)
    assert float(number.replace(",", "")) in found.strength.numbers


@settings(deadline=None)
@given(name=st.sampled_from(NAMES), maker=st.sampled_from(["Teva ", "APO-", "Mylan-", "Sandoz ", "PMS-"]))
def test_a_maker_in_front_never_changes_the_drug(name, maker):
    (found,) = match(maker + name)
    assert set(found.ingredients) == set(VOCABULARY.names[name].ingredients)


@st.composite
def slips(draw):
    """A name and the same name with one slip of the keyboard."""
    name = draw(st.sampled_from(LONG_NAMES))
    at = draw(st.integers(1, len(name) - 2))
    letter = draw(st.sampled_from(string.ascii_lowercase))
    kind = draw(st.sampled_from(["drop", "double", "swap", "change", "insert"]))
    changed = {
        "drop": name[:at] + name[at + 1 :],
        "double": name[: at + 1] + name[at:],
        "swap": name[:at] + name[at + 1] + name[at] + name[at + 2 :],
        "change": name[:at] + letter + name[at + 1 :],
        "insert": name[:at] + letter + name[at:],
    }
    return name, changed[kind]


@settings(deadline=None)
@given(slips())
def test_a_slip_may_cost_certainty_but_never_changes_the_drug_silently(pair):
    name, slipped = pair
    (found,) = match(slipped)
    right = set(VOCABULARY.names[name].ingredients)
    if slipped in VOCABULARY.names or found.status in (AMBIGUOUS, UNKNOWN):
        return  # another name in its own right, or a person is asked
    assert set(found.ingredients) == right or found.status == APPROXIMATE


@settings(deadline=None)
@given(slips())
def test_a_slip_is_never_accepted_as_another_ingredient(pair):
    name, slipped = pair
    if slipped in VOCABULARY.names:
        return
    (found,) = match(slipped)
    assert not found.ingredients or set(found.ingredients) & set(VOCABULARY.names[name].ingredients)


@settings(deadline=None)
@given(st.text(max_size=80))
def test_any_text_gets_exactly_one_answer(text):
    table = recognise.identify([text], knowledge.load())
    assert len(table) == 1
    status, ingredients = table.loc[0, "status"], table.loc[0, "ingredients"]
    assert (status in ("exact", "normalised", "approximate")) == bool(ingredients)


@settings(deadline=None)
@given(st.lists(st.sampled_from(NAMES), min_size=1, max_size=6), st.randoms())
def test_the_order_of_lines_changes_nothing(names, random):
    shuffled = names[:]
    random.shuffle(shuffled)
    straight = {row["text"]: row for row in recognise.identify(names, knowledge.load()).to_dict("records")}
    turned = {row["text"]: row for row in recognise.identify(shuffled, knowledge.load()).to_dict("records")}
    assert straight == turned
