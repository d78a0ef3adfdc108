"""The command line: flags to values to an operation to a report."""
