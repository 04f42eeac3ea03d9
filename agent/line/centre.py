"""The centre as a node talks to it: each call is one signed request; each answer is verified or explained."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from agent.config import required_centre
from agent.errors import CentreNotConfirmed, NotACentre
from agent.host import Host
from agent.journal import note
from agent.keys import NodeKeys
from agent.line.broken_line import not_a_centre
from agent.line.refusals import refusal
from agent.line.transport import Body, Reply, Transport, body_of
from agent.line.trust import SeenCentre, Trust, recognise
from agent.settings import Config
from agent.storage.state import State, StoredAnswer, TrustedCentre
from contract.errors import BadSignature, ClockSkew, ContractError, Replayed
from contract.text import T
from contract.wire import identity
from contract.wire.messages import Checkin, CheckinAnswer, SnapshotAnswer, verify_checkin_answer
from contract.wire.signing import sign_request
from contract.wire.ticket import Ticket

if TYPE_CHECKING:
    import httpx

_MAX_ANSWER_BYTES = 1024 * 1024
_NONCE_BYTES, _CHECKIN_ID_BYTES = 24, 16
_CLOCKS_AGREE = timedelta(seconds=30)
_NOTHING = body_of(lambda: ())


class CentreClient:
    """One node's line to the centre; close it, or use it as a context."""

    def __init__(
        self,
        config: Config,
        keys: NodeKeys,
        state: State,
        *,
        host: Host,
        clock: Callable[[], datetime],
        random_bytes: Callable[[int], bytes],
        proxy_password: str | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._settings = required_centre(config)
        self._keys, self._state, self._host = keys, state, host
        self._clock, self._random_bytes = clock, random_bytes
        self._line = Transport(self._settings, proxy_password=proxy_password, inner=transport)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Hang up."""
        self._line.close()

    def who(self) -> SeenCentre:
        """Who answers at the configured address; raises CentreKeyChanged where this node trusts another.

        An UNCONFIRMED one is for a person to compare; then call `trust`.
        """
        reply = self._answered(self._line.send("GET", "/v1/centre", {}, _NOTHING))
        trusted = self._state.trusted_centre()
        seen = recognise(reply.body, configured=self._anchor(), trusted=trusted.key_der if trusted else None)
        if seen.trust is not Trust.UNCONFIRMED:
            self.trust(seen)
        return seen

    def trust(self, seen: SeenCentre) -> None:
        """From now on this key, and no other, speaks for the centre."""
        centre = TrustedCentre(seen.key_der, seen.centre.public_url.rstrip("/"))
        last = self._state.trusted_centre()
        if centre != last:
            vouched_for = seen.trust is Trust.SUCCESSOR
            is_another = last is not None and last.key_der != seen.key_der and not vouched_for
            self._state.trust_centre(centre, key_id=seen.key_id, now=self._clock(), is_another=is_another)
            note("centre trusted", key=seen.key_id, url=centre.public_url, trust=seen.trust)
        self._follow_the_clock_of(seen)

    def register(self, ticket: Ticket | None = None) -> CheckinAnswer:
        """Make this node known, or hear again where it stands; the same keys may register again.

        With an install ticket it has a place of its own; raises TicketRefused where it may not use it.
        """
        data = self._insisting("POST", "/v1/nodes", _body(self._keys.registration(self._host, ticket)))
        answer = self._addressed_here(data, checkin_id="")
        self._state.finish_registration(self._kept(data))
        return answer

    def succeed(self, statement: bytes) -> CheckinAnswer:
        """Hand in the signed statement of whose place this node's key takes; the same one may come again."""
        data = self._insisting("POST", "/v1/successions", _body(statement))
        answer = self._addressed_here(data, checkin_id="")
        self._state.finish_registration(self._kept(data))
        return answer

    def checkin(self, *, database: str, queued: int) -> CheckinAnswer:
        """Give a sign of life and hear where this node stands; a lost answer is asked for again."""
        turn = self._state.begin_checkin(lambda: self._random_bytes(_CHECKIN_ID_BYTES).hex())
        message = Checkin(
            checkin_id=turn.checkin_id,
            counter=turn.counter,
            hostname=self._host.hostname,
            machine=self._host.machine,
            agent_version=self._host.version,
            database=database,
            queued=queued,
        )
        data = self._insisting("POST", "/v1/checkin", _body(message.to_bytes()))
        answer = self._addressed_here(data, checkin_id=turn.checkin_id)
        self._state.finish_checkin(turn, self._kept(data), counter=answer.counter, orders=answer.orders)
        return answer

    def commit(self, snapshot_id: str, envelope: bytes) -> SnapshotAnswer:
        """Hand in a snapshot's envelope; the same envelope again gets the same receipt.

        Raises Replayed as it comes: the caller has to know that another copy of the request may have arrived.
        """
        return self._about(snapshot_id, self._signed("PUT", _path(snapshot_id), _body(envelope)))

    def send_segments(
        self, snapshot_id: str, frames: Callable[[], Iterable[bytes]], *, start: int = 0
    ) -> SnapshotAnswer:
        """Send the lacking frames in the centre's order, from byte `start` of the first on.

        `frames` is gone through more than once.
        """
        path = f"{_path(snapshot_id)}/segments" + (f"/{start}" if start else "")
        body = body_of(lambda: _without(start, frames()))
        return self._about(snapshot_id, self._insisting("POST", path, body))

    def snapshot_state(self, snapshot_id: str) -> SnapshotAnswer:
        """Where a snapshot stands; raises UnknownSnapshot where it was never committed."""
        return self._about(snapshot_id, self._insisting("GET", _path(snapshot_id), _NOTHING))

    def report_access(self, envelope: bytes) -> None:
        """Hand in the signed report about this node's database access."""
        self._insisting("POST", "/v1/access-reports", _body(envelope))

    def centre_key(self) -> bytes:
        """The trusted key (SPKI DER); raises CentreNotConfirmed where there is none yet."""
        return self._trusted().key_der

    def _insisting(self, method: str, path: str, body: Body) -> bytes:
        """The answer to a request that may arrive twice without harm; each try has its own one-time value."""
        try:
            return self._signed(method, path, body)
        except Replayed:
            return self._signed(method, path, body)

    def _signed(self, method: str, path: str, body: Body) -> bytes:
        """The answer to one signed request; where the clocks differ, it is made once more by the centre's."""
        self._meet()
        try:
            return self._once(method, path, body)
        except ClockSkew:
            self.who()
            return self._once(method, path, body)

    def _once(self, method: str, path: str, body: Body) -> bytes:
        headers = sign_request(
            method,
            self._trusted().public_url + path,
            body_sha256=body.sha256,
            body_length=body.length,
            node_id=self._keys.node_id,
            key=self._keys.signing,
            created=self._clock() + self._state.clock_offset(),
            nonce=self._random_bytes(_NONCE_BYTES).hex(),
        )
        return self._answered(self._line.send(method, path, headers, body)).body

    def _answered(self, reply: Reply) -> Reply:
        if not 200 <= reply.status < 300:
            raise refusal(reply, self._address)
        return reply

    def _meet(self) -> None:
        """Learn the centre's key before the first request, where agent.toml says which one it has to be.

        Also where agent.toml names another one since: the last one must not be served a day longer.
        """
        if self._state.trusted_centre() is None or self._anchor() is not None:
            self.who()

    def _anchor(self) -> str | None:
        """The configured fingerprint, until its key was met; then the pin and its successors count."""
        key = self._settings.key
        return None if key is None or self._state.centre_key(key) else key

    def _trusted(self) -> TrustedCentre:
        if (trusted := self._state.trusted_centre()) is None:
            raise CentreNotConfirmed(
                T("Nobody has confirmed the key of the centre yet."),
                remedy=T("Run `sudo sinergi enrol` and compare the fingerprint, or set `key` in [centre]."),
            )
        return trusted

    def _follow_the_clock_of(self, seen: SeenCentre) -> None:
        # Only the signed word of the trusted centre moves the clock: error answers are signed by nobody.
        offset = seen.centre.server_time - self._clock()
        if abs(offset - self._state.clock_offset()) > _CLOCKS_AGREE:
            self._state.keep_clock_offset(offset)
            note("clock differs from centre", seconds=round(offset.total_seconds()))

    def _kept(self, data: bytes) -> StoredAnswer:
        return StoredAnswer(data, self._clock(), self._settings.url)

    def _addressed_here(self, data: bytes, *, checkin_id: str) -> CheckinAnswer:
        try:
            answer = self._by_the_centre(data)
        except BadSignature:
            raise
        except ContractError as error:
            raise self._not_a_centre(error) from error
        if (answer.node_id, answer.checkin_id) != (self._keys.node_id, checkin_id):
            raise not_a_centre(self._address, "an answer to another request")
        return answer

    def _by_the_centre(self, data: bytes) -> CheckinAnswer:
        try:
            return verify_checkin_answer(data, identity.signing_key(self.centre_key()))
        except BadSignature:
            # The centre may have a new key that the last one vouches for; where it has not, this raises.
            if self.who().trust is not Trust.SUCCESSOR:
                raise
            return verify_checkin_answer(data, identity.signing_key(self.centre_key()))

    def _about(self, snapshot_id: str, data: bytes) -> SnapshotAnswer:
        try:
            answer = SnapshotAnswer.from_bytes(data, max_bytes=_MAX_ANSWER_BYTES)
        except ContractError as error:
            raise self._not_a_centre(error) from error
        if answer.snapshot_id != snapshot_id:
            raise not_a_centre(self._address, "an answer about another snapshot")
        return answer

    def _not_a_centre(self, error: ContractError) -> NotACentre:
        return not_a_centre(self._address, error.slug)

    @property
    def _address(self) -> str:
        return urlsplit(self._settings.url).netloc


def _path(snapshot_id: str) -> str:
    return f"/v1/snapshots/{snapshot_id}"


def _without(start: int, frames: Iterable[bytes]) -> Iterator[bytes]:
    for position, frame in enumerate(frames):
        yield frame if position else frame[start:]


def _body(data: bytes) -> Body:
    return body_of(lambda: (data,))
