"""What the page of Sinergi Mobile is drawn from: the node's keys, and the settings that the node can take."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from contract.text import Text
from contract.wire.access import PORTS, DatabaseEngine, NamedBy, Tls
from contract.wire.identity import to_base64
from sikd import nodes
from sikd.dbaccess import acts, store
from sikd.dbaccess.words import ENCRYPTION, ENGINES, NAMED_BY


@dataclass(frozen=True, slots=True)
class Source:
    """One line of the list of what can be read: an application in an engine."""

    application: str
    engine: DatabaseEngine
    title: str
    port: int


@dataclass(frozen=True, slots=True)
class Form:
    """A form for one entry: `keys` is what the script of the page seals with, as JSON."""

    node_id: str
    access_id: str
    version: int
    sources: tuple[Source, ...]
    keys: str
    tls: Mapping[Tls, Text]
    named_by: Mapping[NamedBy, Text]


def form_for(conn: Connection, kode_pemda: str, random: Callable[[int], bytes]) -> Form | None:
    """The form for a Pemda's node; None while that node cannot take an access from here."""
    node = nodes.mapped_to(conn, kode_pemda)
    said = store.choices_of(conn, kode_pemda, node.node_id) if node else None
    if node is None or said is None or node.sealing_signature is None:
        return None
    access_id, version = random(16).hex(), acts.next_version(conn, node)
    keys = {
        "access_id": access_id,
        "node_id": node.node_id,
        "sealing_key": to_base64(node.sealing_der),
        "sealing_signature": to_base64(node.sealing_signature),
        "signing_key": to_base64(node.signing_der),
        "version": version,
    }
    return Form(
        node.node_id,
        access_id,
        version,
        tuple(_sources(said)),
        json.dumps(keys),
        ENCRYPTION,
        NAMED_BY,
    )


def _sources(said: store.Choices) -> Iterator[Source]:
    for choice in said.choices:
        for engine in choice.engines:
            title = f"{choice.application.upper()}, {ENGINES[engine]}"
            yield Source(choice.application, engine, title, PORTS[engine])
