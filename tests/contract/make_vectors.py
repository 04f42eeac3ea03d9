"""Golden vectors: what other programs must read and write alike. Run it to write them again after a decision.

Keys and times come from `samples`, so every run gives the same bytes. `vectors/frames/` and the
sealed access are only read.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from contract.errors import (
    ContractError,
    MalformedCode,
    MalformedMessage,
    MalformedSegment,
    MalformedSnapshot,
    MalformedTicket,
)
from contract.wire import bech32m, canonical, identity
from contract.wire.adk import Adk, csv_name, csv_of, file_name
from contract.wire.cron import Cron, read_cron
from contract.wire.documents import format_time
from contract.wire.manifest import Manifest
from contract.wire.receipt import ReceiptType
from contract.wire.schedule import read_schedule
from contract.wire.signing import COMPONENTS, sign_request
from tests.contract import samples
from tests.contract.samples import (
    CENTRE_DER,
    CENTRE_KEY,
    CENTRE_KEY_ID,
    EDUCATION,
    ENCODED,
    FRAMES,
    NEXT_KEY,
    NODE_DER,
    NODE_ID,
    NODE_KEY,
    RECEIVED_AT,
    SEALING_DER,
    SEALING_KEY,
)

HOME = Path(__file__).parent / "vectors"
MATCH_NONCE = bytes(range(200, 216))


def vectors() -> dict[str, bytes]:
    """Every vector by its path below `vectors/`, without the frames."""
    made = samples.manifest()
    return {
        "keys.json": _readable(_keys()),
        "ticket.json": _readable(_ticket()),
        "manifest.json": made.to_bytes(),
        "content.json": canonical.dumps(_content(made)),
        "ids.json": _readable({"snapshot_id": made.snapshot_id, "content_id": made.content_id}),
        **{f"segments/{place}.tsv": encoded.plain for place, encoded in enumerate(ENCODED.values())},
        **_envelopes(made),
        "messages/checkin.json": samples.checkin().to_bytes(),
        "messages/snapshot-answer.json": samples.snapshot_answer().to_bytes(),
        "messages/problem.json": samples.problem().to_bytes(),
        "access/access.json": samples.access().to_bytes(),
        "access/sealed-access.json": samples.sealed_access().to_bytes(),
        **_adk(made),
        "requests.json": _readable(_requests(made)),
        "schedules.json": _readable(_schedules()),
        "refused.json": _readable(_refused()),
    }


def _readable(value: object) -> bytes:
    return (json.dumps(value, indent=1, ensure_ascii=False) + "\n").encode()


def _keys() -> dict[str, str]:
    number = SEALING_KEY.private_numbers().private_value
    return {
        "node_signing_seed": _seed(NODE_KEY),
        "next_signing_seed": _seed(NEXT_KEY),
        "node_signing_spki": identity.to_base64(NODE_DER),
        "node_id": NODE_ID,
        "node_id_as_shown": identity.grouped(NODE_ID),
        "node_sealing_private": number.to_bytes(32).hex(),
        "node_sealing_spki": identity.to_base64(SEALING_DER),
        "centre_seed": _seed(CENTRE_KEY),
        "centre_spki": identity.to_base64(CENTRE_DER),
        "centre_key_id": CENTRE_KEY_ID,
        "centre_fingerprint_as_shown": identity.fingerprint(CENTRE_DER),
        "match_nonce": identity.to_base64(MATCH_NONCE),
        "match_code": identity.match_code(NODE_DER, SEALING_DER, CENTRE_DER, MATCH_NONCE),
    }


def _ticket() -> dict[str, str]:
    made = samples.ticket()
    return {
        "text": made.to_text(),
        "address": made.address,
        "centre_key_id": made.centre_key_id,
        "secret": made.secret.hex(),
        "expires_at": format_time(made.expires_at),
        "kode_pemda": made.kode_pemda,
        "public_spki": identity.to_base64(made.public_der),
        "ticket_id": made.ticket_id,
    }


def _refused_tickets() -> list[bytes]:
    whole = samples.ticket().to_text()
    _, values = bech32m.decode(whole, longest=len(whole)) or ("", [])
    data = bech32m.unpadded(values) or b""
    again = [
        ("sikd", data),
        ("tiket", b"\x02" + data[1:]),
        ("tiket", data[:55]),
        ("tiket", data[:53] + (10000).to_bytes(2) + data[55:]),
        ("tiket", data[:55] + b"http://sikd.example"),
        ("tiket", data[:55] + b"https://sikd.example/"),
        ("tiket", data[:55] + b"https://sikd.example\n"),
        ("tiket", data[:55] + b"https://" + b"a" * 193),
    ]
    spelt = [bech32m.encode(prefix, bech32m.padded(changed)) for prefix, changed in again]
    uneven = bech32m.encode("tiket", [*values, 0])
    slips = [
        whole[:-1],
        whole + "q",
        whole[:40] + "b" + whole[41:],
        whole[:6] + whole[7] + whole[6] + whole[8:],
        whole[:4] + "T" + whole[5:],
        "tiket1",
        "",
    ]
    return [text.encode() for text in [*spelt, uneven, *slips]]


def _seed(key: Any) -> str:
    raw: bytes = key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
    return raw.hex()


def _content(made: Manifest) -> dict[str, object]:
    """What the content id is the hash of, built as docs/wire-format.md says it."""
    fields = canonical.loads(made.to_bytes(), max_bytes=2**20)
    tahapan = fields["source"]["tahapan"]
    return {
        **{name: fields[name] for name in ("kode_data", "kode_pemda", "perda", "tahun_anggaran", "totals")},
        "tahapan": {"kode": tahapan["kode"], "nama": tahapan["nama"]},
        "segments": [[entry["kode_skpd"], entry["sha256"]] for entry in fields["segments"]],
    }


def _envelopes(made: Manifest) -> dict[str, bytes]:
    receipts = {
        f"envelopes/receipt-{kind}.json": samples.receipt(kind).signed(CENTRE_KEY) for kind in ReceiptType
    }
    return {
        "envelopes/manifest.json": samples.signed_manifest(made),
        **receipts,
        "envelopes/registration.json": samples.registration().signed(NODE_KEY),
        "envelopes/registration-with-ticket.json": samples.ticketed_registration(),
        "envelopes/succession.json": samples.succession().signed(NEXT_KEY, NODE_KEY),
        "envelopes/access-report.json": samples.access_report().signed(NODE_KEY),
        "envelopes/centre.json": samples.centre().signed(CENTRE_KEY),
        "envelopes/checkin-answer.json": samples.checkin_answer().signed(CENTRE_KEY, keyid=CENTRE_KEY_ID),
    }


def _adk(made: Manifest) -> dict[str, bytes]:
    file = Adk.of(samples.signed_manifest(made), made, FRAMES.values)
    return {
        f"adk/{file_name(made)}": b"".join(file.chunks()),
        f"adk/{csv_name(made)}": b"".join(csv_of(made, FRAMES.values())),
    }


def _requests(made: Manifest) -> list[dict[str, object]]:
    """One signed request a call; `body` is what the digest is of."""
    address = f"/v1/snapshots/{made.snapshot_id}"
    return [
        _request("POST", "/v1/checkin", samples.checkin().to_bytes(), "checkin"),
        _request("PUT", address, samples.signed_manifest(made), "commit"),
        _request("POST", address + "/segments", b"".join(FRAMES.values()), "segments"),
        _request("GET", address, b"", "state"),
    ]


def _request(method: str, path: str, body: bytes, call: str) -> dict[str, object]:
    uri = "https://sikd.example" + path
    headers = sign_request(
        method,
        uri,
        body_sha256=hashlib.sha256(body).digest(),
        body_length=len(body),
        node_id=NODE_ID,
        key=NODE_KEY,
        created=RECEIVED_AT,
        nonce=f"nonce-of-{call:-<16}",
    )
    covered = [method, uri, headers["content-digest"], headers["content-length"]]
    base = [f'"{name}": {value}' for name, value in zip(COMPONENTS, covered, strict=True)]
    base.append(f'"@signature-params": {headers["signature-input"].removeprefix("sikd=")}')
    return {
        "call": call,
        "method": method,
        "target_uri": uri,
        "body": b64encode(body).decode(),
        "headers": headers,
        "signature_base": "\n".join(base),
    }


def _schedules() -> dict[str, object]:
    """What lines mean: seconds of an interval, or the next three times; and lines that are no schedule."""
    sunday = datetime(2026, 1, 4, 12, 0, tzinfo=timezone(timedelta(hours=7)))
    intervals = ["every 1m", "every 90m", "every 6h", "every 2 d", "every 999d"]
    crons = [
        "0 12 * * *",
        "*/20 6-7 * * *",
        "30 2 * * 0",
        "30 2 * * 7",
        "0 3 1,15 * mon",
        "5 4 29 2 *",
        "0/25 0 * jan *",
    ]
    return {
        "intervals": {line: _seconds(line) for line in intervals},
        "after": sunday.isoformat(),
        "cron": {line: _next_three(read_cron(line), sunday) for line in crons},
        "refused": _NO_SCHEDULES,
    }


_NO_SCHEDULES = [
    "", "Daily", "every day", "every 0h", "every 1000m", "0 12 * *", "60 * * * *", "0 0 31 2 *",
    "5-1 * * * *", "*/0 * * * *", "@daily", "* * * * 8", "0 0 0 * *",
]  # fmt: skip


def _seconds(line: str) -> int:
    interval = read_schedule(line)
    assert isinstance(interval, timedelta)
    return round(interval.total_seconds())


def _next_three(cron: Cron, after: datetime) -> list[str]:
    found: list[str] = []
    moment: datetime | None = after
    while moment is not None and len(found) < 3:
        moment = cron.next_after(moment)
        found += [moment.isoformat()] if moment else []
    return found


def _refused() -> list[dict[str, str]]:
    """Bytes (base64) that must be refused, what they claim to be, and the error's name."""
    manifest, line = samples.manifest().to_bytes(), ENCODED[EDUCATION].plain.split(b"\n")[0]
    cases: list[tuple[str, type[ContractError], bytes]] = [
        ("json", MalformedMessage, b'{"a":1,"a":1}'),
        ("json", MalformedMessage, b'{"b":1,"a":1}'),
        ("json", MalformedMessage, b'{"a": 1}'),
        ("json", MalformedMessage, b'{"a":1.0}'),
        ("json", MalformedMessage, b'{"a":9007199254740992}'),
        ("json", MalformedMessage, b'{"a":"\\ud800"}'),
        ("json", MalformedMessage, b'{"a":' + b"[" * 16 + b"]" * 16 + b"}"),
        ("json", MalformedMessage, b"[]"),
        ("manifest", MalformedSnapshot, manifest.replace(b'"sequence":3', b'"sequence":"3"')),
        ("manifest", MalformedSnapshot, manifest.replace(b'"sequence":3', b'"sequence":true')),
        ("manifest", MalformedSnapshot, manifest.replace(b"02:30:00Z", b"02:30:00")),
        ("manifest", MalformedSnapshot, manifest.replace(b'"schema":"sikd.manifest/1",', b"")),
        ("manifest", MalformedSnapshot, manifest.replace(b'"800000000.00"', b'"800000000.004"')),
        ("manifest", MalformedSnapshot, manifest.replace(b'"800000000.00"', b'"-0.00"')),
        ("manifest", MalformedSnapshot, manifest.replace(b'"800000000.00"', b'"8e8"')),
        ("manifest", MalformedSnapshot, manifest.replace(b"10.11.6", b"10.11\\u001b")),
        ("lines", MalformedSegment, line),
        ("lines", MalformedSegment, line + b"\r\n"),
        ("lines", MalformedSegment, line + b"\n" + line + b"\n"),
        ("lines", MalformedSegment, line.replace(b"50000000.00", b"-50000000.00") + b"\n"),
        ("lines", MalformedSegment, line.replace(b"50000000.00", b"50000000.0") + b"\n"),
        ("lines", MalformedSegment, line.replace(b"\t1.1.01.01\t", b"\tPAD\t") + b"\n"),
        ("lines", MalformedSegment, line.replace(b"\t1.01.01\t", b"\t\t") + b"\n"),
        ("lines", MalformedSegment, b"\xef\xbb\xbf" + line + b"\n"),
        ("names", MalformedSegment, b"skpd\t" + EDUCATION.encode() + b"\tDinas  Pendidikan\n"),
        ("names", MalformedSegment, b"skpd\t" + EDUCATION.encode() + b"\tDinas Cafe\xcc\x81\n"),
        ("names", MalformedSegment, b"skpd\t" + EDUCATION.encode() + b"\tDinas \xe2\x80\xaenakididneP\n"),
        ("node-id", MalformedCode, NODE_ID[:-1].encode() + (b"q" if NODE_ID[-1] != "q" else b"p")),
        ("node-id", MalformedCode, NODE_ID.replace("sikd1", "bc1").encode()),
        *(("ticket", MalformedTicket, text) for text in _refused_tickets()),
    ]
    return [
        {"as": kind, "bytes": b64encode(data).decode(), "error": error.slug} for kind, error, data in cases
    ]


def main() -> None:
    """Write every vector where it is kept."""
    for name, content in vectors().items():
        path = HOME / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


if __name__ == "__main__":
    main()
