"""Where AI tools call a program of their owner's: what they say and give is screened there, and the owner is told.

Invariants: advice, not force: a tool is stopped only where a policy of the owner's says hold, or the owner said
`--fail-closed`; what could not be screened is told as not screened, never as safe; no hook holds the model, the journal
or a key: each asks the warm service.
"""
