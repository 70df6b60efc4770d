"""What is tried against the owner's judge: messages of our own that nobody should pass, and injections round them."""
