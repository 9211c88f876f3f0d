"""`python -m vapr` is the `vapr` command."""

from vapr.cli import main

main()
