"""One small budget of a made-up Pemda, and everything signed that follows from it; the same on every run."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import SecretStr

from contract.budget.findings import Level
from contract.budget.line import Line
from contract.budget.names import Name, NameKind
from contract.budget.rupiah import Rupiah
from contract.budget.segment import Encoded, encode_lines, encode_names
from contract.budget.totals import total
from contract.errors import ClockSkew
from contract.text import T
from contract.wire import envelope, identity
from contract.wire.access import DatabaseAccess, DatabaseEngine, NamedBy, SealedAccess, Tls
from contract.wire.access_report import (
    AccessReport,
    Choice,
    Origin,
    Outcome,
    Standing,
    Step,
    TriedStep,
)
from contract.wire.canonical import sha256_hex
from contract.wire.manifest import (
    Consistency,
    Manifest,
    Perda,
    SegmentEntry,
    SegmentKind,
    Source,
    Tahapan,
    WireFinding,
    WireTotals,
)
from contract.wire.messages import (
    Centre,
    Checkin,
    CheckinAnswer,
    Order,
    Problem,
    Registration,
    SnapshotAnswer,
)
from contract.wire.receipt import Receipt, ReceiptType
from contract.wire.states import NodeState, SnapshotState
from contract.wire.succession import Succession, SuccessionKind
from contract.wire.ticket import Ticket

TAKEN_AT = datetime(2026, 1, 15, 2, 30, 0, tzinfo=UTC)
RECEIVED_AT = datetime(2026, 1, 31, 16, 59, 59, tzinfo=UTC)

NODE_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
CENTRE_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32, 64)))
STRANGER_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(64, 96)))
NEXT_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(96, 128)))
SEALING_KEY = ec.derive_private_key(int.from_bytes(bytes(range(1, 33))), ec.SECP256R1())

NODE_DER = identity.spki(NODE_KEY.public_key())
CENTRE_DER = identity.spki(CENTRE_KEY.public_key())
SEALING_DER = identity.spki(SEALING_KEY.public_key())
NODE_ID = identity.node_id(NODE_DER)
CENTRE_KEY_ID = identity.key_id(CENTRE_DER)

EDUCATION, HEALTH = "1.01.2.22.0.00.01.0000", "1.02.0.00.0.00.01.0000"
FINANCE = "5.02.0.00.0.00.01.0000"


def belanja(skpd: str, sub_kegiatan: str, rekening: str, dana: str, rupiah: int) -> Line:
    """A belanja line of an SKPD without sub units; bidang urusan to kegiatan follow from the sub kegiatan."""
    return Line(
        skpd,
        skpd,
        sub_kegiatan[:4],
        sub_kegiatan[:7],
        sub_kegiatan[:12],
        sub_kegiatan,
        rekening,
        dana,
        Rupiah(rupiah * 100),
    )


def other(skpd: str, rekening: str, rupiah: int) -> Line:
    """A line of pendapatan or pembiayaan."""
    return Line(skpd, skpd, "", "", "", "", rekening, "", Rupiah(rupiah * 100))


LINES: dict[str, list[Line]] = {
    EDUCATION: [
        belanja(EDUCATION, "1.01.02.2.01.0001", "5.2.03.01.01.0001", "1.1.01.01", 400_000_000),
        belanja(EDUCATION, "1.01.02.2.01.0001", "5.1.02.01.01.0024", "", 100_000_000),
        # Two rows of one key, as a finance database has them: they travel as one line of Rp50 juta.
        belanja(EDUCATION, "1.01.01.2.02.0001", "5.1.01.01.01.0001", "1.1.01.01", 30_000_000),
        belanja(EDUCATION, "1.01.01.2.02.0001", "5.1.01.01.01.0001", "1.1.01.01", 20_000_000),
    ],
    HEALTH: [belanja(HEALTH, "X.XX.01.2.06.05", "5.1.02.02.01.0003", "1.2.01.05.01", 250_000_000)],
    FINANCE: [
        other(FINANCE, "4.1.01.09.01.0001", 300_000_000),
        other(FINANCE, "4.2.01.01.03.0001", 550_000_000),
        other(FINANCE, "6.1.01.05.01.0001", 50_000_000),
        other(FINANCE, "6.2.02.02.01.0001", 100_000_000),
    ],
}
NAMES = [
    Name(NameKind.SKPD, EDUCATION, "Dinas Pendidikan, Kepemudaan dan Olahraga"),
    Name(NameKind.SKPD, HEALTH, "Dinas Kesehatan"),
    Name(NameKind.SKPD, FINANCE, "Badan Pengelola Keuangan Daerah"),
    Name(NameKind.BIDANG_URUSAN, "1.01", "Urusan Pemerintahan Bidang Pendidikan"),
    Name(NameKind.REKENING, "4.1.01.09.01.0001", "Pajak Reklame Papan / Billboard / Videotron"),
    Name(NameKind.SUB_KEGIATAN, "1.01.02.2.01.0001", "Pembangunan Unit Sekolah Baru «USB» – Tahap I"),
    Name(NameKind.SUMBER_DANA, "1.1.01.01", "Pendapatan Asli Daerah (PAD)"),
]

ENCODED: dict[str, Encoded] = {
    "": encode_names(NAMES),
    **{kode: encode_lines(lines) for kode, lines in LINES.items()},
}


def entry(kode_skpd: str, encoded: Encoded, frame: bytes) -> SegmentEntry:
    """What the manifest states about a segment; the names belong to no SKPD."""
    return SegmentEntry(
        kind=SegmentKind.LINES if kode_skpd else SegmentKind.NAMES,
        kode_skpd=kode_skpd,
        lines=encoded.lines,
        totals=WireTotals.of(encoded.totals),
        bytes=len(encoded.plain),
        sha256=sha256_hex(encoded.plain),
        frame_bytes=len(frame),
        frame_sha256=sha256_hex(frame),
    )


FRAMES = {
    kode: (Path(__file__).parent / "vectors" / "frames" / f"{position}.tsv.zst").read_bytes()
    for position, kode in enumerate(ENCODED)
}
"""The frames of the segments. They are kept, because another zstd may make other bytes of one content."""


def manifest(**changed: Any) -> Manifest:
    """The manifest of the small budget; any field may be another one."""
    fields: dict[str, Any] = {
        "kode_pemda": "11.10",
        "kode_satker": "991265",
        "kode_bps": "3320",
        "tahun_anggaran": 2026,
        "kode_data": "01",
        "perda": Perda(nomor="CONTOH 7 Tahun 2025", tanggal="2025-12-22"),
        "node_id": NODE_ID,
        "sequence": 3,
        "previous": "ab" * 32,
        "taken_at": TAKEN_AT,
        "agent_version": "0.1.0",
        "source": Source(
            application="wp-sipd",
            version="5.2",
            engine="mysql",
            engine_version="10.11.6-MariaDB",
            tahapan=Tahapan(
                kode="penetapan-1", nama="Penetapan APBD", evidence="jadwal 1, no pergeseran after it"
            ),
            consistency=Consistency.SNAPSHOT,
        ),
        "totals": WireTotals.of(total(encoded.totals for encoded in ENCODED.values())),
        "segments": tuple(entry(kode, encoded, FRAMES[kode]) for kode, encoded in ENCODED.items()),
        "findings": (
            WireFinding(
                rule="sumber_dana_is_a_code",
                level=Level.WARNING,
                values={"text": "DAK/PAD", "rows": "1", "nilai": "Rp100.000.000"},
            ),
        ),
    }
    return Manifest(**(fields | changed))


def signed_manifest(made: Manifest) -> bytes:
    """The manifest in an envelope by the node's key."""
    letter = envelope.sign(envelope.MANIFEST_TYPE, made.to_bytes(), NODE_KEY, keyid=NODE_ID)
    return letter.to_bytes()


