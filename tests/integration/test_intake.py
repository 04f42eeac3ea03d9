"""A delivery from commitment to the last receipt, on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Event, Semaphore
from typing import Any

import pytest
from sqlalchemy import func, select, update

from contract.wire.canonical import sha256_hex
from contract.wire.frames import pack
from contract.wire.identity import signing_key
from contract.wire.receipt import Receipt, ReceiptType, verify_receipt
from contract.wire.states import SnapshotState
from sikd import intake
from sikd.app import keep_house
from sikd.intake import receive
from sikd.intake.tables import lines, segments, snapshots
from sikd.intake.uploads import MOST_OF_A_NODE
from tests.fakes.node import FakeNode, Prepared
from tests.integration.centre_in_process import JEPARA, CentreInProcess
from tests.integration.raw_requests import (
    altered,
    commit,
    committed,
    frames,
    post,
    refusal,
    send,
    state,
)
from tests.sample_pemda import Budget


def receipts(centre: CentreInProcess, texts: tuple[str, ...]) -> list[Receipt]:
    key = signing_key(centre.key.public_der)
    return [verify_receipt(text.encode(), key) for text in texts]


def counted(centre: CentreInProcess) -> tuple[int, int]:
    """How many segments and lines the centre keeps."""
    with centre.database.read() as connection:
        return (
            connection.execute(select(func.count()).select_from(segments)).scalar_one(),
            connection.execute(select(func.count()).select_from(lines)).scalar_one(),
        )


def number_of_lines(prepared: Prepared) -> int:
    return sum(entry.lines for entry in prepared.manifest.segments[1:])


def test_a_budget_arrives_to_the_rupiah(centre: CentreInProcess, budget: Budget) -> None:
    node = centre.mapped_node()
    prepared = node.prepare(budget)

    final = node.deliver(prepared)

    assert (final.state, final.lacking) == (SnapshotState.RECEIVED, ())
    with centre.database.read() as connection:
        assert intake.posture(connection, JEPARA, prepared.manifest.content_id) == budget.totals
        sums = intake.skpd_sums(connection, JEPARA, prepared.manifest.content_id)
    assert [each.kode_skpd for each in sums] == [
        entry.kode_skpd for entry in prepared.manifest.segments if entry.kode_skpd
    ]
    assert all(each.nama for each in sums)


def test_receipts_prove_when_and_what(centre: CentreInProcess, budget: Budget) -> None:
    node = centre.mapped_node()
    prepared = node.prepare(budget)
    committed_at = centre.clock()
    answer = committed(node, prepared)
    centre.clock.pass_by(timedelta(days=2))

    post(node, prepared, frames(prepared, answer.lacking))

    first, last = receipts(centre, state(node, prepared).receipts)
    assert (first.type, first.received_at) == (ReceiptType.COMMIT, committed_at)
    assert (last.type, last.received_at) == (ReceiptType.FINAL, committed_at + timedelta(days=2))
    assert {first.content_id, last.content_id} == {prepared.manifest.content_id}


def test_the_same_envelope_gets_the_same_receipt(centre: CentreInProcess, budget: Budget) -> None:
    node = centre.mapped_node()
    prepared = node.prepare(budget)
    first = commit(node, prepared)
    centre.clock.pass_by(timedelta(hours=1))

    second = commit(node, prepared)

    assert second.content == first.content


def test_whole_frames_survive_a_broken_line(centre: CentreInProcess, budget: Budget) -> None:
    node = centre.mapped_node()
    prepared = node.prepare(budget)
    lacking = committed(node, prepared).lacking
    body = frames(prepared, lacking)
    two_frames = len(frames(prepared, lacking[:2]))
    # The rest of the third frame is noise: as good as a line that broke, and refused besides.
    spoilt = body[: two_frames + 5] + bytes(len(body) - two_frames - 5)

    refused = refusal(post(node, prepared, spoilt))

    assert refused == (422, "frame-mismatch")
    after = state(node, prepared)
    assert (after.state, after.lacking) == (SnapshotState.RECEIVING, lacking[2:])
    assert node.deliver(prepared).state is SnapshotState.RECEIVED


def test_a_node_that_has_not_heard_of_progress_may_send_its_old_list(
    centre: CentreInProcess, budget: Budget
) -> None:
    node = centre.mapped_node()
    prepared = node.prepare(budget)
    lacking = committed(node, prepared).lacking
    body = frames(prepared, lacking)
    kept = len(frames(prepared, lacking[:3]))
    post(node, prepared, body[:kept] + bytes(len(body) - kept))

    repeated = post(node, prepared, body)

    assert repeated.status_code == 200
    assert state(node, prepared).state is SnapshotState.RECEIVED
    assert counted(centre) == (len(prepared.manifest.segments), number_of_lines(prepared))


def test_two_requests_at_once_keep_everything_once(centre: CentreInProcess, budget: Budget) -> None:
    node = centre.mapped_node()
    prepared = node.prepare(budget)
    body = frames(prepared, committed(node, prepared).lacking)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: post(node, prepared, body), range(4)))

    assert {answer.status_code for answer in answers} == {200}
    assert state(node, prepared).state is SnapshotState.RECEIVED
    assert counted(centre) == (len(prepared.manifest.segments), number_of_lines(prepared))


def test_a_node_with_its_share_of_uploads_under_way_is_asked_to_come_back(
    centre: CentreInProcess, budget: Budget, monkeypatch: pytest.MonkeyPatch
) -> None:
    node, other = centre.mapped_node(), centre.mapped_node("11.17")
    prepared = node.prepare(budget)
    body = frames(prepared, committed(node, prepared).lacking)
    under_way, let_go = Semaphore(0), Event()
    take = receive.take

    def slowly(*arguments: Any) -> None:
        under_way.release()
        let_go.wait(20)
        take(*arguments)

    monkeypatch.setattr(receive, "take", slowly)
    with ThreadPoolExecutor(MOST_OF_A_NODE) as pool:
        waiting = [pool.submit(post, node, prepared, body) for _ in range(MOST_OF_A_NODE)]
        for _ in waiting:
            under_way.acquire(timeout=20)
        too_many = refusal(post(node, prepared, body))
        another = refusal(post(other, prepared, body))
        let_go.set()
        answers = [each.result() for each in waiting]

    assert (too_many, another) == ((429, "busy"), (404, "unknown-snapshot"))
    assert {each.status_code for each in answers} == {200}
    assert post(node, prepared, b"").status_code == 200


def test_unchanged_skpd_are_never_sent_again(centre: CentreInProcess, budget: Budget) -> None:
    node = centre.mapped_node()
    node.deliver(node.prepare(budget))
    later = node.prepare(budget, sequence=2, perda="13")

    answer = committed(node, later)

    assert (answer.state, answer.lacking) == (SnapshotState.RECEIVED, ())


def test_a_segment_of_another_pemda_is_asked_for_all_the_same(
    centre: CentreInProcess, budget: Budget
) -> None:
    jepara, pati = centre.mapped_node(), centre.mapped_node("11.17")
    delivered = jepara.prepare(budget)
    jepara.deliver(delivered)
    same_segments = pati.prepare(budget)
    claimed = altered(pati, same_segments, kode_pemda="11.17")

    lacking = committed(pati, claimed).lacking

    # Else the answer would tell one Pemda what another has sent.
    assert lacking == tuple(entry.sha256 for entry in claimed.manifest.segments)


@pytest.fixture
def left_complete(centre: CentreInProcess, budget: Budget) -> tuple[FakeNode, Prepared]:
    """A delivery whose last frame was kept when the centre stopped."""
    node = centre.mapped_node()
    prepared = node.prepare(budget)
    committed(node, prepared)
    key = (JEPARA, prepared.snapshot_id)
    with centre.database.read() as connection:
        all_parts = intake.parts_of(connection, *key)
    for part in all_parts:
        receive.take(centre.database, key, part, prepared.frames[part.sha256], centre.clock())
    return node, prepared


def test_a_delivery_that_was_left_complete_is_judged_when_its_node_asks(
    left_complete: tuple[FakeNode, Prepared],
) -> None:
    assert state(*left_complete).state is SnapshotState.RECEIVED


def test_a_delivery_that_was_left_complete_is_judged_at_the_next_start(
    centre: CentreInProcess, left_complete: tuple[FakeNode, Prepared]
) -> None:
    keep_house(centre.parts)

    with centre.database.read() as connection:
        found = intake.snapshot(connection, JEPARA, left_complete[1].snapshot_id)
    assert found.state is SnapshotState.RECEIVED


def test_what_is_lacking_too_long_lapses_and_can_be_taken_up_again(
    centre: CentreInProcess, budget: Budget
) -> None:
    node = centre.mapped_node()
    prepared = node.prepare(budget)
    committed(node, prepared)
    centre.clock.pass_by(timedelta(days=15))
    with centre.database.begin() as connection:
        intake.lapse_old(connection, centre.clock())
    lapsed = state(node, prepared).state

    final = node.deliver(prepared)

    assert (lapsed, final.state) == (SnapshotState.LAPSED, SnapshotState.RECEIVED)


def test_accounts_outside_the_chart_are_a_finding_that_names_its_year(
    centre: CentreInProcess, budget: Budget
) -> None:
    node = centre.mapped_node()

    final = node.deliver(node.prepare(budget))

    noticed = [each for each in final.findings if each.rule == "account_is_in_chart"]
    assert all(each.values["tahun"] == "2021" for each in noticed)


def test_lines_are_read_page_by_page(centre: CentreInProcess, budget: Budget) -> None:
    node = centre.mapped_node()
    prepared = node.prepare(budget)
    node.deliver(prepared)

    with centre.database.read() as connection:
        pages = [
            intake.budget_lines(connection, JEPARA, prepared.manifest.content_id, offset=start, limit=100)
            for start in range(0, number_of_lines(prepared), 100)
        ]

    read = [line for page in pages for line in page.lines]
    assert len(set(read)) == pages[0].count == number_of_lines(prepared)
    assert sum(line.nilai_anggaran.sen for line in read if line.kode_rekening.startswith("5")) == (
        budget.totals.belanja.sen
    )


def test_a_body_that_fits_no_list_is_refused(centre: CentreInProcess, budget: Budget) -> None:
    node = centre.mapped_node()
    prepared = node.prepare(budget)
    body = frames(prepared, committed(node, prepared).lacking)

    assert refusal(post(node, prepared, body + b"x")) == (409, "snapshot-not-open")


def test_an_unknown_snapshot_is_unknown(centre: CentreInProcess, budget: Budget) -> None:
    node = centre.mapped_node()

    assert refusal(send(node, "GET", f"/v1/snapshots/{'0' * 64}")) == (404, "unknown-snapshot")


def test_a_newer_content_replaces_one_that_nobody_acted_on(
    centre: CentreInProcess, budget: Budget, another_budget: Budget
) -> None:
    node = centre.mapped_node()
    first = node.prepare(budget)
    node.deliver(first)

    node.deliver(node.prepare(another_budget, sequence=2))

    assert state(node, first).state is SnapshotState.SUPERSEDED


def test_a_delivery_that_was_held_up_does_not_replace_what_was_committed_after_it(
    centre: CentreInProcess, budget: Budget, another_budget: Budget
) -> None:
    node = centre.mapped_node()
    held_up, later = node.prepare(budget), node.prepare(another_budget, sequence=2)
    lacking = committed(node, held_up).lacking
    node.deliver(later)

    post(node, held_up, frames(held_up, lacking))

    # It is whole and has its final receipt all the same.
    assert (state(node, held_up).state, len(state(node, held_up).receipts)) == (SnapshotState.SUPERSEDED, 2)
    assert state(node, later).state is SnapshotState.RECEIVED


def test_of_two_deliveries_that_end_at_once_the_later_one_stands(
    centre: CentreInProcess, budget: Budget, another_budget: Budget
) -> None:
    node = centre.mapped_node()
    both = [node.prepare(budget), node.prepare(another_budget, sequence=2)]
    bodies = [frames(each, committed(node, each).lacking) for each in both]

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda number: post(node, both[number], bodies[number]), range(2)))

    assert [state(node, each).state for each in both] == [SnapshotState.SUPERSEDED, SnapshotState.RECEIVED]


def test_a_delivery_that_cannot_be_judged_keeps_no_other_from_it(
    centre: CentreInProcess,
    left_complete: tuple[FakeNode, Prepared],
    another_budget: Budget,
) -> None:
    node, prepared = left_complete
    waits = node.prepare(another_budget, sequence=2)
    committed(node, waits)
    with centre.database.begin() as connection:
        spoilt = update(snapshots).where(snapshots.c.snapshot_id == prepared.snapshot_id)
        connection.execute(spoilt.values(envelope=b"no envelope"))
        whole = update(snapshots).where(snapshots.c.snapshot_id == waits.snapshot_id)
        connection.execute(whole.values(state=SnapshotState.COMPLETE.value))

    keep_house(centre.parts)

    with centre.database.read() as connection:
        assert intake.snapshot(connection, JEPARA, waits.snapshot_id).state is SnapshotState.REFUSED


def test_a_budget_may_be_without_any_name(centre: CentreInProcess, budget: Budget) -> None:
    node = centre.mapped_node()
    prepared = node.prepare(budget)
    named, *skpd = prepared.manifest.segments
    frame = pack(b"")
    nothing = named.model_copy(
        update={
            "lines": 0,
            "bytes": 0,
            "sha256": sha256_hex(b""),
            "frame_bytes": len(frame),
            "frame_sha256": sha256_hex(frame),
        }
    )
    nameless = altered(node, prepared, segments=(nothing, *skpd))

    final = node.deliver(replace(nameless, frames=prepared.frames | {nothing.sha256: frame}))

    assert final.state is SnapshotState.RECEIVED


def test_a_pending_node_delivers_nothing(centre: CentreInProcess, budget: Budget) -> None:
    node: FakeNode = centre.node()
    node.enrol()

    assert refusal(commit(node, node.prepare(budget))) == (403, "node-not-mapped")
