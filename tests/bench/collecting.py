"""One collection from a database into an outbox, in a process as small as the idle agent; prints JSON.

`python -m tests.bench.collecting < request`, a JSON object of the access, the year, and a folder.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from agent.access.in_use import source_of
from agent.child import run_in_child
from agent.collect import collect_from
from agent.keys import NodeKeys
from agent.sign import Origin, manifest_of, sign_manifest
from agent.storage.outbox import Outbox
from agent.storage.staging import staging
from connectors.interface import Access

_TIMEOUT = timedelta(hours=1)


def main() -> None:
    """Collect, sign and queue once; say the time, the memory of the child, and what was read."""
    request = json.load(sys.stdin)
    folder, now = Path(request["folder"]), datetime.now(UTC)
    keys = NodeKeys(Ed25519PrivateKey.generate(), ec.generate_private_key(ec.SECP256R1()))
    origin = Origin(keys.node_id, request["kode_pemda"], None, None, "bench", None)
    outbox = Outbox(folder / "outbox.db")
    open_source = source_of(Access(**request["access"]))
    began = time.perf_counter()
    with staging(folder / "staging") as area:
        collected = run_in_child(collect_from, _TIMEOUT, open_source, request["tahun"], area.folder, now)
        manifest = manifest_of(collected, origin, sequence=1, previous=None)
        outbox.queue(manifest, sign_manifest(manifest, keys), area.frame, now=now)
    answer = {
        "seconds": time.perf_counter() - began,
        "child_mb": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024,
        "parent_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "lines": sum(entry.lines for entry in manifest.segments),
        "belanja": manifest.totals.belanja.to_wire(),
        "frame_bytes": sum(entry.frame_bytes for entry in manifest.segments),
    }
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
