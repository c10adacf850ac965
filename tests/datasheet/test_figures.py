from dataclasses import replace
from itertools import pairwise

import segno
from tests.datasheet.example import empty, example

from sensorsmith.datasheet import figures
from sensorsmith.datasheet.layout import lay_out
from sensorsmith.datasheet.sheet import Blocks, People, Piece


def widths(svg: figures.Element, y: str, height: str) -> list[float]:
    return [float(r.get("width", "")) for r in svg.iter("rect") if (r.get("y"), r.get("height")) == (y, height)]


def test_the_memory_bar_is_divided_in_proportion() -> None:
    flash = widths(figures.memory(lay_out(example()).memories), "10", "9")
    shares = [11_740, 8960, 21_892 - 11_740 - 8960]
    assert [round(w / sum(flash), 3) for w in flash] == [round(s / sum(shares), 3) for s in shares]


def test_no_bar_is_drawn_of_what_is_not_known() -> None:
    assert widths(figures.memory(lay_out(empty()).memories), "10", "9") == []


def test_missing_values_are_red_and_italic_in_a_figure() -> None:
    missing = [t for t in figures.memory(lay_out(empty()).memories).iter("tspan") if t.text == "not provided"]
    assert missing
    assert all((t.get("fill"), t.get("font-style")) == (figures.RED, "italic") for t in missing)


def test_carbon_is_stacked_in_the_order_of_the_table() -> None:
    blocks = lay_out(example()).blocks
    assert isinstance(blocks, Blocks)
    drawn = widths(figures.carbon(blocks), "0", "11")
    assert len(drawn) == len(blocks.rows)
    assert abs(sum(drawn) - figures.WIDTH) < 0.1
    assert drawn == sorted(drawn, reverse=True)


def test_a_person_stands_where_their_accuracy_is() -> None:
    people = lay_out(example()).people
    assert isinstance(people, People)
    dots = [float(dot.get("cx", "")) for dot in figures.people(people).iter("circle")]
    shares = [person.values[1] for person in people.rows]
    slopes = [(x2 - x1) / (p2 - p1) for (x1, x2), (p1, p2) in zip(pairwise(dots), pairwise(shares), strict=True)]
    assert max(slopes) - min(slopes) < 0.2, "the axis is linear"


def test_the_plot_has_an_alternative_text_with_its_numbers() -> None:
    people = lay_out(example()).people
    assert isinstance(people, People)
    assert figures.alternative(figures.people(people)).endswith("person 10. 93.1 % (89.5 to 95.5)")


def test_long_names_are_cut_in_the_plot_only() -> None:
    people = lay_out(example()).people
    assert isinstance(people, People)
    long = tuple(replace(person, name=Piece("x" * 100)) for person in people.rows)
    names = ["".join(text.itertext()) for text in figures.people(replace(people, rows=long)).iter("text")]
    assert "x" * 13 + "…" in names


def test_the_code_is_the_one_that_segno_makes() -> None:
    matrix = segno.make("sha256:00", error="m", micro=False).matrix
    path = figures.code("sha256:00").find("path")
    assert path is not None
    assert path.get("d", "").count("M") == sum(sum(row) for row in matrix)
