"""Jobs as administrators see them: ids and states, nothing of what is in them."""

from typing import Any

from marshmallow import Schema, fields, post_dump

from app.schemas.fields import Instant


class QueueSchema(Schema):
    """How much there is to do; where ``state`` is away, Redis does not answer."""

    state = fields.String(metadata={"enum": ["ok", "away"]})
    waiting = fields.Integer(allow_none=True)
    running = fields.Integer(allow_none=True)
    failed = fields.Integer(allow_none=True)
    workers = fields.Integer(allow_none=True)


class JobSchema(Schema):
    """A job of the queue; ``reason`` is the kind of error that ended it."""

    id = fields.String()
    work = fields.String()
    subject_id = fields.Integer(allow_none=True)
    state = fields.String(metadata={"enum": ["waiting", "running", "failed"]})
    since = Instant(allow_none=True)
    reason = fields.String(allow_none=True)


class BacklogSchema(Schema):
    """Something to do as the database knows it."""

    kind = fields.String(metadata={"enum": ["import", "mail", "data_export"]})
    id = fields.Integer()
    status = fields.String()
    since = Instant()
    attempts = fields.Integer()


class WorkSchema(Schema):
    """All there is to do."""

    queue = fields.Nested(QueueSchema)
    jobs = fields.List(fields.Nested(JobSchema))
    entries = fields.List(fields.Nested(BacklogSchema))

    @post_dump
    def _say_state(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        queue = data["queue"]
        counts = queue or dict.fromkeys(("waiting", "running", "failed", "workers"))
        return {**data, "queue": {"state": "ok" if queue else "away", **counts}}
