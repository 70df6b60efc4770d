"""Where the journal's key is kept: keyring, file, passphrase (the contract is `guardian.journal.keys`)."""
