"""Runs commands of `prefect` in one process, since most of what one takes is to import Prefect: each argument is a line of one."""

import json
import sys

from prefect.testing.cli import CycloptsCliRunner

runner = CycloptsCliRunner()
said = []
for line in sys.argv[1:]:
    done = runner.invoke(line.split(" "))
    said.append({"code": done.exit_code, "out": done.stdout, "err": done.stderr + repr(done.exception or "")})
print("RESULT " + json.dumps(said))
