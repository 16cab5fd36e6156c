"""Aims are read from words, and what is not understood is answered."""

import pytest

import ketapk as kp
from ketapk.design.asked import read_aim

TWO = "at least 90 % above 100 ng/mL from 10 to 40 min, at most 5 % ever above 300 ng/mL"
READ = {
    "100 ng/mL from 10 min to 2 h": kp.LevelAim(level="100 ng/mL", start="10 min", end="2 h"),
    "0.1 mg/L until 90 min": kp.LevelAim(level="0.1 mg/L", end="90 min"),
    "80 to 120 ng/mL from 10 to 40 min": kp.WindowAim(
        low="80 ng/mL", high="120 ng/mL", start="10 min", end="40 min"
    ),
    "80 ng/mL to 120 ng/mL until 2 h": kp.WindowAim(low="80 ng/mL", high="120 ng/mL", end="2 h"),
    "100 ng/mL within 15 % until 2 h": kp.WindowAim(low="85 ng/mL", high="115 ng/mL", end="2 h"),
    "AUC of 200 ng h/mL from 10 min to 2 h": kp.AreaAim(
        area="200 ng h/mL", start="10 min", end="2 h"
    ),
    "area of 200 ng*h/mL until 2 h": kp.AreaAim(area="200 ng*h/mL", end="2 h"),
    TWO: kp.ChanceAim(
        kp.Chance(
            bound="at least", share="90 %", side="above", level="100 ng/mL", start="10 min",
            end="40 min",
        ),
        kp.Chance(bound="at most", share="5 %", side="above", level="300 ng/mL"),
    ),
    "at least 90% of people above 100 ng/mL at 30 min": kp.ChanceAim(
        kp.Chance(
            bound="at least", share="90 %", side="above", level="100 ng/mL", start="30 min",
            end="30 min",
        )
    ),
}  # fmt: skip


@pytest.mark.parametrize("words", READ)
def test_words_are_read(words):
    assert read_aim(words) == READ[words]


@pytest.mark.parametrize("words", READ)
def test_what_is_printed_is_read_back(words):
    aim = READ[words]
    again = read_aim(str(aim))
    assert again == aim
    assert read_aim(aim) is aim


def test_an_end_may_be_given_beside_the_words():
    assert read_aim("100 ng/mL", until="2 h") == kp.LevelAim(level="100 ng/mL", end="2 h")
    window = kp.WindowAim(low="80 ng/mL", high="120 ng/mL", start="5 min", end="2 h")
    assert read_aim("80 to 120 ng/mL from 5 min", until="2 h") == window


WRONG = {
    "": "is no aim",
    "100 ng/mL": "does not say until when",
    "100 from 1 to 2 h": "has no unit",
    "100 mg from 1 to 2 h": "wrong kind",
    "100 ng/mL form 10 min to 2 h": "Did you mean 'from'?",
    "120 to 80 ng/mL until 2 h": "is not above low='120 ng/mL'",
    "100 ng/mL from 2 h to 1 h": "is not after start='2 h'",
    "AUC of 200 ng/mL until 2 h": "of the wrong kind; write an area such as",
    "AUC of 200 until 2 h": "of the wrong kind; write an area such as",
    "at leest 90 % above 100 ng/mL from 1 to 2 h": "Did you mean 'least'?",
    "at least 90 above 100 ng/mL from 1 to 2 h": "is no stated chance",
    "at least 190 % above 100 ng/mL from 1 to 2 h": "is not a percentage",
    "at least 90 % above 100 from 1 to 2 h": "has no unit",
    "at least 90 % above 100 ng/mL": "say from when to when",
    "at least 90 % above 100 ng/mL from 5 min": "both a start and an end",
    "at most 5 % ever above 300 ng/mL": "kept by giving nothing",
    "at most 5 % ever above 300 ng/mL from 1 to 2 h": "both 'ever' and a time",
}


@pytest.mark.parametrize("words", WRONG)
def test_mistakes_are_answered(words):
    with pytest.raises(kp.InputError) as error:
        read_aim(words)
    assert WRONG[words] in str(error.value)