def receipt(kind: ReceiptType = ReceiptType.COMMIT, **changed: Any) -> Receipt:
    """The centre's word on the small budget."""
    made = manifest()
    fields: dict[str, Any] = {
        "type": kind,
        "snapshot_id": made.snapshot_id,
        "content_id": made.content_id,
        "node_id": NODE_ID,
        "kode_pemda": "11.10",
        "tahun_anggaran": 2026,
        "sequence": 3,
        "received_at": RECEIVED_AT,
        "centre_key_id": CENTRE_KEY_ID,
    }
    return Receipt(**(fields | changed))


def registration(**changed: Any) -> Registration:
    """The node's registration."""
    fields: dict[str, Any] = {
        "signing_key": identity.to_base64(NODE_DER),
        "sealing_key": identity.to_base64(SEALING_DER),
        "sealing_signature": identity.to_base64(identity.vouch_for_sealing_key(NODE_KEY, SEALING_DER)),
        "hostname": "keuangan-1",
        "machine": hashlib.sha256(b"machine").hexdigest()[:32],
        "agent_version": "0.1.0",
    }
    return Registration(**(fields | changed))


def next_registration() -> Registration:
    """The registration of the node that takes this one's place."""
    der = identity.spki(NEXT_KEY.public_key())
    vouched = identity.vouch_for_sealing_key(NEXT_KEY, SEALING_DER)
    return registration(signing_key=identity.to_base64(der), sealing_signature=identity.to_base64(vouched))


def succession(**changed: Any) -> Succession:
    """The statement by which a new key takes the place of the node's."""
    fields: dict[str, Any] = {
        "kind": SuccessionKind.ROTATE,
        "replaces": NODE_ID,
        "counter": 42,
        "registration": identity.to_base64(next_registration().signed(NEXT_KEY)),
    }
    return Succession(**(fields | changed))


def ticket(**changed: Any) -> Ticket:
    """The install ticket of the made-up Pemda."""
    fields: dict[str, Any] = {
        "address": "https://sikd.example",
        "centre_key_id": CENTRE_KEY_ID,
        "secret": bytes(range(100, 116)),
        "expires_at": RECEIVED_AT,
        "kode_pemda": "11.10",
    }
    return Ticket(**(fields | changed))


