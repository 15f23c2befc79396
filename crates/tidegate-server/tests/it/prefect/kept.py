"""What Prefect's own client keeps on this server beside runs. What it prints is what the test looks at."""

import json
from typing import Optional, Union

from pydantic import SecretStr

from prefect import flow, task
from prefect.artifacts import (
    Artifact,
    create_image_artifact,
    create_link_artifact,
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)
from prefect.blocks.core import Block
from prefect.blocks.system import Secret
from prefect.cache_policies import INPUTS
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import GlobalConcurrencyLimitCreate
from prefect.concurrency.sync import concurrency, rate_limit
from prefect.events import emit_event
from prefect.variables import Variable

tries = {"again": 0, "computed": 0}


class Login(Block):
    """Who one is somewhere: a type that a Rust program has too."""

    user: str
    password: SecretStr
    note: Optional[str] = None


class Robot(Block):
    token: SecretStr


class Mailbox(Block):
    login: Login
    sender: Union[Login, Robot, None] = None


def blocks():
    Login(user="ada", password="first-of-ada").save("work")
    try:
        Login(user="ada", password="second-of-ada").save("work")
        taken = False
    except ValueError:
        taken = True
    Login(user="grace", password="hunter-of-grace").save("work", overwrite=True)
    Robot(token="hunter-of-robot").save("bot")
    Mailbox(login=Login.load("work"), sender=Robot.load("bot")).save("inbox")
    Mailbox(login=Login(user="inline", password="hunter-inline")).save("other")
    Login(user="hopper", password="hunter-of-hopper").save("work", overwrite=True)
    inbox, other = Mailbox.load("inbox"), Mailbox.load("other")
    Secret(value="sk-1234-hunter").save("key")
    Secret(value={"a": ["hunter"]}).save("pair")
    rusty = Login.load("rusty")
    return {
        "taken": taken,
        "inbox": [inbox.login.user, inbox.login.password.get_secret_value(), inbox.login._block_document_name],
        "sender": [type(inbox.sender).__name__, inbox.sender.token.get_secret_value()],
        "other": [other.login.user, other.login.password.get_secret_value()],
        "secrets": [Secret.load("key").get(), Secret.load("pair").get()],
        "any": Block.load("login/work").user,
        "rusty": [rusty.user, rusty.password.get_secret_value(), rusty.note],
        "masked": "hunter" not in str(Login.load("work")),
    }


@flow
def artifacts():
    create_markdown_artifact("# high tide", key="words", description="in words")
    create_table_artifact([{"hour": 1, "level": 2.5}], key="table")
    create_link_artifact("https://example.com", link_text="tides", key="link")
    create_image_artifact("https://example.com/tide.png", key="image")
    progress = create_progress_artifact(10.0, key="progress")
    update_progress_artifact(progress, 70.0)
    return [Artifact.get("words").data, Artifact.get("progress").data]


@task(cache_policy=INPUTS, persist_result=True)
def computed(x):
    tries["computed"] += 1
    return x + 1


@flow(name="cached")
def cached():
    return [computed(1), computed(1), tries["computed"]]


@flow(retries=1, name="again")
def again():
    tries["again"] += 1
    if tries["again"] < 2:
        raise ValueError("once more")
    return tries["again"]


@task(tags=["few"])
def tagged(x):
    return x


@flow(name="limited")
def limited():
    with concurrency("db", occupy=2):
        inside = True
    rate_limit("api")
    return [inside, [each.result() for each in tagged.map([1, 2, 3])]]


@flow(name="emits")
def emits():
    return str(emit_event("tide.turned", resource={"prefect.resource.id": "tide.1"}, payload={"level": 3}).id)


def variables():
    Variable.set("lat", 38.9, tags=["geo"])
    Variable.set("lat", {"deg": 38}, overwrite=True)
    Variable.set("gone", 1)
    Variable.unset("gone")
    return [Variable.get("lat"), Variable.get("gone", default="none")]


def main():
    told = {"blocks": blocks(), "variables": variables()}
    with get_client(sync_client=True) as client:
        client.create_concurrency_limit(tag="few", concurrency_limit=1)
        client.create_global_concurrency_limit(GlobalConcurrencyLimitCreate(name="db", limit=2))
        rate = GlobalConcurrencyLimitCreate(name="api", limit=5, slot_decay_per_second=5.0)
        client.create_global_concurrency_limit(rate)
    told |= {"artifacts": artifacts(), "cached": cached(), "again": again(), "limited": limited(), "event": emits()}
    print("RESULT " + json.dumps(told))


if __name__ == "__main__":
    main()
