"""The filter language of the journal: from short codes to a test of one entry."""