def ticketed_registration() -> bytes:
    """The node's registration with that ticket, signed by both keys."""
    named = registration(ticket=identity.to_base64(ticket().public_der))
    return named.signed(NODE_KEY, ticket().key)


def checkin(**changed: Any) -> Checkin:
    """The node's sign of life."""
    fields: dict[str, Any] = {
        "checkin_id": "0123456789abcdef0123456789abcdef",
        "counter": 41,
        "hostname": "keuangan-1",
        "machine": hashlib.sha256(b"machine").hexdigest()[:32],
        "agent_version": "0.1.0",
        "database": "ok",
        "queued": 1,
    }
    return Checkin(**(fields | changed))


def checkin_answer(**changed: Any) -> CheckinAnswer:
    """The centre's answer to it."""
    fields: dict[str, Any] = {
        "node_id": NODE_ID,
        "checkin_id": "0123456789abcdef0123456789abcdef",
        "counter": 42,
        "state": NodeState.MAPPED,
        "reason": "",
        "kode_pemda": "11.10",
        "kode_satker": "991265",
        "kode_bps": "3320",
        "nama_pemda": "Kabupaten CONTOH",
        "match_nonce": identity.to_base64(bytes(16)),
        "server_time": RECEIVED_AT,
        "last_sequence": 3,
        "last_content_id": None,
        "next_deadline": RECEIVED_AT,
        "access": None,
        "orders": (Order.SNAPSHOT,),
        "schedule": "every 6h",
    }
    return CheckinAnswer(**(fields | changed))


def centre(**changed: Any) -> Centre:
    """Who the centre is."""
    fields: dict[str, Any] = {
        "public_url": "https://sikd.example",
        "key": identity.to_base64(CENTRE_DER),
        "server_time": RECEIVED_AT,
    }
    return Centre(**(fields | changed))


def snapshot_answer(**changed: Any) -> SnapshotAnswer:
    """Where the small budget stands right after its commitment."""
    fields: dict[str, Any] = {
        "snapshot_id": manifest().snapshot_id,
        "state": SnapshotState.COMMITTED,
        "reason": "",
        "lacking": tuple(entry.sha256 for entry in manifest().segments),
        "held": 100,
        "receipts": (receipt().signed(CENTRE_KEY).decode(),),
        "findings": manifest().findings,
    }
    return SnapshotAnswer(**(fields | changed))


ACCESS_ID = "00112233445566778899aabbccddeeff"
SEALED = (Path(__file__).parent / "vectors" / "access" / "sealed.bin").read_bytes()
"""The access, sealed as its version 2. It is kept, because every sealing takes a new one-time key."""


def access(**changed: Any) -> DatabaseAccess:
    """What the admin of the made-up Pemda enters."""
    fields: dict[str, Any] = {
        "application": "wp-sipd",
        "engine": DatabaseEngine.MYSQL,
        "host": "keuangan.example",
        "port": 3306,
        "database": "sipd_2026",
        "named_by": NamedBy.DATABASE,
        "user": "sinergi_baca",
        "password": SecretStr('CONTOH "kata sandi" é'),
        "tls": Tls.VERIFY,
    }
    return DatabaseAccess(**(fields | changed))


def sealed_access(**changed: Any) -> SealedAccess:
    """The same, as the centre passes it on."""
    fields: dict[str, Any] = {
        "node_id": NODE_ID,
        "access_id": ACCESS_ID,
        "version": 2,
        "configured": False,
        "sealed": identity.to_base64(SEALED),
    }
    return SealedAccess(**(fields | changed))


def access_report(**changed: Any) -> AccessReport:
    """What the node says of it: the account's password is refused, so the rest was not tried."""
    outcomes = [Outcome.OK, Outcome.OK, Outcome.FAILED, *[Outcome.SKIPPED] * 5]
    fields: dict[str, Any] = {
        "node_id": NODE_ID,
        "made_at": TAKEN_AT,
        "choices": (
            Choice(application="wp-sipd", engines=(DatabaseEngine.MYSQL, DatabaseEngine.POSTGRESQL)),
        ),
        "access_id": ACCESS_ID,
        "version": 2,
        "origin": Origin.CENTRE,
        "standing": Standing.APPROVED,
        "refusal": "",
        "steps": tuple(
            TriedStep(step=step, outcome=outcome, code="SIKD-E302" if outcome is Outcome.FAILED else "")
            for step, outcome in zip(Step, outcomes, strict=True)
        ),
    }
    return AccessReport(**(fields | changed))


def problem() -> Problem:
    """The answer to a request whose clock is off."""
    times = {"created": "2026-01-31T09:00:00Z", "now": "2026-01-31T16:59:59Z"}
    error = ClockSkew(
        T("The clocks differ: the request was made at {created}, and it is {now}.", **times),
        remedy=T("Set the clock of the server on which the agent runs; nothing was lost."),
    )
    return Problem.of(error, server_time=RECEIVED_AT)
