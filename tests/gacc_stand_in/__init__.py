"""
A stand-in for the English site of China's customs on this machine, for tests: its indexes and tables as it writes them
(hrefs without quotes, months not out yet as spans, backslashes), and the ways in which it refuses and fails.

Nothing here imports tradewatch, so that a mistake in the connector cannot hide behind the same mistake here.
"""
