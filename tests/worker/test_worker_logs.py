"""What the worker's processes write into their logs: every error, and not every task."""

import subprocess
import sys

import pytest
from celery import Celery
from structlog.testing import capture_logs

from digests.errors import StoreError
from worker.retries import RetriedTask

WRITES = """
import logging
from digests.logs import configure_logs
configure_logs()
for level in ("INFO", "WARNING", "ERROR"):
    logging.getLogger({name!r}).log(getattr(logging, level), "something")
"""


@pytest.mark.parametrize("name", ["celery.worker.strategy", "celery.app.trace", "celery.beat"])
def test_what_celery_says_of_every_task_is_left_out_and_its_errors_are_not(name):
    done = subprocess.run([sys.executable, "-c", WRITES.format(name=name)], capture_output=True, text=True, check=True)
    warning, error = done.stderr.splitlines()
    assert '"warning"' in warning
    assert '"error"' in error


def test_a_task_that_is_tried_again_says_why():
    app = Celery("test", set_as_current=False, task_cls=RetriedTask)
    answers = iter([StoreError("the disk is full"), None])

    @app.task(name="test.write", shared=False)
    def write() -> None:
        if error := next(answers):
            raise error

    with capture_logs() as written:
        assert write.apply().successful()
    ((event, error),) = [(entry["event"], entry["error"]) for entry in written]
    assert (event, error) == ("task_tried_again", "the disk is full")
