"""A worker process: ``python -m app.jobs.worker``. Takes jobs until it is told to stop.

RQ forks a process for each job from this one, which has the app loaded and holds no connection.
"""

import gc
import warnings

from rq import Worker
from rq.serializers import JSONSerializer
from sqlalchemy.orm import configure_mappers

from app.core import queue
from app.jobs import (  # noqa: F401  (loaded once, before the forks)
    data_exports,
    erasures,
    imports,
    mails,
    receipts,
)
from app.jobs.context import current_app

# On RQ's defaults a job of a killed worker counts as running for 13 minutes.
WORKER_TTL = 45
MAINTENANCE_INTERVAL = 20
MONITORING_INTERVAL = 5


def main() -> None:
    """Work until stopped."""
    current_app()
    warnings.filterwarnings("ignore", category=DeprecationWarning, message=".*fork.*")
    configure_mappers()  # once here, not in every fork
    # What is loaded stays, and rows have no cycles: collecting as often as by default takes a
    # quarter of the time of reading a statement.
    gc.freeze()
    gc.set_threshold(20_000, 50, 50)
    worker = Worker(
        [queue.queue()],
        connection=queue.connection(),
        serializer=JSONSerializer,
        worker_ttl=WORKER_TTL,
        maintenance_interval=MAINTENANCE_INTERVAL,
        job_monitoring_interval=MONITORING_INTERVAL,
    )
    worker.work(logging_level="WARNING")


if __name__ == "__main__":
    main()
