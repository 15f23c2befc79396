"""Prefect's own subscribers, which the test has watch this server. What they see is what the test looks at."""

import asyncio
import json
import logging

from prefect import flow, get_run_logger, task
from prefect.client.schemas.filters import LogFilter, LogFilterLevel
from prefect.events import emit_event
from prefect.events.clients import PrefectEventSubscriber
from prefect.events.filters import EventFilter, EventNameFilter
from prefect.logging.clients import PrefectLogsSubscriber


@task
def step():
    get_run_logger().warning("the tide turns")


@flow(name="watched")
def watched():
    step()
    emit_event(event="tide.turned", resource={"prefect.resource.id": "coast.north"})


async def events(ready, seen):
    names = EventNameFilter(prefix=["prefect.flow-run.", "tide."])
    async with PrefectEventSubscriber(filter=EventFilter(event=names)) as subscriber:
        ready.set()
        async for event in subscriber:
            seen.append(event.event)
            if {"tide.turned", "prefect.flow-run.Completed"} <= set(seen):
                return


async def lines(ready, seen):
    level = LogFilterLevel(ge_=logging.WARNING)
    async with PrefectLogsSubscriber(filter=LogFilter(level=level)) as subscriber:
        ready.set()
        async for line in subscriber:
            seen.append(line.message)
            return


async def main():
    ready, told, said = [asyncio.Event(), asyncio.Event()], [], []
    watching = asyncio.gather(events(ready[0], told), lines(ready[1], said))
    for each in ready:
        await each.wait()
    await asyncio.to_thread(watched)
    await asyncio.wait_for(watching, 120)
    print("RESULT", json.dumps({"events": sorted(set(told)), "lines": said}))


if __name__ == "__main__":
    asyncio.run(main())
