"""How Kafka is reached: settings of librdkafka, and what is said when it does not answer."""

from __future__ import annotations

import logging
import os
import re
import time
from collections.abc import Mapping
from typing import Any

from confluent_kafka import Consumer, KafkaException, Producer

LOG = logging.getLogger("isotherm")
_LIBRDKAFKA = logging.getLogger("isotherm.librdkafka")
_LIBRDKAFKA.setLevel(logging.CRITICAL)  # what matters is said once, by this package

SERVERS_VARIABLE = "ISOTHERM_BOOTSTRAP_SERVERS"
DEFAULT_SERVERS = "127.0.0.1:9092"

#: What librdkafka takes: perhaps a protocol, a host, and a port that may be left out for 9092.
_ADDRESS = re.compile(r"([a-zA-Z_]+://)?(\[[^\]]+\]|[^\s:,/\[\]]+)(:\d{1,5})?")

#: Bytes of a message that brokers take as they are, by their default of a megabyte.
_UNCOMPRESSED = 900_000

_SECRETS = ("password", "secret", "key.pem", "oauthbearer.config", "jaas")


class Kafka:
    """What the two clients of a run are made with. Making them asks no broker.

    Args:
        run: names the clients
        servers: ``host:port`` with commas between; by default the environment's
            ``ISOTHERM_BOOTSTRAP_SERVERS``, then ``127.0.0.1:9092``
        settings: any of librdkafka's, as for TLS and SASL; they go over those of this package

    Raises:
        ValueError: with one line, if librdkafka refuses a setting
    """

    def __init__(
        self, run: str, servers: str | None = None, settings: Mapping[str, Any] | None = None
    ) -> None:
        given = dict(settings or {})
        self.servers = str(
            servers
            or given.pop("bootstrap.servers", None)
            or os.environ.get(SERVERS_VARIABLE)
            or DEFAULT_SERVERS
        )
        _require_addresses(self.servers)
        common = {
            "bootstrap.servers": self.servers,
            "client.id": f"isotherm-{run}",
            # A broker that is away is asked for at most every five seconds.
            "reconnect.backoff.ms": 250,
            "reconnect.backoff.max.ms": 5_000,
        }
        for name, value in given.items():
            if not isinstance(value, str | int | float):
                raise ValueError(f"kafka setting '{name}' must be text or a number, got: {value!r}")
        # librdkafka warns of settings of the other client, so each gets its own.
        self.producer_settings = {
            **common,
            # Kafka's own partitioner, so that all messages of a run meet in one partition.
            "partitioner": "murmur2_random",
            "enable.idempotence": True,
            "linger.ms": 5,
            "message.timeout.ms": 30_000,
            "queue.buffering.max.kbytes": 65_536,
            **given,
        }
        consumer_settings = {
            **common,
            "group.id": f"isotherm-{run}",  # librdkafka wants one where there is no group
            "enable.auto.commit": False,
            "isolation.level": "read_committed",
            "fetch.wait.max.ms": 100,
            **given,
        }
        try:
            self.consumer = Consumer({**consumer_settings, **QUIET})
        except (KafkaException, TypeError, ValueError) as e:
            raise ValueError(f"kafka settings are refused: {problem(e)}") from None

    def __str__(self) -> str:
        return self.servers


def _require_addresses(servers: str) -> None:
    """An address that cannot be one would otherwise only be a broker that never answers."""
    for address in servers.split(","):
        if _ADDRESS.fullmatch(address.strip()) is None:
            raise ValueError(f"servers must be host:port with commas between, got: {servers!r}")


def problem(error: BaseException) -> str:
    """What went wrong, in one line without a secret."""
    first = error.args[0] if error.args else error
    text = first.str() if hasattr(first, "str") else str(first)
    line = " ".join(text.split())
    return "a setting with a secret" if any(s in line.lower() for s in _SECRETS) else line


def _pass(_: object) -> None:
    """Errors of the connection show in what does not arrive."""


QUIET = {"error_cb": _pass, "logger": _LIBRDKAFKA}


def with_room_for(settings: Mapping[str, Any], largest: int) -> Mapping[str, Any]:
    """A producer's settings for messages of a size, in bytes.

    Larger ones than a broker takes are compressed, and with them all others, since librdkafka has
    one setting for all topics. What the user has set stays.
    """
    if largest <= _UNCOMPRESSED:
        return settings
    return {"compression.type": "lz4", "message.max.bytes": 2 * largest, **settings}


def producer(settings: Mapping[str, Any]) -> Producer:
    """A producer; raises what librdkafka raises if it refuses a setting."""
    return Producer({**settings, **QUIET})


class OncePerMinute:
    """Warns of a trouble that goes on once a minute, so that a log stays readable."""

    def __init__(self) -> None:
        self._next = float("-inf")

    def warn(self, line: str, *values: object) -> None:
        """Logs a line unless one was logged within a minute."""
        now = time.monotonic()
        if now >= self._next:
            self._next = now + 60
            LOG.warning(line, *values)


class Backoff:
    """Pauses that double from a quarter of a second to five seconds."""

    def __init__(self) -> None:
        self._pause = 0.25

    def next(self) -> float:
        """The next pause in seconds."""
        pause, self._pause = self._pause, min(5.0, self._pause * 2)
        return pause

    def reset(self) -> None:
        """Begins again with the shortest."""
        self._pause = 0.25
