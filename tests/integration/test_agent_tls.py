"""The line to the centre: which certificates are believed, which roads are taken, how failures read."""

from __future__ import annotations

import os
import socket
import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
import trustme

from agent.config import load
from agent.errors import (
    CentreCertificateRefused,
    CentreUnreachable,
    ConfigError,
    NotACentre,
    ProxyRefused,
)
from agent.keys import NodeKeys
from agent.line.centre import CentreClient
from agent.storage.state import State
from contract.wire.states import NodeState
from tests.fakes.agent_world import HOST
from tests.fakes.centre import FakeCentre
from tests.fakes.centre_server import served
from tests.fakes.drafts import node_keys
from tests.fakes.proxy import proxy
from tests.integration.killed_agent import RealClock

Dial = Callable[..., CentreClient]
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


class OtherProgram(FakeCentre):
    """Something else that listens on a port."""

    def handle(self, request: httpx.Request) -> httpx.Response:
        """Know nothing of what was asked for."""
        return httpx.Response(404, content=b"<html>Not Found</html>")


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> str:
    file = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(file)
    return str(file)


@pytest.fixture
def centre() -> FakeCentre:
    return FakeCentre(RealClock())


@pytest.fixture
def dial(tmp_path: Path, centre: FakeCentre) -> Iterator[Dial]:
    """Makes clients of a given address with more settings of [centre]."""
    state, opened = State(tmp_path / "state.db"), []

    def make(url: str, *, proxy_password: str | None = None, **settings: str) -> CentreClient:
        lines = [f'{name} = "{value}"' for name, value in settings.items()]
        file = tmp_path / "agent.toml"
        file.write_text("\n".join(["[centre]", f'url = "{url}"', f'key = "{centre.key_id}"', *lines]))
        keys: NodeKeys = node_keys()
        client = CentreClient(
            load(file), keys, state, host=HOST, clock=RealClock(), random_bytes=os.urandom,
            proxy_password=proxy_password,
        )  # fmt: skip
        opened.append(client)
        return client

    yield make
    for client in opened:
        client.close()
    state.close()


def server_side(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


def test_a_private_ca_is_believed_where_agent_toml_names_it(
    dial: Dial, centre: FakeCentre, authority: trustme.CA, ca_file: str
) -> None:
    with served(centre, server_side(authority.issue_cert("127.0.0.1"))) as url:
        answer = dial(url, ca_file=ca_file).register()

    assert answer.state is NodeState.PENDING


def test_a_ca_that_nobody_named_is_refused_with_a_remedy(
    dial: Dial, centre: FakeCentre, authority: trustme.CA
) -> None:
    with (
        served(centre, server_side(authority.issue_cert("127.0.0.1"))) as url,
        pytest.raises(CentreCertificateRefused, match="ca_file"),
    ):
        dial(url).register()

    assert centre.requests == []


@pytest.mark.parametrize(
    ("name", "ends", "why"),
    [("elsewhere.example", None, r"127\.0\.0\.1"), ("127.0.0.1", LONG_AGO, "expired")],
    ids=["of another host", "expired"],
)
def test_a_wrong_certificate_says_what_is_wrong_with_it(
    dial: Dial,
    centre: FakeCentre,
    authority: trustme.CA,
    ca_file: str,
    name: str,
    ends: datetime | None,
    why: str,
) -> None:
    with (
        served(centre, server_side(authority.issue_cert(name, not_after=ends))) as url,
        pytest.raises(CentreCertificateRefused, match=why),
    ):
        dial(url, ca_file=ca_file).register()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_tls_below_1_2_is_not_spoken(
    dial: Dial, centre: FakeCentre, authority: trustme.CA, ca_file: str
) -> None:
    context = server_side(authority.issue_cert("127.0.0.1"))
    context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")

    with served(centre, context) as url, pytest.raises(CentreUnreachable):
        dial(url, ca_file=ca_file).register()


def test_a_ca_file_without_certificates_is_a_mistake_in_the_settings(dial: Dial, tmp_path: Path) -> None:
    empty = tmp_path / "empty.pem"
    empty.write_text("nothing")

    with pytest.raises(ConfigError, match="PEM") as refused:
        dial("https://127.0.0.1:1", ca_file=str(empty)).register()

    assert refused.value.key == "centre.ca_file"


def test_plain_http_to_this_machine_is_taken(dial: Dial, centre: FakeCentre) -> None:
    with served(centre) as url:
        assert dial(url).register().state is NodeState.PENDING


def test_a_port_where_nobody_listens_is_told_at_once(dial: Dial) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    with pytest.raises(CentreUnreachable, match="refused") as refused:
        dial(f"https://127.0.0.1:{port}").register()

    assert not refused.value.sent


def test_a_name_that_nobody_knows_is_told(dial: Dial) -> None:
    with pytest.raises(CentreUnreachable) as refused:
        dial("https://sikd.invalid").register()

    assert not refused.value.sent


def test_a_port_that_speaks_no_tls_is_told(dial: Dial, centre: FakeCentre) -> None:
    with served(centre) as url, pytest.raises(CentreUnreachable, match="does not speak TLS"):
        dial(url.replace("http://", "https://")).register()


def test_a_peer_that_stays_silent_is_given_up(
    dial: Dial, centre: FakeCentre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.line.transport._SILENCE_SECONDS", 0.5)
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        pytest.raises(CentreUnreachable, match="timed out") as refused,
    ):
        dial(f"http://127.0.0.1:{listener.getsockname()[1]}").register()

    assert refused.value.sent


def test_the_proxy_of_the_office_is_used_with_its_password(
    dial: Dial, centre: FakeCentre, authority: trustme.CA, ca_file: str
) -> None:
    with (
        served(centre, server_side(authority.issue_cert("127.0.0.1"))) as url,
        proxy("sinergi", "rahasia") as office,
    ):
        client = dial(url, ca_file=ca_file, proxy=office.url, proxy_user="sinergi", proxy_password="rahasia")

        assert client.register().state is NodeState.PENDING

    assert office.asked_for == [url.removeprefix("https://")]


def test_a_wrong_password_at_the_proxy_is_told(
    dial: Dial, centre: FakeCentre, authority: trustme.CA, ca_file: str
) -> None:
    with (
        served(centre, server_side(authority.issue_cert("127.0.0.1"))) as url,
        proxy("sinergi", "rahasia") as office,
        pytest.raises(ProxyRefused, match=r"407.*access set --proxy") as refused,
    ):
        dial(url, proxy=office.url, proxy_user="sinergi", proxy_password="salah").register()

    assert "salah" not in str(refused.value)


def test_a_proxy_in_the_environment_is_not_taken(
    dial: Dial, centre: FakeCentre, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A person's shell and the service must take the same road: the one in agent.toml.
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")

    with served(centre) as url:
        assert dial(url).register().state is NodeState.PENDING


def test_a_server_that_is_no_centre_is_told(dial: Dial, centre: FakeCentre) -> None:
    with served(OtherProgram(centre.clock)) as url, pytest.raises(NotACentre, match="HTTP 404"):
        dial(url).register()
