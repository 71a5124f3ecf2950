"""Readers that misbehave, for the test that one bad file never stops the others."""

import os
from collections.abc import Sequence
from pathlib import Path

from base.forms import Form
from base.home import Home
from ingestion.extract import Extraction
from ingestion.ingest import Received, read_batch


def dying_reader(
    home: Home, forms: dict[str, Form], batch: Sequence[Received], extraction_id: str, survey_years: set[int] | None
) -> list[tuple[Received, Extraction]]:
    """Dies as a segmentation fault would when it meets a file whose name says so."""
    if any(Path(received.landing_path).name.startswith("kills") for received in batch):
        os._exit(139)
    return read_batch(home, forms, batch, extraction_id, survey_years)


def failing_reader(
    home: Home, forms: dict[str, Form], batch: Sequence[Received], extraction_id: str, survey_years: set[int] | None
) -> list[tuple[Received, Extraction]]:
    """Raises with a person's name in its message when it meets a file whose name says so."""
    if any(Path(received.landing_path).name.startswith("kills") for received in batch):
        raise KeyError("Nguyễn Thị Canary")
    return read_batch(home, forms, batch, extraction_id, survey_years)
