"""What an attacker may try at the centre's door, each test named after the attempt."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
import zstandard
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import func, select

from contract.budget.rupiah import MAX_SEN, Rupiah
from contract.budget.totals import Totals
from contract.wire import envelope
from contract.wire.canonical import sha256_hex
from contract.wire.identity import to_base64
from contract.wire.manifest import WireTotals
from contract.wire.states import SnapshotState
from sikd.intake.tables import segments, snapshots
from tests.fakes.node import FakeNode, Prepared
from tests.integration.centre_in_process import CentreInProcess
from tests.integration.raw_requests import (
    altered,
    answer,
    commit,
    committed,
    frames,
    letter,
    post,
    refusal,
    send,
    signed_headers,
    state,
)
from tests.sample_pemda import Budget

PLACES_TO_SPOIL = 40


@pytest.fixture
def node(centre: CentreInProcess) -> FakeNode:
    return centre.mapped_node()


@pytest.fixture
def prepared(node: FakeNode, budget: Budget) -> Prepared:
    return node.prepare(budget)


def kept(centre: CentreInProcess) -> tuple[int, int]:
    """How many snapshots and segments the centre keeps."""
    with centre.database.read() as connection:
        return (
            connection.execute(select(func.count()).select_from(snapshots)).scalar_one(),
            connection.execute(select(func.count()).select_from(segments)).scalar_one(),
        )


def spoilt(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def places_in(data: bytes) -> range:
    """Some places all over the data, its first and last byte among them."""
    return range(0, len(data), (len(data) - 1) // PLACES_TO_SPOIL)


def place(prepared: Prepared) -> str:
    return f"/v1/snapshots/{prepared.snapshot_id}"


def with_part(node: FakeNode, prepared: Prepared, plain: bytes, frame: bytes, **stated: object) -> Prepared:
    """The snapshot with another last segment, which the node signs for."""
    *others, last = prepared.manifest.segments
    entry = last.model_copy(
        update={
            "bytes": len(plain),
            "sha256": sha256_hex(plain),
            "frame_bytes": len(frame),
            "frame_sha256": sha256_hex(frame),
            **stated,
        }
    )
    changed = altered(node, prepared, segments=(*others, entry))
    return replace(changed, frames=prepared.frames | {entry.sha256: frame})


# The signature of a request


def test_one_changed_byte_of_an_envelope_is_refused_before_it_is_parsed(
    centre: CentreInProcess, node: FakeNode, prepared: Prepared
) -> None:
    for at in places_in(prepared.letter):
        headers = signed_headers(node, "PUT", place(prepared), prepared.letter)
        refused = send(node, "PUT", place(prepared), spoilt(prepared.letter, at), headers)
        assert refusal(refused) == (401, "bad-request-signature")

    assert kept(centre) == (0, 0)


def test_one_changed_byte_inside_a_well_signed_request_is_refused(
    centre: CentreInProcess, node: FakeNode, prepared: Prepared
) -> None:
    for at in places_in(prepared.letter):
        refused = send(node, "PUT", place(prepared), spoilt(prepared.letter, at))
        # Signed anew, it reaches the envelope, whose own signature covers the manifest.
        assert refusal(refused)[0] in {400, 413, 422}, at

    assert kept(centre) == (0, 0)


@pytest.mark.parametrize("field", ["content-digest", "signature-input", "signature", "content-length"])
def test_one_changed_byte_of_the_signed_part_of_a_request_is_refused(
    centre: CentreInProcess, node: FakeNode, prepared: Prepared, field: str
) -> None:
    honest = signed_headers(node, "PUT", place(prepared), prepared.letter)
    value = honest[field].encode()

    for at in range(len(value)):
        changed = spoilt(value, at).decode("latin-1")
        if changed.strip() == honest[field] or not changed.isprintable():
            continue
        status, slug = refusal(send(node, "PUT", place(prepared), prepared.letter, honest | {field: changed}))
        assert (status, slug) in {
            (401, "bad-request-signature"),
            (404, "unknown-node"),
            (413, "too-large"),
        }, (at, changed)

    assert kept(centre) == (0, 0)


def test_another_method_or_address_than_was_signed_is_refused(node: FakeNode, prepared: Prepared) -> None:
    headers = signed_headers(node, "PUT", place(prepared), b"")

    assert refusal(send(node, "GET", place(prepared), b"", headers))[1] == "bad-request-signature"
    assert refusal(send(node, "PUT", f"/v1/snapshots/{'0' * 64}", b"", headers))[1] == "bad-request-signature"
    assert refusal(send(node, "PUT", place(prepared) + "?x=1", b"", headers))[1] == "bad-request-signature"


def test_a_host_header_does_not_choose_the_address_that_was_signed(
    node: FakeNode, prepared: Prepared
) -> None:
    elsewhere = replace(node, public_url="https://attacker.example")
    headers = signed_headers(elsewhere, "PUT", place(prepared), prepared.letter)

    refused = send(node, "PUT", place(prepared), prepared.letter, headers | {"host": "attacker.example"})

    assert refusal(refused) == (401, "bad-request-signature")


def test_a_request_signed_by_another_key_is_refused(node: FakeNode, prepared: Prepared) -> None:
    headers = signed_headers(node, "PUT", place(prepared), prepared.letter)
    stranger = replace(node, signing=Ed25519PrivateKey.generate())
    forged = signed_headers(stranger, "PUT", place(prepared), prepared.letter)
    forged["signature-input"] = forged["signature-input"].replace(stranger.node_id, node.node_id)

    assert refusal(send(node, "PUT", place(prepared), prepared.letter, forged))[1] == "bad-request-signature"
    assert send(node, "PUT", place(prepared), prepared.letter, headers).status_code == 200


def test_a_replayed_request_is_refused(node: FakeNode, prepared: Prepared) -> None:
    headers = signed_headers(node, "PUT", place(prepared), prepared.letter)
    first = send(node, "PUT", place(prepared), prepared.letter, headers)

    second = send(node, "PUT", place(prepared), prepared.letter, headers)

    assert first.status_code == 200
    assert refusal(second) == (409, "replayed")


def test_a_replay_after_its_nonce_was_forgotten_is_too_old(
    centre: CentreInProcess, node: FakeNode, prepared: Prepared
) -> None:
    headers = signed_headers(node, "PUT", place(prepared), prepared.letter)
    send(node, "PUT", place(prepared), prepared.letter, headers)
    centre.clock.pass_by(timedelta(minutes=11))

    refused = send(node, "PUT", place(prepared), prepared.letter, headers)

    assert refusal(refused) == (400, "clock-skew")
    assert json.loads(refused.content)["server_time"] == "2026-01-20T03:11:01Z"


def test_a_header_given_twice_is_refused(node: FakeNode, prepared: Prepared) -> None:
    headers = list(signed_headers(node, "PUT", place(prepared), prepared.letter).items())
    twice = [*headers, ("content-digest", "sha-256=:AAAA:")]

    refused = node.client.request("PUT", place(prepared), content=prepared.letter, headers=twice)

    assert refusal(refused) == (401, "bad-request-signature")


def test_an_unsigned_request_is_refused(node: FakeNode, prepared: Prepared) -> None:
    assert refusal(send(node, "PUT", place(prepared), prepared.letter, {})) == (401, "bad-request-signature")


# Sizes


def test_a_manifest_of_ten_megabytes_is_refused_by_its_stated_length(
    node: FakeNode, prepared: Prepared
) -> None:
    assert refusal(send(node, "PUT", place(prepared), bytes(10 * 1024 * 1024))) == (413, "too-large")


def test_a_decompression_bomb_is_not_opened(
    node: FakeNode, prepared: Prepared, centre: CentreInProcess
) -> None:
    bomb = zstandard.ZstdCompressor(level=19).compress(bytes(1024 * 1024 * 1024))
    plain = b"small\n"
    attack = with_part(node, prepared, plain, bomb)
    lacking = committed(node, attack).lacking

    response = post(node, attack, frames(attack, lacking))

    # The node signed for it, so the delivery ends here, and the bomb is not even kept.
    assert answer(response).state is SnapshotState.REFUSED
    assert kept(centre) == (1, len(lacking) - 1)


def test_more_than_a_snapshot_may_hold_is_refused_at_the_commitment(
    node: FakeNode, prepared: Prepared
) -> None:
    large = [entry.model_copy(update={"bytes": 60 * 1024 * 1024}) for entry in prepared.manifest.segments]
    attack = altered(node, prepared, segments=tuple(large))

    assert refusal(commit(node, attack)) == (422, "malformed-snapshot")


# The envelope and the manifest


def test_an_envelope_signed_by_another_key_is_refused(node: FakeNode, prepared: Prepared) -> None:
    stranger = replace(node, signing=Ed25519PrivateKey.generate())
    forged = envelope.sign(
        envelope.MANIFEST_TYPE, prepared.manifest.to_bytes(), stranger.signing, keyid=node.node_id
    ).to_bytes()

    assert refusal(send(node, "PUT", place(prepared), forged)) == (422, "bad-signature")


def test_another_snapshot_than_the_address_names_is_refused(node: FakeNode, prepared: Prepared) -> None:
    assert refusal(send(node, "PUT", f"/v1/snapshots/{'0' * 64}", prepared.letter)) == (422, "bad-signature")


def test_a_snapshot_of_another_pemda_is_refused(node: FakeNode, prepared: Prepared) -> None:
    assert refusal(commit(node, altered(node, prepared, kode_pemda="11.17"))) == (403, "foreign-pemda")


def test_a_snapshot_in_the_name_of_another_node_is_refused(
    centre: CentreInProcess, node: FakeNode, prepared: Prepared
) -> None:
    other = centre.node()
    other.enrol()

    assert refusal(commit(node, altered(node, prepared, node_id=other.node_id))) == (403, "foreign-pemda")


def test_another_snapshot_at_an_old_sequence_is_refused(
    node: FakeNode, prepared: Prepared, another_budget: Budget
) -> None:
    committed(node, prepared)

    assert refusal(commit(node, node.prepare(another_budget, sequence=1))) == (409, "stale-sequence")


def test_control_totals_that_are_not_the_sum_of_the_parts_are_refused(
    node: FakeNode, prepared: Prepared
) -> None:
    wrong = altered(node, prepared, totals=WireTotals.of(Totals()))

    assert refusal(commit(node, wrong)) == (422, "malformed-snapshot")


def test_totals_that_leave_more_than_an_amount_are_refused(node: FakeNode, prepared: Prepared) -> None:
    # Each is an amount by itself; but pages, verdicts and the start of the centre need their difference.
    endless = WireTotals.of(Totals(belanja=Rupiah(MAX_SEN - 1), pengeluaran_pembiayaan=Rupiah(MAX_SEN - 1)))
    names, first, *_ = prepared.manifest.segments
    only = first.model_copy(update={"totals": endless})

    refused = commit(node, altered(node, prepared, totals=endless, segments=(names, only)))

    assert refusal(refused) == (422, "malformed-snapshot")


def test_a_budget_of_a_distant_year_is_refused(node: FakeNode, prepared: Prepared) -> None:
    assert refusal(commit(node, altered(node, prepared, tahun_anggaran=2031))) == (422, "malformed-snapshot")


def test_one_segment_listed_twice_is_refused(node: FakeNode, prepared: Prepared) -> None:
    names, first, *others = prepared.manifest.segments
    second = others[0].model_copy(update={"sha256": first.sha256})

    refused = commit(node, altered(node, prepared, segments=(names, first, second, *others[1:])))

    assert refusal(refused) == (422, "malformed-snapshot")


@pytest.mark.parametrize(
    "payload",
    [
        b'{"schema":"sikd.manifest/1","schema":"sikd.manifest/1"}',
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b'{"sequence":1.5}',
        b'{"sequence":"1"}',
        b"[]",
        b"\xff",
        b"",
    ],
    ids=["a field twice", "deep nesting", "a float", "text for a number", "a list", "no UTF-8", "nothing"],
)
def test_validly_signed_nonsense_is_refused(node: FakeNode, payload: bytes) -> None:
    nonsense = envelope.sign(envelope.MANIFEST_TYPE, payload, node.signing, keyid=node.node_id).to_bytes()

    refused = send(node, "PUT", f"/v1/snapshots/{sha256_hex(payload)}", nonsense)

    assert refusal(refused)[0] in {400, 413, 422}


def test_an_envelope_with_a_field_twice_is_refused(node: FakeNode, prepared: Prepared) -> None:
    twice = prepared.letter.replace(b'{"payload":', b'{"payload":"","payload":', 1)

    assert refusal(send(node, "PUT", place(prepared), twice)) == (400, "malformed-message")


# Segments


def test_a_frame_with_one_changed_byte_is_not_opened(
    centre: CentreInProcess, node: FakeNode, prepared: Prepared
) -> None:
    body = frames(prepared, committed(node, prepared).lacking)

    assert refusal(post(node, prepared, spoilt(body, 9))) == (422, "frame-mismatch")
    assert kept(centre) == (1, 0)


def test_lines_that_are_not_canonical_refuse_the_whole_snapshot(node: FakeNode, prepared: Prepared) -> None:
    last = prepared.manifest.segments[-1]
    plain = zstandard.ZstdDecompressor().decompress(prepared.frames[last.sha256])
    rows = plain.splitlines(keepends=True)
    unsorted = b"".join(reversed(rows))
    attack = with_part(node, prepared, unsorted, zstandard.ZstdCompressor().compress(unsorted))

    final = answer(post(node, attack, frames(attack, committed(node, attack).lacking)))

    assert final.state is SnapshotState.REFUSED
    assert "sorted" in final.reason or "urut" in final.reason
    assert len(final.receipts) == 2


def test_lines_that_are_not_what_the_manifest_states_refuse_the_whole_snapshot(
    node: FakeNode, prepared: Prepared
) -> None:
    # One rupiah is moved between two SKPD: the sum still holds, the parts do not.
    names, first, second, *others = prepared.manifest.segments
    belanja = first.totals.belanja.sen
    moved = [
        entry.model_copy(
            update={"totals": entry.totals.model_copy(update={"belanja": type(entry.totals.belanja)(sen)})}
        )
        for entry, sen in ((first, belanja - 100), (second, second.totals.belanja.sen + 100))
    ]
    attack = altered(node, prepared, segments=(names, *moved, *others))

    final = answer(post(node, attack, frames(attack, committed(node, attack).lacking)))

    assert final.state is SnapshotState.REFUSED


def test_a_known_segment_cannot_be_claimed_for_another_skpd(
    node: FakeNode, prepared: Prepared, another_budget: Budget
) -> None:
    node.deliver(prepared)
    *others, last = prepared.manifest.segments
    renamed = last.model_copy(update={"kode_skpd": "9.99.0.00.0.00.99.0000"})

    claim = altered(node, prepared, segments=(*others, renamed), sequence=2)

    assert committed(node, claim).state is SnapshotState.REFUSED


def test_a_snapshot_of_another_pemda_does_not_exist_for_a_node(
    centre: CentreInProcess, node: FakeNode, prepared: Prepared
) -> None:
    committed(node, prepared)
    other = centre.mapped_node("11.17")

    assert refusal(send(other, "GET", place(prepared))) == (404, "unknown-snapshot")
    assert refusal(post(other, prepared, b"x")) == (404, "unknown-snapshot")


def test_a_revoked_node_delivers_nothing_more(
    centre: CentreInProcess, node: FakeNode, prepared: Prepared
) -> None:
    body = frames(prepared, committed(node, prepared).lacking)
    centre.revoke(node)

    assert refusal(post(node, prepared, body)) == (403, "node-not-mapped")
    assert refusal(send(node, "GET", place(prepared))) == (403, "node-not-mapped")


def test_nothing_of_the_inside_is_told_when_something_breaks(
    centre: CentreInProcess, node: FakeNode, prepared: Prepared
) -> None:
    committed(node, prepared)
    with centre.database.begin() as connection:
        connection.exec_driver_sql("DROP TABLE snapshot_parts")

    broken = send(node, "GET", place(prepared))

    assert broken.status_code in {500, 503}
    assert refusal(broken)[1] in {"internal-server-error", "service-unavailable"}
    assert b"snapshot_parts" not in broken.content


def test_a_signature_beside_the_nodes_own_does_not_matter(node: FakeNode, prepared: Prepared) -> None:
    fields = json.loads(letter(node, prepared.manifest))
    fields["signatures"].append({"keyid": "later", "sig": to_base64(b"ML-DSA")})
    more = json.dumps(fields, separators=(",", ":"), sort_keys=True).encode()

    assert answer(send(node, "PUT", place(prepared), more)).state is SnapshotState.COMMITTED
    assert state(node, prepared).state is SnapshotState.COMMITTED
