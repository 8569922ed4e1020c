"""Runs thousands of asyncio tasks that record in spans, cancels most of them, dies among them.

python cancelling.py HOME COUNTS TASKS
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys

from writer import counters

import backtrail

SLOT_STEPS = 0
STEPS = 20


async def step(counts: memoryview, job: int) -> None:
    """Record steps of one job, each in a span, giving way to the others in between."""
    with backtrail.trace_span("do_job", job=job):
        for number in range(STEPS):
            async with asyncio.timeout(10):
                with backtrail.trace_span("do_step", number=number):
                    backtrail.debug(
                        "step_done", slot=SLOT_STEPS, number=counts[SLOT_STEPS], job=job
                    )
                    counts[SLOT_STEPS] += 1
                    await asyncio.sleep(0)


async def work(counts: memoryview, jobs: int) -> None:
    """Start all jobs, cancel all but every seventh where they are, and die when those are done."""
    tasks = [asyncio.create_task(step(counts, job), name=f"job {job}") for job in range(jobs)]
    lasting = tasks[::7]
    lasting_set = set(lasting)
    for round_number in range(STEPS):
        await asyncio.sleep(0)
        for task in tasks[round_number::STEPS]:
            if task not in lasting_set:
                task.cancel()
    await asyncio.gather(*lasting)
    backtrail.debug("jobs_done", cancelled=sum(task.cancelled() for task in tasks))
    os.kill(os.getpid(), signal.SIGKILL)


def main(home: str, path: str, jobs: int) -> None:
    """Record it."""
    backtrail.start(directory=home)
    with backtrail.trace_span("serve_all"):
        asyncio.run(work(counters(path), jobs))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
