from sensorsmith.datasheet.markup import append, element, html, run, xml
from sensorsmith.datasheet.sheet import Piece


def test_text_and_attributes_are_escaped() -> None:
    made = element("td", '<script>"&', title='"><x')
    assert html(made) == '<td title="&quot;&gt;<x">&lt;script&gt;"&amp;</td>'
    assert xml(made) == '<td title="&quot;&gt;&lt;x">&lt;script&gt;"&amp;</td>'


def test_texts_and_elements_keep_their_order() -> None:
    made = element("p", "a", element("b", "c"), "d", None, "e")
    append(made, ["f"])
    assert html(made) == "<p>a<b>c</b>def</p>"


def test_a_piece_names_its_source() -> None:
    cell = (Piece("3", "/n"), Piece(" of "), Piece("not provided", "/m/reason", absent=True))
    assert html(element("td", *run(cell))) == (
        '<td><span data-source="/n">3</span> of <span data-source="/m/reason" class="absent">not provided</span></td>'
    )
