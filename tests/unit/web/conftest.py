"""A centre with people of every role and one delivered budget, and browsers for them; one for each module."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from sikd.accounts import DJPK_ROLES, PEMDA_ROLES
from sikd.web import Site
from sikd.web.cookies import Cookies
from tests.fakes.node import Prepared
from tests.integration.centre_in_process import (
    JEPARA,
    PASSWORD,
    PATI,
    PUBLIC_URL,
    CentreInProcess,
    centre_in_process,
)
from tests.sample_pemda import Budget
from tests.unit.web.visitor import Visitor

SignIn = Callable[[str], Visitor]
Deliver = Callable[[str], Prepared]


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CentreInProcess]:
    """A new centre that answers in this process."""
    folder = tmp_path_factory.mktemp("centre")
    with centre_in_process(folder, f"sqlite:///{folder / 'sikd.db'}") as made:
        for role in sorted(DJPK_ROLES):
            made.person(f"{role.value}-1", role)
        for kode_pemda in (JEPARA, PATI):
            people_of(made, kode_pemda)
        yield made


def people_of(centre: CentreInProcess, kode_pemda: str) -> None:
    """One person of each role at a Pemda, named like `verifikator-11.10`."""
    for role in sorted(PEMDA_ROLES):
        centre.person(f"{role.value}-{kode_pemda}", role, kode_pemda)


@pytest.fixture(scope="module")
def site(centre: CentreInProcess) -> Site:
    """What pages of this centre are served from, apart from the centre's own application."""
    return Site(
        database=centre.database,
        clock=centre.clock,
        random=secrets.token_bytes,
        cookies=Cookies(https=True),
        sample=False,
        centre_der=centre.key.public_der,
        public_url=PUBLIC_URL,
    )


@pytest.fixture(scope="module")
def sample_site(site: Site) -> Site:
    """The same, marked as holding sample data."""
    return replace(site, sample=True)


@pytest.fixture
def stranger(centre: CentreInProcess) -> Visitor:
    """A browser in which nobody is signed in."""
    return Visitor(centre.client)


@pytest.fixture(scope="module")
def signed_in(centre: CentreInProcess) -> SignIn:
    """A new browser in which this person has just signed in."""

    def sign_in(username: str) -> Visitor:
        visitor = Visitor(centre.client)
        assert visitor.sign_in(username, PASSWORD).status_code == 303
        return visitor

    return sign_in


@pytest.fixture(scope="module")
def deliver(centre: CentreInProcess) -> Deliver:
    """Let a Pemda, with people and a node of its own, deliver a small budget."""

    def of(kode_pemda: str) -> Prepared:
        people_of(centre, kode_pemda)
        # New nodes of one network are taken a few at a time.
        centre.clock.pass_by(timedelta(minutes=1))
        node = centre.mapped_node(kode_pemda)
        prepared = node.prepare(Budget(kode_pemda, 2026, jumlah_rincian=500))
        assert node.deliver(prepared).state == "received"
        return prepared

    return of


@pytest.fixture(scope="module")
def delivered(deliver: Deliver) -> Prepared:
    """A snapshot of Jepara that the centre has received."""
    return deliver(JEPARA)
