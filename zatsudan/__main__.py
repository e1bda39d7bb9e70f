"""`python -m zatsudan`."""

from zatsudan.cli import main

main()
