"""The canonical bytes of lines and names: one content, one sequence of bytes, and no other is taken."""

from __future__ import annotations

import re
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.budget.codes import Section
from contract.budget.line import Line
from contract.budget.names import Name, NameKind, cleaned
from contract.budget.rupiah import Rupiah
from contract.budget.segment import (
    encode_lines,
    encode_names,
    encode_sums,
    judge_lines,
    judge_names,
    read_lines,
    read_names,
)
from contract.errors import ContractError, MalformedSegment
from tests.contract.samples import EDUCATION, ENCODED, FINANCE, HEALTH, LINES, NAMES, belanja, other

amounts = st.integers(0, 10**15)


@st.composite
def some_line(draw: st.DrawFn) -> Line:
    """A valid line of the education office; few codes, so that keys meet."""
    number, dana = draw(st.integers(1, 12)), draw(st.sampled_from(["", "1", "1.1", "1.1.01", "1.10"]))
    if draw(st.booleans()):
        line = belanja(EDUCATION, f"1.01.02.2.01.{number:04d}", f"5.{number % 4 + 1}.02.01.01.0001", dana, 0)
    else:
        line = other(EDUCATION, draw(st.sampled_from(["4.1", "6.1", "6.2"])) + f".{number:02d}.01.01.0001", 0)
    unit = draw(st.sampled_from([EDUCATION, EDUCATION[:-1] + "1"]))
    return line._replace(kode_unit_skpd=unit, nilai_anggaran=Rupiah(draw(amounts)))


some_lines = st.lists(some_line(), max_size=30)


@given(some_lines, st.randoms())
def test_the_order_in_which_lines_were_read_leaves_no_trace(lines: list[Line], random: object) -> None:
    shuffled = list(lines)
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    assert encode_lines(shuffled) == encode_lines(lines)


def test_two_amounts_of_one_key_give_one_sequence_of_bytes() -> None:
    # A prototype sorted by the key alone: two lines of one key then had two orders.
    lines = [belanja(EDUCATION, "1.01.02.2.01.0001", "5.1.02.01.01.0024", "", n) for n in (3, 20, 100)]

    encodings = {encode_lines(order).plain for order in permutations(lines)}

    assert len(encodings) == 1
    assert encodings.pop().endswith(b"\t123.00\n")


def worth(lines: list[Line]) -> int:
    return sum(line.nilai_anggaran.sen for line in lines)


@given(some_lines)
def test_lines_with_one_key_are_summed(lines: list[Line]) -> None:
    encoded = encode_lines(lines)

    travelled = list(read_lines(encoded.plain))

    assert len({line[:8] for line in travelled}) == len(travelled) == len({line[:8] for line in lines})
    assert sum(line.nilai_anggaran.sen for line in travelled) == sum(
        line.nilai_anggaran.sen for line in lines
    )


@given(some_lines)
def test_what_was_encoded_is_judged_sound_and_counted_alike(lines: list[Line]) -> None:
    encoded = encode_lines(lines)

    assert judge_lines(encoded.plain, EDUCATION) == encoded


@given(some_lines)
def test_a_second_encoding_changes_nothing(lines: list[Line]) -> None:
    encoded = encode_lines(lines)

    assert encode_lines(read_lines(encoded.plain)) == encoded


@given(some_lines)
def test_lines_are_sorted_as_the_programme_sort_sorts_bytes(lines: list[Line]) -> None:
    rows = encode_lines(lines).plain.splitlines()

    assert rows == sorted(rows)


def test_totals_follow_the_sections_of_the_accounts() -> None:
    totals = judge_lines(ENCODED[FINANCE].plain, FINANCE).totals

    assert [totals.of(section).to_wire() for section in Section] == [
        "850000000.00",
        "0.00",
        "50000000.00",
        "100000000.00",
    ]


@given(st.data())
def test_one_changed_byte_never_counts_as_the_same_lines(data: st.DataObject) -> None:
    plain = ENCODED[EDUCATION].plain
    place = data.draw(st.integers(0, len(plain) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda value: value != plain[place]))

    changed = plain[:place] + bytes([byte]) + plain[place + 1 :]

    # A digit may become another digit: such a change is the hash's to find. The bytes still are canonical.
    try:
        judged = judge_lines(changed, EDUCATION)
    except ContractError:
        return
    assert encode_lines(read_lines(changed)).plain == changed == judged.plain


