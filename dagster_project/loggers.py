"""What a person sees of a run on the console: one short line per message, no event noise."""

import logging
import sys

import dagster as dg

# What dagster-dbt says of itself, with paths of this machine.
_OF_TOOLS = ("A dbt subsetted execution", "Copying `", "Running dbt command", "Finished dbt command")


def _is_for_people(record: logging.LogRecord) -> bool:
    meta = getattr(record, "dagster_meta", None) or {}
    return not str(meta.get("orig_message") or record.getMessage()).startswith(_OF_TOOLS)


class _Line(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        """Time, step and message; nothing else."""
        meta = getattr(record, "dagster_meta", None) or {}
        step = meta.get("step_key") or "run"
        message = meta.get("orig_message") or record.getMessage()
        if message.startswith("Dependencies for step"):  # Dagster names each of a hundred tables
            message = "Not run: an earlier step failed."
        return f"{self.formatTime(record, '%H:%M:%S')}  {step:<20} {message}"


@dg.logger(config_schema={"log_level": dg.Field(str, default_value="INFO", is_required=False)})
def short_lines(init_context: dg.InitLoggerContext) -> logging.Logger:
    """Lines of `context.log` at INFO and above, on the error stream."""
    logger = logging.Logger("poverty", level=init_context.logger_config["log_level"])
    handler = logging.StreamHandler(sys.__stderr__)
    handler.setFormatter(_Line())
    handler.addFilter(_is_for_people)
    logger.addHandler(handler)
    return logger
