"""Sends requests to an application in a process of its own: two forms of one program have modules of the same names.

Called as `app_driver ROOT MODULE`: ROOT is put on the path, MODULE has the `app`. Standard input is a JSON list of
[method, path, body]; standard output is a JSON list of {"status", "body"} or {"error"}.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import sys
import traceback
import warnings

import httpx
from fastapi import FastAPI


async def drive(app: FastAPI, requests: list[tuple[str, str, object]]) -> list[dict[str, object]]:
    """What `app` answers to each of `requests`, one after the other, between its start and its end."""
    transport = httpx.ASGITransport(app=app)
    client = httpx.AsyncClient(transport=transport, base_url="http://seed")
    async with app.router.lifespan_context(app), client:
        return [await answer(client, *request) for request in requests]


async def answer(client: httpx.AsyncClient, method: str, path: str, body: object) -> dict[str, object]:
    """One answer, or the error that the application let out."""
    try:
        response = await client.request(method, path, json=body)
    except Exception as error:  # noqa: BLE001 - the error is the answer
        return {"error": "".join(traceback.format_exception(error))}
    return {"status": response.status_code, "body": response.json() if response.content else None}


def main() -> None:
    """Drive the application that the arguments name."""
    root, module = sys.argv[1:]
    sys.path.insert(0, root)
    warnings.simplefilter("ignore")
    app = importlib.import_module(module).app
    print(json.dumps(asyncio.run(drive(app, json.load(sys.stdin)))))


if __name__ == "__main__":
    main()
