"""Sentences that say a plan: "0.5 mg/kg iv over 40 min; then 0.1 mg/kg/h iv for 4 h"."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field, replace
from fractions import Fraction

from ketapk import units
from ketapk.dosing import constructors
from ketapk.dosing.regimen import DEVICE_EVERY, DEVICE_MG, FORMS, INFUSIBLE, MOST_DOSES, Regimen
from ketapk.errors import InputError, UnitError, nearest
from ketapk.units.slips import rewritten_within

ROUTE_WORDS = {
    "iv": ("intravenous injection", "intravenously", "intravenous", "i.v.", "iv"),
    "im": ("im injection", "intramuscularly", "intramuscular", "i.m.", "im"),
    "sc": ("subcutaneously", "subcutaneous", "s.c.", "subq", "sc"),
    "nasal_spray": ("nasal spray", "nasal_spray", "nasal device", "spravato"),
    "nasal": ("intranasally", "intranasal", "nasally", "nasal", "in the nose"),
    "oral": ("by mouth", "orally", "oral", "p.o.", "po", "swallowed"),
    "sublingual": (
        "under the tongue",
        "sublingually",
        "sublingual",
        "lozenge",
        "wafer",
        "s.l.",
        "sl",
    ),
    "buccal": ("buccally", "buccal", "film"),
    "rectal": ("rectally", "rectal", "p.r."),
    "inhaled": ("inhaled", "nebulised", "nebulized"),
}
DRUG_WORDS = {
    "S": ("(s)-ketamine", "s-ketamine", "s(+)-ketamine", "esketamine"),
    "R": ("(r)-ketamine", "r-ketamine", "r(-)-ketamine", "arketamine"),
    "racemic": ("racemic ketamine", "racemic", "ketamine"),
}
FORM_WORDS = {
    "prolonged": (
        "prolonged-release",
        "prolonged release",
        "extended-release",
        "controlled-release",
    ),
    "immediate": ("immediate-release", "immediate release"),
    "suppository": ("suppository",),
}
SALT_WORDS = ("hydrochloride", "hcl")
BOLUS_WORDS = ("bolus", "push")
FILLERS = ("of", "a", "as", "the", "base", "injection", "infusion", "solution", "tablet")
EXAMPLE = "'0.5 mg/kg iv over 40 min'"
NAME = re.compile(r"[A-Za-z][\w-]*")
"""A single word that is no dose, as protocols are named."""

_NUMBER = r"[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|(?:nan|inf(?:inity)?)\b)"
_NUMBER_UNIT = rf"{_NUMBER}\s*[a-zµμ]+(?:/[a-z]+|/\d+ ?h)*"
_TIMED = {
    "over": re.compile(rf"over\s+({_NUMBER_UNIT})", re.I),
    "for": re.compile(rf"for\s+({_NUMBER_UNIT})", re.I),
    "at": re.compile(rf"(?:at|after)\s+({_NUMBER_UNIT})", re.I),
    "every": re.compile(rf"every\s+({_NUMBER_UNIT})", re.I),
}
_TIMES = re.compile(rf"(?:x\s*({_NUMBER})|({_NUMBER})\s*(?:x|times))(?=\W|$)", re.I)
_LINK = re.compile(
    r"(?P<then>,?\s*;?\s*\bthen\s)|(?P<new>;)|(?P<also>\sand\s|\s\+\s|(?<!\de)(?<=\w)\+(?=[\d.]))",
    re.I,
)
SESSION_APART = Fraction(2)
"""Sessions of devices are at least this far apart: the label observes for 2 h [h]."""
_AMOUNT = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|nan|inf)\s*([^\s,]*)", re.I)
_DEVICES = re.compile(rf"({_NUMBER})\s+devices?(?:\s+of)?(?=\s|$)", re.I)


@dataclass
class _Clause:
    """The words of one clause, as they are understood one after the other."""

    text: str
    found: dict[str, str] = field(default_factory=dict)

    def put(self, what: str, value: str) -> None:
        if what in ("route", "drug", "form", "bolus") and self.found.get(what) == value:
            return
        if what in self.found:
            raise InputError(
                f"{self.text!r} says {what!r} twice ({self.found[what]!r} and {value!r}); say it "
                f"once."
            )
        self.found[what] = value


def parse(text: str) -> Regimen:
    """Read a plan from a sentence.

    Parameters
    ----------
    text : str
        Clauses separated by ";". Each has an amount or a rate with its unit, a route, and what
        else it needs: "bolus", "over 40 min", "for 4 h", "at 10 min", "every 30 min x 3",
        "esketamine", "hydrochloride", "prolonged-release". A clause that begins with "then" starts
        when the one before it has ended, one after "and" or "+" with the one before it.

    Returns
    -------
    Regimen

    Raises
    ------
    InputError
        If the sentence is not understood, in one sentence that says how to write it.

    Examples
    --------
    >>> plan = parse("0.5 mg/kg iv over 40 min; then 0.1 mg/kg/h iv for 4 h")
    >>> [float(dose.time) for dose in plan.doses]
    [0.0, 0.6666666666666666]
    >>> parse("84 mg spravato").total_mg(70)
    84.0
    """
    if not isinstance(text, str) or not text.strip():
        nothing = "The plan is empty" if text == "" else f"{text!r} is no plan"
        raise InputError(f"{nothing}; write a sentence such as {EXAMPLE}.")
    if NAME.fullmatch(text.strip()):
        raise InputError(
            f"{text!r} has no amount at its beginning; write it like {EXAMPLE} or '35 mg im'. If "
            f"it is the name of a protocol, write kp.load_protocol({text.strip()!r}).regimen."
        )
    plan = group = Regimen()
    start = Fraction(0)
    for words, link in _clauses(text):
        if link == "and":
            part, _ = _read(words, start, follows=False)
            group = group + part
        else:
            part, start = _read(words, group.end if link == "then" else Fraction(0), link == "then")
            group = part
        plan = plan + part
    return plan


def _clauses(text: str) -> list[tuple[str, str]]:
    """Clauses, each with its link to the one before: "then", "and" or ""."""
    text = " ".join(text.split())
    if re.search(r"\d,\d", text):
        raise InputError(f"{text!r} has a comma within a number; write a point, such as 0.5.")
    text = re.sub(r"\s*/\s*", "/", text)
    text = re.sub(r"/(\d+) h\b", r"/\1h", text, flags=re.I)
    found: list[tuple[str, str]] = []
    link, begin, padded = "", 0, f" {text} "
    for match in [*_LINK.finditer(padded), None]:
        words = padded[begin : match.start() if match else None].strip(" ,")
        if words:
            found.append((words, link))
        elif link == "then" or (link == "and" and match is None):
            raise InputError(f"{text!r} has nothing after {link!r}; write a dose there, or end it.")
        if match is None:
            break
        link = {"then": "then", "also": "and", "new": ""}[str(match.lastgroup)]
        if link and not found:
            raise InputError(f"{text!r} begins with {link!r}, but nothing comes before it.")
        begin = match.end()
    if not found:
        raise InputError(f"{text!r} is no plan; write a sentence such as {EXAMPLE}.")
    return found


def _read(words: str, start: Fraction, follows: bool) -> tuple[Regimen, Fraction]:
    """Read one clause, which starts at ``start`` unless it says; return it with its start."""
    clause = _Clause(words)
    rest = words
    devices = _DEVICES.match(rest)
    amount = _AMOUNT.match(rest)
    if amount and float(amount.group(1)) <= 0.0:
        number = amount.group(1)
        above = number.lstrip("-")
        such = f", such as {above}" if 0.0 < float(above) < math.inf else ""
        raise InputError(
            f"{words!r} gives {number}, which is no dose; write a number above 0{such}."
        )
    if devices:
        clause.put("devices", str(_whole(devices.group(1), words, "devices")))
        rest = rest[devices.end() :]
    elif amount and any(amount.group(2).lower() in words for words in ROUTE_WORDS.values()):
        raise UnitError(
            f"{words!r} has no unit after {amount.group(1)}; write '{amount.group(1)} mg/kg' or "
            f"'{amount.group(1)} mg'."
        )
    elif amount:
        clause.put("amount", f"{amount.group(1)} {amount.group(2)}")
        rest = rest[amount.end() :]
    else:
        raise InputError(
            f"{words!r} has no amount at its beginning; write it like {EXAMPLE} or '35 mg im'."
        )
    while rest := rest.strip(" ,"):
        rest = _next(clause, rest)
    if "at" in clause.found:
        if follows:
            raise InputError(f"{words!r} has both 'then' and 'at'; say once when it starts.")
        start = units.time_h(clause.found["at"], "at")
    return _build(clause, start), start


def _next(clause: _Clause, rest: str) -> str:
    """Understand the next words and return what is left."""
    for what, pattern in _TIMED.items():
        match = pattern.match(rest)
        if match:
            clause.put(what, match.group(1))
            return rest[match.end() :]
    match = _TIMES.match(rest)
    if match:
        times = match.group(1) or match.group(2)
        clause.put("times", str(_whole(times, clause.text, "repetitions")))
        return rest[match.end() :]
    lists: tuple[tuple[str, dict[str, tuple[str, ...]]], ...] = (
        ("form", FORM_WORDS),
        ("route", ROUTE_WORDS),
        ("drug", DRUG_WORDS),
        ("salt", {"hydrochloride": SALT_WORDS}),
        ("bolus", {"bolus": BOLUS_WORDS}),
        ("", {"": FILLERS}),
    )
    longest, kind, meaning = "", "", ""
    for what, table in lists:
        for value, spellings in table.items():
            for spelling in spellings:
                if _starts(rest, spelling) and len(spelling) > len(longest):
                    longest, kind, meaning = spelling, what, value
    if not longest:
        word = rest.split(maxsplit=1)[0]
        slip = rewritten_within(clause.text)
        if slip:
            raise UnitError(slip)
        known = [s for _, table in lists[:-1] for group in table.values() for s in group]
        bare = re.match(rf"(over|for|at|after|every)\s+({_NUMBER})(?=\s|,|$)", rest, re.I)
        if bare:
            said, number = bare.groups()
            raise UnitError(
                f"{clause.text!r} has no unit after '{said} {number}'; write '{said} {number} "
                f"min' or '{said} {number} h'."
            )
        if word.lower() in (*_TIMED, "after"):
            raise InputError(
                f"{clause.text!r} has no time after {word!r}; write it like '{word} 40 min'."
            )
        raise InputError(
            f"The word {word!r} in {clause.text!r} is not understood; write a plan like {EXAMPLE}."
            f"{nearest(word.lower(), [*known, *_TIMED])}"
        )
    if kind == "drug" and meaning == "racemic" and clause.found.get("drug") == "racemic":
        return rest[len(longest) :]
    if kind == "route" and {clause.found.get("route"), meaning} == {"nasal", "nasal_spray"}:
        clause.found["route"] = "nasal_spray"
    elif kind:
        clause.put(kind, meaning)
    return rest[len(longest) :]


def _starts(rest: str, spelling: str) -> bool:
    """Whether some words begin the rest, as whole words."""
    head, after = rest[: len(spelling)].lower(), rest[len(spelling) : len(spelling) + 1]
    return head == spelling and not (after.isalnum() or after in ("-", "/", "_"))


def _whole(number: str, text: str, what: str) -> int:
    """Read a count of devices or repetitions."""
    if not re.fullmatch(r"[0-9]{1,9}", number):
        raise InputError(f"{text!r}: {number} is no number of {what}; write a whole number.")
    return int(number)


def _build(clause: _Clause, at: Fraction) -> Regimen:
    """Turn the parts of a clause into doses, or say what does not fit."""
    found, text = clause.found, clause.text
    if found.get("form") == "suppository":
        found.setdefault("route", "rectal")
    if "route" not in found and "devices" not in found:
        raise InputError(
            f"{text!r} has no route; add one, such as 'iv over 40 min', 'iv bolus', 'im' or "
            f"'nasal'."
        )
    if "over" in found and "for" in found:
        raise InputError(f"{text!r} says both 'over' and 'for'; say how long once.")
    if found.get("route") == "nasal_spray" and found.get("drug") == "racemic":
        raise InputError(
            f"{text!r} names the esketamine device, but racemic ketamine; write 'nasal' for drops "
            f"or an improvised spray of it."
        )
    if "devices" in found or found.get("route") == "nasal_spray":
        return _session(clause, at)
    plan = _dose(clause, at)
    return _repeated(clause, plan)


def _session(clause: _Clause, at: Fraction) -> Regimen:
    """A session of esketamine devices."""
    found, text = clause.found, clause.text
    if found.get("route", "nasal_spray") not in ("nasal_spray", "nasal"):
        raise InputError(
            f"{text!r} counts devices, which go into the nose; write '3 devices spravato'."
        )
    if found.get("drug", "S") != "S":
        raise InputError(f"{text!r}: the nasal device holds esketamine only.")
    for word in ("over", "for", "bolus", "form"):
        if word in found:
            raise InputError(f"{text!r}: a nasal device has no {word!r}; leave it out.")
    if "devices" in found:
        every = found.pop("every", DEVICE_EVERY)
        if "times" in found:
            raise InputError(f"{text!r}: say the devices of a session once; repeat it as '; then'.")
        return constructors.nasal_spray(devices=int(found["devices"]), every=every, at=at)
    words = found["amount"] + (" HCl" if "salt" in found else "")
    mg, per_kg = constructors.read_amount(words)
    devices = mg / DEVICE_MG
    if per_kg or abs(devices - round(devices)) > 1e-3 or not 1 <= round(devices) <= 3:
        raise InputError(
            f"{text!r}: a session of nasal devices is 28, 56 or 84 mg; write one of these, or "
            f"'nasal' for drops or an improvised spray."
        )
    return _repeated(clause, constructors.nasal_spray(devices=round(devices), at=at))


def _dose(clause: _Clause, at: Fraction) -> Regimen:
    """One dose by any other route."""
    found, text = clause.found, clause.text
    route, drug = found["route"], found.get("drug", "racemic")
    length = found.get("over") or found.get("for")
    amount = found["amount"] + (" HCl" if "salt" in found else "")
    given = units.expect(
        found["amount"], "amount", "amount", "amount per kg", "rate", "rate per kg"
    )
    kind = given.kind
    if "bolus" in found and (length or kind.startswith("rate")):
        raise InputError(f"{text!r} is both a bolus and an infusion; say one of them.")
    if "bolus" in found and route != "iv":
        raise InputError(f"{text!r}: only an iv dose is a 'bolus'; leave the word out.")
    form = found.get("form", "")
    if form and form not in FORMS.get(route, ()):
        raise InputError(f"{text!r}: a {route} dose has no form {form!r}; leave the word out.")
    runs = bool(length) or kind.startswith("rate")
    if route not in INFUSIBLE and runs:
        raise InputError(
            f"{text!r}: only iv and sc doses run over a time; leave it out, or write 'iv'."
        )
    if route != "iv" and not runs:
        return constructors.single(route, amount, at, drug, form=form)
    if kind.startswith("rate"):
        if "salt" in found:
            raise InputError(f"{text!r}: give a rate of base; 1 mg HCl is 0.867 mg base.")
        if not length:
            raise InputError(f"{text!r} never stops; say how long, such as 'for 4 h'.")
        return constructors.infused(route, found["amount"], length, at, drug)
    if "bolus" in found:
        return constructors.bolus(amount, at=at, drug=drug)
    if not length:
        raise InputError(
            f"{text!r} is neither a bolus nor an infusion; add 'bolus', or a time such as "
            f"'over 40 min'.{_heavy(given)}"
        )
    return constructors.infused(route, amount, length, at, drug)


def _heavy(given: units.Quantity) -> str:
    """What to say beside another mistake of an amount that weighs a kilogram or more."""
    kg = given.value / units.MG_PER_KG
    per = " per kg of body" if given.per_kg else ""
    return f" {given.text} is {kg:.3g} kg{per}: check the number and its unit." if kg >= 1 else ""


def _repeated(clause: _Clause, plan: Regimen) -> Regimen:
    """Apply "every 30 min x 3"."""
    found, text = clause.found, clause.text
    if ("every" in found) != ("times" in found):
        raise InputError(f"{text!r}: a repetition needs both, such as 'every 30 min x 3'.")
    if "every" not in found:
        return plan
    every = units.duration_h(found["every"], "every")
    times = int(found["times"])
    if times > MOST_DOSES:
        raise InputError(f"{text!r}: {times} times is too many; write at most {MOST_DOSES}.")
    if times < 1:
        raise InputError(f"{text!r}: repeat it at least once, such as 'every 30 min x 3'.")
    if plan.doses[0].device:
        if every < SESSION_APART:
            raise InputError(
                f"{text!r} repeats a whole session within 2 h; write the devices of one session "
                f"as '3 devices spravato every 5 min'."
            )
        return plan.repeat(every=every, times=times)
    if len(plan.doses) == 1:
        return Regimen.of(
            replace(plan.doses[0], ii=every, addl=times - 1) if times > 1 else plan.doses[0]
        )
    return plan.repeat(every=every, times=times)
