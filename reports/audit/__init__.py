"""The audit report of a release: what was received, what was wrong, what was done, and who must act."""
