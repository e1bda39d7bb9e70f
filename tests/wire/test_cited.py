"""The sources of a reply: each once, in one order, with the title that some server tells."""

from typing import TYPE_CHECKING

from zatsudan.wire.cited import addresses, sources

if TYPE_CHECKING:
    from zatsudan.base.jsonvalues import JsonObject


def test_sources_have_the_titles_that_any_list_tells() -> None:
    beside: JsonObject = {
        "citations": ["https://a.example", "https://b.example"],
        "search_results": [{"title": "B", "url": "https://b.example"}, {"url": "ftp://no"}],
        "annotations": [
            {"type": "url_citation", "url_citation": {"url": "https://c.example", "title": "C"}}
        ],
    }
    assert sources(beside) == {
        "https://a.example": "",
        "https://b.example": "B",
        "https://c.example": "C",
    }
    assert list(sources(beside)) == addresses(beside)
    assert sources({}) == {}
