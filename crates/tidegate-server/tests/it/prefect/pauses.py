"""Flows of Prefect's own client that wait, are answered by others, and are cancelled. What it prints is what the test looks at."""

import json
import subprocess
import sys
import threading
import time

from prefect import flow, pause_flow_run, resume_flow_run, suspend_flow_run, task
from prefect.client.orchestration import get_client
from prefect.flow_runs import resume_flow_run as resume
from prefect.input import RunInput, receive_input, send_input
from prefect.states import Cancelling, Scheduled


class Approval(RunInput):
    ok: bool
    why: str = "because"


@flow(flow_run_name="waits")
def waits():
    pause_flow_run(timeout=60, poll_interval=1)
    return "went on"


@flow(flow_run_name="asks")
def asks():
    said = pause_flow_run(wait_for_input=Approval.with_initial_data(ok=False, why="so far"), timeout=60, poll_interval=1)
    return [said.ok, said.why]


@flow(flow_run_name="nobody answers")
def nobody():
    pause_flow_run(timeout=1, poll_interval=1)


@flow(flow_run_name="suspends")
def suspends():
    suspend_flow_run(timeout=60)


@flow(flow_run_name="receives")
def receives():
    from prefect.runtime import flow_run

    send_input("hello", flow_run_id=flow_run.id)
    return receive_input(str, timeout=30, poll_interval=1).next()


@task
def step():
    return 1


@flow(flow_run_name="is stopped")
def stopped():
    for _ in range(30):
        step()
        time.sleep(0.1)


@flow(flow_run_name="is made")
def made():
    pass


def of_name(client, name):
    return [run for run in client.read_flow_runs() if run.name == name][0]


def once(name, state, act):
    """Does something about a flow run from another thread, once it is in a state."""

    def watch():
        with get_client(sync_client=True) as client:
            for _ in range(600):
                runs = [run for run in client.read_flow_runs() if run.name == name]
                if runs and runs[0].state.name == state:
                    return act(client, runs[0])
                time.sleep(0.1)

    thread = threading.Thread(target=watch)
    thread.start()
    return thread


def answer_from_another_process(client, run):
    code = "import sys; from prefect import resume_flow_run; resume_flow_run(sys.argv[1], run_input={'ok': True, 'why': 'asked'})"
    subprocess.run([sys.executable, "-c", code, str(run.id)], check=True)


def attempt(what):
    try:
        return what()
    except Exception as error:
        return type(error).__name__


def main():
    told = {}
    thread = once("waits", "Paused", lambda _, run: resume_flow_run(run.id))
    told["waits"] = waits()
    thread.join()
    thread = once("asks", "Paused", answer_from_another_process)
    told["asks"] = asks()
    thread.join()
    told["nobody"] = attempt(nobody)
    told["suspends"] = attempt(suspends)
    told["receives"] = receives()
    thread = once("is stopped", "Running", lambda client, run: client.set_flow_run_state(run.id, Cancelling()))
    attempt(stopped)
    thread.join()
    with get_client(sync_client=True) as client:
        told["resumed again"] = attempt(lambda: resume(of_name(client, "waits").id))
        client.create_flow_run(made, name="is cancelled", state=Scheduled())
        names = ["waits", "asks", "nobody answers", "suspends", "receives", "is stopped"]
        told["states"] = [of_name(client, name).state.name for name in names]
    print("RESULT " + json.dumps(told))


if __name__ == "__main__":
    main()
