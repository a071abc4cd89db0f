"""Runs tasks in threads, processes or on a cluster, and remembers finished ones; knows no mathematics."""
