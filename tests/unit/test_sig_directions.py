"""Directions in US and UK shorthand and plain words → units a day. The sentences are our own, checked by hand."""

from math import isnan, nan

import pytest

from medcramp import knowledge
from medcramp.recognise.sig import parse

# directions, usual a day, highest a day (nan = no figure), counted unit
ORAL = [
    ("take one tablet every morning", 1, 1),
    ("Take 1 tablet by mouth once daily with food", 1, 1),
    ("1 TAB PO BID", 2, 2),
    ("t 2 t po tid", 6, 6),
    ("i tab po qid", 4, 4),
    ("take one capsule three times per day", 3, 3),
    ("take 2 (two) capsules by mouth 2 (two) times daily", 4, 4),
    ("take 1 tablet 5 times a day", 5, 5),
    ("1 tablet q8h", 3, 3),
    ("1 tablet q 12 hours", 2, 2),
    ("take 1 capsule every 6 (six) hours", 4, 4),
    ("1 tablet every 4 to 6 hours", 4, 6),
    ("one tablet every six to eight hours", 3, 4),
    ("1-2 tablets twice a day", 2, 4),
    ("one or two tablets at night", 1, 2),
    ("take 1/2 tab daily", 0.5, 0.5),
    ("take one-half tablet twice daily", 1, 1),
    ("half a tablet each day", 0.5, 0.5),
    ("take 1 and 1/2 tablets daily", 1.5, 1.5),
    ("2 1/2 tablets by mouth every evening", 2.5, 2.5),
    ("½ tablet in the morning", 0.5, 0.5),
    ("1.5 tabs qhs", 1.5, 1.5),
    ("take 1 tablet in the morning and 2 tablets in the evening", 3, 3),
    ("1 tab qam and 1 tab qpm", 2, 2),
    ("2 in the morning, 1 at noon, 1 at bedtime", 4, 4),
    ("one tablet with breakfast and dinner", 2, 2),
    ("1 tablet with meals", 3, 3),
    ("1 capsule before meals and at bedtime", 4, 4),
    ("1 tablet three times daily with meals", 3, 3),
    ("take 1 tablet every evening at bedtime", 1, 1),
    ("take 1 tablet by mouth every other day", 0.5, 0.5),
    ("1 tab QOD", 0.5, 0.5),
    ("take 2 tablets once a week", 2 / 7, 2 / 7),
    ("one tablet on mondays and thursdays", 2 / 7, 2 / 7),
    ("1 tab 3 times a week", 3 / 7, 3 / 7),
    ("take 1 tablet every 3 days", 1 / 3, 1 / 3),
    ("1 tablet every 72 hours", 1 / 3, 1 / 3),
    ("take 1 capsule once a month", 1 / 30, 1 / 30),
    ("ONE TO BE TAKEN EACH DAY", 1, 1),
    ("Two To Be Taken Twice A Day", 4, 4),
    ("Take One In The Morning And One At Midday", 2, 2),
    ("1 BD", 2, 2),
    ("2 QDS", 8, 8),
    ("1 nocte", 1, 1),
    ("ONE OD", 1, 1),
    ("1-0-0-2", 3, 3),
    ("1 comprimé 3 fois par jour", 3, 3),
    ("½ co le matin", 0.5, 0.5),
    ("tomar 1 tableta cada 8 horas", 3, 3),
    ("1 tablet daily for 10 days", 1, 1),
    ("1 tab po bid x 7 days", 2, 2),
    ("1 cap po tidx5 days", 3, 3),
    ("2 tabs daily until gone", 2, 2),
    ("take 1 tablet (25 mg total) by mouth daily", 1, 1),
    ("take 1 tablet 20 mg by mouth daily", 1, 1),
    ("take one 50 mg tablet twice a day", 2, 2),
    ("1 tablet daily or as directed by clinic", 1, 1),
    ("take 1 tablet at 8 am and 1 tablet at 8 pm", 2, 2),
    ("take tablet by mouth daily", 1, 1),
    ("Dissolve 1 tablet under the tongue twice daily", 2, 2),
    # fractions, glued words, clocks and schedules
    ("take 1 and one-half tablets daily", 1.5, 1.5),
    ("take 1 & 1/2 tabs bid", 3, 3),
    ("take three-quarters of a tablet daily", 0.75, 0.75),
    ("1 tab @ 0800 and 2000", 2, 2),
    ("1 tab at 0800 1400 2000", 3, 3),
    ("1 tablet at 17:00", 1, 1),
    ("1-1-1-1", 4, 4),
    ("call 555-1-2-3, take 1 tablet daily", 1, 1),
    ("1 tablet 2xday", 2, 2),
    ("1 tab po at bed time for 10nights for painprnas needed for pain", nan, 1),
    # meals, unless the text says which
    ("1 capsule in the morning and 1 capsule in the evening. Take with meals.", 2, 2),
    ("1 tab ac breakfast", 1, 1),
    ("1 tablet at bedtime and with meals", 4, 4),
    # days of the week
    ("1 tablet on Mon, Wed and Fri; 1/2 tablet all other days", 5 / 7, 5 / 7),
    ("1 tab daily Mon-Fri, 1/2 tab Sat and Sun", 6 / 7, 6 / 7),
    ("1 tab Mon - Wed - Fri", 3 / 7, 3 / 7),
    ("take 1 tablet daily except Sunday", 6 / 7, 6 / 7),
    ("take 1 tablet on Monday, nothing on the other days", 1 / 7, 1 / 7),
    ("1 tablet on odd days and 2 tablets on even days", 1.5, 1.5),
    ("1 tablet, oral, daily, first dose on Mon 1/2/23 at 0900", 1, 1),
    ("1 tab nightly starting Tue 3/5/2024", 1, 1),
    ("take 1 tablet 5 days per week", 5 / 7, 5 / 7),
    ("take 1 tablet daily 4 days a week", 4 / 7, 4 / 7),
    # hours without their unit, amounts per day
    ("1 po q8", 3, 3),
    ("1 tablet 8 hourly", 3, 3),
    ("1 comprimé aux 8 heures", 3, 3),
    ("one a day", 1, 1),
    ("1 tablet twice daily (total 40 mg per day)", 2, 2),
    # the strength of the product is no dose
    ("replaces 10 mg tablet - take 1 tablet daily", 1, 1),
    # as needed: the highest amount only
    ("up to 4 tablets a day", nan, 4),
    ("take up to 2 tablets at night", nan, 2),
    ("1-2 tabs q4-6h prn", nan, 12),
    ("1 tablet at bedtime as needed for cramps", nan, 1),
    ("1 tab q6h prn pain, max 3 tabs/day", nan, 3),
    ("2 tablets every 4 hours when required, maximum 8 tablets in 24 hours", nan, 8),
    ("1 tab po tidprnas needed for spasm", nan, 3),
    ("1-2 Up To Four Times A Day If Required", nan, 8),
    ("take up to 3 tablets daily", nan, 3),
]
NO_FIGURE = [
    "use as directed",
    "UAD",
    "take 1 tablet by mouth",
    "6 tabs day 1, 5 tabs day 2, 4 tabs day 3",
    "2 tablets daily for 3 days then 1 tablet daily for 3 days",
    "take 40 mg x 2 days, 30 mg x 2 days, 20 mg x 2 days",
    "follow package directions",
    "taper as instructed",
    "take 4 tablets at first sign, repeat in 12 hours",
    "take 1 tablet 1 hour before flight",
    "start 1 tablet daily, increase to 2 tablets daily after 1 week",
    "take 1 tablet daily (may take 2nd tablet if swelling)",
    "1 tablet daily and 1 additional tablet as needed",
    "1 tab nightly, may repeat x1",
    "one twice a day for three days then once a day",
    "1 qhs x 3 nights, then 2 qhs",
    "1 tablet daily on days 1-21 of each 28 day cycle",
    "1 tablet alternating with 2 tablets",
    "1 tablet daily except take 2 tablets on Monday",
    "",
    "???",
    "1" * 400,
]


