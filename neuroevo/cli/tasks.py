"""``neuroevo tasks``: the tasks and their settings."""

import json
import sys
from typing import TYPE_CHECKING, Any

import typer

from neuroevo.cli.options import AsJson, examples
from neuroevo.cli.terminal import Column, Table, print_heading, print_table

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

    from neuroevo.tasks import Task

EXAMPLES = examples("neuroevo tasks", "neuroevo tasks --json | jq '.[].kind'")


def tasks(as_json: AsJson = False) -> None:  # noqa: FBT002 - an option
    """List the tasks and their settings.

    The keys are those of an experiment's [task] table.

    Prints text to stdout, or a JSON array with --json.
    """
    from neuroevo.tasks import TASKS

    described = [_described(kind, task) for kind, task in TASKS.items()]
    if as_json:
        typer.echo(json.dumps(described, indent=2))
        return
    for task in described:
        print_heading(f"{task['kind']}: {task['description']}", sys.stdout)
        print_table(_table(task["settings"]), sys.stdout)


def _described(kind: str, task: "type[Task]") -> dict[str, Any]:
    description = (task.__doc__ or "").strip().partition("\n")[0]
    settings = [_setting(key, field) for key, field in task.model_fields.items() if key != "kind"]
    settings.sort(key=lambda setting: not setting["required"])
    return {"kind": kind, "description": description, "settings": settings}


def _setting(key: str, field: "FieldInfo") -> dict[str, Any]:
    from pydantic_core import to_jsonable_python

    required = field.is_required()
    default = None if required else field.get_default(call_default_factory=True)
    return {
        "key": key,
        "required": required,
        "default": to_jsonable_python(default),
        "description": field.description or "",
    }


def _table(settings: list[dict[str, Any]]) -> Table:
    rows = []
    for setting in settings:
        default = "" if setting["default"] is None else json.dumps(setting["default"])
        default = "must be given" if setting["required"] else default
        rows.append((setting["key"], default, setting["description"]))
    return Table((Column("key"), Column("default"), Column("meaning", wraps=True)), tuple(rows))
