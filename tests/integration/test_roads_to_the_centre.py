"""Each way to the centre, good or broken at one piece: the agent and `sinergi doctor` find the same."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from agent.checkup.check import Check
from agent.config import load, required_centre
from agent.errors import AgentError, ConfigError
from agent.line.tls import tls_context
from agent.line.transport import Reply, Transport, body_of
from connectors.interface import StepResult
from tests.fakes.centre import FakeCentre
from tests.fakes.centre_server import served
from tests.fakes.examined import ExaminedNode, real_now
from tests.integration.broken_roads import BROKEN, GOOD, HERE, Office, Road
from tests.servers.process import closed_port
from tests.servers.server import Account
from tests.servers.squid import Squid
from tests.servers.tls_gate import server_side, tls_gate

pytestmark = pytest.mark.usefixtures("forward_proxies")
PIECES = ("dns", "tcp", "proxy", "tls", "centre", "key")


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def office(authority: trustme.CA, tmp_path: Path) -> Iterator[Office]:
    """A centre that everything leads to, as long as no road is broken."""
    ca_file = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(ca_file)
    centre = FakeCentre(real_now)
    with served(centre) as behind, tls_gate(server_side(authority.issue_cert(HERE))) as gate:
        gate.port = int(behind.rpartition(":")[2])
        centre.public_url = gate.url
        yield Office(gate, authority, {"url": gate.url, "ca_file": str(ca_file), "key": centre.key_id})


@pytest.fixture
def node(tmp_path: Path) -> ExaminedNode:
    return ExaminedNode(tmp_path)


def asked(node: ExaminedNode, office: Office) -> Reply:
    """What the agent hears when it asks who the centre is."""
    line = Transport(
        required_centre(load(node.paths.config_file)), proxy_password=office.proxy_password or None
    )
    try:
        return line.send("GET", "/v1/centre", {}, body_of(lambda: ()))
    finally:
        line.close()


def failed(checks: dict[str, Check]) -> Check:
    (found,) = [checks[name] for name in PIECES if checks[name].result is StepResult.FAILED]
    return found


@pytest.mark.parametrize("road", GOOD.values(), ids=GOOD)
def test_a_good_road_leads_to_the_centre(road: Road, office: Office, node: ExaminedNode) -> None:
    with road(office) as ours:
        node.install(dict(ours.settings), proxy_password=ours.proxy_password)

        reply, checks = asked(node, ours), node.examined()

    assert reply.status == 200
    assert [name for name in PIECES if checks[name].result is not StepResult.OK] in ([], ["proxy"])


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize(("road", "piece", "code", "words"), BROKEN.values(), ids=BROKEN)
def test_a_broken_road_is_told_alike_by_the_agent_and_by_doctor(
    road: Road, piece: str, code: str, words: str, office: Office, node: ExaminedNode
) -> None:
    with road(office) as ours:
        node.install(dict(ours.settings), proxy_password=ours.proxy_password)

        with pytest.raises(AgentError) as met:
            asked(node, ours)
        check = failed(node.examined())

    told = str(met.value.problem)
    assert (met.value.code, check.code, check.name) == (code, code, piece)
    assert words in told
    # Doctor adds what stands in a certificate.
    assert str(check.detail).startswith(told.removesuffix("."))
    assert str(check.remedy) == str(met.value.remedy)
    assert not ours.proxy_password or ours.proxy_password not in str(met.value) + repr(node.checks)


def test_doctor_shows_what_stands_in_a_certificate(office: Office, node: ExaminedNode) -> None:
    road, *_ = BROKEN["certificate of another server"]
    with road(office) as ours:
        node.install(dict(ours.settings))

        detail = str(failed(node.examined()).detail)

    assert "for lain.example, issued by" in detail


def test_the_ca_below_a_root_may_be_the_one_that_is_named(
    office: Office, authority: trustme.CA, node: ExaminedNode
) -> None:
    # A firewall's administrator hands out the CA that it signs with, and not the root above that.
    below = authority.create_child_ca()
    Path(office.settings["ca_file"]).write_bytes(below.cert_pem.bytes())
    office.gate.show(server_side(below.issue_cert(HERE)))
    node.install(dict(office.settings))

    assert asked(node, office).status == 200


def test_a_ca_that_misses_what_newer_pythons_ask_for_is_believed() -> None:
    context = tls_context(None)

    assert not context.verify_flags & ssl.VERIFY_X509_STRICT
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2


def test_a_centre_on_this_machine_is_never_asked_through_a_proxy(node: ExaminedNode) -> None:
    # Plain HTTP would otherwise leave this machine.
    centre = FakeCentre(real_now)
    with served(centre) as url, closed_port() as port:
        settings = {"url": url, "key": centre.key_id, "proxy": f"http://{HERE}:{port}"}
        node.install(settings)

        checks = node.examined()

    assert checks["centre"].result is StepResult.OK
    assert checks["proxy"].result is StepResult.SKIPPED


def test_doctor_tries_no_password_that_it_cannot_look_up(office: Office, node: ExaminedNode) -> None:
    # Many a proxy locks an account after a few wrong ones, and the agent's would be locked with it.
    account = Account.made_up("petugas")
    with Squid(account) as proxy:
        node.install(dict(office.by(proxy.url, account).settings), proxy_password=account.password)
        node.paths.vault_file.unlink()

        checks = node.examined()

        assert "CONNECT" not in proxy.log
    assert {checks[name].result for name in ("dns", "tcp")} == {StepResult.OK}
    assert {checks[name].result for name in ("proxy", "tls", "centre", "key")} == {StepResult.SKIPPED}


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "no certificate in PEM form"),
        (b"0\x82\x01", "no certificate in PEM form"),
        (None, "no such file"),
    ],
    ids=["empty", "in DER form", "missing"],
)
def test_a_ca_file_that_cannot_be_used_is_a_mistake_in_the_settings(
    content: bytes | None, why: str, office: Office, node: ExaminedNode
) -> None:
    file = Path(office.settings["ca_file"])
    if content is None:
        file.unlink()
    else:
        file.write_bytes(content)
    node.install(dict(office.settings))

    with pytest.raises(ConfigError, match=why) as met:
        asked(node, office)
    codes = {check.code for check in node.examined().values() if check.result is StepResult.FAILED}

    assert met.value.code == "SIKD-E410"
    assert "SIKD-E410" in codes
