"""Linear algebra in one thread: the readers' matrices are too small for more.

OpenBLAS takes every core for each of them and its threads wait for one another by
spinning; several processes of vapr on one machine then hold each other up.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from threadpoolctl import ThreadpoolController


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Within it, or in a function it decorates, numpy's BLAS has one thread."""
    with _controller().limit(limits=1, user_api="blas"):
        yield


def keep_one_blas_thread() -> None:
    """One thread from now on: for a process of ours that others work beside."""
    _controller().limit(limits=1, user_api="blas")


@cache
def _controller() -> ThreadpoolController:
    # made at first use: it knows the libraries that are loaded by then
    return ThreadpoolController()
