"""Reads event files with TensorBoard's own readers, for tensorboard.ts.

For each line of standard input prints a line of JSON: what TensorBoard shows of the folder to who opens it now
("fresh"), to who has had it open since the first line ("live"), and what its data server shows ("server").
Each is {tag: [[wall time, step, value], ...]}, numbers that are none as text.

pip install tensorboard==2.21.0
"""

import json
import math
import sys
import time

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.context import RequestContext
from tensorboard.data import server_ingester
from tensorboard.util.grpc_util import ChannelCredsType

folder = sys.argv[1]


def number(value):
    return value if math.isfinite(value) else str(value)


def shown(accumulator):
    accumulator.Reload()
    return {
        tag: [[e.wall_time, e.step, number(e.value)] for e in accumulator.Scalars(tag)]
        for tag in accumulator.Tags()["scalars"]
    }


def everything():
    return EventAccumulator(folder, size_guidance={"scalars": 0})


def served(provider):
    """The data server reads every second; what it shows is looked at until it no longer changes."""
    before, since = None, time.time()
    while time.time() - since < 20:
        time.sleep(2.2)
        now = {}
        context = RequestContext()
        listed = provider.list_scalars(context, experiment_id="", plugin_name="scalars")
        for run, tags in listed.items():
            read = provider.read_scalars(
                context, experiment_id="", plugin_name="scalars", downsample=100000
            )
            for tag, data in read.get(run, {}).items():
                now[tag] = [[d.wall_time, d.step, number(d.value)] for d in data]
        if now == before:
            return now
        before = now
    return before


live = everything()
ingester = server_ingester.SubprocessServerDataIngester(
    server_binary=server_ingester.get_server_binary(),
    logdir=folder,
    reload_interval=1,
    channel_creds_type=ChannelCredsType.LOCAL,
    samples_per_plugin={"scalars": 0},
)
ingester.start()
for _ in sys.stdin:
    line = {"fresh": shown(everything()), "live": shown(live), "server": served(ingester.data_provider)}
    print(json.dumps(line), flush=True)
