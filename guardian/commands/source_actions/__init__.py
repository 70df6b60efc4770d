"""The actions of `guardian source`: one file each, `run(args, settings) -> ExitCode`."""
