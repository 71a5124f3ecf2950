"""The pages of the open data: profiles and coverage from tables in which no small count is."""
