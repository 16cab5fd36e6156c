"""Plans of one dose by each route, to be added, repeated and delayed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ketapk import units
from ketapk.dosing.regimen import DEVICE_EVERY, DEVICE_MG, Dose, Regimen
from ketapk.errors import InputError

SALT = ("hcl", "hydrochloride")


def without_salt(text: str) -> str:
    """Return the words of an amount or a concentration that are not the substance or its form."""
    named = (*SALT, "base", "ketamine")
    return " ".join(word for word in text.split() if word.lower() not in named)


def is_salt(text: str) -> bool:
    """Whether an amount is said to be one of hydrochloride."""
    return any(word.lower() in SALT for word in text.split())


def read_amount(text: Any, name: str = "amount") -> tuple[float, bool]:
    """Read an amount of base [mg] or [mg/kg]; hydrochloride is converted."""
    salt = isinstance(text, str) and is_salt(text)
    if isinstance(text, str):
        text = without_salt(text)
    found = units.expect(text, name, "amount", "amount per kg")
    if found.exact <= 0:
        raise InputError(f"{name}={text!r} is not a dose; amounts are positive.")
    factor = units.BASE_IN_HYDROCHLORIDE if salt else 1.0
    return found.value * factor, found.per_kg


def single(route: str, text: Any, at: Any, drug: str, **options: Any) -> Regimen:
    """Return a plan of one dose that is given at once."""
    mg, per_kg = read_amount(text)
    time = units.time_h(at, "at")
    return Regimen.of(Dose(route=route, amt=mg, per_kg=per_kg, drug=drug, time=time, **options))


def bolus(amount: str, *, at: Any = 0, drug: str = "racemic") -> Regimen:
    """Give an intravenous bolus.

    Parameters
    ----------
    amount : str
        Such as "35 mg" or "0.5 mg/kg"; base, or with "HCl".
    at : str
        When, such as "10 min".
    drug : {"racemic", "S", "R"}
        Form of the drug.

    Returns
    -------
    Regimen

    Examples
    --------
    >>> print(bolus("0.25 mg/kg", at="10 min"))
    0.25 mg/kg iv bolus at 10 min
    """
    return single("iv", amount, at, drug)


def infusion(amount_or_rate: str, *, over: Any, at: Any = 0, drug: str = "racemic") -> Regimen:
    """Give an intravenous infusion: an amount over a time, or a rate for a time.

    Parameters
    ----------
    amount_or_rate : str
        "0.5 mg/kg" keeps the duration; "0.1 mg/kg/h" keeps the rate.
    over : str
        How long, such as "40 min".
    at : str
        When it starts.
    drug : {"racemic", "S", "R"}
        Form of the drug.

    Returns
    -------
    Regimen

    Examples
    --------
    >>> print(infusion("0.5 mg/kg", over="40 min"))
    0.5 mg/kg iv over 40 min
    >>> print(infusion("0.1 mg/kg/h", over="4 h", at="40 min"))
    0.1 mg/kg/h iv for 4 h at 40 min
    """
    return infused("iv", amount_or_rate, over, at, drug)


def infused(route: str, amount_or_rate: str, over: Any, at: Any, drug: str) -> Regimen:
    """Return a plan of one infusion into a vein or under the skin."""
    hours = units.duration_h(over, "over")
    start = units.time_h(at, "at")
    if isinstance(amount_or_rate, str) and amount_or_rate.count("/") and _is_rate(amount_or_rate):
        rate = units.expect(amount_or_rate, "rate", "rate", "rate per kg")
        if rate.exact <= 0:
            raise InputError(f"A rate of {amount_or_rate!r} is not possible; rates are positive.")
        return Regimen.of(
            Dose(
                route=route,
                amt=float(rate.exact * hours),
                per_kg=rate.per_kg,
                rate=rate.value,
                drug=drug,
                time=start,
            )
        )
    if isinstance(amount_or_rate, str) and _is_rate(without_salt(amount_or_rate)):
        raise InputError(
            f"{amount_or_rate!r} is a rate of a salt; give a rate of base, 1 mg HCl is 0.867 mg."
        )
    mg, per_kg = read_amount(amount_or_rate)
    return Regimen.of(Dose(route=route, amt=mg, per_kg=per_kg, dur=hours, drug=drug, time=start))


def _is_rate(text: str) -> bool:
    """Whether a text is a valid rate, so that an amount keeps its own error messages."""
    try:
        return units.quantity(text).kind.startswith("rate")
    except InputError:
        return False


def intramuscular(amount: str, *, at: Any = 0, drug: str = "racemic") -> Regimen:
    """Give an intramuscular injection; arguments as in `bolus`.

    Examples
    --------
    >>> print(intramuscular("35 mg"))
    35 mg im
    """
    return single("im", amount, at, drug)


def subcutaneous(amount: str, *, over: Any = None, at: Any = 0, drug: str = "racemic") -> Regimen:
    """Give a subcutaneous injection, or an infusion ``over`` a time.

    Parameters
    ----------
    amount : str
        Such as "25 mg", or a rate such as "12.5 mg/h" with ``over``.
    over : str, optional
        How long an infusion runs.
    at, drug
        As in `bolus`.

    Returns
    -------
    Regimen

    Examples
    --------
    >>> print(subcutaneous("25 mg"))
    25 mg sc
    >>> print(subcutaneous("300 mg", over="24 h"))
    300 mg sc over 1 d
    """
    if over is None:
        return single("sc", amount, at, drug)
    return infused("sc", amount, over, at, drug)


def nasal(amount: str, *, at: Any = 0, drug: str = "racemic") -> Regimen:
    """Give nasal drops or an improvised spray; arguments as in `bolus`.

    The esketamine device is `nasal_spray`.

    Examples
    --------
    >>> print(nasal("50 mg"))
    50 mg nasal
    """
    return single("nasal", amount, at, drug)


def nasal_spray(*, devices: int = 3, every: Any = DEVICE_EVERY, at: Any = 0) -> Regimen:
    """Give a session of esketamine nasal devices, 28 mg of base each.

    Parameters
    ----------
    devices : int
        How many, 1 to 3 in the label (28, 56 or 84 mg).
    every : str
        Time from one device to the next.
    at : str
        When the first is given.

    Returns
    -------
    Regimen

    Examples
    --------
    >>> print(nasal_spray(devices=3))
    84 mg spravato
    """
    if not isinstance(devices, int) or isinstance(devices, bool) or not 1 <= devices <= 12:
        raise InputError(
            f"devices={devices!r} is not possible; write a whole number, 1 to 3 a session."
        )
    step = units.duration_h(every, "every")
    start = units.time_h(at, "at")
    first = Dose(route="nasal_spray", amt=DEVICE_MG, drug="S", time=start, device=1)
    return Regimen.of(
        *(replace(first, time=start + k * step, device=k + 1) for k in range(devices))
    )


def oral(amount: str, *, at: Any = 0, drug: str = "racemic", release: str = "immediate") -> Regimen:
    """Give a dose by mouth.

    Parameters
    ----------
    amount, at, drug
        As in `bolus`.
    release : {"immediate", "prolonged"}
        Formulation.

    Returns
    -------
    Regimen

    Examples
    --------
    >>> print(oral("40 mg", release="prolonged"))
    40 mg oral prolonged-release
    """
    return single("oral", amount, at, drug, form=release)


def sublingual(amount: str, *, at: Any = 0, drug: str = "racemic") -> Regimen:
    """Give a dose under the tongue; arguments as in `bolus`."""
    return single("sublingual", amount, at, drug)


def buccal(amount: str, *, at: Any = 0, drug: str = "racemic") -> Regimen:
    """Give a dose in the cheek; arguments as in `bolus`."""
    return single("buccal", amount, at, drug)


def rectal(amount: str, *, at: Any = 0, drug: str = "racemic", form: str = "solution") -> Regimen:
    """Give a dose by the rectum.

    Parameters
    ----------
    amount, at, drug
        As in `bolus`.
    form : {"solution", "suppository"}
        Formulation.

    Returns
    -------
    Regimen

    Examples
    --------
    >>> print(rectal("50 mg", form="suppository"))
    50 mg rectal suppository
    """
    return single("rectal", amount, at, drug, form=form)


def inhaled(amount: str, *, at: Any = 0, drug: str = "racemic") -> Regimen:
    """Give a nebulised dose; arguments as in `bolus`."""
    return single("inhaled", amount, at, drug)
