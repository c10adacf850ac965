"""How numbers and texts are printed. The document keeps the exact value; the sheet shows three significant digits."""

from __future__ import annotations

import math
import re
import unicodedata

# For each unit the steps of its scale, ascending: factor to the unit, name, and from how many of it on it is used.
_Step = tuple[float, str, float]


def _si(unit: str, prefixes: str) -> list[_Step]:
    factors = {"n": 1e-9, "µ": 1e-6, "m": 1e-3, ".": 1.0, "k": 1e3, "M": 1e6, "G": 1e9}
    return [(factors[p], ("" if p == "." else p) + unit, 1.0) for p in prefixes]


_SCALES: dict[str, list[_Step]] = {
    "%": [(0.01, "%", 0.0)],
    "B": [(1.0, "B", 0.0), (1024.0, "KiB", 1.0), (1048576.0, "MiB", 1.0)],
    "s": [*_si("s", "nµm."), (60.0, "min", 2.0), (3600.0, "h", 2.0)],
    "J": _si("J", "nµm.k"),
    "W": _si("W", "nµm.k"),
    "A": _si("A", "nµm."),
    "V": _si("V", "m."),
    "Hz": _si("Hz", "m.kM"),
    "bit/s": _si("bit/s", ".kM"),
    "kg CO2e": [(1e-3, "g CO₂e", 0.0), (1.0, "kg CO₂e", 0.1)],
}
_COUNTED = 10_000  # counts below it are printed whole


def scale(value: float, unit: str) -> tuple[float, str]:
    """The factor to divide by and the unit to print beside, for a value in its SI unit.

    Units that have no scale are counts: they get the prefixes k, M and G from 10 000 on.
    """
    if unit in _SCALES:
        steps = _SCALES[unit]
        # A relative margin lets 0.9996 ms, which would round to 1.00, already count as one.
        fits = [step for step in steps if abs(value) * 1.0005 >= step[0] * step[2]]
        factor, name, _ = fits[-1] if fits and value else next((s for s in steps if s[0] == 1.0), steps[0])
        return factor, name
    name = "" if unit == "1" else unit
    if abs(value) < _COUNTED:
        return 1.0, name
    factor, prefix = [(f, p) for f, p in ((1e3, "k"), (1e6, "M"), (1e9, "G")) if abs(value) * 1.0005 >= f][-1]
    return factor, f"{prefix} {name}".rstrip()


def number(value: float, factor: float = 1.0) -> str:
    """`value / factor` with three significant digits; whole numbers below 10 000 in full; never an exponent."""
    shown = value / factor
    if shown == 0:
        return "0"
    if factor == 0.01:
        return _percent(shown)
    if shown == int(shown) and abs(shown) < _COUNTED:
        return str(int(shown))
    decimals = max(0, 2 - math.floor(math.log10(abs(shown))))
    text = f"{shown:.{decimals}f}"
    # 9.999 becomes 10.00: one digit too many after rounding up.
    if decimals and len(text.lstrip("-").replace(".", "").lstrip("0")) > 3:
        text = f"{shown:.{decimals - 1}f}"
    return text


def aligned(value: float, factor: float, largest: float) -> str:
    """`value / factor` in a column whose `largest` has three significant digits; `<0.001` for what would be zero."""
    decimals = max(0, 2 - math.floor(math.log10(abs(largest / factor)))) if largest else 0
    text = f"{value / factor:.{decimals}f}"
    return text if value == 0 or float(text) else f"<{10**-decimals:.{decimals}f}"


def _percent(shown: float) -> str:
    """One decimal, and more where rounding would make a perfect score, or none at all, out of one that is not."""
    for decimals in range(1, 9):
        text = f"{shown:.{decimals}f}"
        if float(text) not in (0.0, 100.0):
            return text
    return "100" if shown > 50 else "0"


def printable(text: str) -> str:
    """One line of visible characters.

    White space becomes single spaces. Controls and format characters, among them those that turn the direction of
    text, become U+FFFD: they could make a sheet read otherwise than its JSON, and their place must be visible.
    """
    flat = " ".join(text.split())
    return "".join("\ufffd" if unicodedata.category(c) in _INVISIBLE else c for c in flat)


# Controls, format characters, surrogates, private use and unassigned code points.
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn"}

_FRAGILE = re.compile(
    "[\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)


def escape_invisible(json_text: str) -> str:
    """JSON with every invisible character written as an escape, so that the text reads as it is."""
    return _FRAGILE.sub(_escape, json_text)


def _escape(match: re.Match[str]) -> str:
    data = match.group().encode("utf-16-be")
    return "".join(f"\\u{data[i]:02x}{data[i + 1]:02x}" for i in range(0, len(data), 2))
