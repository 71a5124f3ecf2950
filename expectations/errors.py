"""Why checks could not be run; each message says what to do and holds no cell value."""


class ChecksError(RuntimeError):
    """Checks could not be run."""


class SuiteError(ChecksError):
    """A suite or the threshold file is not well-formed; the message names the file and the expectation."""


class DatasetAbsentError(ChecksError):
    """A dataset that a suite reads is not there; the message says which."""


class SilentEngineError(ChecksError):
    """Great Expectations passed a check that must fail: it sees no rows, and none of its results can be believed."""


class WorkerError(ChecksError):
    """The worker process ended, did not answer in time, or met something it has no words for."""
