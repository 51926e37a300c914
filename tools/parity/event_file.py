"""Writes test/parity/fixtures/event_file.json: an event file as tensorboard's own code writes it.

    python3 tools/parity/event_file.py [FOLDER …]

needs `pip install tensorboard`. The records are in base64; test/node/tensor_board_log.test.ts compares gan-kit's bytes with
them. With folders it writes nothing, and prints what tensorboard reads in each as JSON: scalars and images by tag, as
[step, value] and [step, width, height, bytes].
"""

import base64
import json
import platform
import sys
import tempfile
from pathlib import Path

import tensorboard
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAAAAADRSSBWAAAAC0lEQVR42mNg+A8AAQIBANEay48AAAAASUVORK5CYII="
)


def read(folder):
    reader = EventAccumulator(folder, size_guidance={"scalars": 0, "images": 0})
    reader.Reload()
    tags = reader.Tags()
    return {
        "scalars": {
            tag: [[e.step, e.value] for e in reader.Scalars(tag)] for tag in tags["scalars"]
        },
        "images": {
            tag: [
                [e.step, e.width, e.height, base64.b64encode(e.encoded_image_string).decode()]
                for e in reader.Images(tag)
            ]
            for tag in tags["images"]
        },
    }


def value(tag, number):
    return Summary.Value(tag=tag, simple_value=number)


def events():
    yield "version", Event(wall_time=1733011200.25, file_version="brain.Event:2")
    yield "start", Event(
        wall_time=1733011200.5, step=301, session_log=SessionLog(status=SessionLog.START)
    )
    yield "scalars", Event(
        wall_time=1733011201.75,
        step=70000,
        summary=Summary(value=[value("discriminator", 1.31), value("Verlust/größer", -2e-7)]),
    )
    image = Summary.Image(height=1, width=2, colorspace=1, encoded_image_string=PNG)
    yield "image", Event(
        wall_time=1733011202.0,
        step=0,
        summary=Summary(value=[Summary.Value(tag="samples", image=image)]),
    )


if len(sys.argv) > 1:
    print(json.dumps({folder: read(folder) for folder in sys.argv[1:]}))
    sys.exit(0)

records = {}
for name, event in events():
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "records"
        with open(path, "wb") as file:
            RecordWriter(file).write(event.SerializeToString())
        records[name] = base64.b64encode(path.read_bytes()).decode()
fixture = {
    "generator": "tools/parity/event_file.py",
    "versions": {"python": platform.python_version(), "tensorboard": tensorboard.__version__},
    "png": base64.b64encode(PNG).decode(),
    "records": records,
}
path = Path(__file__).parents[2] / "test/parity/fixtures/event_file.json"
path.write_text(json.dumps(fixture, indent=2) + "\n")
print(path, path.stat().st_size)
