"""An ADK file at the centre, on both databases: a delivery like one by line, or nothing at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest
from sqlalchemy import func, select

from contract.errors import (
    BadSignature,
    ExplainedError,
    ForeignPemda,
    MalformedAdk,
    NodeNotMapped,
    StaleSequence,
    UnknownNode,
)
from contract.wire import envelope
from contract.wire.adk import ADK_TYPE, Adk, csv_name
from contract.wire.archive import directory, measured
from contract.wire.canonical import sha256_hex
from contract.wire.frames import pack
from contract.wire.identity import signing_key
from contract.wire.receipt import ReceiptType, verify_receipt
from contract.wire.states import SnapshotState
from sikd import audit, intake
from sikd.accounts import PEMDA_ROLES, Role
from sikd.app import Judges
from sikd.errors import NotAllowed
from sikd.intake import Loaded
from sikd.intake.tables import lines, segments, snapshots
from tests.fakes.node import FakeNode, Prepared
from tests.integration.centre_in_process import JEPARA, CentreInProcess
from tests.integration.raw_requests import altered, committed, frames, post, state
from tests.sample_pemda import Budget


def adk(prepared: Prepared) -> bytes:
    """The file that this node's agent would export."""
    manifest = prepared.manifest
    packed = [prepared.frames[entry.sha256] for entry in manifest.segments]
    return b"".join(Adk.of(prepared.letter, manifest, lambda: packed).chunks())


def zipped(prepared: Prepared, packed: Sequence[bytes], csv: bytes) -> bytes:
    """A file of the right form, whatever its frames and its CSV are."""
    contents = [
        ("mimetype", ADK_TYPE.encode()),
        ("envelope.json", prepared.letter),
        *((f"segments/{place}.tsv.zst", frame) for place, frame in enumerate(packed)),
        (csv_name(prepared.manifest), csv),
    ]
    members = [measured(name, [data]) for name, data in contents]
    body = (member.header() + data for member, (_, data) in zip(members, contents, strict=True))
    return b"".join(body) + directory(members)


def load(centre: CentreInProcess, data: bytes) -> Loaded:
    by = centre.person("petugas-9", Role.PETUGAS)
    return intake.load_adk(centre.database, BytesIO(data), Judges(), centre.key, by, centre.clock())


def counted(centre: CentreInProcess) -> list[int]:
    """How many snapshots, segments and lines the centre keeps."""
    with centre.database.read() as connection:
        return [
            connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (snapshots, segments, lines)
        ]


def acts(centre: CentreInProcess, snapshot_id: str) -> list[tuple[str, str]]:
    with centre.database.read() as connection:
        return [(act.actor, act.act) for act in audit.acts(connection, subject=snapshot_id)][::-1]


def test_a_budget_arrives_to_the_rupiah_and_its_receipt_proves_it(
    centre: CentreInProcess, budget: Budget
) -> None:
    prepared = centre.mapped_node().prepare(budget)

    loaded = load(centre, adk(prepared))

    assert (loaded.snapshot.state, loaded.csv_differs) == (SnapshotState.RECEIVED, False)
    with centre.database.read() as connection:
        assert intake.posture(connection, JEPARA, prepared.manifest.content_id) == budget.totals
    assert loaded.snapshot.last_receipt is not None
    receipt = verify_receipt(loaded.snapshot.last_receipt, signing_key(centre.key.public_der))
    assert (receipt.type, receipt.snapshot_id) == (ReceiptType.FINAL, prepared.snapshot_id)


def test_the_log_says_who_brought_it(centre: CentreInProcess, budget: Budget) -> None:
    node = centre.mapped_node()
    prepared = node.prepare(budget)

    load(centre, adk(prepared))

    assert acts(centre, prepared.snapshot_id) == [
        (node.node_id, "snapshot_committed"),
        ("petugas-9", "adk_loaded"),
        ("sikd", "snapshot_received"),
    ]


def test_the_same_file_again_gets_the_same_receipts(centre: CentreInProcess, budget: Budget) -> None:
    data = adk(centre.mapped_node().prepare(budget))
    first, before = load(centre, data), counted(centre)
    centre.clock.pass_by(timedelta(days=3))

    again = load(centre, data)

    assert again == first
    assert counted(centre) == before


def test_what_came_by_line_is_not_taken_twice(centre: CentreInProcess, budget: Budget) -> None:
    node = centre.mapped_node()
    prepared = node.prepare(budget)
    delivered, before = node.deliver(prepared), counted(centre)

    loaded = load(centre, adk(prepared))

    assert counted(centre) == before
    assert [loaded.snapshot.commit_receipt, loaded.snapshot.last_receipt] == [
        receipt.encode() for receipt in delivered.receipts
    ]


def test_the_file_of_an_old_delivery_is_known_after_its_node_is_gone(
    centre: CentreInProcess, budget: Budget
) -> None:
    node = centre.mapped_node()
    prepared = node.prepare(budget)
    delivered = node.deliver(prepared)
    centre.revoke(node)

    loaded = load(centre, adk(prepared))

    assert loaded.snapshot.last_receipt == delivered.receipts[-1].encode()
    assert not loaded.csv_differs


