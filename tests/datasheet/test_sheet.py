from tests.datasheet.example import example

from sensorsmith.base.records import Method
from sensorsmith.datasheet.layout import lay_out
from sensorsmith.datasheet.sheet import METHODS, Piece, pieces


def test_every_method_has_a_badge_of_its_own() -> None:
    assert set(METHODS) == set(Method.__args__)
    assert len({letter for letter, _ in METHODS.values()}) == len(METHODS)


def test_pieces_are_found_in_reading_order() -> None:
    sheet = lay_out(example())
    found = list(pieces(sheet))
    assert found[:3] == [sheet.title, sheet.name, sheet.version]
    assert [p for p in found if p.source == "/performance/confusion/rows/6/7"] == [
        Piece("103", "/performance/confusion/rows/6/7"),
        Piece("84", "/performance/confusion/rows/6/7"),
    ]
