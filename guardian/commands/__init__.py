"""The commands, one file each, named as they are typed; each offers `run(args, settings) -> ExitCode`.

Invariants: a command is imported only when it was asked for; data goes to standard output and every other word to
standard error; a command raises `GuardianError` for what the owner has to mend and never calls `sys.exit`.
"""
