"""What the bundle is made of, as a CycloneDX document: our own wheel, the wheels of the lock, and the Python.

`python installer/sbom.py TREE LOCK` prints it. Nothing is looked up: wheels say what they are, and the lock
and `share/python-runtime.sources` have the hashes of what was fetched.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import Distribution, distributions
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

Component = dict[str, object]
SITE = "lib/python3.13/site-packages"
LICENSES = {
    "python": "Python-2.0",
    "openssl": "Apache-2.0",
    "zlib": "Zlib",
    "libffi": "MIT",
    "sqlite": "blessing",
}


def main(tree: str, lock: str) -> None:
    """Print the document of one unpacked tree."""
    wheels = sorted(distributions(path=[str(Path(tree) / SITE)]), key=lambda one: normal(one.name))
    (ours,) = (one for one in wheels if normal(one.name) == "sinergi")
    hashes = hashes_of(Path(lock).read_text())
    parts = [component(one, hashes.get(normal(one.name), [])) for one in wheels if one is not ours]
    parts += built_in((Path(tree) / "share/python-runtime.sources").read_text())
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid5(NAMESPACE_URL, json.dumps(parts))}",
        "version": 1,
        "metadata": {
            "timestamp": datetime.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]), UTC).isoformat(),
            "component": component(ours, []) | {"type": "application"},
        },
        "components": parts,
        "dependencies": [{"ref": purl(one), "dependsOn": sorted(needed(one, wheels))} for one in wheels],
    }
    sys.stdout.write(json.dumps(document, indent=2, ensure_ascii=False) + "\n")


def normal(name: str) -> str:
    """A distribution's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def purl(one: Distribution) -> str:
    """The address of a distribution in every kind of inventory."""
    return f"pkg:pypi/{normal(one.name)}@{one.version}"


def component(one: Distribution, hashes: list[str]) -> Component:
    """One wheel; `hashes` are those that the lock allows."""
    found: Component = {
        "type": "library",
        "bom-ref": purl(one),
        "name": normal(one.name),
        "version": one.version,
        "purl": purl(one),
    }
    if text := said(one, "License-Expression"):
        found["licenses"] = [{"expression": text}]
    elif text := license_name(one):
        found["licenses"] = [{"license": {"name": text}}]
    if hashes:
        found["properties"] = [{"name": "sinergi:locked-sha256", "value": each} for each in hashes]
    return found


def said(one: Distribution, field: str) -> str:
    """A field of a wheel's metadata; empty where it says nothing."""
    return str((one.metadata.get_all(field) or [""])[0])


def license_name(one: Distribution) -> str:
    """The licence as an older wheel says it: a classifier, else the first line of its text."""
    classified = [
        text.rpartition(" :: ")[2]
        for text in one.metadata.get_all("Classifier") or []
        if text.startswith("License :: ")
    ]
    return ", ".join(classified) or said(one, "License").split("\n")[0]


def needed(one: Distribution, wheels: list[Distribution]) -> Iterator[str]:
    """The wheels of the bundle that this one asks for, whatever the reason."""
    asked = {normal(re.split(r"[^\w.-]", text)[0]) for text in one.requires or []}
    yield from (purl(other) for other in wheels if normal(other.name) in asked)


def hashes_of(lock: str) -> dict[str, list[str]]:
    """The hashes of each locked distribution."""
    found: dict[str, list[str]] = {}
    name = ""
    for line in lock.splitlines():
        if match := re.match(r"([\w.-]+)==", line):
            name = normal(match[1])
        if match := re.search(r"--hash=sha256:([0-9a-f]{64})", line):
            found.setdefault(name, []).append(match[1])
    return found


def built_in(sources: str) -> Iterator[Component]:
    """What the Python was built from, and with."""
    for line in sources.splitlines():
        if match := re.fullmatch(r"([0-9a-f]+)  ([a-z]+)[0-9.]*_(.+)\.orig\.tar\.\w+", line):
            name = match[2]
            yield {
                "type": "library",
                "bom-ref": f"{name}@{match[3]}",
                "name": name,
                "version": match[3],
                "hashes": [{"alg": "SHA-256", "content": match[1]}],
                "licenses": [{"license": {"id": LICENSES[name]}}],
            }


if __name__ == "__main__":
    main(*sys.argv[1:])
