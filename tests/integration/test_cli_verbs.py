"""The verbs at the real centre: trust, order of steps, exit codes, and what scripts read."""

from __future__ import annotations

import base64
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from contract.wire import envelope
from contract.wire.messages import Centre as SaidCentre
from tests.filled import in_sqlite
from tests.sample_pemda import Budget
from tests.world import Scene, scene

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def ours() -> Iterator[Scene]:
    """A node that `init` has set up and nobody has enrolled; the tests below take it along its way."""
    with tempfile.TemporaryDirectory() as folder, scene(Path(folder)) as made:
        made.open_centre()
        database = Path(folder) / "sipd.db"
        made.install_agent(in_sqlite(database, "wp-sipd", Budget(tahun=2026, jumlah_rincian=500)))
        yield made


def centre_key(of: Scene) -> str:
    """The centre's public key in base64, as its address shows it."""
    letter = envelope.read(httpx.get(f"{of.centre.address}/v1/centre", trust_env=False).content)
    return SaidCentre.from_bytes(letter.unverified_payload, max_bytes=65536).key


def test_a_centre_with_another_key_is_not_trusted(ours: Scene) -> None:
    tried = ours.node.tried("enrol", "--centre-key", "AB12 " * 16, "--lang", "en")

    assert tried.code == 5
    assert "SIKD-E402" in tried.err
    assert ours.node.tried("run", "--once").code == 5


def test_a_snapshot_before_enrolment_says_what_comes_first(ours: Scene) -> None:
    tried = ours.node.tried("snapshot", "--lang", "en")

    assert tried.code == 5
    assert "sudo sinergi enrol" in tried.err


def test_a_key_is_not_trusted_without_anybody_who_says_so(ours: Scene) -> None:
    tried = ours.node.tried("enrol", "--lang", "en")

    assert tried.code == 2
    assert "--centre-key" in tried.err


def test_the_right_fingerprint_needs_no_question(ours: Scene) -> None:
    first = ours.node.ask("enrol", "--yes")

    again = ours.node.tried("enrol", "--centre-key", first["centre_key"].upper())

    assert again.code == 4
    assert again.out.count("150420") == 1


def test_status_shows_what_to_read_out_though_no_agent_runs(ours: Scene) -> None:
    code = ours.node.ask("enrol", "--yes")["match_code"]

    told = ours.node.tried("status", "--lang", "en")

    assert told.code == 4  # cron has run it within a day
    assert f"{code[:4]} {code[4:]}" in told.out


def test_a_node_that_waits_takes_no_snapshot(ours: Scene) -> None:
    tried = ours.node.tried("snapshot", "--lang", "en")

    assert tried.code == 4
    assert "SIKD-E408" in tried.err


def test_from_snapshot_to_a_receipt_that_proves_itself(ours: Scene, tmp_path: Path) -> None:
    ours.map()
    queued = ours.node.ask("snapshot")
    same = ours.node.ask("snapshot")
    pushed = ours.node.ask("push")["snapshots"]
    nothing = ours.node.ask("push")["snapshots"]

    receipt = tmp_path / "receipt.json"
    receipt.write_text(ours.node.run("receipt", "show", queued["snapshot_id"][:10], "--raw"))
    proved = ours.node.ask("receipt", "verify", str(receipt), "--centre-key", centre_key(ours))["receipt"]

    assert (queued["result"], same["result"]) == ("queued", "unchanged")
    assert [(one["snapshot_id"], one["result"]) for one in pushed] == [(queued["snapshot_id"], "delivered")]
    assert nothing == []
    assert (proved["type"], proved["content_id"]) == ("final", queued["content_id"])
    assert base64.b64decode(centre_key(ours))


def test_enrol_of_a_mapped_node_names_its_pemda_and_sends_nobody_to_the_telephone(ours: Scene) -> None:
    again = ours.node.tried("enrol", "--lang", "en")

    assert again.code == 0
    assert "11.10 " in again.out
    assert "150420" not in again.out
    assert "Match code" not in again.out


def test_enrol_tells_of_a_mapping_to_another_pemda_than_expected(ours: Scene) -> None:
    settings = ours.node.settings.read_text()
    ours.node.settings.write_text(settings.replace("[apbd]", '[apbd]\nkode_pemda = "11.18"'))

    tried = ours.node.tried("enrol", "--lang", "en")
    ours.node.settings.write_text(settings)

    assert tried.code == 5
    assert "SIKD-E409" in tried.err


def test_a_preview_shows_what_a_snapshot_holds(ours: Scene) -> None:
    preview = ours.node.ask("source", "preview")

    assert preview["totals"] == ours.node.ask("snapshot")["totals"]
    assert len(preview["skpd"]) > 1


def test_a_preview_shows_each_kind_of_finding_once(ours: Scene) -> None:
    travelling = [finding["rule"] for finding in ours.node.ask("source", "preview")["findings"]]

    shown = ours.node.tried("source", "preview").out

    assert len(travelling) > len(set(travelling)), "the sample database has several of a kind"
    assert shown.count("\n  → ") == len(set(travelling) - {"more_of_the_same"})


def test_a_probe_says_each_step(ours: Scene) -> None:
    steps = ours.node.ask("source", "probe")["steps"]

    assert [step["step"] for step in steps] == [
        "tcp", "tls", "login", "version", "grants", "tables", "rows", "stage",
    ]  # fmt: skip
    assert "failed" not in {step["result"] for step in steps}


def test_no_receipt_for_an_unknown_snapshot(ours: Scene) -> None:
    assert ours.node.tried("receipt", "show", "0" * 64).code == 2
