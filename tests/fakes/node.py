"""A node made of the contract alone: it enrols, says its match code, and delivers a sample budget.

It stands for the agent where only the centre is tested; what it sends is what any agent would send.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contract.budget.findings import Finding
from contract.budget.names import Name
from contract.budget.rules import warnings
from contract.budget.segment import Encoded, encode_lines, encode_names
from contract.wire import envelope, identity
from contract.wire.canonical import sha256_hex
from contract.wire.frames import pack
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
    stated_by,
)
from contract.wire.messages import (
    Checkin,
    CheckinAnswer,
    Registration,
    SnapshotAnswer,
    verify_centre,
    verify_checkin_answer,
)
from contract.wire.signing import sign_request
from contract.wire.succession import Succession, SuccessionKind
from contract.wire.ticket import Ticket
from tests.sample_pemda import Budget


def utc_now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


@dataclass(frozen=True)
class Prepared:
    """A signed snapshot and the frames that it consists of, by the hash of their plain bytes."""

    manifest: Manifest
    letter: bytes
    frames: dict[str, bytes]

    @property
    def snapshot_id(self) -> str:
        """The hash of the manifest."""
        return self.manifest.snapshot_id


@dataclass
class FakeNode:
    """One node and its way to the centre; `client` speaks to the address that requests are signed for."""

    client: httpx.Client
    public_url: str
    hostname: str = "db-keuangan-01"
    clock: Callable[[], datetime] = utc_now
    signing: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    sealing: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    counter: int = 0
    machine: str = field(default_factory=lambda: secrets.token_hex(16))
    ticket: Ticket | None = None
    """The install ticket that its operator was given."""

    @property
    def signing_der(self) -> bytes:
        """The public half of the signing key."""
        return identity.spki(self.signing.public_key())

    @property
    def sealing_der(self) -> bytes:
        """The public half of the sealing key."""
        return identity.spki(self.sealing.public_key())

    @property
    def node_id(self) -> str:
        """The name of this node."""
        return identity.node_id(self.signing_der)

    def registration(self) -> bytes:
        """The envelope by which this node makes itself known."""
        return Registration(
            signing_key=identity.to_base64(self.signing_der),
            sealing_key=identity.to_base64(self.sealing_der),
            sealing_signature=identity.to_base64(
                identity.vouch_for_sealing_key(self.signing, self.sealing_der)
            ),
            hostname=self.hostname,
            machine=self.machine,
            agent_version="0.1.0",
            ticket=identity.to_base64(self.ticket.public_der) if self.ticket else None,
        ).signed(self.signing, self.ticket.key if self.ticket else None)

    def succession(self, old: FakeNode, kind: SuccessionKind = SuccessionKind.CONFIRM) -> bytes:
        """The envelope by which this node takes another's place; the old key signs where it is at hand."""
        said = Succession(
            kind=kind,
            replaces=old.node_id,
            counter=old.counter,
            registration=identity.to_base64(self.registration()),
        )
        return said.signed(self.signing, None if kind is SuccessionKind.REPLACE else old.signing)

    def succeed(self, old: FakeNode, kind: SuccessionKind = SuccessionKind.CONFIRM) -> CheckinAnswer:
        """Take another node's place, or ask for it."""
        return self._understood(self._send("POST", "/v1/successions", self.succession(old, kind)))

    def enrol(self) -> CheckinAnswer:
        """Make this node known to the centre."""
        return self._understood(self._send("POST", "/v1/nodes", self.registration()))

    def check_in(self) -> CheckinAnswer:
        """Say that this node lives; the answer says what it is to the centre."""
        message = Checkin(
            checkin_id=secrets.token_hex(16),
            counter=self.counter,
            hostname=self.hostname,
            machine=self.machine,
            agent_version="0.1.0",
            database="MariaDB 10.11",
            queued=0,
        )
        answer = self._understood(self._send("POST", "/v1/checkin", message.to_bytes()))
        self.counter = answer.counter
        return answer

    def centre_der(self) -> bytes:
        """The centre's public key, as the centre itself shows it."""
        return identity.from_base64(verify_centre(self.client.get("/v1/centre").content, None).key)

    def match_code(self, answer: CheckinAnswer) -> str:
        """The eight characters that the operator reads out."""
        nonce = identity.from_base64(answer.match_nonce)
        return identity.match_code(self.signing_der, self.sealing_der, self.centre_der(), nonce)

    def prepare(
        self, budget: Budget, sequence: int = 1, *, perda: str = "12", findings: Iterable[Finding] = ()
    ) -> Prepared:
        """A snapshot of a sample budget, signed by this node."""
        parts = [(SegmentKind.NAMES, "", _names(budget))]
        parts += [(SegmentKind.LINES, skpd.kode, encode_lines(budget.lines_of(skpd))) for skpd in budget.skpd]
        parts = [part for part in parts if part[2].lines]
        frames = {sha256_hex(encoded.plain): pack(encoded.plain) for _, _, encoded in parts}
        manifest = Manifest(
            kode_pemda=budget.kode_pemda,
            kode_satker=None,
            kode_bps=None,
            tahun_anggaran=budget.tahun,
            kode_data="01",
            perda=Perda(nomor=perda, tanggal=f"{budget.tahun - 1}-12-22") if perda else None,
            node_id=self.node_id,
            sequence=sequence,
            previous=None,
            taken_at=self.clock(),
            agent_version="0.1.0",
            source=_SOURCE,
            totals=WireTotals.of(budget.totals),
            segments=tuple(_entry(kind, kode, encoded, frames) for kind, kode, encoded in parts),
            findings=(),
        )
        noticed = [_wire(each) for each in (*warnings(stated_by(manifest)), *findings)]
        manifest = manifest.model_copy(update={"findings": tuple(noticed)})
        letter = envelope.sign(
            envelope.MANIFEST_TYPE, manifest.to_bytes(), self.signing, keyid=self.node_id
        ).to_bytes()
        return Prepared(manifest, letter, frames)

    def deliver(self, prepared: Prepared) -> SnapshotAnswer:
        """Commit a snapshot, send what the centre lacks, and ask how it stands."""
        place = f"/v1/snapshots/{prepared.snapshot_id}"
        answer = _answer(self._send("PUT", place, prepared.letter))
        if answer.lacking:
            body = b"".join(prepared.frames[sha256] for sha256 in answer.lacking)
            self._send("POST", f"{place}/segments", body)
        return _answer(self._send("GET", place, b""))

    def _send(self, method: str, path: str, body: bytes) -> httpx.Response:
        headers = sign_request(
            method,
            self.public_url + path,
            body_sha256=hashlib.sha256(body).digest(),
            body_length=len(body),
            node_id=self.node_id,
            key=self.signing,
            created=self.clock(),
            nonce=secrets.token_urlsafe(24),
        )
        response = self.client.request(method, path, content=body, headers=headers)
        if response.is_error:
            raise AssertionError(f"{method} {path}: {response.status_code} {response.text}")
        return response

    def _understood(self, response: httpx.Response) -> CheckinAnswer:
        # The fake believes whatever key the centre shows; the real agent pins the first.
        return verify_checkin_answer(response.content, identity.signing_key(self.centre_der()))


