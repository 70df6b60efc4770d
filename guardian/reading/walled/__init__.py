"""Mail and HTML are taken apart in a process of their own, behind walls: one fork a message, gone with its answer."""
