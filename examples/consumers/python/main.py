"""Keeps a model of all articles from the public topics of a newsmill, in a file.

    python main.py <brokers> <topic prefix> <consumer group> <file> [--once]

With --once it ends as soon as it has read what stood on the topics when it began, and prints the model.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

from model import Model

OVERLAP_S = 60 * 60
"""A first start takes up `changes` from this long ago: more than both topics can be apart."""
SAVE_S = 1.0
"""How often model and offsets are kept."""
TIMEOUT_S = 30.0


def where_to_begin(consumer: Consumer, state: str, changes: str, file: Path) -> tuple[list[TopicPartition], Model]:
    """Goes on where the group stands. At the first start, or when `changes` has gone past it: anew."""
    # First `changes`, then `state`: what happens in between is told twice, not left out.
    since = int((time.time() - OVERLAP_S) * 1000)
    of_changes = [TopicPartition(changes, number, since) for number in partitions_of(consumer, changes)]
    overlapping = consumer.offsets_for_times(of_changes, timeout=TIMEOUT_S)
    of_state = [TopicPartition(state, number) for number in partitions_of(consumer, state)]
    committed = consumer.committed(
        [TopicPartition(place.topic, place.partition) for place in of_changes + of_state], timeout=TIMEOUT_S
    )
    lows = {(place.topic, place.partition): low_of(consumer, place) for place in of_changes + of_state}
    is_lost = any(
        place.offset < 0 or (place.topic == changes and place.offset < lows[place.topic, place.partition])
        for place in committed
    )
    if not is_lost and file.exists():
        return committed, Model.load(file.read_text(encoding="utf-8"))
    begin = [TopicPartition(place.topic, place.partition, lows[place.topic, place.partition]) for place in of_state]
    for place in overlapping:
        # Nothing has come since then.
        at = place.offset if place.offset >= 0 else consumer.get_watermark_offsets(place, timeout=TIMEOUT_S)[1]
        begin.append(TopicPartition(place.topic, place.partition, at))
    return begin, Model()


def partitions_of(consumer: Consumer, topic: str) -> list[int]:
    metadata = consumer.list_topics(topic, timeout=TIMEOUT_S).topics[topic]
    if metadata.error is not None:
        raise KafkaException(metadata.error)
    return sorted(metadata.partitions)


def low_of(consumer: Consumer, place: TopicPartition) -> int:
    return consumer.get_watermark_offsets(place, timeout=TIMEOUT_S)[0]


def save(consumer: Consumer, model: Model, file: Path, places: list[TopicPartition]) -> None:
    """The model first: after a crash in between, records come again, which changes nothing."""
    new = file.with_name(file.name + ".new")
    new.write_text(model.save(), encoding="utf-8")
    os.replace(new, file)
    consumer.commit(offsets=places, asynchronous=False)


def run(brokers: str, prefix: str, group: str, file: Path, once: bool) -> None:
    state, changes = f"{prefix}.news.article.state.v1", f"{prefix}.news.article.changes.v1"
    consumer = Consumer(
        {
            "bootstrap.servers": brokers,
            "group.id": group,
            "enable.auto.commit": False,
            "enable.partition.eof": True,
            "auto.offset.reset": "earliest",
            "isolation.level": "read_committed",
        }
    )
    try:
        places, model = where_to_begin(consumer, state, changes, file)
        consumer.assign(places)
        save(consumer, model, file, places)
        unread = {(place.topic, place.partition) for place in places}
        moved: dict[tuple[str, int], TopicPartition] = {}
        saved_at = time.monotonic()
        while True:
            message = consumer.poll(SAVE_S)
            if message is not None:
                error = message.error()
                if error is not None and error.code() == KafkaError._PARTITION_EOF:
                    unread.discard((str(message.topic()), message.partition() or 0))
                elif error is not None:
                    raise KafkaException(error)
                else:
                    value, key, topic = message.value(), message.key(), str(message.topic())
                    event = None if value is None else json.loads(value)
                    model.apply(topic, (key or b"").decode(), event)
                    number, offset = message.partition() or 0, message.offset() or 0
                    moved[topic, number] = TopicPartition(topic, number, offset + 1)
            # Only when all is read may the model be shown: until then an article that is gone may still stand in it.
            is_caught_up = not unread
            if moved and (time.monotonic() - saved_at >= SAVE_S or (once and is_caught_up)):
                save(consumer, model, file, list(moved.values()))
                moved.clear()
                saved_at = time.monotonic()
            if once and is_caught_up:
                sys.stdout.buffer.write(model.to_json().encode() + b"\n")
                return
    finally:
        consumer.close()


if __name__ == "__main__":
    if len(sys.argv) < 5:
        sys.exit("usage: python main.py <brokers> <topic prefix> <consumer group> <file> [--once]")
    run(sys.argv[1], sys.argv[2], sys.argv[3], Path(sys.argv[4]), "--once" in sys.argv[5:])