_SOURCE = Source(
    application="wp-sipd",
    version="5",
    engine="mysql",
    engine_version="MariaDB 10.11",
    tahapan=Tahapan(kode="penetapan", nama="Penetapan APBD Murni", evidence="data_jadwal: penetapan, tampil"),
    consistency=Consistency.SNAPSHOT,
)


def _names(budget: Budget) -> Encoded:
    return encode_names(Name(kind, kode, nama) for (kind, kode), nama in budget.names().items())


def _entry(kind: SegmentKind, kode_skpd: str, encoded: Encoded, frames: dict[str, bytes]) -> SegmentEntry:
    sha256 = sha256_hex(encoded.plain)
    return SegmentEntry(
        kind=kind,
        kode_skpd=kode_skpd,
        lines=encoded.lines,
        totals=WireTotals.of(encoded.totals),
        bytes=len(encoded.plain),
        sha256=sha256,
        frame_bytes=len(frames[sha256]),
        frame_sha256=sha256_hex(frames[sha256]),
    )


def _wire(finding: Finding) -> WireFinding:
    return WireFinding(rule=finding.rule, level=finding.level, values=dict(finding.values))


def _answer(response: httpx.Response) -> SnapshotAnswer:
    return SnapshotAnswer.from_bytes(response.content, max_bytes=1024 * 1024)
