"""What a file of records may say, and how a wrong one is refused."""

import warnings

import numpy as np
import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import ketapk as kp

DOSE = ("1", "2", "1", "35", "0", "0", "1", "0", "0", "0", "1", ".", "70")
HEADER = "ID,TIME,EVID,AMT,RATE,DUR,CMT,II,ADDL,SS,MDV,DV,WT"
GOOD = "1,0,1,35,.,.,1,.,.,.,1,.,70\n1,1,0,.,.,.,1,.,.,.,0,120.5,70"


def written(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "events.csv"
    path.write_bytes(text.encode(encoding) if isinstance(text, str) else text)
    return path


def read(tmp_path, text, **options):
    return kp.read_nonmem(written(tmp_path, text), **options)


def test_a_good_file_is_read_whole(tmp_path):
    records = read(tmp_path, f"{HEADER}\n{GOOD}\n")
    assert len(records) == 2
    assert records.subjects == ("1",)
    np.testing.assert_array_equal(records.amt, [35.0, 0.0])
    np.testing.assert_array_equal(records.dv, [np.nan, 120.5])
    np.testing.assert_array_equal(records.is_observed, [False, True])


SAME = {
    "tabs": f"{HEADER}\n{GOOD}".replace(",", "\t"),
    "semicolons": f"{HEADER}\n{GOOD}".replace(",", ";"),
    "blanks": f"{HEADER}\n{GOOD}".replace(",", "   "),
    "lower case": f"{HEADER.lower()}\n{GOOD}",
    "quotation marks": f"{HEADER}\n{GOOD}".replace("1,0,1", '"1",0,1').replace("ID,", '"ID",'),
    "blanks around fields": f"{HEADER}\n{GOOD}".replace(",", " , "),
    "Windows": f"{HEADER}\n{GOOD}\n".replace("\n", "\r\n"),
    "old Macintosh": f"{HEADER}\n{GOOD}\n".replace("\n", "\r"),
    "byte-order mark": "\ufeff" + f"{HEADER}\n{GOOD}",
    "no last line end": f"{HEADER}\n{GOOD}",
    "blank lines": f"{HEADER}\n\n{GOOD}\n\n\n",
    "comments": f"# made by hand\n{HEADER}\n# a dose\n{GOOD.replace(chr(10), chr(10) + '; a level' + chr(10))}",
    "comment rows by C": f"C,{HEADER}\n.,{GOOD.replace(chr(10), chr(10) + '.,')}\nC,9,9,9,9,9,9,9,9,9,9,9,9,9",
    "empty for missing": f"{HEADER}\n{GOOD}".replace(",.", ","),
}


@pytest.mark.parametrize("text", SAME.values(), ids=SAME.keys())
def test_ways_to_write_the_same_file(tmp_path, text):
    plain = kp.read_nonmem(
        pl.DataFrame({"ID": [1, 1], "TIME": [0, 1], "AMT": [35, 0], "DV": [None, 120.5]})
    )
    records = read(tmp_path, text)
    for name in ("time_h", "amt", "evid", "dv", "mdv"):
        np.testing.assert_array_equal(getattr(records, name), getattr(plain, name))


def row(**changes):
    """A dose with one thing changed, and a good record before and after it."""
    fields = dict(zip(HEADER.split(","), DOSE, strict=True)) | changes
    return f"{HEADER}\n1,0,0,.,.,.,1,.,.,.,1,.,70\n{','.join(fields.values())}\n1,9,0,.,.,.,1,.,.,.,1,.,70\n"


WRONG = [
    ("", None, "It is empty; write a header and at least one record."),
    ("  \n \n", None, "It is empty"),
    (HEADER, None, "It holds a header and no records."),
    ("ID,TIME\n1,0", None, "There is no column AMT; it has ID, TIME."),
    ("TIME,AMT\n1,0", None, "There is no column ID"),
    ("ID,TIME,AMT,ID\n1,0,1,1", None, "column ID: The header names ID twice."),
    ("ID,TIME,AMT,id\n1,0,1,1", None, "column ID: The header names ID twice."),
    ("ID,TIME,,AMT\n1,0,1,1", None, "Column 3 has no name; write one into the header."),
    ("ID,TIME,AMT\n1,0", None, "line 2: The row has 2 fields and the header 3"),
    ("ID,TIME,AMT\n1,0,3,4", None, "line 2: The row has 4 fields and the header 3"),
    (row(ID="."), None, "line 3, column ID: The value is missing."),
    (row(TIME="-1"), None, "line 3, ID 1, column TIME: -1 h is negative; times start at 0."),
    (row(TIME="20"), None, "line 4, ID 1, column TIME: 9 h is before the record above it; sort"),
    (row(TIME="."), None, "line 3, ID 1, column TIME: The value is missing, and nothing is imputed."),
    (row(TIME="two"), None, "column TIME: 'two' is not a finite number"),
    (row(AMT="-35"), None, "column AMT: -35 mg is negative; amounts are positive."),
    (row(AMT="35mg"), None, "column AMT: '35mg' is not a finite number; write '.' if missing."),
    (row(AMT="NA"), None, "column AMT: 'NA' is not a finite number"),
    (row(AMT="inf"), None, "column AMT: 'inf' is not a finite number"),
    (row(AMT="1e999"), None, "column AMT: '1e999' is not a finite number"),
    (row(AMT="0"), None, "column AMT: A dose record gives nothing; write an amount, or EVID 0 or 2."),
    (row(EVID="0"), None, "column AMT: AMT is 35 on a record that gives no dose"),
    (row(EVID="0", AMT="0", ADDL="2", II="2"), None, "column ADDL: ADDL is 2 on a record that gives no dose"),
    (row(EVID="7"), None, "column EVID: 7 is not known; write 0, 1, 2, 3 or 4."),
    (row(EVID="1.5"), None, "column EVID: 1.5 is not a whole number."),
    (row(MDV="2"), None, "column MDV: 2 is not known; write 0 or 1."),
    (row(RATE="10", DUR="2"), None, "column DUR: A dose keeps its rate or its duration, and this one has both"),
    (row(RATE="-3"), None, "column RATE: -3 is not known; write a positive rate, -1"),
    (row(DUR="-1"), None, "column DUR: -1 h is negative"),
    (row(ADDL="3"), None, "column II: ADDL needs the interval II between additional doses."),
    (row(ADDL="-1", II="2"), None, "column ADDL: -1 is not a count"),
    (row(SS="1"), None, "column II: SS needs the interval II, or a constant infusion"),
    (row(SS="3", II="12"), None, "column SS: 3 is not supported; write 0, 1 or 2."),
    (row(SS="1", AMT="0", RATE="5", II="12"), None, "column II: A constant infusion (AMT 0 with SS) has no interval"),
    (row(SS="1", AMT="0", RATE="-2"), None, "A constant infusion (AMT 0 with SS) has no duration"),
    (row(II="-2"), None, "column II: -2 h is negative; intervals are positive."),
    (row(DV="high"), None, "column DV: 'high' is not a finite number"),
    (row(WT="."), None, "column WT: The value is missing, and nothing is imputed."),
    (row(WT="nan"), None, "column WT: 'nan' is not a finite number"),
    (row(ID="2"), None, "line 4, ID 1, column ID: The subject has records further up"),
    ("ID,TIME,AMT,F1\n1,0,35,-0.5", None, "column F1: -0.5 is negative."),
    ("ID,TIME,AMT,D1\n1,0,35,0", None, "column D1: 0 is not positive."),
    ("1,0,35\n1,1,0", None, "The first line holds no names; write a header above the records."),
    ("ID,TIME,AMT\n1,²,35", None, "column TIME: '²' is not a finite number"),
    ("ID,DATE,TIME,AMT\n1,²,8:00,35", None, "column DATE: '²' is no date"),
    ("ID,TIME,AMT\n1,8:61,35", None, "column TIME: '8:61' is no clock time; write one such as 14:05."),
    ("ID,DATE,TIME,AMT\n1,31/12/2025,8:00,35", None, "column DATE: '31/12/2025' is no date; write month/day/year"),
    ("ID,DATE,TIME,AMT\n1,12/31/25,8:00,35", None, "'12/31/25' is no date; write month/day/year with four digits"),
    ("ID,DATE,DAT1,TIME,AMT\n1,1,1,8:00,35", None, "There are columns DATE and DAT1; leave one of them."),
    ("ID,TIME,AMT\n1,0,3\u20ac".encode("cp1252"), None, "line 2: It is not UTF-8: byte 0x80 at position 17"),
    ("ID,TIME,AMT\n1,0,35".encode("utf-16"), None, "It is UTF-16; save it as UTF-8"),
    (b"ID,TIME,AMT\n1,0,\x00", None, "It holds a zero byte; it is no text."),
    ('ID,TIME,AMT\n1,0,"35', None, "Quotation marks do not match"),
    ("ID,TIME,AMT\n1,0," + "9" * 10_000_000, None, "line 2: The line has 10000004 characters"),
    ("ID,TIME,AMT,CRCL\n1,0,35,.", {"covariates": ("crcl",)}, "column CRCL: The value is missing"),
    ("ID,TIME,AMT\n1,0,35", {"covariates": ("crcl",)}, "There is no covariate column crcl"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "options", "said"), WRONG, ids=[w[2][:60] for w in WRONG])
def test_a_wrong_file_is_refused_with_its_place(tmp_path, text, options, said):
    with pytest.raises(kp.RecordsError) as refused:
        read(tmp_path, text, **(options or {}))
    assert "events.csv is refused whole: " in str(refused.value)
    assert said in str(refused.value)


def test_all_problems_come_at_once_up_to_a_limit(tmp_path):
    rows = "\n".join(f"1,{t},1,-5,0,0,1,0,4,0,1,.,70" for t in range(100))
    with pytest.raises(kp.RecordsError) as refused:
        read(tmp_path, f"{HEADER}\n{rows}")
    assert refused.value.total == 200
    assert len(refused.value.problems) == 20
    assert str(refused.value).endswith("and 180 more.")
    problem = refused.value.problems[0]
    assert (problem.row, problem.subject, problem.column) == (2, "1", "AMT")


def test_an_argument_that_is_wrong(tmp_path):
    path = written(tmp_path, f"{HEADER}\n{GOOD}")
    with pytest.raises(kp.InputError, match=r"carry='back' is not known; write one of nocb, locf"):
        kp.read_nonmem(path, carry="back")
    with pytest.raises(kp.InputError, match=r"drug='X' is not known"):
        kp.read_nonmem(path, drug="X")
    with pytest.raises(kp.UnitError, match=r"time='weeksish'"):
        kp.read_nonmem(path, time="weeksish")
    with pytest.raises(kp.InputError, match=r"nowhere.csv cannot be read \(No such file"):
        kp.read_nonmem(tmp_path / "nowhere.csv")
    with pytest.raises(kp.InputError, match=r"cannot be read \(Is a directory\)"):
        kp.read_nonmem(tmp_path)
    with pytest.raises(kp.InputError, match=r"not from a list"):
        kp.read_nonmem([1, 2])


def test_units_of_the_file_are_converted(tmp_path):
    records = read(
        tmp_path,
        "ID,TIME,AMT,RATE,DV,ALAG1\n1,30,35000,500,.,15\n1,90,0,0,0.25,.",
        time="min",
        amount="mcg",
        level="mg/L",
    )
    np.testing.assert_allclose(records.time_h, [0.5, 1.5], rtol=1e-15)
    np.testing.assert_allclose(records.amt, [35.0, 0.0])
    np.testing.assert_allclose(records.rate, [30.0, 0.0])
    np.testing.assert_allclose(records.dv[1], 250.0)
    np.testing.assert_allclose(records.per_compartment["ALAG1"][0], 0.25)


def test_clock_times_count_from_the_first_record(tmp_path):
    records = read(tmp_path, "ID,TIME,AMT\n1,8:30,35\n1,10:00,0\n2,23:00:36,35\n2,23:30,0")
    np.testing.assert_allclose(records.time_h, [0.0, 1.5, 0.0, 0.49], atol=1e-14)


@pytest.mark.parametrize(
    ("column", "first", "second"),
    [
        ("DATE", "12/31/2025", "1/1/2026"),
        ("DAT1", "31-12-2025", "1-1-2026"),
        ("DAT2", "2025-12-31", "2026-01-01"),
        ("DAT3", "2025/31/12", "2026/1/1"),
        ("DATE", "7", "8"),
    ],
)
def test_dates_carry_clock_times_over_midnight(tmp_path, column, first, second):
    records = read(tmp_path, f"ID,{column},TIME,AMT\n1,{first},23:00,35\n1,{second},1:00,0")
    np.testing.assert_allclose(records.time_h, [0.0, 2.0], atol=1e-9)


def test_a_clock_that_goes_back_without_a_date_is_refused(tmp_path):
    with pytest.raises(kp.RecordsError, match="before the record above it"):
        read(tmp_path, "ID,TIME,AMT\n1,23:00,35\n1,1:00,0")


def test_a_time_may_start_again_after_a_reset(tmp_path):
    records = read(tmp_path, "ID,TIME,EVID,AMT\n1,0,1,35\n1,24,0,0\n1,0,4,35\n1,2,0,0")
    assert records.time_h.tolist() == [0, 24, 0, 2]


def test_a_data_frame_of_pandas(tmp_path):
    pandas = pytest.importorskip("pandas")
    path = written(tmp_path, f"{HEADER}\n{GOOD}")
    other = kp.read_nonmem(pandas.read_csv(path, na_values="."))
    np.testing.assert_array_equal(other.dv, kp.read_nonmem(path).dv)
    assert other.subjects == ("1",)


def test_a_wrong_data_frame_names_its_row():
    frame = pl.DataFrame({"ID": [1, 1], "TIME": [0.0, -2.0], "AMT": [35.0, 0.0]})
    with pytest.raises(kp.RecordsError, match=r"row 2, ID 1, column TIME: -2 h is negative"):
        kp.read_nonmem(frame)
    with pytest.raises(kp.RecordsError, match="It holds no records"):
        kp.read_nonmem(frame.clear())
    with pytest.raises(kp.RecordsError, match=r"column AMT: inf is not a finite number"):
        kp.read_nonmem(frame.with_columns(AMT=pl.lit(np.inf), TIME=pl.lit(0.0)))


def test_unknown_columns_are_kept(tmp_path):
    records = read(tmp_path, "ID,TIME,AMT,ARM\n1,0,35,active\n1,1,0,active")
    assert records.frame["ARM"].to_list() == ["active", "active"]


def test_a_comment_is_one_where_a_row_begins_and_nowhere_else(tmp_path):
    text = '# a "quote\nID,TIME,AMT,NOTE\n1,0,10,"line one\n# line two"\n#1,0,5,x\n1,1,0,"C,d"\n'
    records = read(tmp_path, text)
    assert records.amt.tolist() == [10.0, 0.0]
    assert records.frame["NOTE"].to_list() == ["line one\n# line two", "C,d"]
    assert records.rows.tolist() == [3, 6]


def test_subjects_whose_name_begins_a_comment_are_not_written(tmp_path):
    for name in ("C", "#1", ";a"):
        frame = pl.DataFrame({"ID": [name], "TIME": [0.0], "AMT": [10.0]})
        with pytest.raises(kp.InputError, match="would begin a comment row"):
            kp.read_nonmem(frame).to_nonmem(tmp_path / "events.csv")


def test_numbers_that_are_equal_are_one_subject(tmp_path):
    records = read(tmp_path, "ID,TIME,AMT\n1,0,10\n1.0,1,0\n01,2,0\n2,0,10")
    assert records.subjects == ("1", "2")
    huge = pl.DataFrame(
        {"ID": [2**63, 2**63 + 1], "TIME": [0.0, 0], "AMT": [1.0, 1]},
        schema_overrides={"ID": pl.UInt64},
    )
    assert kp.read_nonmem(huge).subjects == (str(2**63), str(2**63 + 1))


def test_an_empty_last_field_and_odd_columns_are_read(tmp_path):
    assert read(tmp_path, "ID\tTIME\tAMT\tDV\n1\t0\t10\t5\n1\t1\t0\t\n").time_h.tolist() == [0, 1]
    frame = pl.DataFrame({"ID": [1, 1], "TIME": [0.0, 1], "AMT": [10.0, 0], "EVID": [True, False]})
    assert kp.read_nonmem(frame).evid.tolist() == [1, 0]
    with pytest.raises(
        kp.RecordsError, match="column X: The column holds neither text nor numbers"
    ):
        kp.read_nonmem(frame.with_columns(X=pl.lit([1, 2])))


def test_one_field_that_cannot_be_read_is_one_problem(tmp_path):
    with pytest.raises(kp.RecordsError) as refused:
        read(tmp_path, "ID,TIME,EVID,AMT\n1,0:00,yes,10\n1,25:00,0,0")
    assert refused.value.total == 2


def test_missing_values_of_pandas_are_missing():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(
        {"ID": [1, 1], "TIME": [0, 1], "AMT": [10, 0], "CMT": ["1", pandas.NA]}
    )
    records = kp.read_nonmem(frame.astype({"CMT": "string"}))
    assert records.cmt.tolist() == ["1", ""]


pieces = st.sampled_from(
    ["ID", "TIME", "AMT", "EVID", "RATE", "DV", "1", "0", "-1", "-2", ".", "", "8:30", "1e5", "nan",
     ",", ",", ",", "\n", "\n", "\r", "\t", " ", ";", "#", "C", '"', "'", "é", "\x00", "NA", "1/2/2020",
     "ID,TIME,AMT\n", "ID,TIME,EVID,AMT,RATE,II,ADDL,SS,CMT\n", "1,0,1,35,0,12,3,1,1\n"]
)  # fmt: skip


@settings(max_examples=300)
@given(st.lists(pieces, max_size=40).map("".join))
@example("ID,TIME,AMT\n1,0,35\n#")
@example('"ID","TIME","AMT"\n"1\n2",0,35')
@example("#\n#\n")
@example("#")
@example("\u1000\n\x0b")
@example("ID,TIME,AMT\n\x0b\n1,0,5\n\x0c")
@example(" #a\nID,TIME,AMT\n1,0,1")
@example("ID TIME AMT\n 1 0 1\n   # 2\n")
def test_any_text_is_read_or_refused_with_a_sentence(tmp_path_factory, text):
    path = tmp_path_factory.mktemp("fuzz") / "events.csv"
    path.write_bytes(text.encode())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        records = read_or_refuse(path)
    if records is not None:
        assert len(records) >= 1
        assert np.all(np.isfinite(records.time_h))


def read_or_refuse(path):
    """Records, or None where they are refused with a sentence; anything else is an error."""
    try:
        return kp.read_nonmem(path)
    except kp.InputError as refused:
        said = str(refused)
    assert said.endswith((".", "'", "?"))
    return None


@settings(max_examples=150)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_with_a_sentence(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("fuzz") / "events.csv"
    path.write_bytes(data)
    read_or_refuse(path)
