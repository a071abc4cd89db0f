"""Runs the command line from a checkout: `python cli.py run tendring_report`."""

from costmodel.commands.main import program

if __name__ == "__main__":
    program()
