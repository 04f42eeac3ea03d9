"""Every shell script of the project is one that shellcheck finds nothing in."""

from __future__ import annotations

import subprocess

from tests.architecture.checkout import ROOT, kept_files


def test_shellcheck_finds_nothing_in_any_script() -> None:
    scripts = [
        path
        for path in kept_files()
        if (ROOT / path).read_bytes().startswith((b"#!/bin/sh", b"#!/usr/bin/env bash", b"#!/bin/bash"))
    ]

    # SC2317 takes a function that a trap or another shell calls for one that nobody calls.
    found = subprocess.run(
        ["shellcheck", "--exclude=SC2317", *scripts], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert scripts
    assert found.returncode == 0, found.stdout
