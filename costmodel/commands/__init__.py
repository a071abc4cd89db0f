"""The command line: each command is a short pipeline of calls."""
