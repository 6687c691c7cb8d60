"""`python -m polymock`: the command line."""

from polymock.cli import main

main()
