"""The programs that the linter was made for, as published and mended, over HTTP on PostgreSQL."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from tests.support.fixture_project import FIXTURES
from tests.support.linter import ROOT
from tests.support.postgres import Server

pytestmark = pytest.mark.postgres

Request = tuple[str, str, object]
FORMS = pytest.mark.parametrize("form", ["published", "mended"])


def drive(server: Server, seed: str, form: str, requests: list[Request], module: str = "main") -> list[dict[str, Any]]:
    """What the program answers, on a database of its own."""
    database = server.create_database(f"{seed}_{form}")
    url = database.address.set(drivername="postgresql").render_as_string(hide_password=False)
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.app_driver", str(FIXTURES / "seeds" / seed / form), module],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": url},
        input=json.dumps(requests),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answers: list[dict[str, Any]] = json.loads(done.stdout)
    return answers


def bodies(answers: list[dict[str, Any]]) -> list[Any]:
    """The bodies of answers that all went well."""
    assert all(answer.get("status", 500) < 300 for answer in answers), answers
    return [answer["body"] for answer in answers]


# --- the stories


@FORMS
def test_stories_are_told(postgres: Server, form: str) -> None:
    requests: list[Request] = [("POST", "/first", None), ("POST", "/second", None), ("GET", "/", None)]

    answers = bodies(drive(postgres, "story_app", form, requests))

    assert answers == [{"slug": "first"}, {"slug": "second"}, {"stories": ["first", "second"]}]


# --- the sale orders

ORDER = {
    "name": "SO001",
    "contact_id": 1,
    "order_lines": [{"product_id": 1, "quantity": 1, "price": 0.25}, {"product_id": 1, "quantity": 2, "price": 1.25}],
    "tags": [{"name": "shopping"}, {"name": "food"}],
}
READ = ORDER | {"id": 1, "amount_total": 2.75}


def order_requests(kind: str) -> list[Request]:
    """Write and read an order by the routes of `kind`."""
    return [
        ("POST", f"/{kind}/contact", {"name": "Ann", "email": "ann@example.org"}),
        ("POST", f"/{kind}/product", {"name": "Pen"}),
        ("POST", f"/{kind}/order", ORDER),
        ("GET", f"/{kind}/order", None),
        ("GET", "/sync/order", None),
    ]


@FORMS
def test_sync_orders_are_read(postgres: Server, form: str) -> None:
    answers = bodies(drive(postgres, "sale_orders", form, order_requests("sync"), "app.main"))

    assert answers[2:] == [READ, [READ], [READ]]


def test_async_orders_are_read_when_mended(postgres: Server) -> None:
    answers = bodies(drive(postgres, "sale_orders", "mended", order_requests("async"), "app.main"))

    assert answers[2:] == [READ, [READ], [READ]]


def test_async_orders_are_lazy_as_published(postgres: Server) -> None:
    requests = order_requests("async")[:4]

    *written, orders = drive(postgres, "sale_orders", "published", requests, "app.main")

    assert bodies(written)[2] == READ
    assert orders["status"] == 500
    assert "greenlet_spawn has not been called" in orders["body"]["detail"]


# --- the tasks

TASK = {"title": "Dig", "project_id": 1, "assignee_id": 1}
PART = {"title": "Plant", "project_id": 1, "assignee_id": 1, "parent_task_id": 1}


@FORMS
def test_tasks_are_managed(postgres: Server, form: str) -> None:
    requests: list[Request] = [
        ("POST", "/api/tasks", TASK),
        ("POST", "/api/tasks", PART),
        ("PATCH", "/api/tasks/1", {"status": "done"}),
        ("PUT", "/api/tasks/2/title/Sow", None),
        ("GET", "/api/tasks?project_id=1&status=done", None),
        ("GET", "/api/projects/1/people", None),
        ("DELETE", "/api/tasks/2", None),
        ("GET", "/api/tasks?project_id=1", None),
    ]

    answers = bodies(drive(postgres, "task_manager", form, requests))

    done = {"id": 1, "title": "Dig", "status": "done"}
    assert answers[:3] == [done | {"status": "pending"}, {"id": 2, "title": "Plant", "status": "pending"}, done]
    assert answers[4:] == [[done], ["Dig: Gil (+1)", "Sow: Gil (+0)"], None, [done]]


PEOPLE: list[Request] = [("POST", "/api/tasks", TASK), ("GET", "/api/people", None)]
BULK: list[Request] = [("POST", "/api/tasks/bulk", [TASK, PART | {"parent_task_id": None}])]


def test_people_are_told_when_mended(postgres: Server) -> None:
    assert bodies(drive(postgres, "task_manager", "mended", PEOPLE))[1] == ["Dig: Gil"]


def test_people_are_lazy_as_published(postgres: Server) -> None:
    answers = drive(postgres, "task_manager", "published", PEOPLE)

    assert "MissingGreenlet" in answers[1]["error"]


def test_tasks_in_bulk_are_told_when_mended(postgres: Server) -> None:
    tasks = bodies(drive(postgres, "task_manager", "mended", BULK))[0]

    assert [task["title"] for task in tasks] == ["Dig", "Plant"]


def test_tasks_in_bulk_are_expired_as_published(postgres: Server) -> None:
    answers = drive(postgres, "task_manager", "published", BULK)

    assert "ResponseValidationError" in answers[0]["error"]


# --- the heroes

RUST = {"name": "Rust", "secret_name": "Ada"}
MOSS = {"name": "Moss", "age": 30, "secret_name": "Bo"}


@FORMS
def test_heroes_are_kept(postgres: Server, form: str) -> None:
    requests: list[Request] = [
        ("POST", "/heroes/", RUST),
        ("POST", "/heroes/", MOSS),
        ("PATCH", "/heroes/1", {"age": 48}),
        ("POST", "/transfer?from_id=1&to_id=2", None),
        ("GET", "/heroes/1", None),
        ("DELETE", "/heroes/2", None),
        ("GET", "/heroes/?limit=5", None),
    ]

    answers = bodies(drive(postgres, "heroes", form, requests))

    rust = RUST | {"id": 1, "age": 48, "power": 9}
    assert answers[3:] == [{"from": 9, "to": 11}, rust, {"ok": True}, [rust]]


HEROES: list[Request] = [("POST", "/heroes/", RUST), ("GET", "/heroes/999/exists", None), ("GET", "/dashboard", None)]


def test_heroes_are_counted_when_mended(postgres: Server) -> None:
    answers = bodies(drive(postgres, "heroes", "mended", HEROES))

    assert answers[1:] == [False, {"heroes": ["Rust"], "total": 1}]


def test_every_hero_exists_as_published(postgres: Server) -> None:
    answers = drive(postgres, "heroes", "published", HEROES)

    assert answers[1]["body"] is True


def test_the_dashboard_shares_its_session_as_published(postgres: Server) -> None:
    answers = drive(postgres, "heroes", "published", [HEROES[0], HEROES[2]])

    assert "concurrent operations are not permitted" in answers[1]["error"] or "IllegalState" in answers[1]["error"]
