"""The actions of `guardian journal`: one file each, named after it, with `run(args, settings) -> ExitCode`."""
