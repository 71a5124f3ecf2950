"""What passes by itself: a lock, a busy database, a disk or network that did not answer. Only this is tried again."""

import errno

_NUMBERS = (
    errno.EAGAIN,
    errno.EBUSY,
    errno.EDEADLK,
    errno.EINTR,
    errno.EIO,
    errno.ENOLCK,
    errno.ESTALE,
    errno.ETIMEDOUT,
)
# What libraries say that keep no error number; DuckDB, SQLite, Arrow.
_WORDS = (
    "could not set lock on file",
    "database is locked",
    "database table is locked",
    "resource temporarily unavailable",
    "resource busy",
    "input/output error",
    "stale file handle",
)


def is_busy(error: BaseException | None) -> bool:
    """Whether an error, or one that it came from, may be gone when the same is tried again."""
    while error is not None:
        if getattr(error, "errno", None) in _NUMBERS or says_busy(str(error)):
            return True
        error = error.__cause__ or error.__context__
    return False


def says_busy(text: str | None) -> bool:
    """Whether a library's words say that something was busy or did not answer."""
    return text is not None and any(words in text.lower() for words in _WORDS)
