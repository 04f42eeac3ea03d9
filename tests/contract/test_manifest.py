"""The manifest is exactly what was agreed on, and what was read is what was signed."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from contract.budget.findings import Finding, Level
from contract.budget.names import is_clean
from contract.budget.segment import MAX_SEGMENT_BYTES
from contract.errors import ContractError, MalformedMessage, MalformedSnapshot, TooLarge
from contract.wire import canonical
from contract.wire.documents import format_time, parse_time
from contract.wire.envelope import MAX_ENVELOPE_BYTES
from contract.wire.manifest import MAX_FINDINGS, MAX_SEGMENTS, WireFinding, read_manifest, stated_by
from tests.contract.mutations import spoilt_bytes, spoilt_meaning
from tests.contract.samples import (
    EDUCATION,
    HEALTH,
    NODE_ID,
    TAKEN_AT,
    manifest,
    signed_manifest,
)

MADE = manifest()
PAYLOAD = MADE.to_bytes()


def with_value(*place: str | int, value: Any) -> bytes:
    """The manifest's bytes with one field changed, still canonical."""
    document: Any = canonical.loads(PAYLOAD, max_bytes=MAX_ENVELOPE_BYTES)
    holder = document
    for key in place[:-1]:
        holder = holder[key]
    holder[place[-1]] = value
    return canonical.dumps(document)


def without(*place: str | int) -> bytes:
    """The manifest's bytes with one field left out, still canonical."""
    document: Any = canonical.loads(PAYLOAD, max_bytes=MAX_ENVELOPE_BYTES)
    holder = document
    for key in place[:-1]:
        holder = holder[key]
    del holder[place[-1]]
    return canonical.dumps(document)


def test_a_manifest_is_read_as_it_was_written() -> None:
    read = read_manifest(PAYLOAD)

    assert read == MADE
    assert read.to_bytes() == PAYLOAD


def test_the_snapshot_id_is_the_hash_of_the_bytes_that_were_signed() -> None:
    assert read_manifest(PAYLOAD).snapshot_id == hashlib.sha256(PAYLOAD).hexdigest()


@given(st.one_of(spoilt_bytes(PAYLOAD), spoilt_meaning(PAYLOAD)))
def test_whatever_was_signed_only_the_errors_of_the_contract_come_out(payload: bytes) -> None:
    try:
        read = read_manifest(payload)
    except ContractError:
        return

    # What is taken means exactly what was signed: nothing was filled in, dropped or rounded.
    assert read.to_bytes() == payload
    assert read.snapshot_id == hashlib.sha256(payload).hexdigest()


@pytest.mark.parametrize("field", sorted(canonical.loads(PAYLOAD, max_bytes=MAX_ENVELOPE_BYTES)))
def test_no_field_may_be_left_out(field: str) -> None:
    with pytest.raises(MalformedSnapshot):
        read_manifest(without(field))


