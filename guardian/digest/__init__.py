"""The digest: what came on a day or in a week, for whoever does not want to be interrupted by it."""
