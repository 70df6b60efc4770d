"""The actions of `guardian pack`: one file each, with `run(args, settings)`."""
