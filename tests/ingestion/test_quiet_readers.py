"""No reader library says anything on its own: neither in Python nor in native code."""

import subprocess
import sys

import pytest

from ingestion.quiet_readers import quiet_readers

_NOISE = """
import logging, os, sys, warnings
def noise():
    logging.getLogger("openpyxl").error("serial value 386 of log")
    logging.error("serial value 386 of root")
    warnings.warn("serial value 386 of warning")
    print("serial value 386 of print")
    os.write(1, b"serial value 386 of native code")
    os.write(2, b"serial value 386 of native code")
"""


@pytest.mark.parametrize(
    "use",
    [
        "from ingestion.quiet_readers import silence_readers\nsilence_readers()\nnoise()",
        "from ingestion.quiet_readers import quiet_readers\nprint('before')\nwith quiet_readers():\n    noise()\n"
        "print('after')\nwarnings.warn('our own')",
    ],
)
def test_nothing_is_said_while_a_workbook_is_read(use: str) -> None:
    done = subprocess.run([sys.executable, "-c", _NOISE + use], capture_output=True, text=True, check=True)
    assert "386" not in done.stdout + done.stderr
    if "after" in use:
        assert done.stdout.split() == ["before", "after"]
        assert "our own" in done.stderr


def test_streams_come_back_after_an_error(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match="known"), quiet_readers():
        raise ValueError("known")
    print("heard")
    assert capfd.readouterr().out == "heard\n"
