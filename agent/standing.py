"""Where this node stands with the centre, by the centre's last signed word."""

from __future__ import annotations

from agent.errors import NotEnrolled, OtherPemda, WaitingForMapping
from agent.journal import note
from agent.keys import NodeKeys
from agent.settings import Config
from agent.sign import Origin
from agent.storage.state import State
from contract.errors import ContractError
from contract.text import T, Text
from contract.wire import envelope, identity
from contract.wire.manifest import Perda
from contract.wire.messages import CheckinAnswer, verify_checkin_answer
from contract.wire.states import NodeState

_HELD_UP = {
    NodeState.SUSPENDED: T("DJPK has suspended this node: {reason}"),
    NodeState.REVOKED: T("DJPK has revoked this node: {reason}"),
    NodeState.REPLACED: T("Another node has taken the place of this one: {reason}"),
    NodeState.REJECTED: T("DJPK has rejected the registration of this node: {reason}"),
}


def standing(state: State) -> CheckinAnswer | None:
    """The centre's last answer; None before the first, and where what was kept of it is not the centre's."""
    stored = state.last_answer()
    if stored is None:
        return None
    try:
        # The centre may have changed its key since; its name only chooses among the keys that were trusted.
        key_der = state.centre_key(envelope.read(stored.envelope).signatures[0].keyid)
        return verify_checkin_answer(stored.envelope, identity.signing_key(key_der)) if key_der else None
    except ContractError as error:
        # It was verified when it came, so the disk has changed it; the centre gives it again.
        note("answer of the centre not readable", error=error.slug)
        return None


def standing_of(state: State, node_id: str) -> CheckinAnswer | None:
    """The centre's last answer about this very node; None where it has only spoken of a former one."""
    said = standing(state)
    return said if said is not None and said.node_id == node_id else None


def origin(config: Config, keys: NodeKeys, state: State, *, agent_version: str) -> Origin:
    """Whose budget this node may state; raises NotEnrolled, WaitingForMapping, or OtherPemda."""
    said = standing_of(state, keys.node_id)
    if said is not None and said.state in _HELD_UP:
        raise WaitingForMapping(
            Text(_HELD_UP[said.state].msgid, {"reason": said.reason}),
            remedy=T("Nothing was lost. `sinergi status` says what to do; DJPK helps, telephone 150420."),
        )
    if said is None:
        raise NotEnrolled(
            T("This node is not enrolled at the centre."),
            remedy=T("Run `sudo sinergi enrol`; it shows what to read out to DJPK."),
        )
    if said.kode_pemda is None:
        raise WaitingForMapping(
            T("DJPK has not mapped this node to a Pemda yet."),
            remedy=T("Read out the node ID and the match code of `sinergi status` to DJPK."),
        )
    return Origin(
        node_id=keys.node_id,
        kode_pemda=require_expected(config, said.kode_pemda),
        kode_satker=said.kode_satker,
        kode_bps=said.kode_bps,
        agent_version=agent_version,
        perda=_perda(config),
    )


def require_expected(config: Config, mapped: str) -> str:
    """The Pemda that this node is mapped to; raises OtherPemda where agent.toml expects another."""
    wanted = config.apbd.kode_pemda if config.apbd else None
    if wanted not in {None, mapped}:
        raise OtherPemda(
            T(
                "This node is mapped to {mapped}, but agent.toml expects {wanted}.",
                mapped=mapped,
                wanted=wanted,
            ),
            remedy=T("Correct kode_pemda in [apbd], or tell DJPK that the mapping is wrong."),
        )
    return mapped


def _perda(config: Config) -> Perda | None:
    apbd = config.apbd
    if apbd is None or apbd.nomor_perda is None or apbd.tanggal_perda is None:
        return None
    return Perda(nomor=apbd.nomor_perda, tanggal=apbd.tanggal_perda.isoformat())
