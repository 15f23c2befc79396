"""A flow of Prefect's own client: fifty tasks submitted, fifty mapped. It tells how long the flow took once everything was imported."""

import json
import time

from prefect import flow, task


@task
def double(n):
    return 2 * n


@flow
def tides(count):
    submitted = [double.submit(n) for n in range(count)]
    mapped = double.map(list(range(count)))
    return sum(each.result() for each in submitted) + sum(mapped.result())


if __name__ == "__main__":
    tides(1)
    began = time.perf_counter()
    total = tides(50)
    seconds = time.perf_counter() - began
    assert total == 4 * sum(range(50)), total
    print("RESULT " + json.dumps({"seconds": seconds}))
