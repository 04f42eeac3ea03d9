"""Ways to spoil a message: in its bytes, and in its meaning while its form and its signature stay valid."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

from contract.wire import canonical

nonsense = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**53) + 1, 2**53 - 1),
    st.text(st.characters(codec="utf-8"), max_size=12),
    st.sampled_from(
        ["-0.00", "5.004", "lima", "2026-01-31T23:59:59+07:00", "2026-02-30T00:00:00Z", "1" * 600]
    ),
    st.lists(st.integers(0, 3), max_size=3),
    st.dictionaries(st.text(max_size=3), st.integers(0, 3), max_size=2),
)


def spoilt_bytes(whole: bytes) -> st.SearchStrategy[bytes]:
    """Other bytes than `whole`: some replaced, put in, left out, or nothing of it at all."""

    @st.composite
    def strategy(draw: st.DrawFn) -> bytes:
        place = draw(st.integers(0, len(whole)))
        return whole[:place] + draw(st.binary(max_size=3)) + whole[place + draw(st.integers(0, 3)) :]

    return st.one_of(strategy(), st.binary(max_size=64)).filter(lambda data: data != whole)


def one_byte_changed(whole: bytes) -> st.SearchStrategy[bytes]:
    """`whole` with exactly one byte replaced by another."""
    return st.builds(
        lambda place, change: whole[:place] + bytes([whole[place] ^ change]) + whole[place + 1 :],
        st.integers(0, len(whole) - 1),
        st.integers(1, 255),
    )


def spoilt_meaning(whole: bytes) -> st.SearchStrategy[bytes]:
    """The canonical document `whole` with one value replaced, left out or added; still canonical JSON."""
    places = list(_places(canonical.loads(whole, max_bytes=len(whole))))

    @st.composite
    def strategy(draw: st.DrawFn) -> bytes:
        document = canonical.loads(whole, max_bytes=len(whole))
        change = draw(st.sampled_from([_replace, _leave_out, _add]))
        change(document, draw(st.sampled_from(places)), draw)
        return canonical.dumps(document)

    return strategy().filter(lambda data: data != whole)


Place = tuple[str | int, ...]


def _places(value: Any, here: Place = ()) -> Iterator[Place]:
    if here:
        yield here
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inner:
        yield from _places(item, (*here, key))


def _holder(document: Any, place: Place) -> Any:
    for key in place[:-1]:
        document = document[key]
    return document


def _replace(document: Any, place: Place, draw: st.DrawFn) -> None:
    _holder(document, place)[place[-1]] = draw(nonsense)


def _leave_out(document: Any, place: Place, draw: st.DrawFn) -> None:
    del _holder(document, place)[place[-1]]


def _add(document: Any, place: Place, draw: st.DrawFn) -> None:
    holder = _holder(document, place)
    if isinstance(holder, list):
        holder.insert(0, draw(nonsense))
    else:
        holder[draw(st.text(st.characters(codec="utf-8"), max_size=8))] = draw(nonsense)
