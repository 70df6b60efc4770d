"""How unusual a score is, said against a shipped bank of ordinary messages."""
