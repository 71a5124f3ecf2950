"""The open-data edition of a release: area tables for everybody, in which no small count can be read or computed."""
