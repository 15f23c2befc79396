"""Flows of Prefect's own client, which the test runs against this server. What it prints is what the test looks at."""

import json
import sys

from prefect import flow, get_run_logger, task
from prefect.artifacts import create_markdown_artifact
from prefect.client.orchestration import get_client
from prefect.variables import Variable

tries = {"flaky": 0}


@task
def double(x):
    get_run_logger().info("doubling %s", x)
    return x * 2


@task(retries=2)
def flaky():
    tries["flaky"] += 1
    if tries["flaky"] < 3:
        raise ValueError("not yet")
    return tries["flaky"]


@task(tags=["few"])
def add(numbers):
    create_markdown_artifact(key="sum", markdown="# the sum")
    return sum(numbers)


@flow
def inner(x):
    return double(x)


@flow(name="tides", log_prints=True)
def tides(n: int = 3):
    print("the tide comes in")
    doubled = double.map(range(n))
    total = add.submit([each.result() for each in doubled])
    return {"total": total.result(), "inner": inner(5), "flaky": flaky()}


@flow(name="breaks")
def breaks():
    raise ValueError("it breaks")


def main():
    Variable.set("lat", 38.9, tags=["geo"])
    lat = Variable.get("lat")
    with get_client(sync_client=True) as client:
        client.create_concurrency_limit(tag="few", concurrency_limit=1)
    answer = tides(4)
    try:
        breaks()
        failed = False
    except ValueError:
        failed = True
    with get_client(sync_client=True) as client:
        runs = client.read_flow_runs()
    states = {run.name: run.state.name for run in runs}
    print("RESULT " + json.dumps({"answer": answer, "lat": lat, "failed": failed, "states": sorted(states.values())}))


if __name__ == "__main__":
    sys.exit(main())
