"""
A stand-in for UN Comtrade's API on this machine, for tests: a generated world behind the documented answers and faults.

Nothing here imports tradewatch, so that a mistake in the connector cannot hide behind the same mistake here.
"""
