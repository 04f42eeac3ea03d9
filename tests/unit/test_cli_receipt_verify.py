"""`sinergi receipt verify`: what a receipt proves, anywhere and years later."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from agent.cli import main
from contract.wire.canonical import sha256_hex
from contract.wire.identity import spki, to_base64
from contract.wire.receipt import Receipt, ReceiptType

KEY = Ed25519PrivateKey.generate()
DER = spki(KEY.public_key())
PEM = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
RECEIPT = Receipt(
    type=ReceiptType.FINAL,
    snapshot_id="ab" * 32,
    content_id="cd" * 32,
    node_id="sikd1qpzry9x8gf2tvdw0s3jn54khce",
    kode_pemda="11.10",
    tahun_anggaran=2026,
    sequence=7,
    received_at=datetime(2026, 1, 31, 16, 59, 59, tzinfo=UTC),
    centre_key_id=sha256_hex(DER),
)


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    # Neither settings nor state: whoever checks a receipt may have no node at all.
    monkeypatch.setenv("SINERGI_CONFIG", str(tmp_path / "none"))
    kept = tmp_path / "receipt.json"
    kept.write_bytes(RECEIPT.signed(KEY) + b"\n")
    return kept


def verify(file: Path, *arguments: str) -> int:
    return main(["receipt", "verify", str(file), "--lang", "en", *arguments])


def test_a_receipt_is_checked_with_the_centres_key_in_a_file(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "centre.pem").write_bytes(PEM)

    code = verify(file, "--centre-key", str(tmp_path / "centre.pem"))

    shown = capsys.readouterr().out
    assert code == 0
    assert "31 January 2026 23.59 WIB" in shown
    assert "✓ The signature is the centre's." in shown


def test_a_script_gets_every_field(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert verify(file, "--centre-key", to_base64(DER), "--json") == 0

    told = json.loads(capsys.readouterr().out)
    assert told["schema"] == "sinergi.receipt-verify/1"
    assert told["receipt"]["received_at"] == "2026-01-31T16:59:59Z"


def test_another_key_is_not_the_centres(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stranger = to_base64(spki(Ed25519PrivateKey.generate().public_key()))

    assert verify(file, "--centre-key", stranger) == 5
    said = capsys.readouterr()
    assert "SIKD-E107" in said.err
    assert said.out == ""


def test_a_changed_receipt_is_refused(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    later = RECEIPT.model_copy(update={"received_at": datetime(2026, 1, 30, tzinfo=UTC)})
    signed, forged = json.loads(RECEIPT.signed(KEY)), json.loads(later.signed(KEY))
    file.write_text(json.dumps({**forged, "signatures": signed["signatures"]}, separators=(",", ":")))

    assert verify(file, "--centre-key", to_base64(DER)) == 5
    assert "SIKD-E107" in capsys.readouterr().err


@pytest.mark.parametrize("key", ["AB12 CD34", "not a key", ""])
def test_what_is_no_key_is_a_mistake_in_the_line(
    file: Path, key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verify(file, "--centre-key", key) in {2, 5}
    assert capsys.readouterr().err.startswith("✗ ")


def test_a_file_that_is_not_there_is_a_mistake_in_the_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verify(tmp_path / "nothing", "--centre-key", to_base64(DER)) == 2
    assert "SIKD-E450" in capsys.readouterr().err
