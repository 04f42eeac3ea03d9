"""Requests as an attacker or a broken node would send them, and what the centre answers."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import httpx

from contract.wire import envelope
from contract.wire.manifest import Manifest
from contract.wire.messages import Problem, SnapshotAnswer
from contract.wire.signing import sign_request
from tests.fakes.node import FakeNode, Prepared


def signed_headers(
    node: FakeNode, method: str, path: str, body: bytes, *, nonce: str | None = None
) -> dict[str, str]:
    """The header fields by which this node signs this request."""
    return sign_request(
        method,
        node.public_url + path,
        body_sha256=hashlib.sha256(body).digest(),
        body_length=len(body),
        node_id=node.node_id,
        key=node.signing,
        created=node.clock(),
        nonce=nonce or secrets.token_urlsafe(24),
    )


def send(
    node: FakeNode, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
) -> httpx.Response:
    """Send a request, signed unless header fields are given."""
    fields = signed_headers(node, method, path, body) if headers is None else headers
    return node.client.request(method, path, content=body, headers=fields)


def commit(node: FakeNode, prepared: Prepared) -> httpx.Response:
    """Hand in a snapshot's envelope."""
    return send(node, "PUT", f"/v1/snapshots/{prepared.snapshot_id}", prepared.letter)


def committed(node: FakeNode, prepared: Prepared) -> SnapshotAnswer:
    """Hand in a snapshot's envelope that is accepted."""
    return answer(commit(node, prepared))


def post(node: FakeNode, prepared: Prepared, body: bytes) -> httpx.Response:
    """Send a body of frames."""
    return send(node, "POST", f"/v1/snapshots/{prepared.snapshot_id}/segments", body)


def state(node: FakeNode, prepared: Prepared) -> SnapshotAnswer:
    """Ask where a snapshot stands."""
    return answer(send(node, "GET", f"/v1/snapshots/{prepared.snapshot_id}"))


def frames(prepared: Prepared, lacking: tuple[str, ...]) -> bytes:
    """The body that a list of lacking segments asks for."""
    return b"".join(prepared.frames[sha256] for sha256 in lacking)


def answer(response: httpx.Response) -> SnapshotAnswer:
    """A well-formed answer about a snapshot."""
    assert response.status_code == 200, response.text
    return SnapshotAnswer.from_bytes(response.content, max_bytes=1024 * 1024)


def refusal(response: httpx.Response) -> tuple[int, str]:
    """Status and slug of a problem; anything else fails the test."""
    assert response.headers["content-type"] == "application/problem+json", response.text
    problem = Problem.from_bytes(response.content, max_bytes=65536)
    assert problem.status == response.status_code
    return response.status_code, problem.slug


def altered(node: FakeNode, prepared: Prepared, **changes: Any) -> Prepared:
    """The same snapshot with other fields in its manifest, signed by the node again."""
    manifest = prepared.manifest.model_copy(update=changes)
    return replace(prepared, manifest=manifest, letter=letter(node, manifest))


def letter(node: FakeNode, manifest: Manifest) -> bytes:
    """An envelope by the node's key around a manifest."""
    kind = envelope.MANIFEST_TYPE
    return envelope.sign(kind, manifest.to_bytes(), node.signing, keyid=node.node_id).to_bytes()
