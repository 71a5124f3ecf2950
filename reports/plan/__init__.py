"""The plan page: what the plan printed in section I, beside what the warehouse gives."""
