"""Traffic as it might be, with oddities planted in it or without: the same for the same seed.

A shop with a daily rhythm, bursts, slow drifts, latencies with heavy tails, operations that hardly
anybody calls, errors that belong to it, clients of whom few call often, and restarts.
"""

import datetime
import math
import random
import uuid
from dataclasses import dataclass, field

import duckdb

from polymock_schemas.journal import REQUESTS

DAY = 86_400.0
EPOCH = datetime.datetime(1970, 1, 1)
END = datetime.datetime(2026, 3, 12, 9, 30)

OPERATIONS = (
    # name, weight, share of errors, of server errors, median latency (us), log spread
    ("GET /products", 300, 0.01, 0.002, 8_000, 0.5),
    ("GET /products/{id}", 400, 0.05, 0.002, 4_000, 0.6),
    ("GET /orders/{id}", 150, 0.03, 0.004, 12_000, 0.7),
    ("POST /orders", 60, 0.06, 0.01, 40_000, 0.6),
    ("GET /customers/{id}", 120, 0.02, 0.001, 6_000, 0.4),
    ("PUT /customers/{id}", 20, 0.08, 0.005, 30_000, 0.5),
    ("GET /search", 90, 0.005, 0.01, 90_000, 1.0),
    ("GET /health", 30, 0.0, 0.0, 300, 0.3),
    ("POST /login", 40, 0.15, 0.001, 60_000, 0.3),
    ("DELETE /orders/{id}", 4, 0.1, 0.01, 20_000, 0.6),
    ("GET /reports/{id}", 2, 0.0, 0.02, 400_000, 0.9),
    ("POST /imports", 0.5, 0.1, 0.05, 900_000, 1.0),
)
AGENTS = ("shop-web/4.1", "shop-ios/2.9", "shop-android/2.7", "python-httpx/0.28", "Go-http/2")


@dataclass
class Plan:
    """What traffic to make. `span` in seconds, `rate` in calls a second on average."""

    seed: int
    span: float = 2 * DAY
    rate: float = 0.6
    rhythm: float = 0.7
    burstiness: float = 0.15
    drift: float = 0.3
    tail: float = 0.01
    clients: int = 60
    unmatched: float = 0.004
    restarts: int = 2
    operations: int = len(OPERATIONS)
    weekend: float = 1.0
    plants: list = field(default_factory=list)


@dataclass
class Plant:
    """An oddity of a kind: of an operation's number, from a share of the span on, seconds long."""

    kind: str
    at: float
    lasts: float
    operation: int = 0
    factor: float = 8.0
    name: str = ""

    def covers(self, second, plan):
        start = self.at * plan.span
        return start <= second < start + self.lasts


def made(plan):
    """An in-memory journal with the traffic of a plan."""
    connection = duckdb.connect()
    columns = ", ".join(f"{column.name} {column.type}" for column in REQUESTS.columns)
    connection.execute(f"CREATE TABLE requests ({columns})")
    connection.execute("CREATE TABLE operations (mock VARCHAR, operation VARCHAR)")
    connection.executemany(
        "INSERT INTO operations VALUES ('shop', ?)",
        [[operation[0]] for operation in OPERATIONS[: plan.operations]],
    )
    names = [column.name for column in REQUESTS.columns]
    rows = sorted(_rows(plan), key=lambda row: row["ts"])
    appender = connection.appender("requests")
    appender.append_rows([tuple(row[name] for name in names) for row in rows])
    appender.flush()
    return connection