@pytest.mark.parametrize(
    "place",
    [
        ("extra",),
        ("source", "password"),
        ("totals", "silpa"),
        ("segments", 1, "note"),
        ("perda", "judul"),
        ("schema_",),
        ("findings", 0, "note"),
    ],
    ids=str,
)
def test_no_field_may_be_added(place: tuple[str | int, ...]) -> None:
    with pytest.raises(MalformedSnapshot):
        read_manifest(with_value(*place, value="1"))


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("schema",), "sikd.manifest/2"),
        (("kode_data",), "02"),
        (("kode_pemda",), "1110"),
        (("kode_satker",), ""),
        (("kode_bps",), "#N/A"),
        (("tahun_anggaran",), "2026"),
        (("tahun_anggaran",), True),
        (("tahun_anggaran",), 1999),
        (("node_id",), "not a node ID"),
        (("node_id",), NODE_ID.upper()),
        (("node_id",), NODE_ID[:-1] + "q"),
        (("sequence",), 0),
        (("sequence",), "3"),
        (("sequence",), True),
        (("previous",), "AB" * 32),
        (("previous",), "ab" * 32 + "\n"),
        (("taken_at",), "2026-01-15T02:30:00"),
        (("taken_at",), "2026-01-15T02:30:00+00:00"),
        (("taken_at",), "2026-01-15T09:30:00+07:00"),
        (("taken_at",), "2026-01-15T02:30:00.000Z"),
        (("taken_at",), "2026-01-15 02:30:00Z"),
        (("taken_at",), "2026-1-15T02:30:00Z"),
        (("taken_at",), "2026-02-30T02:30:00Z"),
        (("taken_at",), 1768444200),
        (("taken_at",), True),
        (("perda", "nomor"), ""),
        (("perda", "nomor"), "7\u202e5202"),
        (("perda", "tanggal"), "2025-13-01"),
        (("perda", "tanggal"), "22-12-2025"),
        (("source", "consistency"), "perhaps"),
        (("source", "engine_version"), "10.11\x1b[2J"),
        (("source", "application"), "a" * 201),
        (("totals", "belanja"), "800000000"),
        (("totals", "belanja"), "-0.00"),
        (("totals", "belanja"), "800000000.004"),
        (("totals", "belanja"), "8e8"),
        (("totals", "belanja"), "lima"),
        (("totals", "belanja"), 800000000),
        (("totals", "belanja"), True),
        (("totals", "belanja"), None),
        (("segments",), []),
        (("segments",), {}),
        (("segments", 0, "kind"), "lines"),
        (("segments", 0, "kode_skpd"), EDUCATION),
        (("segments", 0, "totals", "belanja"), "1.00"),
        (("segments", 1, "kind"), "names"),
        (("segments", 1, "kind"), "other"),
        (("segments", 1, "lines"), "3"),
        (("segments", 1, "lines"), -1),
        (("segments", 1, "lines"), True),
        (("segments", 1, "bytes"), MAX_SEGMENT_BYTES + 1),
        (("segments", 1, "frame_bytes"), 0),
        (("segments", 1, "sha256"), "abc"),
        (("findings", 0, "rule"), "Rule"),
        (("findings", 0, "level"), "fatal"),
        (("findings", 0, "values"), {"rows": 1}),
        (("findings", 0, "values"), {"Rows": "1"}),
        (("findings", 0, "values"), {"rows": "1\n2"}),
        (("findings", 0, "values"), {f"value_{number}": "1" for number in range(13)}),
    ],
    ids=lambda value: ascii(value)[:40],
)
def test_validly_signed_nonsense_is_refused(place: tuple[str | int, ...], value: object) -> None:
    with pytest.raises(MalformedSnapshot):
        read_manifest(with_value(*place, value=value))


@pytest.mark.parametrize("field", ["perda", "kode_satker", "kode_bps", "previous"])
def test_what_a_node_does_not_know_is_null(field: str) -> None:
    assert getattr(read_manifest(with_value(field, value=None)), field) is None


def test_a_refusal_names_the_field_and_never_repeats_what_was_in_it() -> None:
    with pytest.raises(MalformedSnapshot) as refused:
        read_manifest(with_value("source", "engine", value=["s3cret"]))

    assert "source.engine" in str(refused.value)
    assert "s3cret" not in str(refused.value)


def test_the_name_of_an_unknown_field_cannot_disguise_a_log_line() -> None:
    with pytest.raises(MalformedSnapshot) as refused:
        read_manifest(with_value("a\n\u202eb", value=1))

    assert str(refused.value).isascii()
    assert "\n" not in str(refused.value)


def test_a_field_given_twice_is_refused() -> None:
    twice = PAYLOAD.replace(b'"sequence":3', b'"sequence":3,"sequence":3')

    with pytest.raises(MalformedMessage, match="given twice"):
        read_manifest(twice)


def test_more_segments_than_any_pemda_has_are_refused() -> None:
    segments = canonical.loads(PAYLOAD, max_bytes=MAX_ENVELOPE_BYTES)["segments"]
    many = segments[:1] + segments[1:2] * MAX_SEGMENTS

    with pytest.raises((MalformedSnapshot, TooLarge)):
        read_manifest(with_value("segments", value=many))


def test_the_most_segments_allowed_fit_into_an_envelope() -> None:
    made = manifest(segments=(MADE.segments[0], *MADE.segments[1:2] * (MAX_SEGMENTS - 1)))

    assert len(signed_manifest(made)) <= MAX_ENVELOPE_BYTES


def test_a_manifest_too_long_for_its_envelope_is_refused_before_it_is_sent() -> None:
    finding = WireFinding(rule="names_agree", level=Level.INFO, values=dict.fromkeys("abcdef", "a" * 200))
    made = manifest(findings=(finding,) * MAX_FINDINGS)

    with pytest.raises(TooLarge):
        signed_manifest(made)


