#!/usr/bin/env python3
"""CPU per cent and I/O rates of one episode, second by second, straight from its topic.

    pip install confluent-kafka polars
    docs/analysis/rates.py localhost:9092 boot-17

Not run by the tests: neither package is to be had where they run.
"""

import json
import sys

import polars as pl
from confluent_kafka import OFFSET_BEGINNING, Consumer, TopicPartition

COUNTERS = ["cpu_user_jiffies", "cpu_sys_jiffies", "io_read_bytes", "io_write_bytes"]


def read(servers, topic):
    """All that is committed now, as (key, value)."""
    consumer = Consumer(
        {
            "bootstrap.servers": servers,
            "group.id": "oracle.analysis.python",  # asked for, and never used: nothing is committed
            "enable.auto.commit": False,
            "isolation.level": "read_committed",
            "enable.partition.eof": True,
        }
    )
    consumer.assign([TopicPartition(topic, 0, OFFSET_BEGINNING)])
    while True:
        message = consumer.poll(10.0)
        if message is None:
            sys.exit(f"no answer from {servers} on {topic}")
        if message.error():
            if message.error().code() == -191:  # the partition's end, as of now
                break
            sys.exit(f"{topic}: {message.error()}")
        yield message.key().decode(), json.loads(message.value())
    consumer.close()


def main(servers, episode):
    manifest = dict(read(servers, "oracle.episodes"))[episode]
    rows = [row for _, row in read(servers, f"oracle.host-proc.{episode}")]
    step = (
        pl.DataFrame(rows)
        .group_by((pl.col("t_mono_ns") // 1_000_000_000).alias("second"), maintain_order=True)
        .last()
        .with_columns(pl.col(COUNTERS).diff(), seconds=pl.col("t_mono_ns").diff() / 1e9)
        .drop_nulls("seconds")
    )
    jiffies = pl.col("cpu_user_jiffies") + pl.col("cpu_sys_jiffies")
    print(
        step.select(
            "second",
            cpu_percent=100 * jiffies / manifest["clock_ticks_per_second"] / pl.col("seconds"),
            read_bytes_per_s=pl.col("io_read_bytes") / pl.col("seconds"),
            written_bytes_per_s=pl.col("io_write_bytes") / pl.col("seconds"),
            rss_bytes="rss_bytes",
        )
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