def _rows(plan):
    rng = random.Random(plan.seed)
    operations = OPERATIONS[: plan.operations]
    total = sum(operation[1] for operation in operations)
    step = min(60.0, plan.span / 60)
    phase = rng.random() * DAY
    drifts = [rng.uniform(-plan.drift, plan.drift) for _ in operations]
    restarts = sorted(rng.uniform(0.1, 0.9) * plan.span for _ in range(plan.restarts))
    weights = [1 / (rank + 1) for rank in range(plan.clients)]
    agents = [rng.choices(AGENTS, (50, 20, 20, 8, 2))[0] for _ in range(plan.clients)]
    busy = [1.0] * len(operations)
    second = 0.0
    while second < plan.span:
        # Bursts last some minutes: the pace of an operation wanders around 1.
        common = rng.gammavariate(1 / plan.burstiness**2, plan.burstiness**2)
        for number, (name, weight, errors, faults, latency, spread) in enumerate(operations):
            own = rng.gammavariate(1 / plan.burstiness**2, plan.burstiness**2)
            busy[number] = 0.7 * busy[number] + 0.3 * own
            pace = plan.rate * step * weight / total
            pace *= 1 + plan.rhythm * math.sin(2 * math.pi * (second + phase) / DAY)
            if plan.weekend != 1.0 and int(second / DAY) % 7 in (5, 6):
                pace *= plan.weekend
            pace *= busy[number] * (0.5 + 0.5 * common) * (1 + drifts[number] * second / plan.span)
            slow = 1.0 + 0.15 * math.sin(2 * math.pi * (second + phase) / DAY)
            plants = [
                plant
                for plant in plan.plants
                if plant.covers(second, plan) and plant.operation in (number, -1)
            ]
            bad = broken = lame = 0.0
            for plant in plants:
                if plant.kind == "rate":
                    pace *= plant.factor
                elif plant.kind == "latency":
                    slow *= plant.factor
                elif plant.kind == "slow":
                    lame = plant.factor
                elif plant.kind == "errors":
                    bad = plant.factor
                elif plant.kind == "violations":
                    broken = plant.factor
            for _ in range(poisson(rng, pace)):
                at = second + rng.random() * step
                if any(0 <= at - restart < 20 for restart in restarts):
                    continue
                cold = 5.0 if any(20 <= at - restart < 30 for restart in restarts) else 1.0
                took = latency * slow * cold * math.exp(rng.gauss(0, spread))
                if rng.random() < plan.tail:
                    took *= rng.paretovariate(1.2) * 3
                if lame and rng.random() < lame:
                    took *= 30
                client = rng.choices(range(plan.clients), weights)[0]
                chance = rng.random()
                status, violations = 200, []
                if rng.random() < broken:
                    status, violations = 422, [("body/name", "is required")]
                elif rng.random() < bad or chance < faults:
                    status = 503
                elif chance < faults + errors:
                    status = rng.choice((404, 404, 409, 422))
                    violations = [("query.page", "is no number")] if status == 422 else []
                path = name.split(" ")[1].replace("{id}", str(int(rng.paretovariate(0.8))))
                yield row(
                    plan, at, name, path, status, took, f"10.1.0.{client}", agents[client],
                    violations=violations,
                )  # fmt: skip
        for _ in range(poisson(rng, plan.unmatched * plan.rate * step)):
            client = rng.choices(range(plan.clients), weights)[0]
            path = rng.choice(("/favicon.ico", "/product/1", "/robots.txt", "/v2/orders"))
            at = second + rng.random() * step
            yield row(plan, at, "", path, 404, 150, f"10.1.0.{client}", agents[client])
        second += step
    yield from _planted(plan, rng, agents)


def _planted(plan, rng, agents):
    """What is not a change of an operation: callers, scans, bursts of what nobody answers."""
    for plant in plan.plants:
        start = plant.at * plan.span
        if plant.kind in ("new_client", "new_user_agent"):
            calls = int(plant.factor)
            for _ in range(calls):
                name = OPERATIONS[rng.randrange(3)][0]
                at = start + rng.random() * plant.lasts
                client = "203.0.113.9" if plant.kind == "new_client" else "10.1.0.1"
                agent = agents[1] if plant.kind == "new_client" else "sqlmap/1.8 (it's new)"
                path = name.split(" ")[1].replace("{id}", str(rng.randrange(9)))
                yield row(plan, at, name, path, 200, 5000, client, agent)
        elif plant.kind == "scan_paths":
            for number in range(int(plant.factor)):
                at = start + plant.lasts * number / plant.factor
                path = f"/{rng.choice(('admin', '.env', 'wp', 'old'))}/{number}"
                yield row(plan, at, "", path, 404, 120, plant.name or "10.1.0.3", agents[0])
        elif plant.kind == "scan_ids":
            for number in range(int(plant.factor)):
                at = start + plant.lasts * number / plant.factor
                name = "GET /customers/{id}"
                path = f"/customers/{5000 + number}"
                yield row(plan, at, name, path, 200, 6000, plant.name or "10.1.0.3", agents[0])
        elif plant.kind == "unmatched":
            for _ in range(int(plant.factor)):
                at = start + rng.random() * plant.lasts
                client = rng.randrange(plan.clients)
                path = rng.choice(("/v3/orders", "/v3/products"))
                yield row(plan, at, "", path, 404, 120, f"10.1.0.{client}", agents[client])


def row(plan, second, operation, path, status, took, client, agent, violations=()):
    """A row of `requests`."""
    ts = END - datetime.timedelta(seconds=plan.span - min(second, plan.span - 0.001))
    outcome = "ok" if status < 400 else "client_error" if status < 500 else "server_error"
    return {
        "id": uuid.UUID(int=random.getrandbits(128)),
        "ts": ts,
        "node": "w1",
        "session": "",
        "protocol": "openapi",
        "mock": "shop",
        "operation": operation,
        "method": operation.split(" ")[0] if operation else "GET",
        "path": path,
        "query": "",
        "status": status,
        "outcome": outcome,
        "source": "refusal" if status >= 400 else "sample",
        "stub": "",
        "scenario": "",
        "principal": "",
        "client": client,
        "user_agent": agent,
        "latency_us": max(1, int(took)),
        "request_bytes": 0,
        "response_bytes": 100,
        "request_headers": "{}",
        "response_headers": "{}",
        "request_body": None,
        "response_body": None,
        "truncated": False,
        "violations": [{"location": where, "message": why} for where, why in violations],
        "trace_id": "",
        "request_messages": 1,
        "response_messages": 1,
    }


def poisson(rng, mean):
    """A Poisson variable."""
    if mean > 50:
        return max(0, round(rng.gauss(mean, math.sqrt(mean))))
    limit, count, product = math.exp(-mean), 0, rng.random()
    while product > limit:
        count += 1
        product *= rng.random()
    return count
