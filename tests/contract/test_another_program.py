"""The vectors as another program reads them: the standard library, `cryptography`, nothing of this project.

Where this file and docs/wire-format.md agree, another implementation can be written from that page alone.
"""

from __future__ import annotations

import ast
import hashlib
import json
import zipfile
from base64 import b64decode
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

HOME = Path(__file__).parent / "vectors"
LETTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def read(name: str) -> bytes:
    return (HOME / name).read_bytes()


def fields(name: str) -> Any:
    return json.loads(read(name))


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def canonical(value: object) -> bytes:
    """RFC 8785, as far as ASCII field names, text and whole numbers need it."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def key(name: str) -> Ed25519PublicKey:
    loaded = load_der_public_key(b64decode(fields("keys.json")[name]))
    assert isinstance(loaded, Ed25519PublicKey)
    return loaded


def payload_of(name: str, payload_type: str, signer: Ed25519PublicKey) -> bytes:
    """The payload of a DSSE envelope; raises InvalidSignature where it is not by `signer`."""
    envelope = fields(f"envelopes/{name}.json")
    assert envelope["payloadType"] == payload_type
    payload = b64decode(envelope["payload"], validate=True)
    signed = f"DSSEv1 {len(payload_type)} {payload_type} {len(payload)} ".encode() + payload
    signer.verify(b64decode(envelope["signatures"][0]["sig"], validate=True), signed)
    return payload


JSON = sorted(path.relative_to(HOME).as_posix() for path in HOME.rglob("*.json"))
READABLE = {"keys.json", "ticket.json", "ids.json", "requests.json", "refused.json", "schedules.json"}


def test_this_program_knows_nothing_of_the_project() -> None:
    imported = {
        (node.module or "") if isinstance(node, ast.ImportFrom) else node.names[0].name
        for node in ast.walk(ast.parse(Path(__file__).read_text()))
        if isinstance(node, ast.Import | ast.ImportFrom)
    }

    assert not {name.split(".")[0] for name in imported} & {
        "agent",
        "connectors",
        "contract",
        "sikd",
        "tests",
    }


@pytest.mark.parametrize("name", [name for name in JSON if name not in READABLE])
def test_every_document_is_its_own_canonical_form(name: str) -> None:
    assert canonical(fields(name)) == read(name)


def test_the_manifest_is_the_nodes_and_its_hash_is_the_snapshots_id() -> None:
    payload = payload_of("manifest", "application/vnd.sikd.manifest.v1+json", key("node_signing_spki"))

    assert payload == read("manifest.json")
    assert sha256(payload) == fields("ids.json")["snapshot_id"]


def test_the_content_id_leaves_out_who_read_it_and_when() -> None:
    manifest = fields("manifest.json")
    content = {
        name: manifest[name] for name in ("kode_data", "kode_pemda", "perda", "tahun_anggaran", "totals")
    }
    content["tahapan"] = {name: manifest["source"]["tahapan"][name] for name in ("kode", "nama")}
    content["segments"] = [[entry["kode_skpd"], entry["sha256"]] for entry in manifest["segments"]]

    assert canonical(content) == read("content.json")
    assert sha256(canonical(content)) == fields("ids.json")["content_id"]


def test_segments_and_frames_are_those_of_the_manifest() -> None:
    for place, entry in enumerate(fields("manifest.json")["segments"]):
        plain, frame = read(f"segments/{place}.tsv"), read(f"frames/{place}.tsv.zst")

        assert (len(plain), sha256(plain)) == (entry["bytes"], entry["sha256"])
        assert (len(frame), sha256(frame)) == (entry["frame_bytes"], entry["frame_sha256"])
        assert plain.count(b"\n") == entry["lines"]


def sen(amount: str) -> int:
    return int(amount.replace(".", ""))


def test_lines_are_sorted_and_add_up_to_the_control_totals() -> None:
    manifest = fields("manifest.json")
    sums = dict.fromkeys(manifest["totals"], 0)
    sections = {
        "4": "pendapatan",
        "5": "belanja",
        "6.1": "penerimaan_pembiayaan",
        "6.2": "pengeluaran_pembiayaan",
    }
    for place in range(1, len(manifest["segments"])):
        rows = read(f"segments/{place}.tsv").decode("ascii").splitlines()
        assert rows == sorted(set(rows))
        for row in rows:
            *_, account, _, amount = row.split("\t")
            sums[sections.get(account[0]) or sections[account[:3]]] += sen(amount)

    assert sums == {name: sen(amount) for name, amount in manifest["totals"].items()}


def test_an_adk_file_holds_the_envelope_the_frames_and_the_classic_csv() -> None:
    manifest, [adk] = fields("manifest.json"), sorted((HOME / "adk").glob("*.zip"))
    csv = f"{manifest['tahun_anggaran']}{manifest['kode_satker']}murni.csv"
    frames = {f"segments/{place}.tsv.zst": f"frames/{place}.tsv.zst" for place in range(4)}

    with zipfile.ZipFile(adk) as opened:
        found = {info.filename: opened.read(info) for info in opened.infolist()}

    assert found == {
        "mimetype": b"application/vnd.sikd.adk.v1+zip",
        "envelope.json": read("envelopes/manifest.json"),
        **{name: read(frame) for name, frame in frames.items()},
        csv: read(f"adk/{csv}"),
    }
    assert all(row.count(";") == 25 for row in found[csv].decode().splitlines())


def test_a_receipt_is_the_centres_word_about_this_very_snapshot() -> None:
    for kind in ("commit", "final", "refused"):
        payload = payload_of(f"receipt-{kind}", "application/vnd.sikd.receipt.v1+json", key("centre_spki"))
        receipt = json.loads(payload)

        assert receipt["type"] == kind
        assert receipt["centre_key_id"] == sha256(b64decode(fields("keys.json")["centre_spki"]))
        assert {name: receipt[name] for name in ("snapshot_id", "content_id")} == fields("ids.json")


def test_the_centre_signs_its_answers() -> None:
    for name in ("centre", "checkin-answer"):
        payload = payload_of(name, f"application/vnd.sikd.{name}.v1+json", key("centre_spki"))

        assert json.loads(payload)["schema"] == f"sikd.{name}/1"


def test_a_registration_is_signed_by_the_key_that_it_brings() -> None:
    signer = key("node_signing_spki")
    registration = json.loads(payload_of("registration", "application/vnd.sikd.registration.v1+json", signer))
    sealing = b64decode(registration["sealing_key"])

    assert registration["signing_key"] == fields("keys.json")["node_signing_spki"]
    signer.verify(b64decode(registration["sealing_signature"]), b"sikd sealing key v1\n" + sealing)


def test_a_registration_with_a_ticket_is_signed_by_the_tickets_key_too() -> None:
    kind = "application/vnd.sikd.registration.v1+json"
    known, letter = fields("ticket.json"), fields("envelopes/registration-with-ticket.json")
    payload = payload_of("registration-with-ticket", kind, key("node_signing_spki"))
    seed = hashlib.sha256(b"sikd ticket key v1\n" + bytes.fromhex(known["secret"])).digest()
    signer = Ed25519PrivateKey.from_private_bytes(seed).public_key()

    assert load_der_public_key(b64decode(known["public_spki"])) == signer
    assert json.loads(payload)["ticket"] == known["public_spki"]
    signed = f"DSSEv1 {len(kind)} {kind} {len(payload)} ".encode() + payload
    signer.verify(b64decode(letter["signatures"][1]["sig"]), signed)


def test_a_succession_is_signed_by_the_new_key_and_by_the_old_one() -> None:
    kind = "application/vnd.sikd.succession.v1+json"
    seed = bytes.fromhex(fields("keys.json")["next_signing_seed"])
    payload = payload_of("succession", kind, Ed25519PrivateKey.from_private_bytes(seed).public_key())
    signed = f"DSSEv1 {len(kind)} {kind} {len(payload)} ".encode() + payload

    key("node_signing_spki").verify(
        b64decode(fields("envelopes/succession.json")["signatures"][1]["sig"]), signed
    )
    assert json.loads(payload)["replaces"] == fields("keys.json")["node_id"]


def test_a_ticket_is_its_fields_one_after_another() -> None:
    known = fields("ticket.json")
    moment = datetime.strptime(known["expires_at"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    data = b"\x01" + bytes.fromhex(known["centre_key_id"] + known["secret"])
    data += int(moment.timestamp()).to_bytes(4) + int(known["kode_pemda"].replace(".", "")).to_bytes(2)
    data += known["address"].encode()
    binary = "".join(f"{byte:08b}" for byte in data)
    binary += "0" * (-len(binary) % 5)
    spelt = "".join(LETTERS[int(binary[start : start + 5], 2)] for start in range(0, len(binary), 5))

    assert known["text"][:-6] == "tiket1" + spelt
    assert checksum_holds(known["text"])
    assert known["ticket_id"] == letters(b64decode(known["public_spki"]), 50)


def letters(data: bytes, bits: int) -> str:
    binary = "".join(f"{byte:08b}" for byte in hashlib.sha256(data).digest())[:bits]
    return "".join(LETTERS[int(binary[start : start + 5], 2)] for start in range(0, bits, 5))


def test_a_node_id_begins_with_a_hundred_bits_of_its_keys_hash() -> None:
    known = fields("keys.json")
    node_id = known["node_id"]

    assert node_id[:25] == "sikd1" + letters(b64decode(known["node_signing_spki"]), 100)
    assert checksum_holds(node_id)


def checksum_holds(text: str) -> bool:
    """The checksum of BIP-350."""
    prefix, data = text.split("1")
    values = (
        [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix] + [LETTERS.index(c) for c in data]
    )
    check = 1
    for value in values:
        top, check = check >> 25, (check & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            check ^= generator if top >> bit & 1 else 0
    return check == 0x2BC830A3


def test_the_match_code_is_forty_bits_of_both_sides_keys() -> None:
    known = fields("keys.json")
    names = ("node_signing_spki", "node_sealing_spki", "centre_spki", "match_nonce")

    assert known["match_code"] == letters(b"".join(b64decode(known[name]) for name in names), 40)


@pytest.mark.parametrize("request_", fields("requests.json"), ids=lambda request: request["call"])
def test_a_request_is_signed_over_its_four_components(request_: dict[str, Any]) -> None:
    headers, body = request_["headers"], b64decode(request_["body"])
    label, parameters = headers["signature-input"].split("=", 1)
    signature = headers["signature"].removeprefix(f"{label}=:").removesuffix(":")
    base = (
        f'"@method": {request_["method"]}\n'
        f'"@target-uri": {request_["target_uri"]}\n'
        f'"content-digest": {headers["content-digest"]}\n'
        f'"content-length": {len(body)}\n'
        f'"@signature-params": {parameters}'
    )

    assert base == request_["signature_base"]
    assert b64decode(headers["content-digest"][9:-1]) == hashlib.sha256(body).digest()
    key("node_signing_spki").verify(b64decode(signature), base.encode())


def test_the_same_seed_gives_the_same_key() -> None:
    known = fields("keys.json")
    seed = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(known["node_signing_seed"]))

    assert seed.public_key() == key("node_signing_spki")
