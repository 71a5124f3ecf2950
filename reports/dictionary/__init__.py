"""What the tables, columns and checks of a release mean, from the release itself."""
