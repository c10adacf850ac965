"""The few shapes that the pictures of the map are drawn with: boxes, words, and a sheet with a title to hold them.

Black on light shades that differ in lightness, so that a print without colours shows the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

INK, SOFT = "#000000", "#444444"
UNUSED = "url(#unused)"
"""Fill of what holds nothing: hatched."""
_LETTER = 0.66
"""Width of a capital letter at most, as a part of its size, in the fonts named below."""
_FONTS = "Source Sans 3, Source Sans Pro, Arial, sans-serif"
_HATCH = (
    "<defs><pattern id='unused' width='6' height='6' patternUnits='userSpaceOnUse' patternTransform='rotate(45)'>"
    "<rect width='6' height='6' fill='#ffffff'/><rect width='1' height='6' fill='#9a9a9a'/></pattern></defs>"
)


def sheet(width: float, height: float, title: str, description: str, parts: Iterable[str]) -> str:
    """A whole picture; title and description are for those who cannot see it."""
    lines = (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width:g} {height:g}' role='img' "
        f"aria-labelledby='title description' font-family='{_FONTS}'>",
        f"<title id='title'>{escape(title)}</title>",
        f"<desc id='description'>{escape(description)}</desc>",
        _HATCH,
        f"<rect width='{width:g}' height='{height:g}' fill='#ffffff'/>",
        *parts,
        "</svg>",
    )
    return "\n".join(lines) + "\n"


def box(x: float, y: float, width: float, height: float, fill: str, heavy: bool = False) -> str:
    """A box whose edge lies inside; heavy where a host may write."""
    edge = 2.4 if heavy else 0.8
    return (
        f"<rect x='{x + 1.5:g}' y='{y + 1.5:g}' width='{width - 3:g}' height='{height - 3:g}' rx='3' fill='{fill}' "
        f"stroke='{INK}' stroke-width='{edge:g}'/>"
    )


def words(
    x: float, y: float, text: str, size: float, anchor: str = "middle", colour: str = INK, bold: bool = False
) -> str:
    """A line of text; y is its base line."""
    weight = " font-weight='bold'" if bold else ""
    return (
        f"<text x='{x:g}' y='{y:g}' font-size='{size:g}' text-anchor='{anchor}' fill='{colour}'{weight}>"
        f"{escape(text)}</text>"
    )


def name(x: float, y: float, text: str, size: float, width: float) -> str:
    """The name of a register or bit, its middle at y; parted after a `_` where it is too wide for one line."""
    if len(text) * size * _LETTER <= width or "_" not in text:
        return words(x, y + 0.35 * size, text, size)
    at = text.rindex("_") + 1
    lines = ((text[:at], -0.3), (text[at:], 1.0))
    spans = (f"<tspan x='{x:g}' y='{y + shift * size:g}'>{escape(part)}</tspan>" for part, shift in lines)
    return f"<text font-size='{size:g}' text-anchor='middle' fill='{INK}'>{''.join(spans)}</text>"
