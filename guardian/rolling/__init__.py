"""What was sent before: a rolling, bounded memory, so that the parts of a conversation are judged together too."""
