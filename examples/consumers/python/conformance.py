"""Runs the model on a script of examples/conformance: NDJSON on stdin, the model on stdout."""

from __future__ import annotations

import json
import sys

from model import Model


def main() -> None:
    model = Model()
    for line in sys.stdin.buffer:
        step = json.loads(line)
        if "restart" in step:
            model = Model.load(model.save())
        else:
            model.apply(step["topic"], step["key"], step["value"])
    sys.stdout.buffer.write(model.to_json().encode() + b"\n")


if __name__ == "__main__":
    main()
