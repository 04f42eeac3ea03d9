"""The ADK file of the small budget, and files that are nearly one."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from io import BytesIO

from contract.wire import envelope
from contract.wire.adk import Adk, csv_of
from contract.wire.manifest import Manifest, read_manifest
from tests.contract.samples import FRAMES, NODE_KEY, manifest, signed_manifest

MADE = manifest()
SIGNED = signed_manifest(MADE)
Contents = list[tuple[str, bytes]]


def by_the_node(data: bytes) -> Manifest:
    """The manifest of an envelope, once its signature is the sample node's."""
    return read_manifest(envelope.read(data).verified(envelope.MANIFEST_TYPE, NODE_KEY.public_key()))


def frames() -> Iterator[bytes]:
    """The frames of the small budget, in order."""
    return iter(FRAMES.values())


WHOLE = b"".join(Adk.of(SIGNED, MADE, frames).chunks())
CSV = b"".join(csv_of(MADE, frames()))


def contents() -> Contents:
    """What is in the file, as the standard library finds it."""
    with zipfile.ZipFile(BytesIO(WHOLE)) as opened:
        return [(info.filename, opened.read(info)) for info in opened.infolist()]


def zipped(files: Contents, *, external_attr: int = 0, **attributes: object) -> bytes:
    """A ZIP of these files as the standard library writes it, with attributes that each gets."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in files:
            info = zipfile.ZipInfo(name)
            info.create_system, info.create_version, info.extract_version = 0, 10, 10
            for attribute, value in attributes.items():
                setattr(info, attribute, value)
            archive.writestr(info, content)
            # Where it finds none, the library puts attributes of its own.
            info.external_attr = external_attr
    return made.getvalue()
