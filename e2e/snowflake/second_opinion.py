"""Runs or parses SQL as others read Snowflake. JSON in, JSON out; second_opinion.ts calls it.

{"run": [{"sql": ..., "binds": [...]}, ...]}  ->  [{"columns": [...], "rows": [[...]]} or {"error": ...}, ...]
{"parse": [sql, ...]}                         ->  [null or what is wrong, ...]
"""

import datetime
import decimal
import json
import logging
import sys
import warnings

import sqlglot

# Both go to stderr, which is for what fails.
warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)


def run(steps):
    import fakesnow
    import snowflake.connector

    snowflake.connector.paramstyle = "qmark"
    with fakesnow.patch(), snowflake.connector.connect() as connection:
        return [run_one(connection.cursor(), step) for step in steps]


def run_one(cursor, step):
    try:
        cursor.execute(step["sql"], step.get("binds"))
        rows = cursor.fetchall()
        return {"columns": [column.name for column in cursor.description], "rows": rows}
    except snowflake_error() as error:
        return {"error": str(error)}


def snowflake_error():
    import snowflake.connector.errors

    return snowflake.connector.errors.Error


def parse(statement):
    try:
        trees = sqlglot.parse(statement, dialect="snowflake")
    except sqlglot.errors.SqlglotError as error:
        return str(error)
    # What it does not know it keeps as text and takes for a command.
    if any(isinstance(tree, sqlglot.exp.Command) for tree in trees):
        return "not parsed: taken for a command"
    return None


def to_json(value):
    if isinstance(value, decimal.Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, (datetime.date, datetime.datetime)):
        return value.isoformat()
    raise TypeError(f"no JSON for {type(value).__name__}")


request = json.load(sys.stdin)
answer = run(request["run"]) if "run" in request else [parse(statement) for statement in request["parse"]]
json.dump(answer, sys.stdout, default=to_json)
