"""Nothing but its place: pytest puts the folder of a conftest on the path, so that the tests in the folders below find
`reading_rig`."""