def read(text):
    return parse(text, knowledge.load().vocabulary.directions)


@pytest.mark.parametrize(("text", "usual", "highest"), ORAL)
def test_units_a_day(text, usual, highest):
    sig = read(text)
    assert sig.unit == "piece"
    assert sig.highest == pytest.approx(highest, rel=1e-3)
    assert sig.usual == pytest.approx(usual, rel=1e-3, nan_ok=True)


@pytest.mark.parametrize("text", NO_FIGURE)
def test_no_figure_rather_than_a_wrong_one(text):
    sig = read(text)
    assert isnan(sig.highest) and isnan(sig.usual)
    assert sig.note


@pytest.mark.parametrize(
    ("text", "unit", "highest"),
    [
        ("inhale 2 puffs twice daily", "puff", 4),
        ("5 ml three times a day", "ml", 15),
        ("inject 10 units at bedtime", "unit", 10),
        ("instill 1 drop in both eyes twice daily", "drop", 2),
        ("take 10 mg daily", "mg", 10),
        ("1 vial via nebulizer q4-6h prn", "vial", 6),
    ],
)
def test_other_units_keep_their_name(text, unit, highest):
    sig = read(text)
    assert (sig.unit, sig.highest) == (unit, highest)


@pytest.mark.parametrize(
    "text", ["1 tab daily prn", "1 tab daily as needed", "1 co au besoin", "1 tab q4hr intprnfor pain"]
)
def test_as_needed_is_seen(text):
    assert read(text).prn


def test_a_maximum_of_time_is_no_maximum_of_dose():
    assert isnan(read("1 tablet twice daily for no more than two weeks").limit)
