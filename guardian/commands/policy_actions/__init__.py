"""The actions of `guardian policy`: one file each, with `run(args, settings)`."""
