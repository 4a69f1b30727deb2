"""The report: one page about one or several runs, complete in itself."""
