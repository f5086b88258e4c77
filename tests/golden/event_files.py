"""Event files as TensorBoard's own messages and writer make them, for tests/report/tensorboard_test.ts.

pip install tensorboard==2.21.0
python tests/golden/event_files.py > tests/golden/event_files.json
"""

import io
import json

from tensorboard.compat.proto import event_pb2, summary_pb2
from tensorboard.summary.writer.record_writer import RecordWriter

WALL = 1700000000.123456


def framed(event):
    file = io.BytesIO()
    RecordWriter(file).write(event.SerializeToString(deterministic=True))
    return file.getvalue().hex()


def scalars(step, values):
    summary = summary_pb2.Summary(
        value=[summary_pb2.Summary.Value(tag=tag, simple_value=value) for tag, value in values]
    )
    return event_pb2.Event(wall_time=WALL, step=step, summary=summary)


cases = []
for step, values in [
    (1, [["student/loss", 2.31]]),
    (300, [["student/loss", -0.5], ["student/lr", 1e-3], ["größe/😀", 1e10]]),
    (2**31 + 7, [["x" * 200, 1.5]]),
    (2**53 - 1, [[f"teachers.{i}/agreement", i / 7] for i in range(40)]),
]:
    cases.append({"step": step, "scalars": values, "hex": framed(scalars(step, values))})

print(
    json.dumps(
        {
            "wallTime": WALL,
            "version": framed(event_pb2.Event(wall_time=WALL, file_version="brain.Event:2")),
            "restart": framed(
                event_pb2.Event(
                    wall_time=WALL,
                    session_log=event_pb2.SessionLog(status=event_pb2.SessionLog.START),
                )
            ),
            "cases": cases,
        },
        ensure_ascii=False,
        indent=1,
    )
)
