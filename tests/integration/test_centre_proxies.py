"""Whose address the centre counts: that of the proxy, or that which a proxy of its own says."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from sikd.database import open_database
from sikd.nodes.store import nodes
from tests.fakes.node import FakeNode
from tests.integration.killable_centre import killable_centre


@pytest.mark.parametrize(
    ("proxies", "counted"),
    [('["127.0.0.1"]', "203.0.113.0/24"), ('["192.0.2.0/24"]', "127.0.0.0/24")],
    ids=["its own proxy", "a stranger"],
)
def test_a_node_is_counted_under_the_address_that_its_own_proxy_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, proxies: str, counted: str
) -> None:
    settings = tmp_path / "sikd.toml"
    settings.write_text(f"proxies = {proxies}\n")
    monkeypatch.setenv("SIKD_CONFIG", str(settings))

    with killable_centre(tmp_path) as centre:
        said = {"x-forwarded-for": "203.0.113.7"}
        with httpx.Client(base_url=centre.url, headers=said, trust_env=False) as client:
            FakeNode(client, centre.url).enrol()
        database = open_database(centre.database_url)
        with database.read() as connection:
            found = connection.execute(select(nodes.c.network)).scalars().all()
        database.close()

    assert found == [counted]
