"""Runs the command line from a checkout: `python cli.py run tendring_report`."""

from costmodel.commands.main import main

if __name__ == "__main__":
    main()
