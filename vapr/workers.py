"""Processes for work on all cores, which end when the one that asked for them ends."""

import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from threading import Thread

import cv2

from vapr.threads import keep_one_blas_thread


def worker_pool(count: int) -> ProcessPoolExecutor:
    """A pool of so many spawned processes, one thread of OpenCV and BLAS each.

    Spawned: a fork would copy the locks of threads that run by now, and hang. Workers
    wait for work, not for their parent: one that was ended by a signal would leave
    them behind. So each watches it, and ends with it.
    """
    return ProcessPoolExecutor(count, get_context("spawn"), _start)


def _start() -> None:
    cv2.setNumThreads(1)
    keep_one_blas_thread()
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)  # in the middle of the work: nobody is there to take it