def test_a_line_that_broke_is_finished_by_a_stick(centre: CentreInProcess, budget: Budget) -> None:
    node = centre.mapped_node()
    prepared = node.prepare(budget)
    answer = committed(node, prepared)
    post(node, prepared, frames(prepared, answer.lacking[:1]))

    loaded = load(centre, adk(prepared))

    assert loaded.snapshot.state is SnapshotState.RECEIVED
    assert loaded.snapshot.commit_receipt == answer.receipts[0].encode()
    assert state(node, prepared).lacking == ()


def test_a_node_hears_by_line_what_came_by_stick(centre: CentreInProcess, budget: Budget) -> None:
    node = centre.mapped_node()
    prepared = node.prepare(budget)
    loaded = load(centre, adk(prepared))

    answer = node.deliver(prepared)

    assert answer.receipts[-1].encode() == loaded.snapshot.last_receipt


def test_a_segment_that_was_signed_wrong_refuses_the_whole_with_a_receipt(
    centre: CentreInProcess, budget: Budget
) -> None:
    node = centre.mapped_node()
    names, victim, *rest = node.prepare(budget).manifest.segments
    frame = pack(b"not a line\n")
    false = victim.model_copy(
        update={
            "bytes": 11,
            "sha256": sha256_hex(b"not a line\n"),
            "frame_bytes": len(frame),
            "frame_sha256": sha256_hex(frame),
        }
    )
    signed = altered(node, node.prepare(budget), segments=(names, false, *rest))
    packed = {**signed.frames, false.sha256: frame}

    # Our own agent would not even export it.
    loaded = load(centre, zipped(signed, [packed[entry.sha256] for entry in signed.manifest.segments], b""))

    assert loaded.snapshot.state is SnapshotState.REFUSED
    assert loaded.snapshot.last_receipt is not None
    receipt = verify_receipt(loaded.snapshot.last_receipt, signing_key(centre.key.public_der))
    assert receipt.type is ReceiptType.REFUSED


def test_a_csv_that_is_not_what_was_signed_is_said_and_noted(centre: CentreInProcess, budget: Budget) -> None:
    prepared = centre.mapped_node().prepare(budget)
    packed = [prepared.frames[entry.sha256] for entry in prepared.manifest.segments]

    loaded = load(centre, zipped(prepared, packed, b"2026;1.01;lain\n"))

    assert (loaded.snapshot.state, loaded.csv_differs) == (SnapshotState.RECEIVED, True)
    with centre.database.read() as connection:
        [act] = [one for one in audit.acts(connection) if one.act == "adk_loaded"]
    assert act.details == {"csv": "differs"}


def revoked(centre: CentreInProcess, budget: Budget) -> bytes:
    node = centre.mapped_node()
    data = adk(node.prepare(budget))
    centre.revoke(node)
    return data


def of_a_stranger(centre: CentreInProcess, budget: Budget) -> bytes:
    return adk(FakeNode(centre.client, "https://sikd.example").prepare(budget))


def under_anothers_name(centre: CentreInProcess, budget: Budget) -> bytes:
    """Signed by a stranger's key, in the name of the mapped node."""
    node, stranger = centre.mapped_node(), FakeNode(centre.client, "https://sikd.example")
    manifest = node.prepare(budget).manifest
    kind = envelope.MANIFEST_TYPE
    forged = envelope.sign(kind, manifest.to_bytes(), stranger.signing, keyid=node.node_id).to_bytes()
    return adk(replace(node.prepare(budget), manifest=manifest, letter=forged))


def older_than_the_last(centre: CentreInProcess, budget: Budget) -> bytes:
    node = centre.mapped_node()
    committed(node, node.prepare(budget, sequence=2))
    return adk(node.prepare(budget, sequence=1))


def of_another_pemda(centre: CentreInProcess, budget: Budget) -> bytes:
    node = centre.mapped_node()
    return adk(altered(node, node.prepare(budget), kode_pemda="11.17"))


def cut_off(centre: CentreInProcess, budget: Budget) -> bytes:
    return adk(centre.mapped_node().prepare(budget))[:-1]


@pytest.mark.parametrize(
    ("file", "error"),
    [
        (revoked, NodeNotMapped),
        (of_a_stranger, UnknownNode),
        (under_anothers_name, BadSignature),
        (older_than_the_last, StaleSequence),
        (of_another_pemda, ForeignPemda),
        (cut_off, MalformedAdk),
    ],
)
def test_what_would_be_refused_by_line_is_refused_on_a_stick(
    centre: CentreInProcess,
    budget: Budget,
    file: Callable[[CentreInProcess, Budget], bytes],
    error: type[ExplainedError],
) -> None:
    data = file(centre, budget)
    before = counted(centre)

    with pytest.raises(error):
        load(centre, data)

    assert counted(centre) == before


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.PETUGAS, Role.PENYETUJU}))
def test_only_an_officer_reads_it_in(centre: CentreInProcess, budget: Budget, role: Role) -> None:
    data = adk(centre.mapped_node().prepare(budget))
    pemda = JEPARA if role in PEMDA_ROLES else None
    by = centre.person("orang-1", role, pemda)

    with pytest.raises(NotAllowed):
        intake.load_adk(centre.database, BytesIO(data), Judges(), centre.key, by, centre.clock())

    assert counted(centre) == [0, 0, 0]