@pytest.mark.parametrize("size", ["bytes", "frame_bytes"])
def test_segments_that_together_claim_too_much_are_refused(size: str) -> None:
    claims = [entry.model_copy(update={size: MAX_SEGMENT_BYTES}) for entry in MADE.segments[1:2] * 9]

    with pytest.raises(ValidationError, match="more than 536870912 bytes"):
        manifest(segments=(MADE.segments[0], *claims))


def test_an_amount_is_never_made_of_a_float() -> None:
    with pytest.raises(ValidationError):
        MADE.totals.__class__(
            pendapatan=5.25,  # type: ignore[arg-type]
            belanja=MADE.totals.belanja,
            penerimaan_pembiayaan=MADE.totals.belanja,
            pengeluaran_pembiayaan=MADE.totals.belanja,
        )


# Time


@given(st.datetimes(timezones=st.timezones()).filter(lambda moment: 1 < moment.year < 9998))
def test_one_instant_in_two_time_zones_gives_the_same_bytes(moment: datetime) -> None:
    elsewhere = moment.astimezone(timezone(timedelta(hours=7)))

    assert manifest(taken_at=moment).to_bytes() == manifest(taken_at=elsewhere).to_bytes()


def test_a_time_without_a_zone_is_no_time() -> None:
    naive = datetime(2026, 1, 31, 23, 59, 59)  # noqa: DTZ001

    with pytest.raises(ValidationError):
        manifest(taken_at=naive)
    with pytest.raises(ValueError, match="zone"):
        format_time(naive)


@given(st.one_of(st.text(), st.from_regex(r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z\Z")))
def test_a_time_has_one_spelling(text: str) -> None:
    try:
        moment = parse_time(text)
    except ValueError:
        return

    assert moment.tzinfo is UTC
    assert format_time(moment) == text


# Content


def test_the_same_content_has_the_same_content_id_whoever_read_it_and_whenever() -> None:
    later = manifest(
        sequence=9,
        previous=None,
        taken_at=TAKEN_AT + timedelta(days=1),
        agent_version="0.2.0",
        findings=(),
        segments=tuple(
            entry.model_copy(update={"frame_bytes": 5, "frame_sha256": "0" * 64}) for entry in MADE.segments
        ),
    )

    assert later.content_id == MADE.content_id
    assert later.snapshot_id != MADE.snapshot_id


@pytest.mark.parametrize(
    "changed",
    [
        {"kode_pemda": "11.11"},
        {"tahun_anggaran": 2027},
        {"perda": None},
        {"perda": MADE.perda and MADE.perda.model_copy(update={"nomor": "8"})},
        {"totals": MADE.segments[1].totals},
        {"segments": MADE.segments[:-1]},
        {
            "source": MADE.source.model_copy(
                update={"tahapan": MADE.source.tahapan.model_copy(update={"kode": "2"})}
            )
        },
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_other_content_has_another_content_id(changed: dict[str, object]) -> None:
    assert manifest(**changed).content_id != MADE.content_id


def test_how_a_stage_was_recognised_is_no_content() -> None:
    tahapan = MADE.source.tahapan.model_copy(update={"evidence": "seen elsewhere"})

    other = manifest(source=MADE.source.model_copy(update={"tahapan": tahapan}))

    assert other.content_id == MADE.content_id


def test_rules_see_the_skpd_and_not_the_names() -> None:
    stated = stated_by(MADE)

    assert [kode for kode, _, _ in stated.skpd][:2] == [EDUCATION, HEALTH]
    assert stated.has_perda


# Words


@given(st.dictionaries(st.from_regex(r"[a-z][a-z0-9_]{0,39}", fullmatch=True), st.text(), max_size=12))
def test_a_finding_is_cut_and_cleaned_to_travel(values: dict[str, str]) -> None:
    finding = WireFinding.of(Finding("names_agree", Level.INFO, values))

    assert all(text == "" or is_clean(text) for text in finding.values.values())
    assert all(len(text) <= 200 for text in finding.values.values())
    assert read_manifest(manifest(findings=(finding,)).to_bytes()).findings[0].finding() == finding.finding()
