"""A function app that shows what a backend hands in and takes back."""

# ruff: noqa: ARG001
import json
import logging
import os
import threading
from pathlib import Path

import azure.functions as func

app = func.FunctionApp(http_auth_level=func.AuthLevel.FUNCTION)
log = logging.getLogger("contract")


def _note(kind: str, **seen: object) -> None:
    if folder := os.environ.get("CONTRACT_NOTES"):
        with (Path(folder) / f"{kind}.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(seen) + "\n")


@app.route(route="echo/{name}", methods=["GET", "POST"])
def echo(req: func.HttpRequest) -> func.HttpResponse:
    seen = {
        "method": req.method,
        "url": req.url,
        "name": req.route_params["name"],
        "query": dict(req.params),
        "header": req.headers.get("X-Test"),
        "principal": req.headers.get("X-MS-CLIENT-PRINCIPAL"),
        "body": req.get_body().decode(),
    }
    return func.HttpResponse(
        json.dumps(seen), mimetype="application/json", status_code=202, headers={"Retry-After": "1"}
    )


@app.route(route="echo/special", methods=["GET"])
async def special(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse(b"\x00\xff", mimetype="application/octet-stream")


@app.route(route="health", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
def health(req: func.HttpRequest) -> func.HttpResponse:
    principal = req.headers.get("X-MS-CLIENT-PRINCIPAL", "")
    return func.HttpResponse(json.dumps({"principal": principal}), mimetype="application/json")


@app.route(route="cookies")
def cookies(req: func.HttpRequest) -> func.HttpResponse:
    response = func.HttpResponse("")
    response.headers.add("Set-Cookie", "one=1; Path=/; HttpOnly")
    response.headers.add("Set-Cookie", "two=2; Path=/; Max-Age=600")
    return response


@app.route(route="text")
def text(req: func.HttpRequest) -> str:
    return "plain"


@app.route(route="raises")
def raises(req: func.HttpRequest) -> func.HttpResponse:
    raise ValueError("broken on purpose")


@app.route(route="nothing")
def nothing(req: func.HttpRequest) -> func.HttpResponse:
    return None  # type: ignore[return-value]  # what a careless function does


@app.route(route="dictionary")
def dictionary(req: func.HttpRequest) -> func.HttpResponse:
    return {}  # type: ignore[return-value]  # what a careless function does


@app.timer_trigger(arg_name="timer", schedule="%CONTRACT_SCHEDULE%")
def tick(timer: func.TimerRequest) -> None:
    _note("tick", past_due=timer.past_due)


@app.timer_trigger(arg_name="timer", schedule="0 0 0 1 1 *")
def returning(timer: func.TimerRequest) -> None:
    return "a timer returns nothing"  # type: ignore[return-value]  # what a careless function does


@app.queue_trigger(arg_name="message", queue_name="work", connection="AzureWebJobsStorage")
def worker(message: func.QueueMessage) -> None:
    body = message.get_body().decode()
    _note("work", id=message.id, body=body, dequeue_count=message.dequeue_count)
    if body == "fail":
        raise RuntimeError("this message always fails")
    if body == "hang":
        threading.Event().wait()


@app.queue_trigger(arg_name="message", queue_name="work-poison", connection="AzureWebJobsStorage")
def poisoned(message: func.QueueMessage) -> None:
    _note("poison", body=message.get_body().decode())
