"""What all figures of China's customs have in common."""

CHINA = "142"
"""Its own number in its list of countries."""

VALUATIONS = {"export": "FOB", "import": "CIF"}
EDITIONS = ((2022, "HS2022"), (2017, "HS2017"), (2012, "HS2012"))
"""The first year of each edition of the Harmonized System in its tariff, the newest first; nothing is older."""
