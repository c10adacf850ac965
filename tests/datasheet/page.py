"""A rendered page, read back: its elements in order, and every run of text with the elements around it."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = {"meta", "br", "hr", "img", "input", "link"}


@dataclass(frozen=True)
class Tag:
    name: str
    attributes: dict[str, str]


@dataclass(frozen=True)
class Text:
    text: str
    around: tuple[Tag, ...]

    @property
    def source(self) -> str | None:
        """The place in datasheet.json that the innermost element names."""
        found = [tag.attributes["data-source"] for tag in self.around if "data-source" in tag.attributes]
        return found[-1] if found else None

    def within(self, name: str, css_class: str | None = None) -> bool:
        return any(
            tag.name == name and (css_class is None or css_class in tag.attributes.get("class", "").split())
            for tag in self.around
        )


@dataclass
class Page(HTMLParser):
    html: str
    tags: list[Tag] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._open: list[Tag] = []
        self.feed(self.html)
        self.close()
        assert not self._open, self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        made = Tag(tag, {name: value or "" for name, value in attrs})
        self.tags.append(made)
        if tag not in _VOID:
            self._open.append(made)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop().name == tag

    def handle_data(self, data: str) -> None:
        if data.strip() and self._open:
            self.texts.append(Text(data, tuple(self._open)))

    def named(self, name: str) -> list[Tag]:
        return [tag for tag in self.tags if tag.name == name]