KEY = f"{EDUCATION}\t{EDUCATION}\t1.01\t1.01.02\t1.01.02.2.01\t1.01.02.2.01.0001\t5.1.02.01.01.0024\t1.1"
BARE = f"{EDUCATION}\t{EDUCATION}\t\t\t\t\t4.1.01.09.01.0001\t"


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (f"{KEY}\t-5.00\n", "negative"),
        (f"{KEY}\t-0.00\n", "negative"),
        (f"{KEY}\t5.004\n", "two decimals"),
        (f"{KEY}\t5\n", "two decimals"),
        (f"{KEY}\t05.00\n", "two decimals"),
        (f"{KEY}\t5e2\n", "two decimals"),
        (f"{KEY}\tlima\n", "two decimals"),
        (f"{KEY}\t{'9' * 17}.00\n", "two decimals"),
        (f"{KEY}\t5.00\r\n", "two decimals"),
        (f"{KEY}\t5.00\textra\n", "10 fields"),
        (f"{KEY}\n", "8 fields"),
        ("\n", "1 fields"),
        (f"{KEY}\t5.00", "line end"),
        (KEY.replace("5.1.02", "5.x.02") + "\t5.00\n", "kode_rekening"),
        (KEY.replace("\t5.1.02.01.01.0024", "\t") + "\t5.00\n", "kode_rekening"),
        (KEY.replace("\t1.1", "\tDAK/PAD") + "\t5.00\n", "kode_sumber_dana"),
        (KEY.replace(EDUCATION, HEALTH, 1) + "\t5.00\n", "belongs to"),
        (KEY.replace(f"\t{EDUCATION}", "\t") + "\t5.00\n", "kode_unit_skpd"),
        (KEY.replace("1.01.02.2.01.0001", "") + "\t5.00\n", "programme"),
        (BARE.replace("\t\t\t\t", "\t1.01\t\t\t") + "\t5.00\n", "programme"),
        (BARE.replace("4.1", "5.1") + "\t5.00\n", "programme"),
        (KEY.replace("5.1.02", "4.1.02") + "\t5.00\n", "programme"),
        (f"{KEY}\t5.00\n{BARE}\t5.00\n", "not sorted"),
        (f"{KEY}\t5.00\n{KEY}\t5.00\n", "repeats"),
        (f"{KEY}\t5.00\n{KEY}\t6.00\n", "repeats the key"),
        (f"{KEY}\t5.00\n\n", "1 fields"),
        (f"\ufeff{KEY}\t5.00\n", "belongs to"),
        (f"{KEY}\t٥.٠٠\n", "two decimals"),
        (f"{KEY}\t5.00\x00\n", "two decimals"),
    ],
)
def test_a_line_that_is_not_canonical_is_refused_with_its_reason(row: str, why: str) -> None:
    with pytest.raises(MalformedSegment, match=re.escape(why)):
        judge_lines(row.encode(), EDUCATION)


def test_a_refusal_names_the_line() -> None:
    plain = ENCODED[EDUCATION].plain + b"x\n"

    with pytest.raises(MalformedSegment, match=r"Line 4 of the segment"):
        judge_lines(plain, EDUCATION)


@pytest.mark.parametrize("kode", ["1.01\t", "1.01\n", "é", "\ud800", ""])
def test_a_code_that_would_break_a_line_is_refused_before_it_is_signed(kode: str) -> None:
    broken = LINES[EDUCATION][0]._replace(kode_bidang_urusan=kode)

    with pytest.raises(MalformedSegment):
        judge_lines(encode_lines([broken]).plain, EDUCATION)


def test_a_sum_past_every_budget_is_refused() -> None:
    line = belanja(EDUCATION, "1.01.02.2.01.0001", "5.1.02.01.01.0024", "", 9 * 10**15)

    with pytest.raises(ContractError, match="not an amount in whole sen"):
        encode_lines([line, line])


def test_the_lines_of_nobody_are_no_bytes() -> None:
    assert encode_sums({}) == judge_lines(b"", EDUCATION)
    assert encode_sums({}).plain == b""


some_names = st.lists(
    st.builds(
        Name,
        st.just(NameKind.BIDANG_URUSAN),
        st.from_regex(r"[1-8]\.[0-9]{2}", fullmatch=True),
        st.text(min_size=1).map(cleaned).filter(bool),
    )
)


@given(some_names)
def test_names_travel_once_sorted_and_come_back(names: list[Name]) -> None:
    encoded = encode_names([*names, *reversed(names)])

    assert judge_names(encoded.plain) == encoded
    assert set(read_names(encoded.plain)) == set(names)
    assert encoded.plain.split(b"\n")[:-1] == sorted(encoded.plain.split(b"\n")[:-1])


def test_one_code_may_have_two_names() -> None:
    # That is a finding, not a crash: the snapshot still arrives.
    encoded = encode_names([NAMES[0], NAMES[0]._replace(nama="Dinas Dikpora")])

    assert judge_names(encoded.plain).lines == 2


@pytest.mark.parametrize(
    "row",
    [
        b"skpd\t1.01\tDinas\n",
        b"bidang_urusan\t1.01\tUrusan",
        b"bidang_urusan\t1.01\t Urusan\n",
        b"bidang_urusan\t1.01\tUrusan\x00\n",
        b"bidang_urusan\t1.01\tUrusan\r\n",
        b"bidang_urusan\t1.01\t\n",
        b"bidang_urusan\t1.01\n",
        b"bidang_urusan\t1.01\tUrusan\textra\n",
        b"bidang_urusan\t1.01\t\xff\n",
        b"bidang_urusan\t1.01\tE\xcc\x81\n",
        b"bidang\t1.01\tUrusan\n",
        b"pemda\t11.10\tKabupaten\n",
        b"bidang_urusan\t1.02\tB\nbidang_urusan\t1.01\tA\n",
        b"bidang_urusan\t1.01\tA\nbidang_urusan\t1.01\tA\n",
        b"\n",
    ],
)
def test_a_name_that_is_not_canonical_is_refused(row: bytes) -> None:
    with pytest.raises(MalformedSegment):
        judge_names(row)
