"""`python -m tradewatch` is `tradewatch`."""

from tradewatch.cli import main

if __name__ == "__main__":
    main()
