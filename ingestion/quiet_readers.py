"""Reader libraries say nothing: a warning of theirs may quote a cell, on standard error, in a log, in Dagster.

What a file is and what is wrong with it are findings, in our own words.
"""

import logging
import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_LIBRARIES = ("openpyxl", "fastexcel", "python_calamine", "calamine", "pandas", "xlrd", "pyarrow", "zipfile", "xml")
_STREAMS = (1, 2)


def silence_readers() -> None:
    """For a process that only reads workbooks: nothing of it reaches a terminal or a log, also not from native code."""
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    _flush()
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        for stream in _STREAMS:
            os.dup2(nowhere.fileno(), stream)


@contextmanager
def quiet_readers() -> Iterator[None]:
    """While a received workbook is open in a process that has something to say of its own.

    Redirects the streams of the whole process: other threads are silent too.
    """
    loggers = [logging.getLogger(name) for name in _LIBRARIES]
    were = [logger.disabled for logger in loggers]
    _flush()
    kept = [os.dup(stream) for stream in _STREAMS]
    try:
        with warnings.catch_warnings(), Path(os.devnull).open("w", encoding="utf-8") as nowhere:
            warnings.simplefilter("ignore")
            for logger in loggers:
                logger.disabled = True
            for stream in _STREAMS:
                os.dup2(nowhere.fileno(), stream)
            yield
    finally:
        _flush()
        for stream, copy in zip(_STREAMS, kept, strict=True):
            os.dup2(copy, stream)
            os.close(copy)
        for logger, was in zip(loggers, were, strict=True):
            logger.disabled = was


def _flush() -> None:
    """What was said before must not be lost, nor what was said meanwhile come out afterwards."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and not stream.closed:
            stream.flush()
