"""A centre in memory, made of the contract alone: it enrols, maps by hand, and takes deliveries.

It passes the same conformance tests as the real one (tests/fakes/centre_conformance.py).
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import RLock

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contract import errors
from contract.budget.rules import require_as_stated
from contract.budget.segment import judge_lines, judge_names
from contract.errors import ExplainedError
from contract.text import T
from contract.wire import envelope, identity, messages, signing
from contract.wire.access_report import verify_access_report
from contract.wire.canonical import sha256_hex
from contract.wire.frames import unpack
from contract.wire.manifest import Manifest, SegmentEntry, SegmentKind, read_manifest
from contract.wire.messages import (
    Centre,
    Checkin,
    CheckinAnswer,
    Order,
    Problem,
    Registered,
    SnapshotAnswer,
)
from contract.wire.receipt import Receipt, ReceiptType
from contract.wire.states import NodeState, SnapshotState
from contract.wire.succession import Succession, SuccessionKind, verify_succession
from contract.wire.ticket import Ticket

PUBLIC_URL = "https://sikd.example"


@dataclass
class EnrolledNode:
    """What the centre knows of one node."""

    keys: Registered
    state: NodeState = NodeState.PENDING
    kode_pemda: str | None = None
    counter: int = 0
    checkin_id: str = ""
    last_answer: bytes = b""
    last_sequence: int = 0
    last_content_id: str | None = None
    host: tuple[str, str] = ("", "")
    rewound_from: int | None = None
    replaces: str = ""
    ordered: dict[Order, int | None] = field(default_factory=dict)
    """What it has not heard yet, with the counter of the first answer that gave the order."""
    nonces: set[str] = field(default_factory=set)


@dataclass
class KeptSnapshot:
    """One committed snapshot."""

    manifest: Manifest
    letter: bytes
    state: SnapshotState = SnapshotState.COMMITTED
    receipts: list[bytes] = field(default_factory=list)
    reason: str = ""
    head: tuple[str, bytes] = ("", b"")
    """What has arrived of a frame whose line broke."""


class FakeCentre:
    """Answers the requests of nodes; `judges` decides what becomes of a complete snapshot."""

    def __init__(self, clock: Callable[[], datetime], public_url: str = PUBLIC_URL) -> None:
        self.clock, self.public_url = clock, public_url
        self.key = Ed25519PrivateKey.generate()
        self.nodes: dict[str, EnrolledNode] = {}
        self.snapshots: dict[str, KeptSnapshot] = {}
        self.segments: dict[str, set[str]] = {}
        self.received_frames: list[str] = []
        self.requests: list[tuple[str, str]] = []
        self.judges = True
        self.refuses = ""
        self.vouching_key: Ed25519PrivateKey | None = None
        self.says_last_sequence: int | None = None
        self.adds_receipts: list[bytes] = []
        self.withholds_receipts = False
        self.forgets_segments = False
        self.schedule: str | None = None
        self.tickets: dict[bytes, str] = {}
        """Which node has used each ticket (by its public key); empty while nobody has."""
        self._lock = RLock()

    @property
    def key_der(self) -> bytes:
        """The centre's public key."""
        return identity.spki(self.key.public_key())

    @property
    def key_id(self) -> str:
        """Its SHA-256."""
        return sha256_hex(self.key_der)

    def ticket(self, kode_pemda: str = "11.10") -> Ticket:
        """An install ticket, as an officer issues it in the real one."""
        ends = self.clock().replace(microsecond=0) + timedelta(days=14)
        issued = Ticket(self.public_url, self.key_id, secrets.token_bytes(16), ends, kode_pemda)
        self.tickets[issued.public_der] = ""
        return issued

    def map(self, node_id: str, kode_pemda: str) -> None:
        """What two officers do in the real one."""
        node = self.nodes[node_id]
        node.state, node.kode_pemda = NodeState.MAPPED, kode_pemda
        if old := self.nodes.get(node.replaces):
            old.state, node.last_sequence = NodeState.REPLACED, old.last_sequence

    def order(self, node_id: str, order: Order) -> None:
        """What a person does in the real one."""
        self.nodes[node_id].ordered[order] = None

    def state_of(self, snapshot_id: str) -> SnapshotState | None:
        """Where a snapshot stands; None where it was never committed."""
        kept = self.snapshots.get(snapshot_id)
        return kept.state if kept else None

    def rotate_key(self) -> None:
        """Sign with a new key that the old one vouches for."""
        self.vouching_key, self.key = self.key, Ed25519PrivateKey.generate()

    def handle(self, request: httpx.Request) -> httpx.Response:
        """Answer one request as the HTTP interface does."""
        with self._lock:
            self.requests.append((request.method, request.url.path))
            try:
                return httpx.Response(200, content=self._answer(request))
            except ExplainedError as error:
                return self._problem(error)

    def _answer(self, request: httpx.Request) -> bytes:
        body = request.read()
        match request.method, request.url.path.split("/")[2:]:
            case "GET", ["centre"]:
                return self._centre()
            case "POST", ["nodes"]:
                return self._register(body)
            case "POST", ["successions"]:
                return self._succeed(body)
            case "POST", ["snapshots", snapshot_id, "segments", *left_out]:
                # Frames are kept as they come: the digest of a body is known only at its end.
                kept = self._owned(self._signer(request), snapshot_id)
                self._take(kept, body, int("".join(left_out) or "0"))
                _require_whole(request, body)
                return self._status(kept)
            case method, path:
                node = self._signer(request)
                _require_whole(request, body)
                return self._answer_whole(method, path, node, body)
        raise AssertionError("unreachable")

    def _answer_whole(self, method: str, path: list[str], node: EnrolledNode, body: bytes) -> bytes:
        match method, path:
            case "POST", ["checkin"]:
                return self._checkin(node, Checkin.from_bytes(body, max_bytes=65536))
            case "PUT", ["snapshots", snapshot_id]:
                return self._commit(node, snapshot_id, body)
            case "GET", ["snapshots", snapshot_id]:
                return self._status(self._owned(node, snapshot_id))
            case "POST", ["access-reports"]:
                key = identity.signing_key(node.keys.signing_der)
                verify_access_report(body, key, node.keys.node_id)
                return b""
        raise AssertionError(f"no such call: {method} {path}")

    def _centre(self) -> bytes:
        says = Centre(
            public_url=self.public_url, key=identity.to_base64(self.key_der), server_time=self.clock()
        )
        letter = envelope.sign(envelope.CENTRE_TYPE, says.to_bytes(), self.key, keyid=self.key_id)
        if self.vouching_key is None:
            return letter.to_bytes()
        old = envelope.sign(envelope.CENTRE_TYPE, says.to_bytes(), self.vouching_key, keyid="old")
        both = (*letter.signatures, *old.signatures)
        return envelope.Envelope(letter.payload_type, letter.unverified_payload, both).to_bytes()

    def _register(self, body: bytes) -> bytes:
        keys = messages.verify_registration(body)
        if keys.ticket_der is not None:
            if keys.ticket_der not in self.tickets:
                raise _refusal(errors.UnknownTicket)
            if self.tickets[keys.ticket_der] not in {"", keys.node_id}:
                raise _refusal(errors.TicketUsed)
            self.tickets[keys.ticket_der] = keys.node_id
        node = self.nodes.setdefault(keys.node_id, EnrolledNode(keys))
        return self._where_it_stands(node, "", node.counter)

    def _succeed(self, body: bytes) -> bytes:
        said = verify_succession(body)
        old = self.nodes[said.says.replaces]
        if said.says.kind is not SuccessionKind.REPLACE:
            said.require_vouched(old.keys.signing_der)
        new = self.nodes.setdefault(said.registered.node_id, EnrolledNode(said.registered))
        if not new.replaces:
            self._let_follow(said.says, old, new)
        return self._where_it_stands(new, "", new.counter)

    def _let_follow(self, says: Succession, old: EnrolledNode, new: EnrolledNode) -> None:
        rotates = says.kind is SuccessionKind.ROTATE
        if old.state is not (NodeState.MAPPED if rotates else NodeState.SUSPENDED):
            raise _refusal(errors.SuccessionRefused)
        if rotates and says.counter < old.counter:
            raise _refusal(errors.SuccessionRefused)
        new.replaces = says.replaces
        if rotates and old.kode_pemda:
            self.map(new.keys.node_id, old.kode_pemda)
            new.ordered = {order: None for order, given in old.ordered.items() if given is None}

    def _checkin(self, node: EnrolledNode, message: Checkin) -> bytes:
        if message.checkin_id == node.checkin_id and message.counter < node.counter:
            return node.last_answer
        if node.state is NodeState.MAPPED and message.counter < node.counter:
            self._suspect(node, message)
        node.host = (message.hostname, message.machine)
        node.counter = max(node.counter, message.counter) + 1
        node.checkin_id = message.checkin_id
        node.ordered = {
            order: given or node.counter
            for order, given in node.ordered.items()
            if given is None or message.counter < given
        }
        orders = tuple(node.ordered)
        node.last_answer = self._where_it_stands(node, message.checkin_id, node.counter, orders)
        return node.last_answer

    def _suspect(self, node: EnrolledNode, message: Checkin) -> None:
        """An older state of the same machine was restored; any other one is a copy's."""
        others = () if node.rewound_from is None else (node.rewound_from - 1, node.rewound_from)
        if node.host != (message.hostname, message.machine) or message.counter in others:
            node.state = NodeState.SUSPENDED
        node.rewound_from = node.counter

    def _where_it_stands(
        self, node: EnrolledNode, checkin_id: str, counter: int, orders: tuple[Order, ...] = ()
    ) -> bytes:
        return CheckinAnswer(
            node_id=node.keys.node_id,
            checkin_id=checkin_id,
            counter=counter,
            state=node.state,
            reason="",
            kode_pemda=node.kode_pemda,
            kode_satker=None,
            kode_bps=None,
            nama_pemda="Kab. Contoh" if node.kode_pemda else "",
            match_nonce=identity.to_base64(b"n" * 16),
            server_time=self.clock(),
            last_sequence=self.says_last_sequence or node.last_sequence,
            last_content_id=node.last_content_id,
            next_deadline=None,
            access=None,
            orders=orders,
            schedule=self.schedule if node.state is NodeState.MAPPED and checkin_id else None,
        ).signed(self.key, keyid=self.key_id)

    def _signer(self, request: httpx.Request) -> EnrolledNode:
        node = self.nodes.get(signing.claimed_node_id(request.headers))
        if node is None:
            raise _refusal(errors.UnknownNode)
        key = identity.signing_key(node.keys.signing_der)
        address = self.public_url + request.url.path
        by = signing.verify_request(request.method, address, request.headers, key=key, now=self.clock())
        if by.nonce in node.nonces:
            raise _refusal(errors.Replayed)
        node.nonces.add(by.nonce)
        return node

    def _owned(self, node: EnrolledNode, snapshot_id: str) -> KeptSnapshot:
        kept = self.snapshots.get(snapshot_id)
        if kept is None or kept.manifest.node_id != node.keys.node_id:
            raise _refusal(errors.UnknownSnapshot)
        return kept

    def _commit(self, node: EnrolledNode, snapshot_id: str, body: bytes) -> bytes:
        key = identity.signing_key(node.keys.signing_der)
        manifest = read_manifest(envelope.read(body).verified(envelope.MANIFEST_TYPE, key))
        if node.state is not NodeState.MAPPED:
            raise _refusal(errors.NodeNotMapped)
        if manifest.kode_pemda != node.kode_pemda:
            raise _refusal(errors.ForeignPemda)
        if snapshot_id not in self.snapshots:
            if manifest.sequence <= node.last_sequence:
                raise _refusal(errors.StaleSequence)
            node.last_sequence = manifest.sequence
            self.snapshots[snapshot_id] = kept = KeptSnapshot(manifest, body)
            self._receipt(kept, ReceiptType.COMMIT)
            self._judge(kept)
        return self._status(self.snapshots[snapshot_id])

    def _take(self, kept: KeptSnapshot, body: bytes, left_out: int) -> None:
        if not self._lacking(kept) or left_out > self._held(kept):
            raise _refusal(errors.SnapshotNotOpen)
        rest, kept.head = kept.head[1][:left_out] + body, ("", b"")
        for entry in self._lacking(kept):
            frame, rest = rest[: entry.frame_bytes], rest[entry.frame_bytes :]
            if len(frame) < entry.frame_bytes:
                kept.head = (entry.sha256, frame)
                break
            self._keep(kept, entry, frame)
        self._judge(kept)

    def _held(self, kept: KeptSnapshot) -> int:
        lacking, (whose, head) = self._lacking(kept), kept.head
        return len(head) if lacking and lacking[0].sha256 == whose else 0

    def _keep(self, kept: KeptSnapshot, entry: SegmentEntry, frame: bytes) -> None:
        plain = unpack(frame, frame_sha256=entry.frame_sha256, size=entry.bytes, sha256=entry.sha256)
        if entry.kind is SegmentKind.NAMES:
            judge_names(plain)
        else:
            found = judge_lines(plain, entry.kode_skpd)
            require_as_stated(entry.kode_skpd, found, entry.lines, entry.totals.totals())
        if not self.forgets_segments:
            self.segments.setdefault(kept.manifest.kode_pemda, set()).add(entry.sha256)
        self.received_frames.append(entry.sha256)
        kept.state = SnapshotState.RECEIVING

    def _judge(self, kept: KeptSnapshot) -> None:
        if self._lacking(kept) or kept.state in {SnapshotState.RECEIVED, SnapshotState.REFUSED}:
            return
        kept.state = SnapshotState.COMPLETE
        if self.judges and self.refuses:
            kept.state, kept.reason = SnapshotState.REFUSED, self.refuses
            self._receipt(kept, ReceiptType.REFUSED)
        elif self.judges:
            kept.state = SnapshotState.RECEIVED
            self.nodes[kept.manifest.node_id].last_content_id = kept.manifest.content_id
            self._receipt(kept, ReceiptType.FINAL)

    def judge_all(self) -> None:
        """Judge what is complete and was not judged yet."""
        self.judges = True
        for kept in self.snapshots.values():
            self._judge(kept)

    def _lacking(self, kept: KeptSnapshot) -> list[SegmentEntry]:
        have = self.segments.get(kept.manifest.kode_pemda, set())
        return [entry for entry in kept.manifest.segments if entry.sha256 not in have]

    def _receipt(self, kept: KeptSnapshot, kind: ReceiptType) -> None:
        manifest = kept.manifest
        kept.receipts.append(
            Receipt(
                type=kind,
                snapshot_id=manifest.snapshot_id,
                content_id=manifest.content_id,
                node_id=manifest.node_id,
                kode_pemda=manifest.kode_pemda,
                tahun_anggaran=manifest.tahun_anggaran,
                sequence=manifest.sequence,
                received_at=self.clock(),
                centre_key_id=self.key_id,
            ).signed(self.key)
        )

    def _status(self, kept: KeptSnapshot) -> bytes:
        # Another snapshot may have brought what this one lacked.
        self._judge(kept)
        return SnapshotAnswer(
            snapshot_id=kept.manifest.snapshot_id,
            state=kept.state,
            reason=kept.reason,
            lacking=tuple(entry.sha256 for entry in self._lacking(kept)),
            held=self._held(kept),
            receipts=tuple(receipt.decode() for receipt in self._shown(kept)),
            findings=kept.manifest.findings,
        ).to_bytes()

    def _shown(self, kept: KeptSnapshot) -> list[bytes]:
        return [] if self.withholds_receipts else kept.receipts + self.adds_receipts

    def _problem(self, error: ExplainedError) -> httpx.Response:
        problem = Problem(
            type=f"urn:sikd:problem:{error.slug}",
            title=str(error.problem),
            status=error.status,
            code=error.code,
            remedy=str(error.remedy),
            server_time=self.clock(),
        )
        headers = {"content-type": "application/problem+json"}
        return httpx.Response(error.status, content=problem.to_bytes(), headers=headers)


def _require_whole(request: httpx.Request, body: bytes) -> None:
    signing.require_digest(request.headers, hashlib.sha256(body).digest(), len(body))


def _refusal(kind: type[ExplainedError]) -> ExplainedError:
    return kind(T("Refused by the fake centre."), remedy=T("Look at the test."))
